"""Where the sound of calls is, for a supervisor: which processes carry it, and what each has."""

from __future__ import annotations

from msgspec import to_builtins

from holdfast.desk.hub import Page
from holdfast.desk.intents import Nothing, Result, intent
from holdfast.http.access import Permission
from holdfast.sound.face import Sound


class SoundPlaces:
    """Handler of `sound_places`."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound

    @intent("sound_places", Nothing, Permission.QUEUE_STEER, desk_only=False)
    async def _places(self, _page: Page, _form: Nothing) -> Result:
        """Each process, by its name; none: sound is where the pages are."""
        names = ("calls", "pages", "lent", "core", "late_ms", "full", "draining", "since")
        return {
            "places": [
                {"name": proc, **{name: to_builtins(about)[name] for name in names}}
                for proc, about in sorted(self._sound.places().items())
            ]
        }
