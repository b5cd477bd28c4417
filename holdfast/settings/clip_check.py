"""A configuration file together with the clips that it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from holdfast.clips import ClipFiles
from holdfast.settings.faults import Fault, SettingsError
from router.core.config import Config


def with_clips(files: ClipFiles, read: Callable[[Path], Config]) -> Callable[[Path], Config]:
    """`read`, which then also looks at every clip.

    Raises (when called):
        SettingsError: every fault of the file, or else every clip that cannot be played.
    """

    def both(path: Path) -> Config:
        config = read(path)
        found = [told.partition(": ") for told in files.faults(config)]
        if found:
            mend = "Until then the words are said."
            raise SettingsError(*(Fault(f"{path}: {key}", f"{it}.", mend) for key, _, it in found))
        return config

    return both
