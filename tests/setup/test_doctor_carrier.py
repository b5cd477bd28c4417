"""Doctor, the carrier's side: each test breaks one thing and sees that check alone fail."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web

from channels.sandbox.options import TEST_SID, TEST_TOKEN
from holdfast.doctor import State
from holdfast.settings.environment import default_config_path
from tests.kit.centre import free_port
from tests.setup.conftest import LINE, Setup


async def test_a_healthy_setup_has_no_fault(setup: Setup) -> None:
    found = await setup.examine()
    assert {n: o for n, o in found.items() if o.state is not State.OK} == {}
    assert {"credentials", "certificate", "signature", "clock", "disk", "mail"} <= set(found)


async def test_wrong_secret_fails_the_credentials(setup: Setup) -> None:
    outcome = await setup.only("credentials", TWILIO_API_KEY="SK1", TWILIO_API_SECRET="wrong")
    assert "refuses" in outcome.what
    assert "TWILIO_AUTH_TOKEN" in outcome.mend


async def test_wrong_token_is_seen_at_the_carrier_and_at_our_own_door(setup: Setup) -> None:
    found = await setup.examine(TWILIO_AUTH_TOKEN="not-the-token-of-this-account")
    failed = {n for n, o in found.items() if o.state is State.FAIL}
    assert failed == {"credentials", "signature"}
    assert found["numbers"].state is State.UNKNOWN


async def test_carrier_away_is_told_apart_from_wrong_credentials(setup: Setup) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    outcome = await setup.only("credentials", TWILIO_API_BASE_URL=away)
    assert "cannot be reached" in outcome.what


async def test_closed_account_fails(setup: Setup) -> None:
    setup.carrier.edit = _account(status="suspended")
    assert "suspended" in (await setup.only("credentials")).what


async def test_trial_account_is_told_with_its_limits(setup: Setup) -> None:
    setup.carrier.edit = _account(type="Trial")
    assert "5 calls" in (await setup.only("credentials", State.WARN)).what


def _account(**fields: str) -> Any:
    def edit(path: str, document: Any) -> Any:
        return document | fields if path.count("/") == 3 else document

    return edit


async def test_test_credentials_are_proved_by_magic_numbers(setup: Setup) -> None:
    test = {"TWILIO_ACCOUNT_SID": TEST_SID, "TWILIO_AUTH_TOKEN": TEST_TOKEN}
    found = await setup.examine(**test)
    assert found["credentials"].state is State.WARN
    assert "magic numbers" in found["credentials"].what
    assert "live credentials" in found["credentials"].mend
    assert found["numbers"].state is State.UNKNOWN
    assert "test credentials" in found["numbers"].what


async def test_test_credentials_that_behave_otherwise_fail(setup: Setup) -> None:
    def edit(_path: str, document: Any) -> Any:
        return document | {"code": 21211} if document.get("code") == 21214 else document

    setup.carrier.edit = edit
    test = {"TWILIO_ACCOUNT_SID": TEST_SID, "TWILIO_AUTH_TOKEN": TEST_TOKEN}
    found = await setup.examine(**test)
    assert found["credentials"].state is State.FAIL
    assert "gave 21211, not 21214" in found["credentials"].what


async def test_number_of_somebody_else_fails(setup: Setup, tmp_path: Any) -> None:
    config = tmp_path / "holdfast.toml"
    config.write_text(default_config_path().read_text().replace(LINE, "+12065550199"))
    outcome = await setup.only("+12065550199 owned", HOLDFAST_CONFIG=str(config))
    assert "[[lines]]" in outcome.mend


@pytest.mark.parametrize(
    ("field", "check", "path"),
    [
        ("VoiceUrl", "voice", "/twilio/voice"),
        ("StatusCallback", "status", "/twilio/voice/status"),
        ("SmsUrl", "texts", "/twilio/sms"),
    ],
)
async def test_each_address_of_a_number_is_compared(
    setup: Setup, field: str, check: str, path: str
) -> None:
    for wrong in ("https://elsewhere.example.org/hook", ""):
        await setup.set_number(**{field: wrong})
        outcome = await setup.only(f"{LINE} {check}")
        assert wrong in outcome.what
        assert f"{setup.proxy.url}{path} " in outcome.mend


async def test_number_that_asks_with_get_fails(setup: Setup) -> None:
    await setup.set_number(VoiceMethod="GET")
    assert "POST" in (await setup.only(f"{LINE} voice")).mend


async def test_options_in_the_fragment_are_the_carriers_own(setup: Setup) -> None:
    await setup.set_number(VoiceUrl=f"{setup.proxy.url}/twilio/voice#rc=2&rp=all")
    assert (await setup.examine())[f"{LINE} voice"].state is State.OK


@pytest.mark.parametrize(
    ("field", "check"),
    [("voice_application_sid", "voice"), ("trunk_sid", "voice"), ("sms_application_sid", "texts")],
)
async def test_application_that_overrides_the_address_fails(
    setup: Setup, field: str, check: str
) -> None:
    def edit(_path: str, document: Any) -> Any:
        for number in document.get("incoming_phone_numbers", []):
            if number["phone_number"] == LINE:
                number[field] = "AP" + "0" * 32
        return document

    setup.carrier.edit = edit
    assert "overrides" in (await setup.only(f"{LINE} {check}")).what


async def test_missing_fallback_fails_and_names_the_document(setup: Setup) -> None:
    await setup.set_number(VoiceFallbackUrl="")
    outcome = await setup.only(f"{LINE} fallback")
    document = setup.centre.data_dir / "fallback.xml"
    assert str(document) in outcome.mend
    assert f"{setup.proxy.url}/twilio/voice/fallback" in document.read_text()


async def test_fallback_on_our_own_host_warns(setup: Setup) -> None:
    own = f"{setup.proxy.url}/twilio/voice/fallback"
    await setup.set_number(VoiceFallbackUrl=own, VoiceFallbackMethod="POST")
    assert "another host" in (await setup.only(f"{LINE} fallback", State.WARN)).mend


async def test_fallback_that_cannot_be_used_fails(setup: Setup) -> None:
    good = setup.elsewhere.bend

    async def nonsense(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html><p>Hello", content_type="text/html")

    try:
        await setup.set_number(VoiceFallbackMethod="POST")
        assert "HTTP 405" in (await setup.only(f"{LINE} fallback")).what
        await setup.set_number(
            VoiceFallbackMethod="GET", VoiceFallbackUrl=f"http://127.0.0.1:{free_port()}/x"
        )
        assert "cannot be fetched" in (await setup.only(f"{LINE} fallback")).what
        await setup.mend_number()
        setup.elsewhere.bend = nonsense
        found = await setup.examine()
        assert "not a TwiML document" in found[f"{LINE} fallback"].what
    finally:
        setup.elsewhere.bend = good


@pytest.mark.parametrize(("seconds", "state"), [(10, State.WARN), (-60, State.FAIL)])
async def test_clock_is_compared_with_the_carriers(
    setup: Setup, seconds: int, state: State
) -> None:
    there = datetime.now(UTC) + timedelta(seconds=seconds)
    setup.carrier.date = format_datetime(there, usegmt=True)
    outcome = await setup.only("clock", state)
    told = [int(number) for number in re.findall(r"\d+", outcome.what)]
    assert any(abs(number - abs(seconds)) <= 5 for number in told)  # on a loaded machine too
    assert "timedatectl" in outcome.mend


async def test_fallback_of_our_own_calls_belongs_on_another_host(setup: Setup) -> None:
    check = "fallback of our calls"
    for url in (None, f"{setup.proxy.url}/twilio/voice/fallback"):
        outcome = await setup.only(check, State.WARN, HOLDFAST_FALLBACK_URL=url)
        assert "HOLDFAST_FALLBACK_URL" in outcome.mend
    away = f"{setup.elsewhere.url}/other.xml"
    assert "405" in (await setup.only(check, HOLDFAST_FALLBACK_URL=away)).what


async def test_fallback_address_that_is_none_is_a_fault_of_the_settings(setup: Setup) -> None:
    for url in ("fallback.xml", "https:///fallback.xml", "ftp://static.example.net/x"):
        found = await setup.examine(HOLDFAST_FALLBACK_URL=url)
        assert "HOLDFAST_FALLBACK_URL" in found["settings"].what


def _v1(path: str, key: str, **fields: str) -> Any:
    """What a list of the newer API says, changed; without fields it is empty."""

    def edit(asked: str, document: Any) -> Any:
        if not asked.endswith(path):
            return document
        return document | {key: [one | fields for one in document[key]] if fields else []}

    return edit


async def test_no_approved_profile_is_told_with_its_code(setup: Setup) -> None:
    setup.carrier.edit = _v1("/CustomerProfiles", "results")
    found = await setup.examine()
    bad = {n for n, o in found.items() if o.state in (State.FAIL, State.WARN)}
    assert bad == {"customer profile", "calls at once"}
    assert "21216" in found["customer profile"].mend
    assert "10 calls" in found["calls at once"].what
    setup.carrier.edit = _v1("/CustomerProfiles", "results", status="in-review")
    assert "in-review" in (await setup.examine())["customer profile"].what


async def test_numbers_without_a_campaign_are_named(setup: Setup) -> None:
    setup.carrier.edit = _v1("/Services", "services")
    outcome = await setup.only("text campaign", State.WARN)
    assert LINE in outcome.what
    assert "30034" in outcome.mend
    setup.carrier.edit = _v1("/Usa2p", "compliance", campaign_status="IN_PROGRESS")
    assert "IN_PROGRESS" in (await setup.only("text campaign", State.WARN)).what


async def test_a_key_without_rights_for_it_is_no_fault_of_the_account(setup: Setup) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse | None:
        if not request.path.startswith("/v1/"):
            return None
        return web.json_response({"code": 20003, "message": "no", "status": 403}, status=403)

    setup.carrier.bend = refuse
    found = await setup.examine()
    assert found["customer profile"].state is State.UNKNOWN
    assert found["credentials"].state is State.OK
