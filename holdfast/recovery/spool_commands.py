"""`holdfast spool list | again | show`: what the record refused, from the machine's own terminal.

Lists show no personal data: only kind, time, size and reason. Only `show` prints an arrival itself.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from holdfast.accounts.commands import fail
from holdfast.host.footing import running
from router.intake.spool_folder import AGAIN, ASIDE, WHY, Kept, names_in, try_again

WAIT_S = 10.0
LOOK_S = 0.1
KINDS = {
    "call": "a call",
    "call_end": "the end of a call",
    "voicemail": "a message that was left",
    "sms": "a text",
    "sms_status": "the status of a text we sent",
    "mail": "a mail",
}
WHAT_TO_DO = """
They are kept whole. Fix the cause (see spool.set_aside in the log and the lines before it; an
update may have fixed it already), then:
  holdfast spool again         tries all of them again, or only those you name
  holdfast spool show NAME     prints one as it was sent, with people's numbers and words
A torn one was cut off by a power loss and cannot be recorded: answer its sender, delete it."""

spool_app = typer.Typer(no_args_is_help=True, help="Arrivals that the record refused.")


@spool_app.command(name="list")
def spool_list() -> None:
    """Lists what is set aside: kind, time, size, and why the record refused it."""
    folder = _folder()
    names = _set_aside(folder)
    if not names:
        typer.echo("holdfast: nothing is set aside.")
        return
    for name in names:
        typer.echo(f"{name}  {_words(folder / ASIDE / name)}")
    typer.echo(WHAT_TO_DO)


@spool_app.command(name="again")
def spool_again(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...")] = None,
) -> None:
    """Tries to record what was set aside: all of it, or only what you name."""
    folder = _folder()
    there = _set_aside(folder)
    unknown = [name for name in names or () if name not in there]
    if unknown:
        fail(f"not set aside: {', '.join(unknown)}. Nothing was done. See: holdfast spool list")
    wanted = names or there
    if not wanted:
        typer.echo("holdfast: nothing is set aside.")
        return
    try:
        for name in wanted:
            try_again(folder, name)
    except OSError as error:
        fail(f"{folder} cannot be changed: {error.strerror}. Nothing is lost.")
    if running(folder.parent) is None:
        typer.echo(f"holdfast: {len(wanted)} will be tried when the centre starts.")
        return
    deadline = time.monotonic() + WAIT_S
    waiting = _pending(folder, wanted)
    while waiting and time.monotonic() < deadline:
        time.sleep(LOOK_S)
        waiting = _pending(folder, wanted)
    aside = names_in(folder / ASIDE)
    refused = [name for name in wanted if name in aside and name not in waiting]
    recorded = len(wanted) - len(waiting) - len(refused)
    typer.echo(f"holdfast: {recorded} recorded, {len(waiting)} still being tried.")
    for name in refused:
        typer.echo(f"holdfast: refused again: {name}  {_words(folder / ASIDE / name)}", err=True)
    if refused:
        raise typer.Exit(1)


@spool_app.command(name="show")
def spool_show(name: str) -> None:
    """Prints one that is set aside, as it was sent, with people's numbers and words."""
    folder = _folder()
    path = folder / ASIDE / name
    if name not in _set_aside(folder):
        fail(f"not set aside: {name}. See: holdfast spool list")
    kept = _head(path)
    if kept is None:
        fail(f"its first line is incomplete: {path}")
    typer.echo(msgspec.json.format(msgspec.json.encode(kept), indent=2).decode())
    typer.echo(f"{kept.size} bytes follow the first line of {path}")


def _folder() -> Path:
    return Path(os.environ.get("HOLDFAST_DATA_DIR") or "var").resolve() / "spool"


def _set_aside(folder: Path) -> list[str]:
    if not folder.is_dir():
        fail(f"no centre has run with {folder.parent}. Set HOLDFAST_DATA_DIR to its folder.")
    try:
        return names_in(folder / ASIDE)
    except OSError as error:
        fail(
            f"{folder} cannot be read: {error.strerror}. Nothing was done; run this as the centre's"
            " user, or as root."
        )


def _pending(folder: Path, names: list[str]) -> list[str]:
    """Those not yet recorded or refused; looked up in the order they move, so none is missed."""
    before = {*names_in(folder / AGAIN)} | {*names_in(folder)}
    return [name for name in names if name in before]


def _words(path: Path) -> str:
    kept, kind = _head(path), path.suffix.removeprefix(".")
    at = kept.at if kept else int(path.name.partition("-")[0])
    came = datetime.fromtimestamp(at / 1000, UTC)
    try:
        size = path.stat().st_size
        why = path.with_name(path.name + WHY).read_text(encoding="utf-8")
    except OSError:
        size, why = 0, "the reason was not kept; see the log"
    return f"{KINDS.get(kind, kind)}, came {came:%Y-%m-%d %H:%M:%S} UTC, {size} bytes: {why}"


def _head(path: Path) -> Kept | None:
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.readline(), type=Kept)
    except (OSError, msgspec.DecodeError):
        return None
