"""What browsers may keep of our pages and for how long, before and after an upgrade."""

from __future__ import annotations

import gzip
import re
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from multidict import CIMultiDictProxy

from holdfast.http import server
from holdfast.http.access import Open, Route
from holdfast.http.static_files import StaticFiles
from holdfast.http.web import Gate
from holdfast.settings.environment import static_dir
from tests.kit.centre import Centre

FOR_EVER = "public, max-age=31536000, immutable"
OLDER = "0123456789ab"
NAMED = re.compile(r'(?:src|href)="(/static/[^"]*)"')
Answer = tuple[int, CIMultiDictProxy[str], bytes]


async def ask(url: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """The body as it was sent, packed or not."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as s,
        s.request(method, url + path, headers=sent) as answer,
    ):
        return answer.status, answer.headers, await answer.read()


async def named(url: str, page: str = "/desk") -> list[str]:
    """Addresses of files that a page names."""
    status, headers, body = await ask(url, page)
    assert status == 200
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    return NAMED.findall(body.decode())


@pytest.mark.parametrize("page", ["/login", "/desk", "/board", "/callers"])
async def test_a_page_is_asked_for_each_time_and_names_files_that_are_kept(
    centre: Centre, page: str
) -> None:
    found = await named(centre.url, page)
    assert len(found) > 5
    assert len({path.split("/")[2] for path in found}) == 1
    _, headers, body = await ask(centre.url, page, Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert NAMED.findall(gzip.decompress(body).decode()) == found
    for path in found:
        status, headers, body = await ask(centre.url, path, Accept_Encoding="br, gzip")
        assert (status, headers["Cache-Control"]) == (200, FOR_EVER), path
        assert headers["Content-Encoding"] == "gzip", path
        assert headers["Vary"] == "Accept-Encoding", path
        ours = static_dir().joinpath(*path.split("/")[3:])
        assert gzip.decompress(body) == ours.read_bytes(), path


async def test_a_file_of_an_older_version_or_of_none_is_the_present_one_and_never_kept(
    centre: Centre,
) -> None:
    ours = (static_dir() / "desk/app.js").read_bytes()
    for path in (f"/static/{OLDER}/desk/app.js", "/static/desk/app.js"):
        for accept in ("gzip", "identity"):
            status, headers, body = await ask(centre.url, path, Accept_Encoding=accept)
            assert (status, headers["Cache-Control"]) == (200, "no-cache")
            assert headers["Content-Type"].startswith("text/javascript")
            assert (gzip.decompress(body) if accept == "gzip" else body) == ours


@pytest_asyncio.fixture(loop_scope="session")
async def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(static_dir(), tmp_path / "static"))


@pytest_asyncio.fixture(loop_scope="session")
async def url(folder: Path) -> AsyncIterator[str]:
    """The whole server, with a folder that may change."""
    files = StaticFiles(folder)
    routes = [Route("GET", "/desk", files.page("desk.html"), Open.PUBLIC)]
    app, _ = server.build(
        routes,
        Gate(None, []),  # type: ignore[arg-type]
        files,
        public_url="http://127.0.0.1",
        connect=(),
        hsts=False,
    )
    sock = socket.create_server(("127.0.0.1", 0))
    async with server.served(app, sock, None):
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"


async def app_of(url: str) -> str:
    return next(path for path in await named(url) if path.endswith("/desk/app.js"))


@pytest.mark.parametrize("accept", ["gzip", "identity"])
async def test_after_a_change_the_page_names_another_version_and_gets_the_new_file(
    url: str, folder: Path, accept: str
) -> None:
    before = await app_of(url)
    assert (await ask(url, before, Accept_Encoding=accept))[1]["Cache-Control"] == FOR_EVER
    (folder / "desk/app.js").write_text("new()")
    after = await app_of(url)
    assert after != before
    for path, keep in ((after, FOR_EVER), (before, "no-cache")):
        status, headers, body = await ask(url, path, Accept_Encoding=accept)
        assert (status, headers["Cache-Control"]) == (200, keep)
        assert (gzip.decompress(body) if accept == "gzip" else body) == b"new()"


@pytest.mark.parametrize("accept", ["gzip", "identity"])
async def test_a_change_since_the_page_was_asked_for_is_not_kept_under_its_version(
    url: str, folder: Path, accept: str
) -> None:
    """Else the browser would have the wrong file for a year, if the change is taken back."""
    before = await app_of(url)
    ours = (folder / "desk/app.js").read_bytes()
    (folder / "desk/app.js").write_text("new()")
    _, headers, body = await ask(url, before, Accept_Encoding=accept)
    body = gzip.decompress(body) if accept == "gzip" else body
    assert (headers["Cache-Control"] == FOR_EVER) == (body == ours)


async def test_new_and_removed_files_are_seen(url: str, folder: Path) -> None:
    before = await app_of(url)
    (folder / "desk/new.js").write_text("new()")
    (folder / "desk/app.js").unlink()
    after = await app_of(url)
    assert after != before
    assert (await ask(url, after.replace("app.js", "new.js")))[0] == 200
    assert (await ask(url, after))[0] == 404


async def test_copies_of_the_same_files_have_the_same_version(folder: Path) -> None:
    """Another host, another time at which they were written, another process."""
    assert StaticFiles(folder).look().version == StaticFiles(static_dir()).look().version
    (folder / "icon.svg").touch()
    assert StaticFiles(folder).look().version == StaticFiles(static_dir()).look().version
    (folder / "icon.svg").rename(folder / "sign.svg")
    assert StaticFiles(folder).look().version != StaticFiles(static_dir()).look().version


@pytest.mark.parametrize("kind", ["page", "packed page", "gzip", "identity"])
async def test_what_is_still_the_same_is_not_sent_again(url: str, folder: Path, kind: str) -> None:
    path = "/desk" if "page" in kind else "/static/desk/app.js"
    accept = "gzip" if kind in ("gzip", "packed page") else "identity"
    _, headers, _ = await ask(url, path, Accept_Encoding=accept)
    tag = headers["ETag"]
    for match in (tag, f'"other", W/{tag}', "*"):
        status, again, body = await ask(url, path, Accept_Encoding=accept, If_None_Match=match)
        assert (status, body) == (304, b"")
        assert (again["ETag"], again["Cache-Control"]) == (tag, "no-cache")
        assert again["Vary"] == "Accept-Encoding"
    (folder / "desk/app.js").write_text("new()")
    assert (await ask(url, path, Accept_Encoding=accept, If_None_Match=tag))[0] == 200


@pytest.mark.parametrize("path", ["/desk", "/static/desk/app.js"])
@pytest.mark.parametrize("accept", ["gzip", "identity"])
async def test_packed_and_plain_have_tags_of_their_own(url: str, accept: str, path: str) -> None:
    other = "identity" if accept == "gzip" else "gzip"
    _, headers, _ = await ask(url, path, Accept_Encoding=other)
    status, _, _ = await ask(url, path, Accept_Encoding=accept, If_None_Match=headers["ETag"])
    assert status == 200


@pytest.mark.parametrize(
    ("accept", "packed"),
    [
        ("gzip", True), ("br, GZIP;q=0.5", True), ("deflate,gzip ; q=1", True),
        ("", False), ("br", False), ("gzip;q=0", False), ("br, gzip; q=0.000", False),
    ],
)  # fmt: skip
async def test_text_is_packed_for_whoever_can_unpack_it(
    url: str, accept: str, packed: bool
) -> None:
    path = await app_of(url)
    _, headers, _ = await ask(url, path, Accept_Encoding=accept)
    assert (headers.get("Content-Encoding") == "gzip") is packed
    assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accept", ["gzip", "identity"])
async def test_head_says_what_get_would(url: str, accept: str) -> None:
    path = await app_of(url)
    _, got, body = await ask(url, path, Accept_Encoding=accept)
    status, headers, nothing = await ask(url, path, "HEAD", Accept_Encoding=accept)
    assert (status, nothing) == (200, b"")
    for name in ("Content-Length", "Cache-Control", "ETag", "Vary", "Content-Type"):
        assert headers[name] == got[name]
    assert int(headers["Content-Length"]) == len(body)


@pytest.mark.parametrize("name", ["desk/app.js", "audio/greeting-en.wav"])
async def test_a_part_is_a_part_of_the_file_itself(url: str, folder: Path, name: str) -> None:
    path = (await app_of(url)).replace("desk/app.js", name)
    status, headers, body = await ask(url, path, Accept_Encoding="gzip", Range="bytes=10-29")
    assert (status, body) == (206, (folder / name).read_bytes()[10:30])
    assert "Content-Encoding" not in headers
    assert headers["Cache-Control"] == FOR_EVER


async def test_sound_is_sent_as_it_is(url: str, folder: Path) -> None:
    path = (await app_of(url)).replace("desk/app.js", "audio/greeting-en.wav")
    _, headers, body = await ask(url, path, Accept_Encoding="gzip")
    assert body == (folder / "audio/greeting-en.wav").read_bytes()
    assert headers["Cache-Control"] == FOR_EVER
    assert headers["Content-Type"].endswith("wav")


@pytest.mark.parametrize(
    "path",
    ["../secret", "%2e%2e/secret", "desk/%2e%2e/%2e%2e/secret", "/secret", "{}", "link",
     ".hidden", "desk", "desk/", "", "away/secret"],
)  # fmt: skip
async def test_no_path_leads_out_of_the_folder(url: str, folder: Path, path: str) -> None:
    secret = folder.parent / "secret"
    secret.write_text("secret")
    (folder / ".hidden").write_text("secret")
    (folder / "link").symlink_to(secret)
    (folder / "away").symlink_to(folder.parent)
    version = (await app_of(url)).split("/")[2]
    for start in ("/static/", f"/static/{version}/"):
        raw = start + (path.format(secret) if path == "{}" else path)
        async with (
            aiohttp.ClientSession() as session,
            session.get(aiohttp.client.URL(url + raw, encoded=True)) as answer,
        ):
            assert answer.status in (403, 404), raw
            assert "secret" not in await answer.text()


async def test_a_file_in_memory_is_looked_for_once(url: str, folder: Path) -> None:
    """A desk asks for a hundred: none of them costs a look at the folder."""
    path = await app_of(url)
    shutil.rmtree(folder)
    for _ in range(2):
        status, headers, _ = await ask(url, path, Accept_Encoding="gzip")
        assert (status, headers["Cache-Control"]) == (200, FOR_EVER)
    assert (await ask(url, "/desk"))[0] == 404  # and an upgrade that is under way is no fault
