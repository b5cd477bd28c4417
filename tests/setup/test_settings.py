"""What `serve` refuses to start with: one clear line each, with its mend, all at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from channels.email.channel import EmailChannel, Post
from channels.sandbox.options import PHONE_PAGE_NUMBER
from holdfast import app
from holdfast.parts import texts
from holdfast.settings.environment import (
    DEMO_ACCOUNT_SID,
    DEMO_AUTH_TOKEN,
    DEMO_EMAIL_SECRET,
    DEMO_SECRET_KEY,
    SettingsError,
    default_config_path,
    gather,
    load,
    load_config,
)
from tests.setup.authority import Authority
from tests.setup.processes import good, run

SECRET = "a-very-private-value-0123456789abcdef"


def faults(env: dict[str, str], *, demo: bool = False) -> list[str]:
    return [str(fault) for fault in gather(demo=demo, environment=env)[1]]


def one(env: dict[str, str]) -> str:
    found = faults(env)
    assert len(found) == 1, found
    return found[0]


def test_good_settings_have_no_fault(tmp_path: Path) -> None:
    assert faults(good(tmp_path)) == []
    assert faults({}, demo=True) == []


@pytest.mark.parametrize(
    "name",
    ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "HOLDFAST_SECRET_KEY", "HOLDFAST_PUBLIC_URL"],
)
def test_serve_needs_each_of_four(tmp_path: Path, name: str) -> None:
    env = good(tmp_path)
    del env[name]
    said = one(env)
    assert said.startswith(f"{name}: not set. ")
    assert len(said) > len(f"{name}: not set. ") + 10, "no mend"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_ACCOUNT_SID", DEMO_ACCOUNT_SID),
        ("TWILIO_ACCOUNT_SID", "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        ("TWILIO_AUTH_TOKEN", DEMO_AUTH_TOKEN),
        ("TWILIO_AUTH_TOKEN", "your_auth_token"),
        ("HOLDFAST_SECRET_KEY", DEMO_SECRET_KEY),
        ("HOLDFAST_SECRET_KEY", "change-me-please-change-me-please"),
        ("HOLDFAST_EMAIL_SECRET", DEMO_EMAIL_SECRET),
    ],
)
def test_serve_refuses_each_sample_secret(tmp_path: Path, name: str, value: str) -> None:
    said = one(good(tmp_path, **{name: value}))
    assert said == f"{name}: this is a sample value from the repository. Set your own."


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HOLDFAST_PUBLIC_URL", "http://desk.example.org", "Use https"),
        ("HOLDFAST_PUBLIC_URL", "http://10.0.0.7:8080", "Use https"),
        ("HOLDFAST_PUBLIC_URL", "desk.example.org", "not an address"),
        ("HOLDFAST_PUBLIC_URL", "https://desk.example.org/holdfast", "scheme and host"),
        ("HOLDFAST_PUBLIC_URL", "https://desk.example.org:port", "not an address"),
        ("HOLDFAST_PORT", "80a", "1 to 65535"),
        ("HOLDFAST_PORT", "70000", "1 to 65535"),
        ("HOLDFAST_SECRET_KEY", "short", "32 characters"),
        ("HOLDFAST_DESK_ORIGINS", "https://a.example.org, b.example.org", "'b.example.org'"),
        ("HOLDFAST_REDIS_URL", "http://store", "redis://"),
        ("HOLDFAST_DATABASE_URL", "mysql://x", "postgresql://"),
        ("HOLDFAST_MEDIA_ADDRESS", "desk.example.org", "one IP address"),
        ("HOLDFAST_MEDIA_ADDRESS", "0.0.0.0", "one IP address"),
        ("HOLDFAST_MEDIA_PORTS", "443", "no row of ports"),
        ("HOLDFAST_MEDIA_PORTS", "40009-40000", "no row of ports"),
        ("HOLDFAST_MEDIA_PORTS", "40000-", "no row of ports"),
        ("HOLDFAST_MEDIA_PORTS", "40000-70000", "no row of ports"),
        ("HOLDFAST_SMTP_URL", "mail.example.org:25", "smtp://"),
        ("HOLDFAST_LOG", "loud", "debug"),
        ("HOLDFAST_TRUSTED_PROXIES", "127.0.0.1,proxy.local", "'proxy.local'"),
        ("HOLDFAST_TRUSTED_PROXIES", "10.0.0.1/24", "'10.0.0.1/24'"),
        ("HOLDFAST_TRUSTED_PROXIES", "0.0.0.0/0", "whole world"),
        ("HOLDFAST_TRUSTED_PROXIES", "10.0.0.0/8,::/0", "whole world"),
        ("HOLDFAST_MAIL_REPLY_DOMAIN", "help@reply.example.org", "not a domain"),
        ("HOLDFAST_MAIL_REPLY_DOMAIN", "reply", "not a domain"),
        ("HOLDFAST_TLS_CERT", "/nowhere/cert.pem", "cannot be read"),
        ("HOLDFAST_TLS_KEY", "/nowhere/key.pem", "Set both"),
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32, "AC and 32 characters"),
        ("TWILIO_API_KEY", "SK" + "0" * 32, "TWILIO_API_SECRET"),
        ("TWILIO_API_BASE_URL", "127.0.0.1:8090", "http"),
        ("HOLDFAST_PROT", "8080", "docs/settings.md"),
        ("HOLDFAST_PORT_FILE", "/port", "docs/settings.md"),
    ],
)
def test_each_wrong_value_is_one_line_with_its_mend(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    said = one(good(tmp_path) | {name: value})
    assert says in said
    assert re.match(r"(HOLDFAST|TWILIO)_[A-Z_]+: ", said), said


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_http_is_accepted_on_loopback(tmp_path: Path, host: str) -> None:
    assert faults(good(tmp_path) | {"HOLDFAST_PUBLIC_URL": f"http://{host}:8080"}) == []


@pytest.mark.parametrize(
    "name", ["HOLDFAST_SECRET_KEY", "TWILIO_AUTH_TOKEN", "HOLDFAST_EMAIL_SECRET"]
)
def test_secrets_come_from_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    env = good(tmp_path)
    env.pop(name, None)
    settings = load(demo=False, environment=env | {f"{name}_FILE": str(path)})
    assert SECRET in (settings.secret_key, settings.email_secret, *settings.auth_tokens)
    assert SECRET not in repr(settings)
    assert f"{name}_FILE is set too" in one(env | {name: SECRET, f"{name}_FILE": str(path)})
    path.write_text("\n")
    assert any("is empty" in f for f in faults(env | {f"{name}_FILE": str(path)}))
    missing = faults(env | {f"{name}_FILE": str(tmp_path / "none")})
    assert any("cannot be read" in f for f in missing)


def test_no_fault_repeats_a_secret(tmp_path: Path) -> None:
    env = good(tmp_path) | dict.fromkeys(
        ("HOLDFAST_REDIS_URL", "HOLDFAST_DATABASE_URL", "HOLDFAST_SMTP_URL"), f"x://u:{SECRET}@h"
    )
    found = faults(env | {"HOLDFAST_SECRET_KEY": SECRET[:20]})
    assert len(found) == 4
    assert SECRET[:20] not in "".join(found)


def test_certificate_and_key_must_belong_together(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.issue()
    pair = {"HOLDFAST_TLS_CERT": str(cert), "HOLDFAST_TLS_KEY": str(key)}
    assert faults(good(tmp_path) | pair) == []
    kept = key.read_bytes()
    authority.issue()
    key.write_bytes(kept)
    assert "HOLDFAST_TLS_CERT: certificate and key: " in one(good(tmp_path) | pair)


def test_demo_has_nothing_of_the_real_world(tmp_path: Path) -> None:
    env = good(tmp_path) | {
        "TWILIO_AUTH_TOKEN_FILE": "/nowhere",
        "HOLDFAST_SMTP_URL": "smtp://mail.example.org",
        "HOLDFAST_SANDBOX": '{"smtp_port": 2525}',
    }
    del env["HOLDFAST_HOST"]
    settings = load(demo=True, environment=env)
    assert (settings.account_sid, settings.auth_tokens) == (DEMO_ACCOUNT_SID, (DEMO_AUTH_TOKEN,))
    assert settings.twilio_base_url is None
    assert settings.smtp_url == "smtp://127.0.0.1:2525"
    assert settings.host == "127.0.0.1"
    assert [it.number for it in settings.config.on_call] == [PHONE_PAGE_NUMBER]
    assert load(environment=good(tmp_path), demo=False).config.on_call == []


def test_a_setting_of_an_earlier_version_stops_no_upgrade(tmp_path: Path) -> None:
    assert faults(good(tmp_path) | {"HOLDFAST_SPARE": "0"}) == []


async def test_serve_tells_all_faults_at_once_and_exits(tmp_path: Path) -> None:
    status, out, errors = await run("serve", env={"HOLDFAST_PROT": "1"})
    assert (status, out) == (1, "")
    lines = errors.splitlines()
    assert len(lines) == 5, errors
    assert all(line.startswith("holdfast: ") for line in lines)
    assert "Traceback" not in errors


def broken(folder: Path) -> Path:
    text = default_config_path().read_text()
    for old, new in (
        ('zone = "UTC"', 'zoen = "UTC"'),
        ("max_sms = 4", 'max_sms = "four"'),
        ('hold_loop = "25s"', 'hold_loop = "25"'),
        ('queue = "emergency"\nlanguages', 'queue = "emergencies"\nlanguages'),
        ('number = "+12065550101"', 'number = "555-0101"'),
    ):
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "broken.toml"
    path.write_text(text)
    return path


async def test_check_config_tells_every_fault_with_its_key_path(tmp_path: Path) -> None:
    path = broken(tmp_path)
    status, _, errors = await run("check-config", str(path), env={})
    assert status == 1
    lines = [line.removeprefix(f"holdfast: {path}: ") for line in errors.splitlines()]
    keys = {line.partition(":")[0] for line in lines}
    assert keys == {"zoen", "max_sms", "timing.hold_loop", "lines[0].queue", "lines[1].number"}


def test_a_fault_of_form_hides_no_fault_of_meaning(tmp_path: Path) -> None:
    text = default_config_path().read_text()
    for old, new in (
        ('zone = "UTC"', 'zone = "Mars/Base"'),
        ('voice = "15s"', "voice = -15"),
        ('connect = "8s"', 'conect = "8s"'),
        ('menu = "40s"', 'menu = "40"'),
        ('queue = "urgent"\nword = "harm', 'queue = "urgnet"\nword = "harm'),
        ('needs = ["safety>=2"], for = "4s"', 'needs = ["safety>=4"], for = "4s"'),
    ):
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "six.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as told:
        load_config(path)
    found = {f.where.removeprefix(f"{path}: "): f for f in told.value.faults}
    assert found.keys() == {
        *("zone", "targets.S1.voice", "timing.conect", "timing.menu"),
        *("lines[1].menu.2.queue", "queues.emergency.ladder[1]"),
    }
    assert found["timing.conect"].mend == "Did you mean connect?"


@pytest.mark.parametrize(("old", "new"), [("hold_s2", "sticky_s2"), ("promise", "ageing")])
def test_a_key_of_an_older_version_is_told_by_its_name_of_now(
    tmp_path: Path, old: str, new: str
) -> None:
    path = tmp_path / "older.toml"
    path.write_text(default_config_path().read_text().replace(f"{new} =", f"{old} =", 1))
    with pytest.raises(SettingsError) as told:
        load_config(path)
    assert [fault.mend for fault in told.value.faults] == [f"It is called {new} now."]


def test_missing_keys_and_tables_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "thin.toml"
    path.write_text('[[lines]]\nwrod = "x"\n[queues.general]\nneeds = "safety"\n')
    with pytest.raises(SettingsError) as told:
        load_config(path)
    keys = {fault.where.removeprefix(f"{path}: ") for fault in told.value.faults}
    assert keys == {
        *("lines[0].wrod", "lines[0].name", "lines[0].word"),
        *("queues.general.needs", "queues.general.word"),
        *("targets", "dispositions", "pause_reasons"),
    }
    assert all(fault.mend for fault in told.value.faults)


async def test_check_config_reads_the_file_in_use(tmp_path: Path) -> None:
    status, out, _ = await run("check-config", env={})
    assert (status, "is valid" in out) == (0, True)
    status, _, errors = await run(
        "check-config", env={"HOLDFAST_CONFIG": str(tmp_path / "none.toml")}
    )
    assert status == 1
    assert "HOLDFAST_CONFIG" in errors


async def test_wrong_config_key_stops_serve_with_one_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text("colour = 1\n" + default_config_path().read_text())
    status, _, errors = await run("serve", env=good(tmp_path, HOLDFAST_CONFIG=str(path)))
    assert status == 1
    assert errors.count("\n") == 1
    assert "colour: no such key. Known here: " in errors


@pytest.mark.parametrize(
    ("demo", "given", "used"),
    [
        (False, {}, None),
        (False, {"HOLDFAST_MAIL_REPLY_DOMAIN": "Reply.Example.org"}, "reply.example.org"),
        (True, {"HOLDFAST_MAIL_REPLY_DOMAIN": "reply.example.org"}, "holdfast.test"),
    ],
)
async def test_answers_ask_for_replies_at_the_domain_that_comes_to_us(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    demo: bool,
    given: dict[str, str],
    used: str | None,
) -> None:
    seen: dict[str, Any] = {}

    class Mails(EmailChannel):
        def __init__(self, centre: Any, intake: Any, spool: Any, post: Post, *rest: Any) -> None:
            seen["reply_domain"] = post.reply_domain
            super().__init__(centre, intake, spool, post, *rest)

    monkeypatch.setattr(texts, "EmailChannel", Mails)
    centre = app.App(load(demo=demo, environment=good(tmp_path) | given), "unix:///no", None)
    await centre.process.close(drained=False)
    assert seen["reply_domain"] == used
