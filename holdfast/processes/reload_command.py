"""`holdfast reload`: asks the centre that runs on a data folder, and waits for its answer."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from holdfast.host.footing import running
from holdfast.settings.config_file import RESULT

WAIT_S = 10.0
LOOK_S = 0.05


class ReloadError(Exception):
    """What happened, what is safe, what to do."""


def reload_running(data_dir: Path) -> str:
    """Words about what changed.

    Raises:
        ReloadError: nothing was changed, or nobody answered.
    """
    parent = running(data_dir)
    if parent is None:
        raise ReloadError(
            f"No holdfast runs on the data folder {data_dir}. "
            "Set HOLDFAST_DATA_DIR to the running one's folder. A start reads the file anyway."
        )
    result = data_dir / RESULT
    result.unlink(missing_ok=True)
    os.kill(parent, signal.SIGUSR1)
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        try:
            return _words(json.loads(result.read_text(encoding="utf-8")))
        except FileNotFoundError:
            time.sleep(LOOK_S)
    raise ReloadError(
        f"The centre (process {parent}) did not answer within {WAIT_S:.0f} s. "
        "Look in its log for config.reloaded or config.refused."
    )


def _words(outcome: dict[str, list[str]]) -> str:
    if faults := outcome.get("faults"):
        raise ReloadError("\n".join([*faults, "Nothing was changed."]))
    warnings = [f"holdfast: warning: {warning}" for warning in outcome["warnings"]]
    if not outcome["changed"]:
        words = ["holdfast: the file has not changed; there is nothing to do."]
        return "\n".join([*words, *warnings])
    words = [f"holdfast: changed: {', '.join(outcome['changed'])}"]
    if outcome["later"]:
        words.append(
            f"holdfast: applies at the worker's restart (SIGHUP): {', '.join(outcome['later'])}"
        )
    words += [f"holdfast: {moved}" for moved in outcome["moved"]]
    return "\n".join([*words, *warnings])
