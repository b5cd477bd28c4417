"""The files of static/, under an address of their version, and the pages that name them.

A page names `/static/<version>/desk/app.js`; modules and styles name each other by relative paths,
and so stay at that address. The version is made of the names and contents of all files: the same in
each process and on each host that has the same ones, another as soon as one of them is another. So
a browser may keep what it has from the present version for ever, and asks for nothing at its second
visit; after an upgrade the page, which it never keeps, names other addresses, and no two versions
are mixed. Whoever asks for an older version (a page that was open before) or for none gets the
present file, and has to ask again each time.

Text is packed once, in a thread, as its file is read, and stays in memory: a few hundred kilobytes,
never more than the folder holds. Only what a look found is served, so no path leads out of it.
"""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
import os
import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from aiohttp import web

from holdfast.http.clips_site import FOR_EVER

ASK_AGAIN = "no-cache"
ADDRESS = re.compile(r"(?:([0-9a-f]{12})/)?(.+)")
TEXT = (".css", ".html", ".js", ".json", ".mjs", ".svg")

mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class File:
    """One of the folder, as it was read."""

    path: Path
    mark: tuple[int, int]
    """Its size and when it was written: while these are the same, it is not read again."""
    digest: str
    packed: bytes | None = field(repr=False)
    """With gzip; None: it is no text."""


@dataclass(frozen=True, slots=True)
class Folder:
    """All of them, by the path in it, as one look found them."""

    version: str
    files: dict[str, File]


class StaticFiles:
    """Of this process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder
        self._folder = Folder("", {})
        self._lock = Lock()

    def look(self) -> Folder:
        """The folder as it is now. In a thread: a millisecond; the first time, a tenth of a second.

        Each page looks, so that whoever edits a file sees it when they reload."""
        with self._lock:
            before, files = self._folder.files, {}
            for name, entry in _walk(self._path):
                try:
                    stat = entry.stat(follow_symlinks=False)
                    mark = (stat.st_size, stat.st_mtime_ns)
                    old = before.get(name)
                    files[name] = old if old and old.mark == mark else _read(entry.path, mark)
                except OSError:  # an upgrade is under way
                    continue
            told = "".join(f"{name} {files[name].digest}\n" for name in sorted(files))
            self._folder = Folder(_digest(told.encode())[:12], files)
            return self._folder

    def page(self, name: str) -> Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]:
        """A handler that answers with one of our pages."""

        def written(packs: bool) -> tuple[bytes, str]:
            version = self.look().version
            text = (self._path / name).read_bytes()
            text = text.replace(b'"/static/', f'"/static/{version}/'.encode())
            return _pack(text) if packs else text, _digest(text)

        async def answer(request: web.Request) -> web.StreamResponse:
            packs = _takes_gzip(request)
            try:
                body, digest = await asyncio.to_thread(written, packs)
            except FileNotFoundError:  # an upgrade is under way
                raise web.HTTPNotFound from None
            return _answer(request, body, digest, "text/html", ASK_AGAIN, packed=packs)

        return answer

    async def file(self, request: web.Request) -> web.StreamResponse:
        """`/static/{path}`. The present version's text comes from memory, as it was when that
        version was read; all else is looked at first."""
        found = ADDRESS.fullmatch(request.match_info["path"])
        if found is None:
            raise web.HTTPNotFound
        version, name = found.groups()
        packs = _takes_gzip(request) and "Range" not in request.headers
        folder = self._folder
        file = folder.files.get(name)
        if version != folder.version or file is None or not (packs and file.packed):
            folder = await asyncio.to_thread(self.look)
            file = folder.files.get(name)
        if file is None:
            raise web.HTTPNotFound
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        keep = FOR_EVER if version == folder.version else ASK_AGAIN
        if packs and file.packed:
            return _answer(request, file.packed, file.digest, kind, keep, packed=True)
        headers = {"Cache-Control": keep, "Content-Type": kind}
        if file.packed:
            headers["Vary"] = "Accept-Encoding"
        return web.FileResponse(file.path, headers=headers)


def _walk(folder: Path | str, above: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every file with its path in the folder; no links, nothing hidden."""
    try:
        entries = list(os.scandir(folder))
    except OSError:  # an upgrade is under way
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, f"{above}{entry.name}/")
        elif entry.is_file(follow_symlinks=False):
            yield above + entry.name, entry


def _read(path: str, mark: tuple[int, int]) -> File:
    content = Path(path).read_bytes()
    packed = _pack(content) if path.endswith(TEXT) else None
    return File(Path(path), mark, _digest(content), packed)


def _pack(text: bytes) -> bytes:
    return gzip.compress(text, mtime=0)


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _takes_gzip(request: web.Request) -> bool:
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";")
        if coding == "gzip":
            return re.fullmatch(r"q=0(\.0*)?", weight) is None
    return False


def _answer(
    request: web.Request, body: bytes, digest: str, kind: str, keep: str, *, packed: bool = False
) -> web.Response:
    """The whole text, or that it is still what the browser has."""
    tag = f"{digest}-gzip" if packed else digest
    headers = {"Cache-Control": keep, "ETag": f'"{tag}"', "Vary": "Accept-Encoding"}
    if any(it.value in (tag, "*") for it in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)
