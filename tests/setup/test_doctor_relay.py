"""Doctor, the relay: a real one, and what is wrong with it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest

from holdfast.doctor import State
from holdfast.doctor.relay import relay
from holdfast.http.selfsigned import make_certificate
from holdfast.settings.environment import load
from holdfast.settings.faults import SettingsError
from softphone.relay import LIFE_S, Relay
from tests.kit.centre import free_port
from tests.kit.relay import SECRET, running_relay


@pytest.mark.long  # coturn
async def test_a_relay_that_takes_our_word_lets_sound_through(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as there:
        urls = (there.url("udp"), there.url("tcp"))
        for found in await relay(Relay(urls, SECRET)):
            assert (found.state, found.check) == (State.OK, "relay"), found


@pytest.mark.long  # coturn
async def test_another_secret_and_a_wrong_way_are_told_with_their_mend(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as there:
        (found,) = await relay(Relay((there.url(),), "another"))
        assert found.state is State.FAIL
        assert "static-auth-secret" in found.mend
        (found,) = await relay(Relay((f"turns:127.0.0.1:{there.port}?transport=tcp",), SECRET))
        assert found.state is State.FAIL  # it speaks no TLS there


@pytest.mark.long  # coturn
async def test_a_relay_over_tls_is_as_good_as_its_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = make_certificate(tmp_path / "tls", ["127.0.0.1"])
    async with running_relay(tmp_path, tls) as there:
        (found,) = await relay(Relay((there.url("tls"),), SECRET))
        assert (found.state, "certificate" in found.mend) == (State.FAIL, True), found
        monkeypatch.setenv("SSL_CERT_FILE", str(tls[0]))
        (found,) = await relay(Relay((there.url("tls"),), SECRET))
        assert found.state is State.OK, found


async def test_a_relay_that_is_away_is_told_with_its_mend() -> None:
    (found,) = await relay(Relay((f"turn:127.0.0.1:{free_port()}?transport=tcp",), SECRET))
    assert (found.state, found.mend) == (
        State.FAIL, "See that it runs, and that this port is open from here."
    )  # fmt: skip
    (found,) = await relay(None)
    assert found.state is State.OK


def test_credentials_end_and_name_their_account() -> None:
    given = Relay(("turn:x",), "secret", only=True)
    (server,) = given.servers("u1", 1_000.9)
    assert server["username"] == f"{1000 + LIFE_S}:u1"
    signed = hmac.new(b"secret", server["username"].encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(signed).decode()
    assert "secret" not in repr(given)


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"HOLDFAST_TURN_URLS": "turn:a:3478"}, "HOLDFAST_TURN_SECRET: not set"),
        ({"HOLDFAST_TURN_SECRET": "x"}, "no relay"),
        ({"HOLDFAST_RELAY_ONLY": "1"}, "no relay"),
        (
            {"HOLDFAST_TURN_URLS": "stun:a:3478", "HOLDFAST_TURN_SECRET": "x"},
            "no address of a relay",
        ),
        ({"HOLDFAST_TURN_URLS": "turn:a:0", "HOLDFAST_TURN_SECRET": "x"}, "no address of a relay"),
        (
            {"HOLDFAST_TURN_URLS": "turns:a?transport=udp", "HOLDFAST_TURN_SECRET": "x"},
            "no address",
        ),
        ({"HOLDFAST_TURN_URLS": "turn:a/b,turn:c", "HOLDFAST_TURN_SECRET": "x"}, "'turn:a/b'"),
    ],
)
def test_settings_of_a_relay_that_cannot_be_used(
    tmp_path: Path, env: dict[str, str], says: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(demo=True, environment={"HOLDFAST_DATA_DIR": str(tmp_path), **env})
    assert says in str(refused.value)
    assert str(refused.value).count("HOLDFAST_") >= 1


def test_settings_of_a_relay(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("word\n")
    settings = load(
        demo=True,
        environment={
            "HOLDFAST_DATA_DIR": str(tmp_path),
            "HOLDFAST_TURN_URLS": "turn:[2001:db8::1]:3478, turns:turn.example.org?transport=tcp",
            "HOLDFAST_TURN_SECRET_FILE": str(tmp_path / "secret"),
            "HOLDFAST_RELAY_ONLY": "1",
        },
    )
    urls = ("turn:[2001:db8::1]:3478", "turns:turn.example.org?transport=tcp")
    assert settings.relay == Relay(urls, "word", only=True)
