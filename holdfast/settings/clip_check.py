"""A configuration file together with the clips that it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from holdfast.clips import ClipFiles
from holdfast.settings.config_file import Also
from router.core.config import Config


class Read(Protocol):
    def __call__(self, path: Path, also: Also = ...) -> Config: ...


def with_clips(files: ClipFiles, read: Read) -> Callable[[Path], Config]:
    """`read`, which then also looks at every clip.

    Raises (when called):
        SettingsError: every fault of the file, and every clip that cannot be played.
    """

    return lambda path: read(path, files.faults)
