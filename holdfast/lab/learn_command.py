"""`holdfast triage learn`: weights made from this centre's corrections, shown before they apply."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from holdfast.accounts.commands import BY, fail
from holdfast.settings.environment import (
    SettingsError,
    default_config_path,
    load_config,
    load_record,
)

if TYPE_CHECKING:
    from holdfast.lab.lesson import Lesson, Shown
    from router.records.database import Database
    from router.triage.learned import InUse
    from router.triage.learning import Correction

DAY_MS = 86_400_000
TAKEN, BACK = "triage.learned", "triage.back"
"""Lines of the audit."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is learned from, as the record has it now."""

    corrections: list[Correction]
    """The last correction of each message."""
    there: frozenset[str]
    """Ids of all corrections, also of those that were said otherwise since."""
    recent: list[str]


def learn(
    take: Annotated[bool, typer.Option("--take", help="Use the new weights from now on")] = False,
    back: Annotated[
        bool,
        typer.Option("--back", help="Go back to the previous weights (in the end the shipped)"),
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Show which weights are in use, since when, from what")
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="ID", help="Leave this correction out; may be repeated"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
) -> None:
    """Trains with the corrections in the record and shows what would change. Nothing changes
    without --take; a running centre uses the new weights after `holdfast reload`.

    Weights that would miss an emergency of the phrase book are refused. See docs/triage.md.
    """
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # before numpy: more only wait for each other
    from router.records.database import RecordUnavailable
    from router.triage.learned import LearnedError

    if take + back + show > 1 or (without and (back or show)):
        fail("Choose one of --take, --back and --show. --without cannot go with --back or --show.")
    try:
        url, data_dir = load_record()
        if show:
            asyncio.run(tell(url, data_dir, as_json=as_json))
        elif back:
            asyncio.run(go_back(url, data_dir, as_json=as_json))
        else:
            asyncio.run(study(url, data_dir, take=take, without=without or [], as_json=as_json))
    except RecordUnavailable as error:
        fail(f"{error}\nNothing was changed.")
    except (SettingsError, LearnedError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or ''}: {error.strerror}. Nothing was changed.")


async def study(
    url: str,
    data_dir: Path,
    *,
    take: bool = False,
    without: Sequence[str] = (),
    as_json: bool = False,
    lesson: Lesson | None = None,
) -> None:
    """Trains, shows and, if that is asked for and nothing is lost, takes.

    Args:
        lesson: of another phrase book than the shipped one.

    Raises:
        RecordUnavailable, LearnedError, OSError: nothing was changed.
        typer.Exit: it was refused, in words.
    """
    from holdfast.clock import now_ms
    from holdfast.lab import lesson as room
    from holdfast.lab.learned_state import in_use_words
    from router.triage import learned

    database = await _record(url, data_dir)
    try:
        ground = await _ground(database, now_ms())
        unknown = sorted({*without} - {one.id for one in ground.corrections})
        if unknown:
            fail(f"not a correction in the record: {', '.join(unknown)}. Nothing was done.")
        in_use = learned.weights_in_use(data_dir)
        if not as_json:
            unused = f" ({in_use.fault})" if in_use.fault else ""
            _told(f"reading the phrase book; in use: {in_use_words(in_use)}{unused}", err=True)
        corrections = [one for one in ground.corrections if one.id not in without]
        if not corrections:
            await _nothing(database, data_dir, in_use, take, as_json)
            return
        shown = (lesson or room.Lesson()).shown(corrections, ground.recent, in_use)
        refused = bool(shown.lost)
        if take and not refused:
            made = room.made(shown, without, now_ms(), _who())
            await _taken(database, data_dir, shown, made, ground.there)
        if as_json:
            typer.echo(json.dumps(as_data(shown, take and not refused), ensure_ascii=False))
        else:
            typer.echo(room.words(shown, people=sys.stdout.isatty()))
        if refused:
            fail(room.refusal(shown))
        if not as_json:
            chosen = "".join(f" --without {one}" for one in without)
            told = (
                f"nothing was changed. To use these weights: holdfast triage learn --take{chosen}"
            )
            _told(_next(data_dir) if take else told)
    finally:
        await database.close()


async def _record(url: str, data_dir: Path) -> Database:
    """The record, if there is one of this version."""
    from holdfast.host.data_folder import no_record
    from router.records.database import Database
    from router.records.upgrades import head_revision

    if no_record(url):
        fail(f"no centre has run with {data_dir}. Set HOLDFAST_DATA_DIR to its folder.")
    database = Database(url)
    try:
        if await database.revision() == head_revision():
            return database
    except BaseException:
        await database.close()
        raise
    await database.close()
    fail("the record belongs to another version. Nothing was changed. Run: holdfast migrate")


async def _ground(database: Database, now: int) -> Ground:
    """The last correction of each message, and what people wrote recently."""
    from holdfast.lab.lesson import DAYS, MOST
    from router.records import corrections, messages
    from router.triage.learning import Correction

    async with database.read() as connection:
        listed = await corrections.listed(connection, 0)
        rows = await messages.came_since(connection, now - DAYS * DAY_MS, MOST)
    last = {(one.contact_id, one.text): one for one in reversed(listed)}
    found = [
        Correction(one.id, one.text, one.is_, one.kind == corrections.RAISED)
        for one in sorted(last.values(), key=lambda one: (one.at, one.id))
    ]
    recent = [f"{row.subject or ''}\n{corrections.own_words(row.text, row.folds)}" for row in rows]
    return Ground(found, frozenset(one.id for one in listed), recent)


async def _nothing(
    database: Database, data_dir: Path, in_use: InUse, take: bool, as_json: bool
) -> None:
    """There are no corrections; weights made from earlier ones are dropped with them."""
    from router.triage import learned

    known = learned.files(data_dir)
    if take and known:
        async with database.write() as connection:
            await _audit(connection, TAKEN, "shipped", {"corrections": 0, "by": _who()})
            learned.forget(known)
    if as_json:
        typer.echo(json.dumps({"corrections": 0, "taken": bool(take and known)}))
        return
    words = "the record has no corrections: there is nothing to learn from."
    if take and known:
        words += f" The shipped weights are in use again. {_hint(data_dir)}"
    elif in_use.learned is not None:
        words += " To go back to the shipped weights: holdfast triage learn --take"
    _told(words)


async def _taken(
    database: Database, data_dir: Path, shown: Shown, made: Any, there: frozenset[str]
) -> None:
    """Writes the file and its line in the audit, or neither. Earlier weights made from corrections
    that are gone are deleted: nobody can go back to them."""
    from router.triage import learned

    before, path = learned.files(data_dir), None
    detail = {"corrections": len(made.corrections), "without": len(made.without), "by": made.by}
    try:
        async with database.write() as connection:
            await _audit(connection, TAKEN, made.base, detail)
            path = learned.take(data_dir, learned.Learned(made, shown.outcome.moved))
    except BaseException:
        learned.forget([path] if path else [])
        raise
    learned.forget([old for old in before if not _made_of(old) <= there])


def _made_of(path: Path) -> set[str]:
    """Ids of a file's corrections; of one that is torn, none that could be there."""
    from router.triage import learned, shipped

    try:
        return {*learned.load(path, shipped.kept()).made.corrections}
    except learned.LearnedError:
        return {path.name}


async def go_back(url: str, data_dir: Path, *, as_json: bool = False) -> None:
    """Goes back to the weights before those in use, if all their corrections are still there.

    Raises:
        RecordUnavailable, OSError: nothing was changed.
        typer.Exit: there are none, in words.
    """
    from holdfast.lab.learned_state import in_use_words, state
    from router.records import corrections
    from router.triage import learned

    if not learned.files(data_dir):
        fail("the shipped weights are in use: there is nothing to go back to.")
    database = await _record(url, data_dir)
    try:
        async with database.write() as connection:
            there = {one.id for one in await corrections.listed(connection, 0)}
            await _audit(connection, BACK, learned.files(data_dir)[-1].name, {"by": _who()})
            learned.back(data_dir)
            while (known := learned.files(data_dir)) and not _made_of(known[-1]) <= there:
                learned.forget(known[-1:])  # made of corrections that are gone
    finally:
        await database.close()
    in_use = learned.weights_in_use(data_dir)
    if as_json:
        typer.echo(json.dumps(state(in_use, None)))
    else:
        _told(f"from now on: {in_use_words(in_use)}. {_hint(data_dir)}")


async def tell(url: str, data_dir: Path, *, as_json: bool = False) -> None:
    """Prints the weights in use, since when, by whom, and whether all corrections are there."""
    from holdfast.lab.learned_state import GONE, MEND, gone_of, in_use_words, state
    from router.triage import learned

    in_use = learned.weights_in_use(data_dir)
    gone = await gone_of(url, in_use)
    if as_json:
        typer.echo(json.dumps(state(in_use, gone)))
        return
    _told(f"in use: {in_use_words(in_use)}.{_unasked()}")
    if in_use.fault:
        _told(f"{in_use.fault} {MEND}")
    if gone is None:
        _told(
            "the record does not answer, so we do not know whether its corrections are all there."
        )
    elif gone:
        _told(f"{GONE.format(len(gone))} {MEND}")
    earlier = len(learned.files(data_dir)) - 1
    if in_use.learned is not None and earlier > 0:
        _told(f"{earlier} earlier weights are kept; to go back: holdfast triage learn --back")


def as_data(shown: Shown, taken: bool) -> dict[str, Any]:
    """What is shown, for programs; without the words of people."""
    return {
        "corrections": len(shown.corrections),
        "raised": sum(one.raised for one in shown.corrections),
        "unlearned": [one.id for one in shown.outcome.unlearned],
        "book": {"lines": shown.lines, "now": shown.now, "then": shown.then,
                 "by_language": {name: {"now": now, "then": then}
                                 for name, (now, then) in shown.languages.items()}},
        "last_days": {"read": shown.recent, "would_move": len(shown.moving), "moves": shown.moves},
        "lost": [{"line": one.line.text, "writer": one.line.writer,
                  "nearest": [x.id for x in one.nearest]} for one in shown.lost],
        "seconds": round(shown.seconds, 1),
        "taken": taken,
    }  # fmt: skip


def _next(data_dir: Path) -> str:
    return f"the new weights are saved. {_hint(data_dir)} To go back: holdfast triage learn --back"


def _hint(data_dir: Path) -> str:
    from holdfast.host.footing import running

    if running(data_dir) is None:
        return f"The centre uses them from its next start.{_unasked()}"
    return f"To make the running centre use them: holdfast reload.{_unasked()}"


def _unasked() -> str:
    """A note for configurations in which no text is read by weights."""
    named = os.environ.get("HOLDFAST_CONFIG")
    try:
        config = load_config(Path(named) if named else default_config_path())
    except SettingsError:
        return ""  # check-config reports it
    if config.triage.second_opinion:
        return ""
    return " [triage] second_opinion is off: until it is on, no text is read by weights."


def _who() -> str:
    """The user of this terminal; under sudo, the user who called it."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


async def _audit(connection: Any, action: str, subject: str, detail: dict[str, Any]) -> None:
    from holdfast.clock import now_ms
    from router.records import audit

    await audit.append(
        connection, actor=BY, action=action, subject=subject, detail=json.dumps(detail),
        now=now_ms(),
    )  # fmt: skip


def _told(words: str, *, err: bool = False) -> None:
    typer.echo(f"holdfast: {words}", err=err)
