"""Words that no column or protocol expects: refused with words, or taken without them."""

from __future__ import annotations

import pytest

from tests.flow.test_texts import take_text
from tests.kit.centre import Centre
from tests.kit.desk import DeskError, desk, said


async def test_a_text_with_a_nul_arrives(centre: Centre) -> None:
    person = "+12065550298"
    async with desk(centre) as agent:
        await centre.sandbox.text("help\x00me please\x1b", from_=person, to="+12065550101")
        contact = await take_text(agent)
        incident = await agent.do("open", incident=agent.contacts[contact]["incident"])
        assert said(incident) == ["helpme please"]
        await agent.do("close", contact=contact, disposition="resolved", anyway=True)
        await agent.until(lambda: contact not in agent.contacts)


async def test_only_configured_results_close_a_contact(centre: Centre) -> None:
    person = "+12065550172"
    async with desk(centre) as agent:
        await centre.sandbox.text("hello", from_=person, to="+12065550101")
        contact = await take_text(agent)
        asks = [
            ("close", {"disposition": "no-such-code"}),
            ("wrapped", {"disposition": "x" * 65}),
            ("reply", {"text": "t", "then": "close", "key": "bad-0001", "disposition": "x"}),
        ]
        for name, fields in asks:
            with pytest.raises(DeskError) as refused:
                await agent.do(name, contact=contact, **fields)
            assert refused.value.code == "bad_request", name
        assert agent.contacts[contact]["state"] == "active"
        await agent.do("close", contact=contact, disposition="resolved", anyway=True)
        await centre.until_rows(
            f"select state, disposition from contact where id = '{contact}'",
            [("ended", "resolved")],
        )
