"""A network of one's own between a browser and the centre: it fails, sleeps, and changes addresses.

async with running_line(centre.port) as line:
    page = await signed_in(browser, line.url, ..., line.script)

HTTP and the page's socket go through a proxy, sound through a router of addresses (NAT), of which
the page is told by `script`: it takes our candidate's port and gives none of its own, as in a
network where nothing else is reachable.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

Address = tuple[str, int]


class _Carried:
    """One TCP connection, both of its ends."""

    def __init__(self, line: Line, here: asyncio.StreamWriter, there: asyncio.StreamWriter) -> None:
        self.here, self.there = here, there
        self.is_socket = False
        self.dead = False
        """Its ends are not told: what is written disappears."""
        self._line = line

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if writer is self.there and b"upgrade: websocket" in data[:2000].lower():
                self.is_socket = True
            if self.dead:
                continue
            writer.write(data)
            await writer.drain()
        if not self.dead:
            raise EOFError
        await self._line.over.wait()


class Line:
    """The line and what becomes of it."""

    def __init__(self, to_port: int, port: int) -> None:
        self._to = to_port
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._loop = asyncio.get_running_loop()
        self._carried: set[_Carried] = set()
        self._up = True
        self.sound = True
        """False: no packet of sound passes."""
        self._ways: dict[Address, socket.socket] = {}
        """Of each address of the browser: from where the centre sees it."""
        self._media: Address | None = None
        self._inside = self._bound()
        self._loop.add_reader(self._inside.fileno(), self._from_browser)
        self.over = asyncio.Event()

    @property
    def script(self) -> str:
        """For the page, before its own scripts."""
        relay = self._inside.getsockname()[1]
        return f"""(() => {{
          const own = RTCPeerConnection.prototype;
          const local = Object.getOwnPropertyDescriptor(own, 'localDescription');
          Object.defineProperty(own, 'localDescription', {{ get() {{
            const it = local.get.call(this);
            return it && {{ type: it.type, sdp: it.sdp.replace(/^a=candidate:.*\\r\\n/gm, '') }};
          }} }});
          const take = own.setRemoteDescription;
          own.setRemoteDescription = async function (it) {{
            let at = null;
            const sdp = it.sdp.replace(
              /^(a=candidate:\\S+ \\d \\S+ \\d+ )(\\S+) (\\d+)/gm,
              (_, head, host, port) => ((at = [host, +port]), `${{head}}127.0.0.1 {relay}`));
            await globalThis.__soundAt(...at);
            return take.call(this, {{ type: it.type, sdp }});
          }};
        }})();"""

    async def sound_at(self, host: str, port: int) -> None:
        """The page was told where the centre takes its sound."""
        self._media = (host, port)

    # -- what becomes of it

    def break_sockets(self) -> None:
        """The page's socket ends; all else goes on."""
        for one in [it for it in self._carried if it.is_socket]:
            one.here.transport.abort()
            one.there.transport.abort()

    def moves(self) -> None:
        """The browser has another address from now on; what is sent to the old one is lost."""
        for way in self._ways.values():
            self._drop(way)
        self._ways.clear()

    def fails(self) -> None:
        """Nothing passes; the centre gives its ends up, and the browser is told of nothing."""
        self._up = False
        for one in list(self._carried):
            if one.is_socket:
                one.dead = True
            else:
                one.here.close()  # a browser forgets idle ones when its network changes
            one.there.transport.abort()

    def back(self) -> None:
        """New connections pass. Old ones stay silent, and the browser has another address."""
        self.moves()
        self._up = True

    # -- carrying

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._up:
            writer.transport.abort()
            return
        try:
            there_reader, there = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        one = _Carried(self, writer, there)
        self._carried.add(one)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(one.pump(reader, there))
                group.create_task(one.pump(there_reader, writer))
        except* (OSError, EOFError):
            pass  # one end has gone
        finally:
            self._carried.discard(one)
            for end in (writer, there):
                end.close()

    def _bound(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        return sock

    def _from_browser(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                data, came_from = self._inside.recvfrom(4096)
                if not self._up or not self.sound or self._media is None:
                    continue
                way = self._ways.get(came_from)
                if way is None:
                    way = self._ways[came_from] = self._bound()
                    self._loop.add_reader(way.fileno(), self._from_centre, way, came_from)
                with contextlib.suppress(OSError):
                    way.sendto(data, self._media)

    def _from_centre(self, way: socket.socket, browser: Address) -> None:
        with contextlib.suppress(OSError):  # a port of the centre that is gone says so
            data, _ = way.recvfrom(4096)
            if self._up and self.sound:
                self._inside.sendto(data, browser)

    def _drop(self, sock: socket.socket) -> None:
        self._loop.remove_reader(sock.fileno())
        sock.close()

    def close(self) -> None:
        self.over.set()
        for sock in (self._inside, *self._ways.values()):
            self._drop(sock)


@asynccontextmanager
async def running_line(to_port: int, port: int) -> AsyncIterator[Line]:
    """A line to the centre at `to_port`; its address has to be among the centre's origins."""
    line = Line(to_port, port)
    server = await asyncio.start_server(line.carry, "127.0.0.1", port)
    try:
        yield line
    finally:
        server.close()
        for one in list(line._carried):
            one.here.transport.abort()
            one.there.transport.abort()
        line.close()


class Laptop:
    """A browser's processes, which sleep and wake together: those that `before` does not have."""

    def __init__(self, before: set[int]) -> None:
        here = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
        self._main = [p for p in here if "--user-data-dir" in " ".join(p.cmdline())]

    @staticmethod
    def running() -> set[int]:
        return {p.pid for p in psutil.Process().children(recursive=True)}

    def _all(self) -> list[psutil.Process]:
        found = []
        for main in self._main:
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [main, *main.children(recursive=True)]
        return found

    def sleeps(self) -> None:
        for process in self._all():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()

    def wakes(self) -> None:
        for process in self._all():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()
