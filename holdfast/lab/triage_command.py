"""`holdfast triage`: how the centre would judge each line of standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from holdfast.accounts.commands import fail
from holdfast.lab.learn_command import learn
from holdfast.settings.environment import SettingsError, default_config_path, load_config

if TYPE_CHECKING:
    from router.triage.judging import Judgement


class JudgedLine(msgspec.Struct):
    """One line of output with --json."""

    text: str
    severity: int
    queue: str
    needs: list[str]
    confidence: float
    why: list[str]


triage_app = typer.Typer(invoke_without_command=True)
triage_app.command()(learn)


@triage_app.callback()
def triage(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
    config: Annotated[Path | None, typer.Option(help="Queues and the centre's own words")] = None,
) -> None:
    """Judges each line of standard input: severity, confidence, queue, needs and reasons.

    It uses the weights in use; `holdfast triage learn` makes new ones from corrections.
    """
    if context.invoked_subcommand is not None:
        return
    try:
        settings = load_config(config or default_config_path())
    except SettingsError as error:
        fail(str(error))
    from router.triage.judging import Judge
    from router.triage.learned import weights_in_use

    in_use = weights_in_use(Path(os.environ.get("HOLDFAST_DATA_DIR") or "var").resolve())
    if in_use.fault:
        typer.echo(f"holdfast: {in_use.fault} The shipped weights are in use.", err=True)
    judge = Judge.of(settings, in_use.reader())
    write = sys.stdout.write
    for text in _lines(sys.stdin.buffer):
        found = judge.judge(text)
        told = JudgedLine(text, found.severity, found.queue, list(found.needs), found.confidence,
                    list(found.why))  # fmt: skip
        if as_json:
            write(msgspec.json.encode(told).decode() + "\n")
        else:
            write(
                f"S{told.severity}  {_sure(found):6}  {told.queue:10}  {' '.join(told.needs):9}"
                f"  {' · '.join(told.why):40.80}  {text[:100]}\n"
            )


def _sure(found: Judgement) -> str:
    """The confidence as the desk shows it; empty where a list of the centre decided."""
    if found.unsure:
        return "unsure"
    return "" if found.by_rule else f"{found.confidence:4.0%}".replace("%", " %")


def _lines(raw: Iterable[bytes]) -> Iterator[str]:
    """Lines without their line break; bytes that are not UTF-8 become U+FFFD."""
    for line in raw:
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")
