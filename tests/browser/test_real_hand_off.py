"""An incident goes from one real desk to another, and comes back to the first if nobody says it
back."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import closed, signed_in
from tests.flow.test_incident_closed import taken
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_incident_is_handed_off_said_back_and_owned_by_who_accepts(
    chromium: Browser, elsewhere: Browser, real: Centre
) -> None:
    async with desk(real) as before:
        contact, incident = await taken(real, before, "+12065550761", "my dog ate gum")
        await before.do("incident_severity", incident=incident, severity=1, before=3,
                        reason="she is shaking")  # fmt: skip
        await before.do("close", contact=contact, disposition="resolved", anyway=True)
    receiver = await signed_in(elsewhere, real.url, "noah", PASSWORD)
    sender = await signed_in(
        chromium, real.url, "priya", PASSWORD, path=f"/desk#incident={incident}"
    )
    head = sender.locator("header.inc")
    await head.get_by_role("button", name="Hand off").click()
    dialog = sender.get_by_role("dialog")
    await expect(dialog.get_by_label("Severity")).to_have_value("she is shaking")
    await dialog.get_by_role("radio", name="Noah Kim").check()
    await dialog.get_by_label("Actions").fill("call the vet at 14:38")
    await dialog.get_by_label("What if").fill("if her sugar drops: Harbor")
    await dialog.get_by_label("What if").press("Control+Enter")
    card = receiver.locator(".handedtome")  # their desk is idle: it comes into view
    await expect(card).to_contain_text("if her sugar drops: Harbor")
    await expect(head.get_by_role("button", name="owner you")).to_be_visible()
    bar = sender.locator(".handedbar")
    await expect(bar).to_contain_text("Handed to Noah Kim · Noah Kim has it open")
    # Asked, and answered in one line.
    await card.get_by_role("button", name="Ask Priya Nair …").click()
    await card.get_by_label("Your question to Priya Nair").fill("Who pays?")
    await card.get_by_label("Your question to Priya Nair").press("Enter")
    mine = sender.get_by_role("region", name="Handed off")
    await expect(mine).to_contain_text("Who pays?")
    await mine.get_by_label("Your answer to Noah Kim").fill("Claims does")
    await mine.get_by_label("Your answer to Noah Kim").press("Enter")
    await expect(card).to_contain_text("Claims does")
    # Said back.
    box = card.get_by_label("Say it back in your words")
    await box.fill("I call the vet at 14:38; if her sugar drops, Harbor")
    await expect(card).to_contain_text("✓ So is the what-if")
    await box.press("Control+Enter")
    await expect(card).to_have_count(0)
    await expect(receiver.locator("header.inc button.owner")).to_contain_text("you")
    await expect(mine).to_contain_text("Accepted by Noah Kim, who says: I call the vet at 14:38")
    await expect(bar).to_have_count(0)
    await expect(head).to_contain_text("owner Noah Kim")
    await expect(sender.locator(".tl")).to_contain_text("accepted by Noah Kim, who says")
    await mine.get_by_role("button", name="OK").click()
    await expect(mine).to_have_count(0)
    await closed(receiver)
    await closed(sender)
    async with desk(real, "noah") as after:
        await after.do("close_incident", incident=incident, reason="resolved")
