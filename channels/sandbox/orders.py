"""Bodies of the control API's requests: what the sandbox may be told to do."""

from __future__ import annotations

import msgspec

from channels.sandbox.options import EMERGENCY_LINE
from channels.sandbox.party import Plan


class NewCall(msgspec.Struct, forbid_unknown_fields=True):
    """POST /_sandbox/calls."""

    to: str = EMERGENCY_LINE
    from_: str = msgspec.field(default="+12065550142", name="from")
    plan: Plan = msgspec.field(default_factory=Plan)
    forwarded_from: str = ""
    caller_name: str = ""
    stir: str = "TN-Validation-Passed-A"


class NewMedia(msgspec.Struct, forbid_unknown_fields=True):
    """A picture or file that goes with a text; `body` in base64."""

    type: str
    body: bytes


class NewText(msgspec.Struct, forbid_unknown_fields=True):
    """POST /_sandbox/texts. `opt_out`: what the account takes the body to mean (OptOutType)."""

    body: str
    media: list[NewMedia] = []
    opt_out: str = ""
    to: str = EMERGENCY_LINE
    from_: str = msgspec.field(default="+12065550142", name="from")


class NewMail(msgspec.Struct, forbid_unknown_fields=True):
    """POST /_sandbox/mails. `raw` (base64) is sent as it is; otherwise a message is composed."""

    from_: str = msgspec.field(default="dana@sandbox.example", name="from")
    subject: str = ""
    body: str = ""
    to: str = ""
    html: str = ""
    in_reply_to: str = ""
    name: str = ""
    auto: bool = False
    raw: bytes | None = None


class Digits(msgspec.Struct, forbid_unknown_fields=True):
    """POST /_sandbox/calls/{sid}/digits."""

    digits: str


class Script(msgspec.Struct, forbid_unknown_fields=True):
    """POST /_sandbox/script. every_s: least and most seconds between two people."""

    on: bool
    every_s: tuple[float, float] = (10.0, 25.0)
    at_most: int = 6
    name: str | None = None
