"""What callers hear, as parts of the carrier's documents: a clip's address, or words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from channels.twilio.twiml import Part, Words
from router.core.called import Spoken
from router.core.config import Config
from router.core.model import LiveContact
from router.core.said import Said, Saying, saying
from router.core.sentences import MUSIC


def spoken(parts: Iterable[Spoken]) -> list[Part]:
    """For somebody whom we call, by the carrier's usual voice of each language."""
    return [Words(one.words, one.tag) for one in parts]


class Prompts:
    """Of the configuration as it stands at the moment of asking."""

    def __init__(
        self,
        config: Callable[[], Config],
        public_url: str,
        clip: Callable[[str], str | None] = lambda _name: None,
    ) -> None:
        """`clip`: the path of a clip's address; None: it cannot be played now."""
        self._config = config
        self._public_url = public_url
        self._clip = clip

    def of(self, line: str) -> Saying:
        """For whoever has chosen nothing yet: every language of the line."""
        return saying(self._config(), line)

    def for_(self, live: LiveContact) -> Saying:
        """For a caller, in the language of their queue if it has one, or that they are known to
        speak."""
        return saying(self._config(), live.line, live.queue, live.language)

    def part(self, said: Said) -> Part:
        path = self._clip(said.clip) if said.clip else None
        if path is None:
            return Words(said.words, said.tag, said.voice)
        return f"{self._public_url}{path}"

    def parts(self, said: Iterable[Said]) -> list[Part]:
        """A clip that cannot be played leaves its words; without either, nothing."""
        found = (self.part(one) for one in said)
        return [it for it in found if not isinstance(it, Words) or it.text.strip()]

    def says(self, live: LiveContact, *parts: tuple[str, Mapping[str, object]]) -> list[Part]:
        """Several sentences for a caller, all of them in one language, then in the next."""
        return self.parts(self.for_(live).turns(*parts))

    def music(self, saying: Saying) -> list[Part]:
        path = self._clip(saying.music) or self._clip(MUSIC)
        return [f"{self._public_url}{path}"] if path else []
