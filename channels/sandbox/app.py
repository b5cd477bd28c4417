"""One process: REST, control API, phone page socket and SMTP sink around one carrier."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

from aiohttp import web

from channels.sandbox import (
    control,
    phone,
    rest,
    rest_calls,
    rest_numbers,
    rest_standing,
    rest_texts,
)
from channels.sandbox.carrier import Carrier
from channels.sandbox.demo import DEMO, Demo
from channels.sandbox.mail import Mails
from channels.sandbox.options import Options
from channels.sandbox.phone import PHONE, Phone
from channels.sandbox.texts import Texts

MAX_REQUEST = 32 * 1024 * 1024


def build(carrier: Carrier, mails: Mails) -> web.Application:
    """The HTTP application."""
    app = web.Application(middlewares=[control.gate, rest.gate], client_max_size=MAX_REQUEST)
    texts = Texts(carrier)
    demo = Demo(carrier, texts, mails)
    app[rest.CARRIER] = carrier
    app[rest_texts.TEXTS] = texts
    app[control.MAILS] = mails
    app[DEMO] = demo
    app[PHONE] = Phone(carrier, texts, mails, demo)
    for part in (rest_calls, rest_texts, rest_numbers, rest_standing, control, phone):
        part.add_routes(app)
    return app


async def serve(options: Options) -> None:
    """Run until SIGTERM or SIGINT. Prints one JSON line with the ports when ready."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Carrier(options) as carrier:
        mails = Mails(options)
        app = build(carrier, mails)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handle_signals=False)
        await runner.setup()
        site = web.TCPSite(runner, options.host, options.port)
        try:
            await site.start()
            smtp_port = await mails.open()
            port = runner.addresses[0][1]
            carrier.base_url = f"http://{options.host}:{port}"
            ready = {
                "ready": True,
                "port": port,
                "smtp_port": smtp_port,
                "base_url": carrier.base_url,
                "numbers": list(options.numbers),
                "phone_number": options.phone_number,
                "account": carrier.account.words,
            }
            sys.stdout.write(json.dumps(ready) + "\n")
            sys.stdout.flush()
            if options.script:
                app[DEMO].start()
            await stop.wait()
        finally:
            app[DEMO].stop()
            await mails.close()
            await runner.cleanup()
