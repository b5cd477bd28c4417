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
        shown = first.contacts[contact]
        assert shown["went_back"] == {"agent": first.me["id"], "rings_at": ["Tomás Vega"]}
        assert (await first.do("why", contact=contact))["contact"] == contact
        assert await first.code_of("pull", contact=contact) == "not_ready"
        await first.sound(900)
        await first.ready()
        await first.do("pull", contact=contact)
        taken = await first.until_state(contact, "active")
        assert taken["went_back"] is None
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
