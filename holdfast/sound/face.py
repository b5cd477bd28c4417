"""What desks, webhooks and the index's keeper need of the sound of calls, wherever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from holdfast.sound.standing import About
from router.core.model import Snapshot, Step
from router.core.rebuild_facts import CallerStream
from softphone.echo import Spoken
from softphone.plans import Event

Hears = Callable[[Event], None]
PageNumbers = tuple[float, float, float, float | None]
"""What a page measured of what it hears: round trip in ms, share lost, jitter in ms, jitter buffer
in ms (None: not known)."""


class Sound(Protocol):
    """Names of people are accounts, boards (`router.core.beside`) and lines
    (`router.core.consult`)."""

    listeners: list[Hears]
    """Hear all that becomes of calls."""
    apart: bool
    """It is in processes of its own, and goes on without this one."""
    again: Callable[[str], None]
    """Told whose page should build its sound anew."""

    @property
    def busy(self) -> bool:
        """A caller's sound is in this very process."""

    def places(self) -> Mapping[str, About]:
        """The processes of their own that carry sound, by their names."""

    def tally(self) -> tuple[int, int]:
        """How many calls and numbers outside, and how many pages, have their sound here."""

    # The index

    def adopt(self, snapshot: Snapshot) -> None:
        """All there is, when this process begins, or after the index was rebuilt."""

    def on_step(self, step_id: str, step: Step) -> None:
        """A listener of the stream of steps."""

    def report_all(self) -> None:
        """Everything is told to the index again."""

    def report_agent(self, agent: str) -> None:
        """Whether their sound is up is told to the index again."""

    async def streams(self) -> list[CallerStream]:
        """Callers on a stream of ours, and who has them."""

    # Calls

    def stream_url(self, name: str) -> str | None:
        """The beginning of the address at which the carrier opens the stream of this contact, or of
        this number outside; "": ours; None: nobody carries sound at this moment."""

    def close_stream(self, contact: str, reason: str) -> None:
        """The carrier then asks what to do."""

    async def digits(self, contact: str, keys: str) -> bool:
        """The caller hears telephone keys. False: nobody talks, or it is not a key."""

    # Pages

    async def answer(self, who: str, epoch: int, sdp: str, page_host: str) -> str:
        """The answer to a page's offer of sound; `epoch` outranks every older one.

        Raises:
            OfferError: it cannot be answered; in words for the agent.
            TimeoutError: it was not answered.
        """

    def page_says(self, who: str, numbers: PageNumbers) -> None:
        """What their page measured."""

    async def heard(self, who: str) -> bool:
        """True while sound can flow between their page and us; what just comes up is waited for."""

    def where(self, who: str) -> str | None:
        """The process with their sound, while it is up."""

    def forget_agent(self, agent: str) -> None:
        """They signed out."""

    async def echo(self, agent: str, measured: Callable[[Spoken], None]) -> bool:
        """They speak for five seconds and hear it back; a call ends it. False: they have no sound,
        or a call."""

    def end_echo(self, agent: str) -> None:
        """What they said is forgotten."""

    # The end

    async def drain(self, reason: str) -> None:
        """This process ends; sound in it ends, and closed it is when this returns."""
