"""What a channel hands to the intake, and the shape in which the record takes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from router.core.bidi import isolated
from router.core.severity import Channel, Severity
from router.core.text import clean

MAX_ADDRESS, MAX_NAME, MAX_NOTICE = 320, 200, 64
"""Characters that the record's columns take."""


def _name(given: str | None) -> str | None:
    return isolated(clean(given, MAX_NAME), MAX_NAME) if given else given


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the carrier reports."""

    carrier_id: str
    from_number: str
    to_number: str
    caller_name: str | None = None
    forwarded_from: str | None = None
    stir: str | None = None
    """What the carrier says of the number's signature (StirVerstat)."""

    def cleaned(self) -> Call:
        """As the record takes it."""
        return replace(
            self,
            from_number=clean(self.from_number, MAX_ADDRESS),
            to_number=clean(self.to_number, MAX_ADDRESS),
            caller_name=_name(self.caller_name),
            forwarded_from=clean(self.forwarded_from, MAX_ADDRESS) if self.forwarded_from else None,
        )


class Media(msgspec.Struct, frozen=True):
    """A picture or file that came with a text, at the carrier's."""

    url: str
    type: str


@dataclass(frozen=True, slots=True)
class Text:
    """A message on a text channel: a text (sms) or a mail that was read."""

    channel: Channel
    key: str
    from_address: str
    to_address: str
    text: str
    name: str | None = None
    subject: str | None = None
    html: str | None = None
    header_id: str | None = None
    refers_to: str | None = None
    raw: str | None = None
    carrier_id: str | None = None
    notice: str | None = None
    incident: str | None = None
    severity: Severity | None = None
    urgent_rule: str | None = None
    fresh: str | None = None
    """What is new in it, for triage and excerpts (a mail repeats what was said); None = all."""
    lowest: str | None = None
    """The rule by which it is S4 whatever its words say (automatic mail); None = triage."""

    opts_out: bool | None = None
    """They want no more texts (True), or texts again (False)."""

    media: tuple[Media, ...] = ()
    """Where the pictures that came with it can be fetched."""

    automatic: bool = False
    """No person wrote it, or nobody reads answers there: it gets no automatic answer."""
    folds: str | None = None
    """Which runs of `text` only repeat what was said before (JSON list of lengths); a page folds
    them."""
    written_by: str | None = None
    """The address that it came from, where another one is answered."""
    answer_to: str | None = None
    """The address to which it asks for answers, where they do not go."""
    apart: bool = False
    """It opens an incident of its own, also where its address has an open one."""
    named: str | None = None
    """Who is asked first, before the incident's owner: whoever wrote what came back."""

    def cleaned(self) -> Text:
        """As the record takes it."""

        def sane(value: str | None, limit: int | None = None) -> str | None:
            return None if value is None else clean(value, limit)

        return replace(
            self,
            from_address=clean(self.from_address, MAX_ADDRESS),
            to_address=clean(self.to_address, MAX_ADDRESS),
            text=clean(self.text),
            fresh=sane(self.fresh),
            subject=isolated(clean(self.subject)) if self.subject else self.subject,
            html=sane(self.html),
            name=_name(self.name),
            notice=sane(self.notice, MAX_NOTICE),
            header_id=sane(self.header_id, MAX_ADDRESS),
            refers_to=sane(self.refers_to),
            written_by=sane(self.written_by, MAX_ADDRESS),
            answer_to=sane(self.answer_to, MAX_ADDRESS),
        )
