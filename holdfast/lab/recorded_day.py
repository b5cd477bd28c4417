"""`holdfast simulate --from-records DAY`: a day of the record, read for the simulator."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from holdfast.clock import now_ms
from holdfast.lab.own_store import TrialError
from holdfast.lab.simulate import Day
from holdfast.settings.environment import load_record
from router.core.config import Config
from router.records import accounts
from router.records.database import Database, RecordUnavailable
from router.records.day import contacts_of, duty_of, presses_of
from router.simulation import recorded as trial
from router.simulation.figures import of_waits


def bounds(day: str, zone: str) -> tuple[int, int]:
    """First moment of a day in the site's zone and of the next, ms since 1970.

    Raises:
        TrialError: not a day.
    """
    try:
        first = date.fromisoformat(day)
    except ValueError as error:
        raise TrialError(f"--from-records: {day!r} is not a day such as 2026-11-20") from error
    where = ZoneInfo(zone)
    begin, end = (
        datetime(one.year, one.month, one.day, tzinfo=where)
        for one in (first, first + timedelta(days=1))
    )
    return round(begin.timestamp() * 1000), round(end.timestamp() * 1000)


async def recorded(day: str, config: Config, agents: int | None, runs: int, seed: int) -> Day:
    """
    Raises:
        SettingsError: where the record is cannot be read from the settings.
        TrialError: nothing to play, or the record is away. Nothing was run.
    """
    begin, end = bounds(day, config.zone)
    url, _ = load_record()
    database = Database(url)
    try:
        async with database.read() as connection:
            contacts = await contacts_of(connection, begin, end)
            duty = await duty_of(connection, begin, end)
            took, missed = await presses_of(connection, begin, end)
            skills = {one.id: one.skills for one in await accounts.all_accounts(connection)}
    except RecordUnavailable as error:
        raise TrialError(
            f"the record cannot be read: {error}. Set HOLDFAST_DATA_DIR or HOLDFAST_DATABASE_URL"
            " to the centre's own (the demo's folder is ./var)"
        ) from error
    finally:
        await database.close()
    if not contacts:
        raise TrialError(f"the record has nobody who called or wrote on {day}")
    unknown = sorted({live.queue for live in contacts} - set(config.queues))
    if unknown:
        raise TrialError(
            f"{day} has queues that this configuration does not know: {', '.join(unknown)}"
        )
    staff = trial.staff(duty, skills, agents)
    if not staff:
        raise TrialError(f"the record has no agent who was ready on {day}")
    people = [trial.people(contacts, begin, seed, run) for run in range(runs)]
    calls = [one for one in people[0] if one.channel == "voice"]
    work = fmean(one.handling + one.wrapup for one in calls) if calls else 240_000.0
    return Day(
        name=f"{day} with {len(staff)} agent{'s' * (len(staff) > 1)}",
        config=config,
        people=people,
        staff=staff,
        desk=trial.desk(took, missed),
        seed=seed,
        lasts_ms=end - begin,
        handling_ms=work,
        recorded=of_waits(trial.waits(contacts, config, min(end, now_ms()))),
    )
