"""The round of checks: which are made, in what order, and what each receives."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from holdfast.clips import ClipFiles
from holdfast.doctor import (
    address,
    carrier,
    certificate,
    machine,
    mail,
    numbers,
    relay,
    sound,
    standing,
    store,
    triage,
)
from holdfast.doctor.outcome import Finding, State, fail, ok, unknown
from holdfast.settings.environment import Settings, gather, static_dir
from holdfast.settings.faults import Fault


async def examine(environment: Mapping[str, str], *, demo: bool = False) -> list[Finding]:
    """Every check on the set-up that this environment describes; never raises for a fault.

    demo: the set-up of `holdfast demo`; its sandbox carrier is asked while the demo runs.
    """
    settings, faults = settings_of(environment, demo=demo)
    running = is_running(settings.data_dir)
    bad = {fault.where.removesuffix("_FILE") for fault in faults}
    found = settings_read(faults)
    if demo:
        words = "the demo's own, which are public: use them on this machine only"
        found = [ok("secrets", words) if one.check == "secrets" else one for one in found]
    found += clips_read(settings)
    found += machine.data_folder(settings.data_dir)
    found += [await store.database(settings.database_url)]
    found += await store.search(settings.database_url)
    found += await store.agents(settings.database_url, settings.config)
    asked = settings.config.triage.second_opinion
    found += await triage.weights(settings.database_url, settings.data_dir, asked=asked)
    stored = await store.live_store(settings.redis_url, settings.data_dir, running)
    found += stored
    if stored[0].state is State.OK:
        found += await sound.processes(settings.redis_url, settings.data_dir)
    if demo and not settings.twilio_base_url:
        why = "the demo does not run: start it with make demo, then run doctor again"
        names = ("credentials", "numbers", "clock", "public address", "signature", "mail")
        found.append(machine.media_address(settings.media_address, settings.public_url))
        found.append(machine.sound_buffer())
        found += await relay.relay(settings.relay)
        return found + [unknown(name, why) for name in names]
    found += await _with_the_carrier(settings, bad)
    if settings.public_url and "HOLDFAST_PUBLIC_URL" not in bad:
        found.append(await certificate.chain(settings.public_url))
        found += await address.round_trip(
            settings.public_url, settings.auth_tokens, running, pretended=_pretended(settings)
        )
    else:
        why = "set HOLDFAST_PUBLIC_URL first"
        found += [unknown(name, why) for name in ("certificate", "public address", "signature")]
    found.append(machine.media_address(settings.media_address, settings.public_url))
    found.append(machine.sound_buffer())
    found += await relay.relay(settings.relay)
    found.append(await mail.mail(settings, "HOLDFAST_SMTP_URL" in bad))
    return found


def settings_of(
    environment: Mapping[str, str], *, demo: bool
) -> tuple[Settings, tuple[Fault, ...]]:
    """The settings, and their faults; for a running demo, with its sandbox carrier."""
    settings, faults = gather(demo=demo, environment=environment)
    if demo and is_running(settings.data_dir):
        return _with_its_sandbox(settings, environment)
    return settings, faults


def settings_read(faults: tuple[Fault, ...]) -> list[Finding]:
    """Settings, configuration, sample secrets: what `serve` would refuse to start with."""
    found = []
    groups = {
        "settings": [f for f in faults if not f.sample and f.where.isupper()],
        "configuration": [f for f in faults if not f.sample and not f.where.isupper()],
        "secrets": [f for f in faults if f.sample],
    }
    fine = {
        "settings": "every setting is valid",
        "configuration": "every key is known and valid",
        "secrets": "no sample secret of the repository is in use",
    }
    for name, group in groups.items():
        found += [fail(name, f"{fault.where}: {fault.what}", fault.mend) for fault in group]
        if not group:
            found.append(ok(name, fine[name]))
    return found


def clips_read(settings: Settings) -> list[Finding]:
    """Clips that cannot be played: `serve` starts without them, and callers hear the words."""
    files = ClipFiles(settings.config_path, static_dir())
    mend = "Replace the file, or take the key out. Until then callers hear the words."
    return [fail("clips", f"{told}.", mend) for told in files.faults(settings.config)]


def is_running(data_dir: Path) -> bool:
    """Whether a centre holds this data folder now."""
    try:
        fd = os.open(data_dir / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def _with_its_sandbox(
    settings: Settings, environment: Mapping[str, str]
) -> tuple[Settings, tuple[Fault, ...]]:
    """The running demo's settings: its sandbox carrier (a file in its data folder says where)."""
    try:
        text = (settings.data_dir / "sandbox.json").read_text(encoding="utf-8")
        base_url = str(json.loads(text)["base_url"])
    except (OSError, ValueError, KeyError):
        return gather(demo=True, environment=environment)
    found, faults = gather(demo=True, environment={**environment, "HOLDFAST_SANDBOX": text})
    return replace(found, twilio_base_url=base_url), faults


def _pretended(settings: Settings) -> bool:
    """Whether a stand-in takes the carrier's place (TWILIO_API_BASE_URL)."""
    return settings.twilio_base_url is not None


async def _with_the_carrier(settings: Settings, bad: set[str]) -> list[Finding]:
    lines = [line for line in settings.config.lines if line.number]
    first = {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET"}
    missing = sorted(bad & (first | {"TWILIO_API_BASE_URL"}))
    if missing:
        why = f"set {missing[0]} first"
        found = [unknown("credentials", why), unknown("numbers", why)]
        if "TWILIO_API_BASE_URL" in bad:
            return [*found, unknown("clock", why)]
        return [*found, await carrier.clock(carrier.base_url(settings))]
    async with carrier.client_of(settings) as client:
        credentials, reach = await carrier.credentials(client, settings.account_sid)
        found = [*credentials]
        if reach is not carrier.Reach.ACCOUNT:
            why = {
                carrier.Reach.TEST: "test credentials do not reach the account's numbers",
                carrier.Reach.NOTHING: "fix the credentials first",
            }[reach]
            found.append(unknown("numbers", f"addresses of {len(lines)} lines: {why}"))
        elif not lines:
            found.append(unknown("numbers", "no line of the configuration has a number"))
        else:
            for line in lines:
                found += await numbers.addresses(
                    client, line.number, settings.public_url, settings.data_dir
                )
            lost = {one.check for one in found if one.state is State.FAIL}
            ours = [line.number for line in lines if f"{line.number} owned" not in lost]
            found += await standing.standing(client, ours)
            found.append(
                await numbers.of_dialled(
                    settings.fallback_url, settings.public_url, settings.data_dir
                )
            )
    found.append(await carrier.clock(carrier.base_url(settings)))
    return found
