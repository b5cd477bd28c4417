"""One connection between two processes of a centre: words, and frames of sound, in order.

Words are JSON objects. A frame is its channel, its timestamp and its samples. The same bytes go
over a Unix socket on one machine and over TCP between two. Whoever connects proves that they know
the centre's secret before anything they say is heard; the words themselves are not encrypted, so
between machines this belongs on a network of one's own.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import structlog

log = structlog.get_logger(__name__)

Words = dict[str, Any]

LARGEST: Final = 1 << 20
"""Bytes of one message; more is nonsense, and ends the connection."""
STANDS: Final = 64 * 1024
"""Bytes that nobody takes: above it frames are left out, as a network would."""
HANGS: Final = 8 << 20
"""Bytes that nobody takes: the other end hangs, and the connection ends."""
PROOF_S: Final = 2.0
_WORDS, _FRAME = 0, 1
_HEAD: Final = struct.Struct(">IB")
_SOUND: Final = struct.Struct(">IBHI")
_CHANNEL: Final = struct.Struct(">HI")
_MASK: Final = 0xFFFFFFFF
_decoder = msgspec.json.Decoder(dict[str, Any])


def proof(key: bytes, nonce: str, proc: str) -> str:
    """What shows that `proc` knows the secret."""
    return hmac.new(key, f"link:{nonce}:{proc}".encode(), hashlib.sha256).hexdigest()


class Link(asyncio.Protocol):
    """One end of a connection. Its owner sets the three callbacks; none may block."""

    def __init__(self) -> None:
        self.peer = ""
        """The process at the other end, once it is known."""
        self.on_words: Callable[[Words], None] = lambda _words: None
        self.on_frame: Callable[[int, bytes, int], None] = lambda _channel, _payload, _timestamp: (
            None
        )
        self.on_lost: Callable[[], None] = lambda: None
        self.left_out = 0
        """Frames that nobody took in time."""
        self._transport: asyncio.Transport | None = None
        self._rest = bytearray()

    @property
    def closed(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def words(self, words: Words) -> None:
        """Says it to the other end; nothing, if it is gone."""
        self._write(_WORDS, msgspec.json.encode(words))

    def frame(self, channel: int, payload: bytes, timestamp: int) -> None:
        """Sound for a channel."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > STANDS:
            self.left_out += 1
            return
        head = _SOUND.pack(7 + len(payload), _FRAME, channel, timestamp & _MASK)
        transport.write(head + payload)

    def close(self) -> None:
        """Ends it, once all that was said is taken."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Ends it now: the other end is gone, or hangs, and would never take what was said."""
        if self._transport is not None:
            self._transport.abort()

    def _write(self, kind: int, body: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > HANGS:
            log.warning("link.hangs", peer=self.peer)
            self.abort()
            return
        transport.write(_HEAD.pack(1 + len(body), kind) + body)

    # -- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            self._rest += data
            data = bytes(self._rest)
        at, end = 0, len(data)
        try:
            while end - at >= 5:
                size, kind = _HEAD.unpack_from(data, at)
                if not 1 <= size <= LARGEST:
                    raise ValueError("a message of no possible size")
                if end - at - 4 < size:
                    break
                body = data[at + 5 : at + 4 + size]
                at += 4 + size
                if kind == _FRAME:
                    channel, timestamp = _CHANNEL.unpack_from(body)
                    self.on_frame(channel, body[6:], timestamp)
                elif kind == _WORDS:
                    self.on_words(_decoder.decode(body))
                else:
                    raise ValueError("a message of no known kind")
        except (ValueError, struct.error, msgspec.DecodeError) as error:
            log.warning("link.refused", peer=self.peer, reason=str(error)[:100])
            self.close()
            return
        self._rest = bytearray(data[at:])

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.on_lost()


class _Asked(Link):
    """The end that was connected to: it hears nothing before the proof."""

    def __init__(self, key: bytes, proc: str, met: Callable[[Link], None]) -> None:
        super().__init__()
        self._key, self._proc, self._met = key, proc, met
        self._nonce = secrets.token_hex(16)
        self.on_words = self._proven
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._late = asyncio.get_running_loop().call_later(PROOF_S, self.close)
        self.words({"nonce": self._nonce})

    def connection_lost(self, exc: Exception | None) -> None:
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)

    def _proven(self, words: Words) -> None:
        proc, given = words.get("proc"), words.get("proof")
        if not (isinstance(proc, str) and isinstance(given, str) and given.isascii()):
            raise ValueError("no proof")
        if not hmac.compare_digest(given, proof(self._key, self._nonce, proc)):
            raise ValueError("a wrong proof")
        if self._late is not None:
            self._late.cancel()
        self.peer, self.on_words = proc, lambda _words: None
        self.words({"proc": self._proc})
        self._met(self)


async def listen(
    address: str, key: bytes, proc: str, met: Callable[[Link], None]
) -> asyncio.AbstractServer:
    """Takes connections at `unix:/path` or `tcp:host:port`; `met` is given each that has proven
    itself. Raises OSError."""
    loop = asyncio.get_running_loop()
    kind, _, where = address.partition(":")

    def make() -> Link:
        return _Asked(key, proc, met)

    if kind == "unix":
        _room_for(Path(where))
        return await loop.create_unix_server(make, where)
    host, _, port = where.rpartition(":")
    return await loop.create_server(make, host, int(port))


def _room_for(path: Path) -> None:
    """Nobody else comes into its folder; what an earlier process left there is gone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)


async def connect(address: str, key: bytes, proc: str) -> Link:
    """A connection to the process that listens there.

    Raises:
        OSError: nobody is there, or they do not take us for one of this centre.
    """
    loop = asyncio.get_running_loop()
    kind, _, where = address.partition(":")
    link = Link()
    known: asyncio.Future[None] = loop.create_future()

    def met(words: Words) -> None:
        if "nonce" in words:
            link.words({"proc": proc, "proof": proof(key, str(words["nonce"]), proc)})
        elif isinstance(words.get("proc"), str) and not known.done():
            link.peer = words["proc"]
            link.on_words = lambda _words: None
            known.set_result(None)

    def lost() -> None:
        if not known.done():
            known.set_exception(ConnectionError("it ended the connection"))

    link.on_words, link.on_lost = met, lost
    try:
        async with asyncio.timeout(PROOF_S):
            if kind == "unix":
                await loop.create_unix_connection(lambda: link, where)
            else:
                host, _, port = where.rpartition(":")
                await loop.create_connection(lambda: link, host, int(port))
            await known
    except BaseException:  # such as: it hangs; without this our end stayed open as long
        link.abort()
        raise
    link.on_lost = lambda: None
    return link
