"""A program saves and exports a summary; what was moved away, and who may not, is told in words."""

from __future__ import annotations

import hashlib
from typing import Any

import aiohttp

from tests.flow.test_incident_closed import done, taken, words_of
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


class Program:
    """Signed in, over HTTP."""

    def __init__(self, centre: Centre, session: aiohttp.ClientSession) -> None:
        self._url, self._session = f"{centre.url}/api/v1", session

    async def get(self, path: str) -> tuple[int, Any]:
        async with self._session.get(self._url + path) as answer:
            return answer.status, await answer.json(content_type=None)

    async def post(self, path: str, body: Any, key: str) -> tuple[int, Any, Any]:
        """Status, what it says (a PDF: its bytes), headers."""
        named = {"X-Holdfast": "1", "Idempotency-Key": key}
        async with self._session.post(self._url + path, json=body, headers=named) as answer:
            if answer.content_type == "application/pdf":
                return answer.status, await answer.read(), answer.headers
            return answer.status, await answer.json(content_type=None), answer.headers


async def test_a_program_saves_a_summary_and_gets_its_page(centre: Centre) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session, desk(centre) as agent:
        program = Program(centre, session)
        await DeskClient(centre, session).sign_in("priya")
        contact, of = await taken(centre, agent, "+12065550941", "the tap is still running")
        path = f"/incidents/{of}"
        _, found = await program.get(f"{path}/summary")
        assert (found["versions"], found["may"]) == ([], {"redacted": True, "full": False})
        said = [{name: one[name] for name in ("section", "text", "line")}
                for one in found["proposal"]]  # fmt: skip
        assert said
        bad = [{**said[0], "line": "gone"}]
        status, told, _ = await program.post(f"{path}/summaries", {"sentences": bad}, "s-0")
        assert (status, told["code"]) == (409, "not_here")
        wild = {"sentences": [{"section": "about", "text": 1}]}
        assert (await program.post(f"{path}/summaries", wild, "s-1"))[0] == 400
        many = {"sentences": said[:1] * 500}
        assert (await program.post(f"{path}/summaries", many, "s-2"))[0] == 400
        status, saved, _ = await program.post(f"{path}/summaries", {"sentences": said}, "s-3")
        assert (status, saved["number"]) == (200, 1)
        again = await program.post(f"{path}/summaries", {"sentences": said}, "s-3")
        assert again[1] == saved
        late = await program.post(f"{path}/summaries", {"sentences": said}, "s-4")
        assert (late[0], late[1]["code"]) == (409, "too_late")

        export = f"{path}/summaries/{saved['summary']}/export"
        status, page, headers = await program.post(export, {"variant": "redacted"}, "x-1")
        assert (status, page[:5]) == (200, b"%PDF-")
        number = (await program.get(path))[1]["number"]
        assert headers["Content-Disposition"] == (
            f'attachment; filename="{number}-summary-v1-redacted.pdf"'
        )
        assert headers["X-SHA256"] == hashlib.sha256(page).hexdigest()
        assert (await program.post(export, {"variant": "redacted"}, "x-1"))[1] == page
        refused = await program.post(export, {"variant": "full"}, "x-2")
        assert (refused[0], refused[1]["code"]) == (403, "not_allowed")
        lost = f"{path}/summaries/s-none/export"
        assert (await program.post(lost, {"variant": "redacted"}, "x-3"))[0] == 404

        exports = "select count(*) from audit where action = 'summary.exported' and subject = "
        await centre.until_rows(f"{exports}'{of}'", [(2,)])
        await done(agent, contact)


async def test_a_supervisor_exports_it_in_full_and_what_is_known_later_is_not_sent(
    centre: Centre,
) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        contact, of = await taken(centre, agent, "+12065550942", "Bartholomew hid the key")
        said = [{name: one[name] for name in ("section", "text", "line")}
                for one in (await board.do("summary", incident=of))["proposal"]]  # fmt: skip
        begun = {"incident": of, "sentences": said, "hide": [], "before": None}
        saved = await board.do("save_summary", **begun, key="full-1")
        version = {"incident": of, "summary": saved["summary"]}
        assert (await board.do("export_summary", **version, variant="full"))["first"] is None
        assert (await board.do("export_summary", **version, variant="redacted"))["pdf"]

        her = (await agent.do("open", incident=of))["parties"][0]
        about = {
            "role": "pro",
            "was_role": her["role"],
            "name": "Bartholomew Quist",
            "was_name": "",
        }
        await agent.do("change_party", incident=of, party=her["id"], **about)
        refused = await words_of(board, "export_summary", **version, variant="redacted")
        assert "has become known. Save it as a new version" in refused
        assert (await board.do("export_summary", **version, variant="full"))["pdf"]
        begun["before"] = saved["summary"]
        newer = await board.do("save_summary", **begun, key="full-2")
        shown = await board.do("summary_version", incident=of, summary=newer["summary"])
        words = "".join(words for parts in shown["redacted"] for words, _ in parts)
        assert "Bartholomew" not in words
        assert (shown["whole"], shown["since"], shown["changes"]) == (True, 1, [])
        await done(agent, contact)


async def test_a_sentence_whose_line_was_moved_away_says_so(centre: Centre) -> None:
    async with desk(centre) as agent:
        contact, of = await taken(centre, agent, "+12065550943", "the cat is in the tree")
        said = [{name: one[name] for name in ("section", "text", "line")}
                for one in (await agent.do("summary", incident=of))["proposal"]]  # fmt: skip
        begun = {"incident": of, "sentences": said, "hide": [], "before": None}
        saved = await agent.do("save_summary", **begun, key="moved-1")
        version = {"incident": of, "summary": saved["summary"]}
        shown = await agent.do("summary_version", **version)
        assert all(one["here"] for one in shown["sentences"])
        await agent.do("move_contacts", incident=of, contacts=[contact], notes=[], to=None,
                       key="moved-2")  # fmt: skip
        shown = await agent.do("summary_version", **version)
        assert not all(one["here"] for one in shown["sentences"])
        assert [one["text"] for one in shown["sentences"]] == [one["text"] for one in said]
        await done(agent, contact)
