"""An incident that rings while another is open: a first look; mails folded where they repeat."""

from __future__ import annotations

from tests.kit.centre import Centre
from tests.kit.desk import desk

QUOTED = (
    "She is worse.\n\nOn Tue, 3 Mar 2026 at 10:00, Help <help@x.example> wrote:\n> Keep her warm.\n"
)


async def test_a_peek_shows_what_was_said_and_leaves_the_open_incident_open(centre: Centre) -> None:
    async with desk(centre) as agent:
        await centre.sandbox.text("where is my invoice", from_="+12065550371", to="+12065550101")
        first = await agent.accept()
        opened = await agent.do("open", incident=agent.contacts[first]["incident"])
        await centre.sandbox.mail("About Rex", QUOTED, from_="peek@mail.example")
        second = await agent.accept()
        mail = agent.contacts[second]
        seen = await agent.do("peek", incident=mail["incident"])
        assert seen["number"] == mail["incident_no"]
        assert [line["text"] for line in seen["lines"]] == ["About Rex: She is worse."]
        assert [line["contact"] for line in seen["lines"]] == [second]
        await agent.do("title", incident=opened["id"], title="Invoice")  # still pushed: still open
        await agent.until(lambda: agent.incident and agent.incident["title"] == "Invoice")
        whole = await agent.do("open", incident=mail["incident"])
        (entry,) = [e for e in whole["timeline"] if e["kind"] == "message"]
        assert [part["quoted"] for part in entry["parts"]] == [False, True]
        assert "".join(part["text"] for part in entry["parts"]) == entry["text"]
        for contact in (first, second):
            await agent.do("close", contact=contact, disposition="resolved", anyway=True)
            await agent.until(lambda contact=contact: contact not in agent.contacts)
