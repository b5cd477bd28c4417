"""The values that settings may have. Each function adds a fault with its fix, and returns the
value."""

from __future__ import annotations

import ipaddress
import logging
import re
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from holdfast.settings.faults import Fault
from router.core.durations import duration_ms

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK = ("localhost", "127.0.0.1", "::1")
UNKNOWN = "no such setting."

DEMO_ACCOUNT_SID = "AC" + "d0" * 16

SAMPLE_SECRETS = frozenset(
    {
        "change-me-please-change-me-please",
        "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "your_auth_token",
        "sandbox-auth-token",
        "sandbox-secret-key-for-demo-only!",
        "sandbox-email-secret",
        DEMO_ACCOUNT_SID,
    }
)
"""Values printed in this repository: fine for the demo, refused by serve."""


def names(env: Mapping[str, str], known: frozenset[str], secrets: frozenset[str]) -> list[Fault]:
    """A HOLDFAST_ name that nobody reads is a typing error, and is reported."""
    allowed = known | {f"{name}_FILE" for name in secrets}
    return [
        Fault(name, UNKNOWN, "See docs/settings.md.")
        for name in sorted(env)
        if name.startswith("HOLDFAST_") and name not in allowed
    ]


def once(found: list[Fault]) -> tuple[Fault, ...]:
    """Only the first of several faults of one setting: the others follow from it."""
    first: dict[tuple[str, str], Fault] = {}
    for fault in found:
        is_setting = fault.where.isupper()
        name = fault.where.removesuffix("_FILE") if is_setting else fault.where
        first.setdefault((name, "" if is_setting else fault.what), fault)
    return tuple(first.values())


def serve(
    found: list[Fault], account_sid: str, token: str, key: str, email_secret: str | None
) -> None:
    """The settings that `serve` refuses to start without."""
    given = {
        "TWILIO_ACCOUNT_SID": (account_sid, "It begins with AC; see your carrier's console."),
        "TWILIO_AUTH_TOKEN": (token, "Set it or TWILIO_AUTH_TOKEN_FILE; see your console."),
        "HOLDFAST_SECRET_KEY": (
            key,
            "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        ),
        "HOLDFAST_EMAIL_SECRET": (email_secret, ""),
    }
    for name, (value, mend) in given.items():
        if value in SAMPLE_SECRETS:
            what = "this is a sample value from the repository."
            found.append(Fault(name, what, "Set your own.", sample=True))
        elif not value and mend:
            found.append(Fault(name, "not set.", mend))
        elif name == "TWILIO_ACCOUNT_SID" and not re.fullmatch(r"AC[0-9a-zA-Z]{32}", value or ""):
            mend = "It is AC and 32 characters; see your carrier's console."
            found.append(Fault(name, "not an account SID.", mend))
        elif name == "HOLDFAST_SECRET_KEY" and len(value or "") < 32:
            found.append(Fault(name, "too short.", "It needs at least 32 characters. " + mend))


def _split(text: str) -> SplitResult | None:
    """The parts; None when it is not an address (also when its port is not a number)."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def port(text: str, found: list[Fault]) -> int:
    if text.isdecimal() and len(text) < 6 and int(text) <= 65535:
        return int(text)
    found.append(Fault("HOLDFAST_PORT", f"{text!r} is not a port.", "Give a number, 1 to 65535."))
    return 8080


def public_url(text: str, found: list[Fault]) -> None:
    """The address the carrier reaches: https, without a path; http on loopback only."""
    name = "HOLDFAST_PUBLIC_URL"
    parts = _split(text)
    if not text:
        found.append(
            Fault(name, "not set.", "Set the address the carrier reaches: https://desk.example.org")
        )
    elif parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        found.append(
            Fault(name, f"{text!r} is not an address.", "Give one such as https://desk.example.org")
        )
    elif parts.path or parts.query or parts.fragment or parts.username:
        found.append(
            Fault(
                name, f"{text!r} is more than scheme and host.", "Such as https://desk.example.org"
            )
        )
    elif parts.scheme == "http" and parts.hostname not in LOOPBACK:
        found.append(Fault(name, "http is accepted on loopback only.", "Use https."))


def tls(cert: str | None, key: str | None, found: list[Fault]) -> None:
    """Certificate and key can be read and belong together."""
    if cert is None:
        if key is not None:
            found.append(Fault("HOLDFAST_TLS_CERT", "not set, but the key is.", "Set both."))
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key)
    except ssl.SSLError as error:
        why = (error.reason or str(error)).lower().replace("_", " ")
        mend = "Give the PEM chain and, in HOLDFAST_TLS_KEY, its key."
        found.append(Fault("HOLDFAST_TLS_CERT", f"certificate and key: {why}.", mend))
    except OSError as error:
        what = f"{cert} or its key cannot be read ({error.strerror})."
        found.append(Fault("HOLDFAST_TLS_CERT", what, "Name files that this user can read."))


def api_key(key: str | None, secret: str | None, found: list[Fault]) -> None:
    if bool(key) != bool(secret):
        missing = "TWILIO_API_SECRET" if key else "TWILIO_API_KEY"
        found.append(Fault(missing, "not set.", "An API key needs both its name and its secret."))


def origins(text: str, found: list[Fault]) -> tuple[str, ...]:
    """Exact origins of our pages, separated by commas."""
    listed = [part.strip().rstrip("/") for part in text.split(",") if part.strip()]
    for origin in listed:
        parts = _split(origin)
        if parts is None or f"{parts.scheme}://{parts.netloc}" != origin or not parts.netloc:
            mend = "List them as https://host[:port], with commas between."
            found.append(Fault("HOLDFAST_DESK_ORIGINS", f"{origin!r} is not an origin.", mend))
    return tuple(dict.fromkeys(listed))


def _scheme(
    name: str, text: str | None, schemes: tuple[str, ...], sample: str, found: list[Fault]
) -> str | None:
    if not text:
        return None
    parts = _split(text)
    if parts is None or parts.scheme not in schemes:
        # The value may hold a password: it is not repeated.
        found.append(Fault(name, f"not a {schemes[0]}: address.", f"Such as {sample}"))
        return None
    return text


def redis_url(text: str | None, found: list[Fault]) -> str | None:
    sample = "redis://host:6379/0, rediss://… or unix:///path"
    return _scheme("HOLDFAST_REDIS_URL", text, ("redis", "rediss", "unix"), sample, found)


def database_url(text: str | None, found: list[Fault]) -> str | None:
    schemes = ("postgresql", "postgres", "sqlite", "postgresql+asyncpg", "sqlite+aiosqlite")
    sample = "postgresql://user:password@host/holdfast"
    return _scheme("HOLDFAST_DATABASE_URL", text, schemes, sample, found)


def smtp_url(text: str | None, found: list[Fault]) -> str | None:
    sample = "smtp://user:password@mail.example.org:587"
    return _scheme("HOLDFAST_SMTP_URL", text, ("smtp", "smtps"), sample, found)


def media_url(text: str | None, found: list[Fault]) -> str | None:
    sample = "https://media1.example.org"
    url = _scheme("HOLDFAST_MEDIA_URL", text, ("https", "http"), sample, found)
    return url.rstrip("/") if url else None


def media_link(text: str | None, found: list[Fault]) -> str | None:
    """A place of this machine (unix:/path), or an address and port (tcp:10.0.0.5:7000)."""
    if not text:
        return None
    kind, _, where = text.partition(":")
    host, _, port = where.rpartition(":")
    if (kind == "unix" and where.startswith("/")) or (kind == "tcp" and host and _is_port(port)):
        return text
    mend = "Such as tcp:10.0.0.5:7000, on a network that is only yours."
    found.append(Fault("HOLDFAST_MEDIA_LINK", f"{text!r} is no place to listen at.", mend))
    return None


def base_url(text: str | None, found: list[Fault]) -> str | None:
    sample = "http://127.0.0.1:8090"
    return _scheme("TWILIO_API_BASE_URL", text, ("https", "http"), sample, found)


def fallback_url(text: str | None, found: list[Fault]) -> str | None:
    """The static document that holds callers while we are away: absolute, http(s)."""
    name, sample = "HOLDFAST_FALLBACK_URL", "https://static.example.net/fallback.xml"
    url = _scheme(name, text, ("https", "http"), sample, found)
    if url is not None and not urlsplit(url).hostname:
        found.append(Fault(name, f"{url!r} is not an address.", f"Such as {sample}"))
        return None
    return url


def media_address(text: str | None, found: list[Fault]) -> str | None:
    """One IP address of this machine, or the one that is mapped to it."""
    if not text:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        address = None
    if address is None or address.is_unspecified or address.is_multicast:
        found.append(
            Fault(
                "HOLDFAST_MEDIA_ADDRESS",
                f"{text!r} is not one IP address.",
                "Give the address at which browsers reach this machine, such as 203.0.113.7.",
            )
        )
        return None
    return text


def media_ports(text: str | None, found: list[Fault]) -> range:
    """One UDP port or a row of them; without: any."""
    if not text:
        return range(1)
    first, dash, last = (part.strip() for part in text.partition("-"))
    numbers = [part for part in (first, last if dash else first) if _is_port(part)]
    if len(numbers) == 2 and int(numbers[0]) <= int(numbers[1]):
        return range(int(numbers[0]), int(numbers[1]) + 1)
    mend = "Give one UDP port or a row of them, such as 40000-40009; each worker takes one."
    found.append(Fault("HOLDFAST_MEDIA_PORTS", f"{text!r} is no row of ports.", mend))
    return range(1)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6 and 1024 <= int(text) < 65536


def networks(text: str | None, found: list[Fault]) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas."""
    name = "HOLDFAST_TRUSTED_PROXIES"
    listed: list[Network] = []
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        try:
            network = ipaddress.ip_network(part)
        except ValueError:
            mend = "List addresses or networks: 127.0.0.1,10.0.0.0/24."
            found.append(Fault(name, f"{part!r} is neither address nor network.", mend))
            continue
        if network.prefixlen == 0:
            mend = "List your proxies only: a trusted proxy may claim any address."
            found.append(Fault(name, f"{part!r} trusts the whole world.", mend))
            continue
        listed.append(network)
    return tuple(listed)


def domain(text: str | None, found: list[Fault]) -> str | None:
    """A name to which mail is sent, without a local part."""
    name = (text or "").strip().rstrip(".").lower()
    if not name:
        return None
    label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    if len(name) > 200 or not re.fullmatch(rf"{label}(\.{label})+", name):
        mend = "Give the domain alone, such as reply.example.org."
        found.append(Fault("HOLDFAST_MAIL_REPLY_DOMAIN", f"{text!r} is not a domain.", mend))
        return None
    return name


def yes(name: str, text: str, found: list[Fault]) -> bool:
    """`1` or `0`."""
    if text not in ("0", "1"):
        found.append(Fault(name, f"{text!r} is neither 1 nor 0.", "Set 1 (yes) or 0 (no)."))
    return text == "1"


def seconds(name: str, text: str, found: list[Fault]) -> float:
    """A time such as 30s, as seconds; at most ten minutes."""
    try:
        time = duration_ms(text) / 1000
    except ValueError:
        time = -1.0
    if not 0 <= time <= 600:
        found.append(Fault(name, f"{text!r} is not a valid time.", "Give 0s to 10m, such as 30s."))
        return 0.0
    return time


def mebibytes(name: str, text: str, found: list[Fault]) -> int:
    """A size in MiB, as bytes; 0 is none."""
    if text.isdecimal() and text.isascii() and len(text) < 6:
        return int(text) << 20
    found.append(
        Fault(name, f"{text!r} is not a size.", "Give a number of MiB, such as 64; 0 = none.")
    )
    return 0


def log_level(text: str, found: list[Fault]) -> str:
    if text.upper() not in logging.getLevelNamesMapping():
        levels = "Set debug, info, warning or error."
        found.append(Fault("HOLDFAST_LOG", f"{text!r} is not a log level.", levels))
        return "info"
    return text
