"""`POST /api/config/reload`."""

from __future__ import annotations

import msgspec
from aiohttp import web

from holdfast.http.access import Permission, Route
from holdfast.http.web import ACCOUNT, problem, read_form
from holdfast.settings.faults import SettingsError
from holdfast.settings.reload import FileChanged, Reload
from router.live.engine import IndexLost, IndexUnavailable


class ReloadForm(msgspec.Struct, forbid_unknown_fields=True):
    """`seen`: the version that somebody looked at (`GET /api/callers`); another one is not
    taken."""

    seen: str | None = None


CHANGED = "The file has changed since you read it; nothing was taken. Read it again."


class ReloadRoute:
    """Reads the configuration file again, when asked over the API."""

    def __init__(self, reload: Reload) -> None:
        self._reload = reload

    def routes(self) -> list[Route]:
        return [
            Route(
                "POST",
                "/api/config/reload",
                self.reload,
                Permission.CENTRE_CONFIGURE,
                "Read the configuration file again: all of it, or nothing",
                ReloadForm,
            )
        ]

    async def reload(self, request: web.Request) -> web.StreamResponse:
        form = await read_form(request, ReloadForm) if await request.read() else ReloadForm()
        try:
            done = await self._reload.apply(request[ACCOUNT].id, form.seen)
        except FileChanged:
            return problem(409, "changed", CHANGED)
        except SettingsError as error:
            faults = [str(fault) for fault in error.faults]
            text = "The file is faulty; nothing was changed."
            body = {"error": {"code": "faulty", "message": text, "faults": faults}}
            return web.json_response(body, status=422)
        except (IndexLost, IndexUnavailable):
            return problem(503, "unavailable", "The store does not answer; nothing was changed.")
        return web.json_response(msgspec.to_builtins(done))
