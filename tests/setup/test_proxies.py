"""Behind a proxy: whose request it is, and who is locked out by whose wrong passwords."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict

from holdfast.http.proxies import Proxies, throttle_key
from holdfast.security.tries import ADDRESS_TRIES, LOGIN_TRIES
from holdfast.settings import checks
from holdfast.settings.faults import Fault
from tests.setup.processes import good, tree


def request(remote: str | None, *forwarded: str) -> Any:
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    return SimpleNamespace(remote=remote, headers=headers)


@pytest.mark.parametrize(
    ("trusted", "remote", "forwarded", "client"),
    [
        ("", "10.0.0.2", ["203.0.113.9"], "10.0.0.2"),
        ("10.0.0.2", "10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.0/24,::1", "10.0.0.2", ["203.0.113.9, 10.0.0.7"], "203.0.113.9"),
        ("10.0.0.2", "10.0.0.2", ["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", "10.0.0.2", ["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", "10.0.0.2", ["1.2.3.4, nonsense"], "10.0.0.2"),
        ("10.0.0.2", "10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", "::ffff:10.0.0.2", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.2", "10.0.0.2", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.2", "10.0.0.3", ["203.0.113.9"], "10.0.0.3"),
    ],
)
def test_client_is_the_last_hop_that_is_no_proxy_of_ours(
    trusted: str, remote: str, forwarded: list[str], client: str
) -> None:
    found: list[Fault] = []
    proxies = Proxies(checks.networks(trusted, found))
    assert found == []
    assert str(proxies.client(request(remote, *forwarded))) == client


def test_one_network_of_ipv6_is_one_client() -> None:
    proxies = Proxies(())
    keys = {throttle_key(proxies.client(request(f"2001:db8::{n}"))) for n in range(1, 4)}
    assert len(keys) == 1


def test_figures_are_for_this_machine_only() -> None:
    ours = Proxies(checks.networks("127.0.0.1", []))
    assert ours.on_this_machine(request("127.0.0.1"))
    assert not ours.on_this_machine(request("127.0.0.1", "203.0.113.9"))
    assert not ours.on_this_machine(request("127.0.0.1", "127.0.0.1, 203.0.113.9"))
    assert not Proxies(()).on_this_machine(request("127.0.0.1", "127.0.0.1"))
    assert not Proxies(()).on_this_machine(request("203.0.113.9"))


async def test_wrong_passwords_of_one_address_lock_out_neither_others_nor_the_house(
    tmp_path: Path,
) -> None:
    env = good(tmp_path, HOLDFAST_TRUSTED_PROXIES="127.0.0.1")
    async with tree("serve", tmp_path, env) as centre, aiohttp.ClientSession() as session:

        async def sign_in(login: str, address: str) -> int:
            headers = {"X-Holdfast": "1", "X-Forwarded-For": f"198.51.100.1, {address}"}
            form = {"login": login, "password": "wrong"}
            url = f"{centre.url}/api/login"
            async with session.post(url, json=form, headers=headers) as answer:
                return answer.status

        one = [await sign_in("priya", "203.0.113.9") for _ in range(LOGIN_TRIES + 1)]
        assert one == [401] * LOGIN_TRIES + [429]
        rest = ADDRESS_TRIES - LOGIN_TRIES
        many = [await sign_in(f"login {n}", "203.0.113.9") for n in range(rest + 1)]
        assert many == [401] * rest + [429]
        assert await sign_in("tomas", "203.0.113.10") == 401
        for forwarded, status in (("203.0.113.9", 403), (None, 200)):
            headers = {"X-Forwarded-For": forwarded} if forwarded else {}
            async with session.get(f"{centre.url}/metrics", headers=headers) as answer:
                assert answer.status == status
