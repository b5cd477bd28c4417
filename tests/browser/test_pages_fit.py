"""Every state of the desk's bars at every width, and the board on a phone: nothing overflows,
overlaps or moves. Measured by the boxes of what is drawn."""

from __future__ import annotations

import pprint
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import Connection, FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDTHS = (1280, 1366, 1920)
BARS = {".top": 47, ".phonebar": 53}
"""And how high each is in every state: what is below stays where it is."""

DRAWN = "new Promise((ok) => requestAnimationFrame(() => requestAnimationFrame(ok)))"
FAULTS = """async (roots) => {
  await DRAWN;
  const found = [];
  const box = (r) => ({l: r.left, t: r.top, r: r.right, b: r.bottom});
  const meet = (a, b) => ({l: Math.max(a.l, b.l), t: Math.max(a.t, b.t),
                           r: Math.min(a.r, b.r), b: Math.min(a.b, b.b)});
  const wide = (a) => a.r - a.l > 1 && a.b - a.t > 1;
  const shown = (e) => !e.closest('.sr, [popover], .keypad') && e.checkVisibility();
  const all = document.documentElement;
  if (all.scrollWidth > all.clientWidth) found.push(`the page is ${all.scrollWidth} wide`);
  for (const [root, high] of Object.entries(roots))
  for (const bar of document.querySelectorAll(root)) {
    const whole = box(bar.getBoundingClientRect());
    const tall = whole.b - whole.t;
    if (high && Math.abs(tall - high) > 1) found.push(`${root}: ${tall} high`);
    const words = [];
    const texts = document.createTreeWalker(bar, NodeFilter.SHOW_TEXT);
    for (let t = texts.nextNode(); t; t = texts.nextNode()) {
      const of = t.parentElement;
      if (!t.data.trim() || !shown(of)) continue;
      const range = document.createRange();
      range.selectNodeContents(t);
      for (const line of range.getClientRects()) {
        let at = box(line);
        for (let e = of; e && e !== bar; e = e.parentElement)
          if (getComputedStyle(e).overflow !== 'visible')
            at = meet(at, box(e.getBoundingClientRect()));
        if (wide(at)) words.push({of: t, text: t.data.trim(), at});
      }
    }
    for (const e of bar.querySelectorAll('button, svg'))
      if (shown(e)) {
        const at = box(e.getBoundingClientRect());
        if (at.l < whole.l - 1 || at.r > whole.r + 1 || at.r > innerWidth + 1)
          found.push(`${root}: outside: ${e.textContent.trim() || e.outerHTML.slice(0, 60)}`);
        if (e.tagName === 'BUTTON' && e.scrollWidth > e.clientWidth + 1)
          found.push(`${root}: too narrow: ${e.textContent.trim()}`);
      }
    words.forEach(({of, text, at}, i) => {
      if (at.l < whole.l - 1 || at.r > whole.r + 1 || at.t < whole.t - 1 || at.b > whole.b + 1)
        found.push(`${root}: outside: ${text}`);
      for (const other of words.slice(i + 1))
        if (of !== other.of && wide(meet(at, other.at)))
          found.push(`${root}: ${text} over ${other.text}`);
    });
  }
  return found; }""".replace("DRAWN", DRAWN)

LONG = "Maximiliane-Theodora Schwarzenberger von Hohenlohe-Langenburg"
TRAINING = {"word": "second training", "floor": 2}


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def faults(page: Page, roots: dict[str, int | None]) -> list[str]:
    """What is wrong in these, once all that was told is drawn; of each: how high it has to be."""
    found: list[str] = await page.evaluate(FAULTS, roots)
    return found


async def me(connection: Connection, **fields: Any) -> None:
    mine = connection.mine()
    mine.update(fields)
    await connection.event("agent.chose", {"agents": {mine["id"]: mine}})


async def call(connection: Connection, **fields: Any) -> None:
    one = connection.scene["contacts"]["c1"]
    one.update(fields)
    await connection.event("contact.held", {"contacts": {"c1": one}})


async def emergencies(connection: Connection, n: int) -> None:
    tally = connection.scene["tally"]
    tally["waiting"]["1"] |= {
        "voice": n,
        "sms": 0,
        "email": 0,
        "oldest": connection.desk.now() - 60_000,
    }
    await connection.event("contact.queued", {"tally": tally})


async def everything(connection: Connection) -> None:
    """As much as a bar ever has to say."""
    tally = connection.scene["tally"]
    now = connection.desk.now()
    for level in "1234":
        tally["waiting"][level] |= {
            "voice": 18, "due": {"waits_from": now - 3_000_000, "answer_by": now - 2_000_000},
        }  # fmt: skip
    await connection.event("tally", {"tally": tally})
    connection.scene["me"] |= {"name": LONG}
    last = {"incident": "i1", "incident_no": "INC-1", "address": "d1", "masked": "+1 206 ••• 0142"}
    connection.scene["last_called"] = last | {"name": LONG}
    mine = connection.mine()
    mine.update(name=LONG, stage=TRAINING)
    await connection.snapshot()


async def closed_lines(connection: Connection) -> None:
    """The head of a board with everything that it may have to say."""
    now = connection.desk.now()
    centre = connection.scene["centre"]
    hours = {
        "open": False,
        "why": "Thanksgiving",
        "zone": "America/Los_Angeles",
        "changes": [now + 90_000_000],
    }
    connection.scene["centre"] = centre | {
        "email_ready": False, "account": ["one call at a time"],
        "hours": {q["name"]: hours for q in centre["queues"]},
    }  # fmt: skip
    await connection.snapshot()


Change = Callable[[Connection], Awaitable[None]]
LUNCH = {"choice": "paused", "pause_reason": "lunch"}
QUIET: dict[str, Change] = {
    "ready": lambda c: me(c, state="ready", choice="ready"),
    "ringing": lambda c: me(c, state="ringing"),
    "messages": lambda c: me(c, state="messages"),
    "messages, then a pause": lambda c: me(c, state="messages", **LUNCH),
    "desk test": lambda c: me(c, state="testing", choice="ready", pause_reason=None),
    "paused": lambda c: me(c, state="paused", **LUNCH),
    "paused by the router": lambda c: me(c, state="paused", pause_reason="self_test_failed"),
    "paused for hours": lambda c: me(c, state_at=c.desk.now() - 30_000_000),
    "paused, emergencies wait": lambda c: emergencies(c, 12),
    "connection lost": lambda c: me(c, state="lost"),
    "wrap-up, then a pause": lambda c: me(c, state="wrapup", **LUNCH),
}
IN_CALL: dict[str, Change] = {
    "talking": lambda c: me(c, state="talking", choice="ready"),
    "talking, then a pause": lambda c: me(c, state="talking", **LUNCH),
    "a long name": lambda c: call(
        c, who={"name": LONG, "address": "+1 206 ••• 0142", "role": "veterinarian"}),
    "on hold": lambda c: call(c, held=True),
    "sound lost": lambda c: call(c, fault="agent_sound_lost", until=c.desk.now() + 29_000),
    "marks": lambda c: call(c, fault=None, until=None, held=False, who={
        "name": LONG, "address": "+1 206 ••• 0142", "role": "owner", "stir": "failed",
        "unsure": "a switchboard: many people call from it", "forwarded_from": "+1 206 ••• 0111"}),
    "an emergency waits": lambda c: emergencies(c, 2),
    "dialling": lambda c: call(c, state="dialing", progress="ringing", direction="out"),
    "connecting": lambda c: call(c, state="connecting", direction="in"),
    "our call, answered": lambda c: call(c, state="active", direction="out"),
    "hours in the call": lambda c: call(c, state="active", state_at=c.desk.now() - 13_000_000),
}  # fmt: skip


async def heard(connection: Connection) -> None:
    """Until the page has heard all that was said: it answers what came after that."""

    async def pongs() -> int:
        return connection.desk.pongs

    before = await pongs()
    await connection.say("ping")

    async def more() -> bool:
        return await pongs() > before

    await until(more, "the page answers")


async def drawn(page: Page) -> None:
    """Until what was told is drawn."""
    await page.evaluate(f"() => {DRAWN}")


@pytest.mark.parametrize(
    ("scene", "states", "full"),
    [
        ("idle", QUIET, False),
        ("idle", QUIET, True),
        ("call", IN_CALL, False),
        ("call", IN_CALL, True),
    ],
)
async def test_the_desks_bars_fit_in_every_state(
    chromium: Browser, desk: FakeDesk, scene: str, states: dict[str, Change], full: bool
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene={scene}")
    await expect(page.locator(".top .choice")).to_be_visible()
    if scene == "call":
        await expect(page.locator(".phonebar")).to_contain_text("sound good")
        await page.keyboard.press("Alt+m")
    connection = await desk.here()
    if full:
        await everything(connection)
    found: dict[Any, list[str]] = {}
    for name, change in states.items():
        await change(connection)
        await heard(connection)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 720 if width == 1280 else 768})
            if bad := await faults(page, {**BARS, ".inc": None}):
                found[name, width] = bad
    desk.away = True
    await connection.ws.close()
    await expect(page.locator(".top .stalebar")).to_be_visible()
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 768})
        if bad := await faults(page, {**BARS}):
            found["no connection", width] = bad
    desk.away = False
    page.faults[:] = [f for f in page.faults if "503" not in f]  # type: ignore[attr-defined]
    assert not found, pprint.pformat(found, width=150)
    await close(page)


PLACES = """() => [...document.querySelectorAll(
  'main, .choice, .glance, .glance ~ *, .phonebar.live button')].map((e) => {
  const at = e.getBoundingClientRect();
  return [e.className.replace(' told', ''), Math.round(at.right), at.top]; })"""


async def test_nothing_moves_when_an_emergency_comes_or_the_record_is_away(
    chromium: Browser, desk: FakeDesk
) -> None:
    for scene in ("idle", "text", "call"):
        page = await opened(chromium, f"{desk.url}/desk?scene={scene}")
        await expect(page.locator(".top .choice")).to_be_visible()
        connection = await desk.here()
        await emergencies(connection, 0)
        await expect(page.locator(".glance .sev").first).to_have_text("S1 0")
        # the sound of the page comes up meanwhile, and says so in other words
        await expect(page.locator(".phonebar")).not_to_contain_text("connecting")
        before = await page.evaluate(PLACES)
        await emergencies(connection, 2)
        told = page.locator(".emergencies, .glance.told")
        await expect(told).to_contain_text("2 emergencies wait.")
        assert [one for one in before if one not in await page.evaluate(PLACES)] == []
        await connection.say("record", trouble="locked")
        await expect(page.locator(".stalebar")).to_contain_text("holds the database")
        assert [one for one in before if one not in await page.evaluate(PLACES)] == []
        await close(page)


async def test_the_board_fits_a_phone_and_its_tiles_are_whole(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await expect(page.get_by_role("row").filter(has_text="T. Nguyen")).to_be_visible()
    found: dict[Any, list[str]] = {}
    parts = (".tile", ".top", ".list > .head", ".agents > .head")
    for full in (False, True):
        if full:
            await everything(await desk.here())
            await closed_lines(await desk.here())
            await heard(await desk.here())
        for width in (390, 768, *WIDTHS):
            await page.set_viewport_size({"width": width, "height": 844})
            if bad := await faults(page, dict.fromkeys(parts)):
                found[full, width] = bad
    assert not found, pprint.pformat(found, width=150)
    await close(page)


ROWS = """() => {
  const found = [];
  const list = document.querySelector('.list').getBoundingClientRect();
  for (const cell of document.querySelectorAll('.list .tr > .next, .list .tr > .wait')) {
    const row = cell.closest('.tr');
    const box = cell.getBoundingClientRect();
    const out = (r) => r.left < box.left - 6 || r.right > box.right + 1 || r.right > list.right;
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let t = texts.nextNode(); t; t = texts.nextNode()) {
      if (!t.data.trim() || t.parentElement.closest('.sr')) continue;
      const name = t.parentElement.closest('.cut');
      const range = document.createRange();
      range.selectNodeContents(t);
      const cut = name && name.scrollWidth > name.clientWidth;
      if (cut) found.push({cut: true, told: name.title, text: t.data.trim()});
      else if ([...range.getClientRects()].some(out))
        found.push({cut: false, text: `${row.querySelector('b')?.textContent}: ${t.data.trim()}`});
      if (name && out(name.getBoundingClientRect())) found.push({cut: false, text: name.title});
    }
    for (const e of cell.querySelectorAll('a, button'))
      if (out(e.getBoundingClientRect()) || (e.matches('a') && e.scrollWidth > e.clientWidth + 1))
        found.push({cut: false, text: `pressed: ${e.textContent.trim()}`});
    if (box.bottom > row.getBoundingClientRect().bottom + 1) found.push({cut: false, text: 'low'});
  }
  return found; }"""
"""What is not whole in a row: how long it waits, and what happens next."""


def every_state(connection: Connection, agent: str) -> None:
    """A row of the board for each thing that may happen next."""
    now, scene = connection.desk.now(), connection.scene
    one = scene["contacts"]["q1"] | {"offer": None, "reason": None}
    rings = {"fence": "3", "agents": [agent], "expires": now + 8_000}
    night = {"kind": "on_call", "word": "Night lead", "by": None}
    call = {"by": "a1", "by_name": "Priya Nair", "why": "", "tried": 2, "tries": 3}
    stands = {"contact": "w1", "why": "call", "agent": agent, "at": None}

    def telling(at: str, **more: Any) -> dict[str, Any]:
        told = {"at": at, "word": "Night lead", "since": now, "until": None, **more}
        return {"channel": "sms", "state": "queued", "alarm": "untaken", "telling": told}

    rows: list[dict[str, Any]] = [
        {"offer": rings},
        {"offer": rings | {"agents": [agent] * 3}},
        {"state": "connecting", "agent": agent},
        {"state": "outside", "outside": night, "alarm": "untaken"},
        {"state": "outside", "outside": night, "alarm": "untaken", "offer": rings},
        {"state": "voicemail", "alarm": "untaken"},
        {"state": "voicemail", "alarm": "untaken", "offer": rings},
        {"state": "away", "outside": night},
        {"state": "queued", "alarm": "untaken"},
        {"state": "queued", "sticky_for": agent},
        {"state": "queued", "callback": call, "direction": "out"},
        telling("rings"), telling("pause", until=now + 60_000), telling("next"),
        telling("taken", until=now + 900_000) | {"alarm": None},
        {"state": "scheduled", "callback": call, "stands": stands, "until": now + 14 * 60_000},
        {"state": "scheduled", "callback": call, "not_before": now + 3_600_000},
    ]  # fmt: skip
    scene["contacts"] |= {
        f"n{n}": one
        | {"id": f"n{n}", "waits_from": now - 720_000, "answer_by": now - 700_000}
        | row
        for n, row in enumerate(rows)
    }


IN_WORK: list[dict[str, Any]] = [
    {"state": "active", "held": True},
    {"state": "active", "alarm": "lost", "fault": "agent_lost"},
    {"state": "active", "fault": "agent_sound_lost"},
    {"state": "wrapup"},
    {"state": "parked", "parked_for": "call", "channel": "sms"},
    {"state": "parked", "parked_for": "until", "channel": "sms"},
    {"state": "parked", "parked_for": "party", "channel": "sms"},
    {"state": "dialing", "progress": "ringing"},
]


@pytest.mark.parametrize("name", ["Priya Nair", LONG])
async def test_nothing_of_a_rows_state_is_cut_on_the_board(
    chromium: Browser, desk: FakeDesk, name: str
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await expect(page.get_by_role("row").filter(has_text="T. Nguyen")).to_be_visible()
    connection = await desk.here()
    every_state(connection, "a1")
    connection.scene["agents"]["a1"]["name"] = name
    one = connection.scene["contacts"]["w1"]
    connection.scene["contacts"] |= {
        f"m{n}": one | {"id": f"m{n}", "agent": "a1", "until": desk.now() + 21_000} | row
        for n, row in enumerate(IN_WORK)
    }
    await connection.snapshot()
    found: dict[Any, Any] = {}
    for tab in ("Waiting ·", "In progress"):
        await page.get_by_role("button", name=tab).click()
        await expect(page.get_by_role("link", name="Take it").first).to_be_visible()
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 2400})  # every row is drawn
            await drawn(page)
            bad = await page.evaluate(ROWS)
            if name == LONG:  # of these the name is cut, and told
                bad = [one for one in bad if not (one["cut"] and one["told"])]
            if bad:
                found[tab, width] = bad
    assert not found, pprint.pformat(found, width=150)
    await close(page)


async def test_a_message_on_the_board_covers_no_row_and_no_button(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    connection = await desk.here()
    await expect(page.get_by_role("row").filter(has_text="T. Nguyen")).to_be_visible()
    told = {
        "level": "alarm",
        "code": "callback.wanted",
        "text": "Somebody could not be reached. " * 5,
    }
    await connection.say("notice", **told)
    await connection.say("notice", **told | {"text": "Another one. " * 9})
    await expect(page.locator(".toast")).to_have_count(2)
    covered = await page.evaluate("""() => {
      const over = (a, b) =>
        a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      const toast = document.querySelector('.toasts').getBoundingClientRect();
      return [...document.querySelectorAll('.panel, .tile, .head, .top')].filter(
        (e) => over(toast, e.getBoundingClientRect())).map((e) => e.className); }""")
    assert covered == []
    await close(page)


async def test_what_an_agent_reads_beside_a_call_is_cut_nowhere(
    chromium: Browser, desk: FakeDesk
) -> None:
    found: dict[Any, list[str]] = {}
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    connection = await desk.here()
    name = "Anastasia Konstantinopoulou-Fitzgerald"
    since = {"since": desk.now(), "until": None}
    told = {"at": "together", "agent": "a3", "name": name, "by_name": "Priya", **since}
    await call(connection, consult=told, held=False)
    await expect(page.locator(".consultbar")).to_contain_text(name)
    await expect(page.locator(".people")).to_contain_text("To call back")
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 768})
        bad = await faults(page, {".people": None, ".consultbar": None})
        for root in (".people", ".consultbar"):
            if await page.locator(root).evaluate("(e) => e.scrollWidth > e.clientWidth"):
                bad.append(f"{root}: something is cut on its right")
        if bad:
            found[width] = bad
    await close(page)
    assert not found, pprint.pformat(found, width=150)


async def test_a_callers_number_is_whole_beside_the_longest_warning(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    await expect(page.locator(".phonebar")).to_contain_text("sound good")
    connection = await desk.here()
    number = {"name": "", "address": "+1 415 ••• 0155", "role": None}
    lost = {"fault": "agent_sound_lost", "until": connection.desk.now() + 29_000}
    await call(connection, direction="out", who=number, **lost)
    who = page.locator(".phonebar .who .cut").first
    await expect(who).to_contain_text("0155")
    for width in WIDTHS[1:]:
        await page.set_viewport_size({"width": width, "height": 768})
        await drawn(page)
        assert await who.evaluate("(e) => e.scrollWidth <= e.clientWidth"), width
    await close(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_head_of_an_incident_is_one_line_whatever_its_keys_are(
    chromium: Browser, theme: str
) -> None:
    """Found by a user: with Alt W for W it broke, and all below jumped."""
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=call", color_scheme=theme)
        here = await desk.here()
        await here.incident_is(
            "i1",
            owner="a2",
            owner_name="Alexandra Nguyen-Castellanos",
            opened_at=desk.now() - 7_261_000,
        )
        facts = page.locator(".inc .facts")
        await expect(facts).to_contain_text("Alexandra Nguyen-Castellanos")
        await expect(facts.locator("kbd")).to_have_text(["Alt W"])
        with_alt = await facts.bounding_box()
        call = here.scene["contacts"]["c1"] | {"state": "wrapup", "until": desk.now() + 60_000}
        await here.event("contact.wrapup_started", {"contacts": {"c1": call}})
        await expect(facts.locator("kbd")).to_have_text(["W"])
        alone = await facts.bounding_box()
        assert with_alt
        assert alone
        assert (with_alt["height"], with_alt["y"]) == (alone["height"], alone["y"])
        assert alone["height"] <= 34
        assert await facts.evaluate("(e) => e.scrollWidth <= e.clientWidth")
        await close(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_whose_an_incident_is_can_be_read_with_all_that_its_head_ever_says(
    chromium: Browser, desk: FakeDesk, theme: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text", color_scheme=theme)
    here = await desk.here()
    facts = page.locator(".inc .facts")
    more = {"owner": "a2", "owner_name": "Zoë Marchetti", "status": "waiting_third"}
    await here.incident_is("i1", severity=4, **more)
    await expect(facts.locator(".ofcontact")).to_be_visible()
    await expect(facts.locator(".owner b")).to_have_text("Zoë Marchetti")
    assert await faults(page, {"header.inc": None}) == []
    await here.incident_is("i1", severity=1)
    await expect(facts.locator(".ofcontact")).to_have_count(0)
    assert await faults(page, {"header.inc": None}) == []
    await close(page)
