"""A login that does not exist costs what a wrong password costs."""

from holdfast.security import credentials as security


def test_the_hash_for_unknown_logins_costs_what_others_cost() -> None:
    assert not security._hasher.check_needs_rehash(security._DUMMY)


async def test_an_unknown_login_is_refused() -> None:
    assert not await security.Passwords().verify(None, "a long test password")
