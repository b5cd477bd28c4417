"""A process is a list of parts: what each serves, what each runs, what each hears, how each ends.

A part is built from the house, takes from it what it needs and puts there what others may need. A
new feature is one more file here and one more line in roles.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from router.centre import Centre
from router.core.model import Step

if TYPE_CHECKING:  # a router serves nothing, and loads no server
    from holdfast.http.access import Route

T = TypeVar("T")

Work = Callable[[], Coroutine[Any, Any, Any]]
OnStep = Callable[[str, Step], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One of a process."""

    routes: Sequence[Route] = ()
    tasks: Mapping[str, Work] = field(default_factory=dict)
    """By their names; each runs until the process ends, and ends it if it fails."""
    listeners: Sequence[OnStep] = ()
    """Hear each step of the index, in order."""
    drain: Callable[[], Awaitable[None]] | None = None
    """What is left to do when nobody is served any more; at most DRAIN_S (`processes.life`)."""
    close: Callable[[], Awaitable[None]] | None = None
    inner: Callable[[], Iterable[Any]] = tuple
    """Tasks that its tasks have started; ending those ends these too."""


class House:
    """What the parts of one process share, each by its type: two of one kind are a fault."""

    def __init__(self, centre: Centre, *things: object) -> None:
        self.centre = centre
        self._things: dict[type, Any] = {}
        for thing in things:
            self.keep(type(thing), thing)

    def keep(self, kind: type[T], thing: Any) -> Any:
        """Puts `thing` there for parts that ask for `kind`.

        Raises:
            ValueError: there is one already.
        """
        if kind in self._things:
            raise ValueError(f"two of {kind.__name__} in one process")
        self._things[kind] = thing
        return thing

    def __getitem__(self, kind: type[T]) -> T:
        """Raises LookupError if no earlier part has put one there."""
        if kind not in self._things:
            raise LookupError(f"no part of this process has a {kind.__name__}")
        return self._things[kind]  # type: ignore[no-any-return]

    def get(self, kind: type[T]) -> T | None:
        """None: no part of this process has one."""
        return self._things.get(kind)


Builder = Callable[[House], Part]
