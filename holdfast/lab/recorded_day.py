"""`holdfast simulate --from-records DAY`: a day of the record, read for the simulator."""

from __future__ import annotations

from statistics import fmean

from holdfast.clock import now_ms
from holdfast.lab.day_bounds import bounds
from holdfast.lab.own_store import TrialError
from holdfast.lab.simulate import Day
from holdfast.settings.environment import load_record
from router.core.config import Config
from router.records import accounts
from router.records.database import Database, RecordUnavailable
from router.records.day import contacts_of, duty_of, presses_of
from router.simulation import recorded as trial
from router.simulation.figures import of_waits


async def recorded(day: str, config: Config, agents: int | None, runs: int, seed: int) -> Day:
    """
    Raises:
        SettingsError: where the record is cannot be read from the settings.
        TrialError: nothing to play, or the record is away. Nothing was run.
    """
    try:
        begin, end = bounds(day, config.zone)
    except ValueError as error:
        raise TrialError(f"--from-records: {error}") from error
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
