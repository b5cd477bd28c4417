"""The measured process: the product's own parts on one core, `python -m tests.bench_calls.gateway`.

PEER is `ours` (as it is served), `plain` (aiortc's queues and tasks, the way for IPv6) or
`stock` (aiortc as it comes). `--tls CERT KEY`: the stream is encrypted in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import ssl

import structlog
import uvloop
from aiohttp import web

from channels.voice.stream import stream_handler
from softphone.port import Ports
from tests.bench_media import Server
from tests.media.test_chromium import PAGE


class Gateway(Server):
    """`tests.bench_media.Server` with a peer of each kind."""

    def __init__(self, peer: str) -> None:
        super().__init__(peer == "stock", Ports() if peer == "ours" else None)

    async def settle(self, _request: web.Request) -> web.Response:
        """What was built to connect is no garbage of the calls."""
        gc.collect()
        gc.freeze()
        return web.Response()


async def page(_request: web.Request) -> web.Response:
    """For a real browser: `call()` and `loudest()`."""
    return web.Response(
        text=PAGE.replace("'/rtc'", "'/rtc?agent=chromium'"), content_type="text/html"
    )


async def serve(peer: str, tls: list[str] | None) -> None:
    gateway = Gateway(peer)
    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/stream", stream_handler(gateway))
    app.router.add_post("/rtc", gateway.rtc)
    app.router.add_post("/join", gateway.join)
    app.router.add_get("/usage", gateway.usage)
    app.router.add_get("/settle", gateway.settle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    ports = [address[1] for address in runner.addresses]
    print(ports[0], ports[-1], flush=True)
    async with asyncio.TaskGroup() as gateway.tasks:
        gateway.tasks.create_task(gateway.exchange.run())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=["ours", "plain", "stock"])
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    options = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    uvloop.run(serve(options.peer, options.tls))


if __name__ == "__main__":
    main()
