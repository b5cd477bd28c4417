"""One connection between two processes of a centre: words, and frames of sound, in order.

Words are JSON objects. A frame is its channel, its timestamp and its samples. The same bytes go
over a Unix socket on one machine and over TCP between two. Both ends prove that they know the
centre's secret, each with a fresh number of the other's, before anything that the other says is
heard and before anything else is said to it. The words themselves are not encrypted, so between
machines this belongs on a network of one's own.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass
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


class Stranger(ConnectionError):
    """Whoever listens there does not know the centre's secret; they heard nothing but our proof."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What both ends of one connection prove themselves by."""

    asked: str
    """The fresh number of the end that was connected to."""
    asks: str
    """That of the end that connected."""
    proc: str
    """The process that connected."""

    def proof(self, key: bytes, answers: str | None = None) -> str:
        """Of the end that connected, or of `answers`, the process that it connected to. Neither
        can be used for the other, or for another connection."""
        said = msgspec.json.encode(["link", self.asked, self.asks, self.proc, answers])
        return hmac.new(key, said, hashlib.sha256).hexdigest()

    def proven(self, given: object, key: bytes, answers: str | None = None) -> bool:
        """`given` is that proof."""
        whole = isinstance(given, str) and given.isascii()
        return whole and hmac.compare_digest(cast(str, given), self.proof(key, answers))


def _nonce() -> str:
    return secrets.token_hex(16)


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
        self._nonce = _nonce()
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
        proc, nonce = words.get("proc"), words.get("nonce")
        if not (isinstance(proc, str) and isinstance(nonce, str)):
            raise ValueError("no proof")
        meeting = Meeting(self._nonce, nonce, proc)
        if not meeting.proven(words.get("proof"), self._key):
            raise ValueError("a wrong proof")
        if self._late is not None:
            self._late.cancel()
        self.peer, self.on_words = proc, lambda _words: None
        self.words({"proc": self._proc, "proof": meeting.proof(self._key, self._proc)})
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


class _Asks(Link):
    """The end that connected: it hears nothing, and says nothing but its proof, before the other
    end's."""

    def __init__(self, key: bytes, proc: str) -> None:
        super().__init__()
        self._key, self._proc = key, proc
        self._meeting: Meeting | None = None
        self.known: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_words, self.on_lost = self._answered, self._ended

    def _answered(self, words: Words) -> None:
        match words:
            case {"nonce": str(asked)} if self._meeting is None:
                self._meeting = meeting = Meeting(asked, _nonce(), self._proc)
                given = meeting.proof(self._key)
                self.words({"proc": meeting.proc, "nonce": meeting.asks, "proof": given})
            case {"proc": str(proc)} if self._meeting is not None:
                if not self._meeting.proven(words.get("proof"), self._key, proc):
                    self._refuse("it does not know our secret")
                    return
                self.peer = proc
                self.on_words = self.on_lost = _nothing
                self.known.set_result(None)
            case _:
                self._refuse("it proves nothing")

    def _refuse(self, reason: str) -> None:
        if not self.known.done():
            self.known.set_exception(Stranger(reason))
        self.abort()

    def _ended(self) -> None:
        if not self.known.done():
            self.known.set_exception(ConnectionError("it ended the connection"))


def _nothing(*_said: object) -> None: ...


async def connect(address: str, key: bytes, proc: str) -> Link:
    """A connection to the process that listens there.

    Raises:
        Stranger: whoever listens there does not know the secret.
        OSError: nobody is there, or they do not take us for one of this centre.
    """
    loop = asyncio.get_running_loop()
    kind, _, where = address.partition(":")
    link = _Asks(key, proc)
    try:
        async with asyncio.timeout(PROOF_S):
            if kind == "unix":
                await loop.create_unix_connection(lambda: link, where)
            else:
                host, _, port = where.rpartition(":")
                await loop.create_connection(lambda: link, host, int(port))
            await link.known
    except BaseException:  # such as: it hangs; without this our end stayed open as long
        link.abort()
        raise
    return link
