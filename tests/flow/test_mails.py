"""Mail in the same one order, answered from the desk, really sent, and the thread goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Any

import psutil

from tests.kit.centre import Centre
from tests.kit.desk import desk, said


async def sent_mail(centre: Centre, to: str) -> dict[str, Any]:
    """The newest mail that the carrier's post office has taken for this person."""
    async with asyncio.timeout(60):
        while True:
            for mail in await centre.sandbox.mails("out"):
                if to in mail["to"]:
                    return mail
            await asyncio.sleep(0.05)


async def test_mail_is_answered_and_its_answer_finds_the_incident(centre: Centre) -> None:
    person = "maya.mail@example.com"
    async with desk(centre) as agent:
        written = await centre.sandbox.mail("The key box", "It is empty.", **{"from": person})
        assert written["http_status"] == 200
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        where = agent.contacts[contact]["incident"]
        incident = await agent.do("open", incident=where)
        assert said(incident) == ["It is empty."]
        await agent.do(
            "reply",
            contact=contact,
            text="A key is on its way.",
            then="close",
            anyway=True,
            key="mail-0001",
        )
        answer = await sent_mail(centre, person)
        assert answer["subject"].startswith("Re: The key box [INC-")
        assert answer["text"].strip() == "A key is on its way."
        assert answer["in_reply_to"] == written["message_id"]
        await agent.until(lambda: contact not in agent.contacts)
        await centre.sandbox.mail(
            "Re: thanks", "Found it.", **{"from": person, "in_reply_to": answer["message_id"]}
        )
        again = await agent.accept()
        assert again != contact
        assert agent.contacts[again]["incident"] == where


async def test_wrong_secret_is_refused(centre: Centre) -> None:
    import aiohttp

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{centre.url}/email/inbound", data=b"Subject: x\r\n\r\ny") as answer,
    ):
        assert answer.status == 401


def readers_of(centre: Centre) -> list[int]:
    """Processes in which the worker reads mails now."""
    worker = centre.worker_pid()
    children = Path(f"/proc/{worker}/task").glob("*/children")
    with contextlib.suppress(OSError):
        pids = [int(pid) for listed in children for pid in listed.read_text().split()]
        return [p for p in pids if b"reading_process" in Path(f"/proc/{p}/cmdline").read_bytes()]
    return []


async def test_mails_are_read_apart_and_none_is_lost_when_a_reader_or_the_worker_is_killed(
    centre: Centre,
) -> None:
    kills = 0

    async def kill_readers() -> None:
        nonlocal kills
        while True:
            for pid in readers_of(centre):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    kills += 1
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        killer = group.create_task(kill_readers())
        for n in range(12):
            written = await centre.sandbox.mail(
                f"killed {n}", "The lamp fell.", **{"from": f"lamp{n}@example.com"}
            )
            assert written["http_status"] == 200
            if n == 8:
                centre.kill_worker()
                await centre.until_ready()
        shown = "select count(*) from message where subject like '%killed %' and direction = 'in'"
        await centre.until_rows(shown, [(12,)])
        killer.cancel()
    assert kills
    left = "select count(*) from raw_mail where state = 'stored'"
    await centre.until_rows(left, [(0,)])


async def test_a_reader_whose_worker_is_killed_ends_and_is_buried(centre: Centre) -> None:
    """It becomes the parent's child then, which takes note of its end: no zombie is left."""
    async with asyncio.timeout(60):
        while not (found := readers_of(centre)):
            await centre.sandbox.mail("buried", "It rains.", **{"from": "rain@example.com"})
    centre.kill_worker()
    await centre.until_ready()
    async with asyncio.timeout(60):
        while any(psutil.pid_exists(pid) for pid in found):
            await asyncio.sleep(0.02)
