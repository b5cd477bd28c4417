"""Who may take what waits or rings, out of order: its agent who was lost, and a supervisor."""

from __future__ import annotations

from tests.flow.conftest import until_heard
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


async def lost_in_a_call(centre: Centre, first: DeskClient, colleague: DeskClient) -> str:
    """The call of `first` rings at the colleague; `first` is back, without sound and not ready."""
    await centre.sandbox.call(to="+12065550101", keys=["3"], talk="tone", hz=440)
    contact = await first.accept()
    await first.until_state(contact, "active")
    await first.do("pause", reason="break")  # after this one
    await colleague.ready()
    await first.close()
    assert (await colleague.offered())["id"] == contact
    await first.connect()
    return contact


async def test_who_was_lost_sees_with_whom_it_rings_and_takes_it_back(centre: Centre) -> None:
    async with desk(centre, "tomas") as colleague, desk(centre) as first:
        await colleague.do("pause", reason="break")
        contact = await lost_in_a_call(centre, first, colleague)
        here = first.me["id"]
        await first.until(lambda: first.contacts[contact]["returned"]["kept"] == "paused")
        shown = first.contacts[contact]["returned"]
        assert shown == {"agent": here, "rings_at": ["Tomás Vega"], "kept": "paused"}
        assert (await first.do("why", contact=contact))["contact"] == contact
        assert await first.code_of("pull", contact=contact) == "not_ready"
        await first.sound(900)
        await first.ready()
        # Nothing of the contact has changed, but its agent has: the page is told.
        await first.until(lambda: first.contacts[contact]["returned"]["kept"] is None)
        await first.do("pull", contact=contact)
        taken = await first.until_state(contact, "active")
        assert taken["returned"] is None
        await colleague.until(lambda: contact not in colleague.contacts)
        call = (await centre.sandbox.calls(live=True))[0]
        await until_heard(centre, call["sid"], 900)


async def test_it_leaves_the_desk_when_it_connects_with_somebody_else(centre: Centre) -> None:
    async with desk(centre, "tomas") as colleague, desk(centre) as first:
        await colleague.do("pause", reason="break")
        contact = await lost_in_a_call(centre, first, colleague)
        await colleague.accept()
        await first.until(lambda: contact not in first.contacts)
        await colleague.until_state(contact, "active")
        assert await first.code_of("pull", contact=contact) is not None
        assert first.gaps == 0


async def test_a_supervisor_takes_from_the_board_what_rings_at_somebody(centre: Centre) -> None:
    async with (
        desk(centre) as agent,
        desk(centre, "dana") as hers,
        desk(centre, "dana", view="board") as board,
    ):
        await hers.do("pause", reason="break")
        await centre.sandbox.call(to="+12065550101", keys=["3"])
        contact = (await agent.offered())["id"]
        await hers.ready()
        await board.do("pull", contact=contact)
        assert (await hers.until_state(contact, "active"))["agent"] == hers.me["id"]
        await agent.until(lambda: contact not in agent.contacts)


async def test_what_somebody_gave_back_himself_is_not_shown(centre: Centre) -> None:
    async with desk(centre) as first:
        await centre.sandbox.call(to="+12065550101", keys=["3"])
        contact = await first.accept()
        await first.until_state(contact, "active")
        await first.do("pause", reason="break")
        await first.do("return", contact=contact)
        await first.until(lambda: contact not in first.contacts)


async def test_the_why_says_whom_it_can_be_given_to_and_the_centre_does_the_same(
    centre: Centre,
) -> None:
    async with (
        desk(centre) as agent,
        desk(centre, "tomas") as colleague,
        desk(centre, "dana", view="board") as board,
    ):
        await agent.do("pause", reason="break")
        await colleague.do("pause", reason="lunch")
        await centre.sandbox.call(to="+12065550101", keys=["3"])
        waits = await board.until(
            lambda: next((c for c in board.contacts.values() if c["state"] == "queued"), None)
        )
        told = await board.do("why", contact=waits["id"])
        here, there = agent.me["id"], colleague.me["id"]
        assert told["by_name"][here] == told["by_name"][there] == "paused"
        assert told["pull"] == "lost"  # no desk of hers is open
        row = (await agent.do("waiting"))["rows"][0]
        assert row["kept_from_me"] == ["paused"]
        give = {"contact": waits["id"], "agent": there}
        assert await board.code_of("assign", **give) == "not_ready"
        await colleague.ready()
        assert await board.until(lambda: board.agents[there]["room"]["voice"] == 0)
        assert (await colleague.offered())["id"] == waits["id"]
        told = await board.do("why", contact=waits["id"])
        assert told["by_name"][there] == "ringing"
        assert [m["agent"] for m in told["may"]] == []
