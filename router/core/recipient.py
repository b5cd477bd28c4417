"""Whether somebody may be written to, before anything is sent. Pure.

An answer to whoever has written has fewer conditions than the first words to somebody who has not:
a number that wrote takes texts, whatever its country.
"""

from __future__ import annotations

from dataclasses import dataclass

from router.core import text_length
from router.core.dialling import Dialling
from router.core.model import Reply
from router.core.party import side_of
from router.core.severity import Channel
from router.core.snippets import unfilled

CHANNEL_OF = {"phone": Channel.SMS, "email": Channel.EMAIL}
"""By the kind of an address."""

SIDES = {"owner": "the owner's side", "sitter": "the sitter's side", "third": "a third party"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person at one address, as a party of one incident."""

    kind: str
    value: str
    opted_out: bool
    role: str | None

    @property
    def channel(self) -> Channel:
        return CHANNEL_OF[self.kind]


def refused(recipient: Recipient, dialling: Dialling | None = None) -> Reply | None:
    """Why nothing is sent there; None if it may be. `dialling`: its rule counts, because they have
    not written to us there."""
    if recipient.value.startswith("anonymous:"):
        return _no("Their number was withheld: nothing was sent, and they cannot be called.")
    if recipient.value.endswith(".invalid"):
        return _no("Their mail came without an address: nothing was sent. Call instead.")
    if recipient.opted_out:
        return _no("This person opted out of texts: nothing was sent. Call instead.")
    if dialling is not None and recipient.channel is Channel.SMS:
        no = dialling.text_refusal(recipient.value)
        return Reply(ok=False, code=no.code, text=f"Nothing was sent: {no.text}") if no else None
    return None


def too_long(text: str, channel: Channel) -> Reply | None:
    """A text that no carrier takes whole."""
    length = text_length.units(text) if channel is Channel.SMS else 0
    over = length - text_length.MOST
    if over <= 0:
        return None
    words = (
        f"{length:,} of {text_length.MOST:,}: {over:,} too many."
        " Nothing was sent: shorten it, or send it in parts."
    )
    return Reply(ok=False, code="bad_request", text=words)


def not_filled(*words: str) -> Reply | None:
    """A field of a snippet that nobody filled is not sent."""
    left = unfilled(" ".join(words))
    if not left:
        return None
    text = f"Nothing was sent: fill in {', '.join(left)} first."
    return Reply(ok=False, code="bad_request", text=text)


def another(shown: str | None, role: str | None) -> Reply | None:
    """The page showed them in another role than they have: whoever writes knows to whom."""
    if shown == role:
        return None
    side = SIDES.get(side_of(role) or "", "nobody has said whose side")
    words = f"Nothing was sent: they are {role or 'a caller'} here now ({side}). Read it again"
    return Reply(ok=False, code="too_late", text=words)


def _no(words: str) -> Reply:
    return Reply(ok=False, code="not_allowed", text=words)
