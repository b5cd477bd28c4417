"""The demo's configuration: the file's own, with numbers to see what happens outside.

The file names none, for a real centre must never telephone an invented number.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from holdfast.settings.config_file import Also, load_config
from router.core.config import Config
from router.core.opening import OnCall, OutsideNumber

PHONE_PAGE = "+12065550170"
"""The telephone in the browser (/sandbox/phone) rings as who is on call."""

ON_CALL = OnCall(name="night_lead", word="Night lead", number=PHONE_PAGE)
OUTSIDE = OutsideNumber(
    name="poison_line", word="Animal poison line", number="+12065550155", acknowledge=False
)

INTERPRETERS = {"es": "+12065550157"}
"""Somebody of the sandbox answers there (channels/sandbox/people.toml)."""


def load_demo_config(path: Path, also: Also = lambda _config: ()) -> Config:
    """As `load_config`; where the file names nobody on call or outside, or no interpreter, the
    demo's stand there.

    Raises:
        SettingsError: with every fault found, each with its key path.
    """
    config = load_config(path, also)
    return msgspec.structs.replace(
        config,
        on_call=config.on_call or [ON_CALL],
        outside=config.outside or [OUTSIDE],
        interpreters=config.interpreters or INTERPRETERS,
    )
