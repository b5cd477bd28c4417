"""Incident work over HTTP: what a desk can do, a program can, once, and is told the same."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp

from tests.flow.test_finding import closed_text
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


class Program:
    """A signed-in program."""

    def __init__(self, centre: Centre, session: aiohttp.ClientSession) -> None:
        self._url, self._session = f"{centre.url}/api/v1", session

    async def get(self, path: str, **query: str) -> tuple[int, Any]:
        async with self._session.get(self._url + path, params=query) as answer:
            return answer.status, await answer.json(content_type=None)

    async def post(
        self, path: str, body: Any = None, key: str | None = None, **headers: str
    ) -> tuple[int, Any, bool]:
        """Status, answer, and whether it is one that was given before."""
        named = {"X-Holdfast": "1", **({"Idempotency-Key": key} if key else {}), **headers}
        async with self._session.post(self._url + path, json=body, headers=named) as answer:
            kind = "application/json" if answer.status == 200 else "application/problem+json"
            assert answer.content_type == kind
            return (
                answer.status,
                await answer.json(content_type=None),
                (answer.headers.get("Idempotent-Replayed") == "true"),
            )


async def test_a_program_finds_an_incident_works_it_and_repeats_nothing(centre: Centre) -> None:
    await closed_text(centre, "+12065550396", "the tortoise went missing")
    await closed_text(centre, "+12065550397", "lost: a tortoise in my garden")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session, desk(centre, "dana") as page:
        program = Program(centre, session)
        assert (await program.get("/incidents"))[1]["code"] == "signed_out"
        await DeskClient(centre, session).sign_in("priya")
        status, found = await program.get("/incidents", q="tortoise 0396")
        (row,) = found["rows"]
        assert (status, found["next"], list(row["marks"])) == (200, None, ["title", "who"])
        of = f"/incidents/{row['number']}"
        status, incident = await program.get(of)
        assert (status, incident["id"]) == (200, row["id"])
        assert "timeline" not in incident
        await page.do("open", incident=row["id"])

        # What is next: once, whatever is repeated, and the desk that has it open is told.
        _, people = await program.get("/colleagues")
        me = next(one["id"] for one in people["people"] if one["name"] == "Priya Nair")
        plan = {"what": "Ask the sitter", "agent": me, "due": int(time.time() * 1000) + 3_600_000}
        assert (await program.post(f"{of}/next", plan))[1]["code"] == "bad_request"
        first = await program.post(f"{of}/next", plan, "plan-0396")
        assert first == (200, {}, False)
        assert await program.post(f"{of}/next", plan, "plan-0396") == (200, {}, True)
        other = await program.post(f"{of}/next", {**plan, "what": "No"}, "plan-0396")
        assert (other[0], other[1]["code"], other[1]["status"]) == (422, "key_reused", 422)
        await page.until(lambda: (page.incident or {}).get("next"))
        assert page.incident["next"]["what"] == "Ask the sitter"
        lines = "select count(*) from audit where action = 'incident.next_planned' and subject = "
        await centre.until_rows(f"{lines}'{row['id']}'", [(1,)])
        again = await program.post(f"{of}/next", plan, "plan-0396-b")  # it never saw the first
        assert again[0] == 409
        assert await program.post(f"{of}/next", plan, "plan-0396-b") == (409, again[1], True)
        next_one = (await program.get(of))[1]["next"]["id"]
        asked = await program.post(f"{of}/next/{next_one}/done", None, "done-0395")
        assert (asked[0], asked[1]["code"]) == (409, "next_needed")
        done = {"anyway": True}
        assert (await program.post(f"{of}/next/{next_one}/done", done, "done-0396"))[0] == 200

        # Two at once with one key are one.
        both = await asyncio.gather(
            *(program.post(f"{of}/notes", {"text": "Called the vet"}, "note-0396") for _ in "ab")
        )
        assert sorted(status for status, *_ in both) in ([200, 200], [200, 409])
        assert (await program.get("/incidents", q='"called the vet" 0396'))[1]["rows"]

        # The timeline by cursor; what is added meanwhile comes behind.
        seen: list[str] = []
        query = {"limit": "2"}
        while True:
            status, lines_of = await program.get(f"{of}/timeline", **query)
            assert status == 200
            assert len(lines_of["rows"]) <= 2
            seen += [line["id"] for line in lines_of["rows"]]
            if len(seen) == 2:
                assert (await program.post(f"{of}/notes", {"text": "One more"}, "n-2"))[0] == 200
            if lines_of["next"] is None:
                break
            query["cursor"] = lines_of["next"]
        whole = (await program.get(f"{of}/timeline", limit="500"))[1]["rows"]
        assert seen == [line["id"] for line in whole]
        assert "One more" in [line["text"] for line in whole]

        # A whole number is told each time with its line, and kept nowhere.
        at = incident["parties"][0]["addresses"][0]["id"]
        for _ in "ab":
            shown = await program.post(f"{of}/addresses/{at}/reveal", None, "show-0396")
            whole = {"value": "+12065550396", "shown": "+1 206 555 0396"}
            assert shown == (200, whole, False)
        told = "select count(*) from audit where action = 'address.revealed' and subject = "
        await centre.until_rows(f"{told}'{row['id']}'", [(2,)])
        kept = "select count(*) from answer where text like '%2065550396%'"
        await centre.until_rows(kept, [(0,)])

        # What cannot be done, in words; and nothing of it is done.
        for path, body, code, told in (
            (f"{of}/close", {"reason": "because"}, 400, "bad_request"),
            (f"{of}/close", {"reason": "resolved", "why": "x"}, 400, "bad_request"),
            (f"{of}/close", {"reason": "resolved", "incident": "x"}, 400, "bad_request"),
            (f"{of}/close", [1], 400, "bad_request"),
            (f"{of}/close", {}, 400, "bad_request"),
            ("/incidents/INC-99999999/close", {"reason": "resolved"}, 404, "unknown"),
            ("/incidents/none/reopen", None, 404, "unknown"),
            (f"{of}/reopen", None, 409, None),
        ):
            status, problem, _ = await program.post(path, body, f"{path}{body}"[-60:])
            assert (status, problem["status"]) == (code, code), path
            assert told in (None, problem["code"]), path
            assert problem["detail"], path
        for path, query in (
            ("/incidents", {"cursor": "%%"}), (f"{of}/timeline", {"cursor": "eA"}),
            (f"{of}/timeline", {"limit": "0"}), (f"{of}/timeline", {"limit": f"1{'0' * 4400}"}),
            (f"{of}/timeline", {"limit": f"000001{'0' * 4400}"}), ("/incidents", {"nothing": "x"}),
        ):  # fmt: skip
            assert (await program.get(path, **query))[0] == 400, path
        assert (await program.get("/incidents/none"))[0] == 404
        assert (await program.get("/nowhere"))[1]["status"] == 404
        foreign = await program.post(f"{of}/reopen", None, "k", **{"X-Holdfast": "0"})
        assert foreign[0] == 403

        closing = await program.post(f"{of}/close", {"reason": "resolved"}, "close-0396")
        assert closing[0] == 200, closing
        assert (await program.get(of))[1]["state"] == "closed"
        assert (await program.post(f"{of}/reopen", None, "reopen-0396"))[0] == 200
        assert (await program.get(of))[1]["state"] == "open"
        repeated = await program.post(f"{of}/close", {"reason": "resolved"}, "close-0396")
        assert repeated == (200, closing[1], True)
        assert (await program.get(of))[1]["state"] == "open"

        # Two that are one: an old name answers with the new one, until it is undone.
        other = (await program.get("/incidents", q="tortoise 0397"))[1]["rows"][0]
        status, look = await program.get(f"{of}/merge", other=other["number"])
        assert (status, look["there"]["id"]) == (200, other["id"])
        merge = {"goes": other["id"], "next": None}
        status, told, _ = await program.post(f"{of}/merge", merge, "merge-0396")
        assert status == 200, told
        assert (await program.post(f"{of}/merge", merge, "merge-0396"))[2]
        for name in (other["id"], other["number"]):
            assert (await program.get(f"/incidents/{name}"))[1]["id"] == row["id"]
            old = f"{centre.url}/api/v1/incidents/{name}/timeline?limit=1"
            async with session.get(old, allow_redirects=False) as answer:
                assert answer.status == 301
                there = answer.headers["Location"]
                assert there == f"/api/v1/incidents/{row['id']}/timeline?limit=1"
        both_found = (await program.get("/incidents", q="garden"))[1]["rows"]
        assert [it["id"] for it in both_found] == [row["id"]]
