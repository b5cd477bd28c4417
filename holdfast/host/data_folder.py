"""The data folder is private: it holds what people said in their worst hour."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private(folder: Path) -> None:
    """Makes the folder (0700) where there is none, closes its contents to others (files 0600,
    folders 0700), and makes sure that this process and its children create nothing open there.
    Files that belong to somebody else cannot be closed and are reported on standard error.

    Raises:
        OSError: the folder cannot be made.
    """
    os.umask(OTHERS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept_open = 0
    for place, _, names in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in names)):
            kept_open += not _closed(path)
    if kept_open:
        sys.stderr.write(
            f"holdfast: others on this machine may read {kept_open} files or folders in {folder}, "
            f"which belong to somebody else. Give them to this user: chown -R, then chmod -R go=.\n"
        )


def _closed(path: str) -> bool:
    try:
        mode = os.lstat(path).st_mode
        if not mode & OTHERS or stat.S_ISLNK(mode):
            return True
        os.chmod(path, stat.S_IMODE(mode) & ~OTHERS)
    except FileNotFoundError:
        return True  # it ended meanwhile
    except OSError:
        return False
    return True


def no_record(url: str) -> bool:
    """Whether there is no record yet. SQLite would create an empty file by looking."""
    return url.startswith("sqlite") and not Path(url.partition("///")[2]).exists()
