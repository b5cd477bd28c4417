"""Settings from the environment, checked before anything starts (docs/settings.md lists them).

Secrets come only from the environment, or from files named by NAME_FILE.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from holdfast.settings import checks, relays
from holdfast.settings.config_file import (
    EMPTY,
    LAST_GOOD,
    default_config_path,
    kept,
    load_config,
    static_dir,
)
from holdfast.settings.demo_config import load_demo_config
from holdfast.settings.faults import Fault, SettingsError
from router.core.config import Config
from softphone.relay import Relay

__all__ = [
    "DEMO_ACCOUNT_SID",
    "KNOWN",
    "Fault",
    "Settings",
    "SettingsError",
    "default_config_path",
    "gather",
    "load",
    "load_config",
    "load_record",
    "static_dir",
]

DEMO_ACCOUNT_SID = checks.DEMO_ACCOUNT_SID
DEMO_AUTH_TOKEN = "sandbox-auth-token"
DEMO_SECRET_KEY = "sandbox-secret-key-for-demo-only!"
DEMO_EMAIL_SECRET = "sandbox-email-secret"

SECRETS = frozenset(
    {
        "HOLDFAST_SECRET_KEY",
        "HOLDFAST_EMAIL_SECRET",
        "HOLDFAST_SMTP_URL",
        "HOLDFAST_REDIS_URL",
        "HOLDFAST_DATABASE_URL",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_AUTH_TOKEN_OLD",
        "TWILIO_API_SECRET",
        relays.SECRET,
    }
)
"""May also be given as a file: NAME_FILE."""

KNOWN = frozenset(
    {
        "HOLDFAST_PORT",
        "HOLDFAST_HOST",
        "HOLDFAST_PUBLIC_URL",
        "HOLDFAST_DESK_ORIGINS",
        "HOLDFAST_REDIS_URL",
        "HOLDFAST_DATABASE_URL",
        "HOLDFAST_DATA_DIR",
        "HOLDFAST_CONFIG",
        "HOLDFAST_SECRET_KEY",
        "HOLDFAST_MEDIA_ADDRESS",
        "HOLDFAST_MEDIA_PORTS",
        "HOLDFAST_MEDIA_URL",
        "HOLDFAST_MEDIA_LINK",
        *relays.NAMES,
        "HOLDFAST_FALLBACK_URL",
        "HOLDFAST_TLS_CERT",
        "HOLDFAST_TLS_KEY",
        "HOLDFAST_TRUSTED_PROXIES",
        "HOLDFAST_SMTP_URL",
        "HOLDFAST_MAIL_FROM",
        "HOLDFAST_MAIL_REPLY_DOMAIN",
        "HOLDFAST_EMAIL_SECRET",
        "HOLDFAST_DRAIN",
        "HOLDFAST_SPOOL_RESERVE",
        "HOLDFAST_LOG",
        "HOLDFAST_TEST_LONG",
        "HOLDFAST_SANDBOX",
    }
)

RETIRED = frozenset({"HOLDFAST_SPARE"})
"""Of earlier versions. They mean nothing any more, and an upgrade starts though they are set."""

CARRIER = frozenset(
    {
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_AUTH_TOKEN_OLD",
        "TWILIO_API_KEY",
        "TWILIO_API_SECRET",
        "TWILIO_REGION",
        "TWILIO_EDGE",
        *relays.NAMES,
        "TWILIO_API_BASE_URL",
    }
)
"""Read from the carrier's own names; others that begin with TWILIO_ are left alone."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that comes from outside. Stops at holdfast/parts: nothing else receives it
    whole."""

    demo: bool
    port: int
    host: str
    public_url: str
    desk_origins: tuple[str, ...]
    redis_url: str | None
    database_url: str
    data_dir: Path
    config: Config
    config_path: Path
    media_address: str | None
    media_ports: range
    """UDP, the first that is free; 0 = any."""
    media_url: str | None
    """Of a process that carries sound: under which the carrier reaches it."""
    media_link: str | None
    """Of such a process: where it listens for the others; None = a socket in the data folder."""
    relay: Relay | None
    fallback_url: str | None
    tls_cert: str | None
    tls_key: str | None
    smtp_url: str | None
    mail_from: str | None
    mail_reply_domain: str | None
    trusted_proxies: tuple[checks.Network, ...]
    twilio_base_url: str | None
    account_sid: str
    api_key: str | None
    region: str | None
    edge: str | None
    drain_s: float
    spool_reserve: int
    """Bytes kept free on the disk for arrivals."""
    log_level: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    secret_key: str = field(repr=False)
    email_secret: str | None = field(repr=False)
    api_secret: str | None = field(repr=False)

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")


def secret(environment: Mapping[str, str], name: str, found: list[Fault]) -> str | None:
    """A secret from NAME or from the file named by NAME_FILE; one of both, not both."""
    path = environment.get(f"{name}_FILE")
    if not path:
        return environment.get(name) or None
    if environment.get(name):
        found.append(Fault(name, f"{name}_FILE is set too.", "Keep one of the two."))
        return None
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        found.append(Fault(f"{name}_FILE", f"{path} cannot be read ({why}).", "Name another file."))
        return None
    if not value:
        found.append(Fault(f"{name}_FILE", f"{path} is empty.", "Write the secret into it."))
    return value or None


def _say_refused(faulty: list[Fault]) -> None:
    import structlog  # a tenth of a second that a parent and a command do without

    faults = [str(fault) for fault in faulty]
    structlog.get_logger().error("config.refused", kept="the last good one", faults=faults)


def load(
    *, demo: bool, environment: Mapping[str, str] | None = None, again: bool = False
) -> Settings:
    """Settings of this process. again: one before it ran, so that a configuration file that has
    become faulty since must not keep the centre down: the last good one goes on.

    Raises:
        SettingsError: all faults at once, each with what to set.
    """
    settings, found = gather(demo=demo, environment=environment)
    before = kept(settings.data_dir, LAST_GOOD) if again and settings.config is EMPTY else None
    if before is not None:
        named = str(settings.config_path)
        faulty = [fault for fault in found if fault.where.startswith(named)]
        _say_refused(faulty)
        settings = replace(settings, config=before)
        found = tuple(fault for fault in found if fault not in faulty)
    if found:
        raise SettingsError(*found)
    return settings


def load_record(environment: Mapping[str, str] | None = None) -> tuple[str, Path]:
    """Address of the database and the data folder: all that `migrate` and `user add` need.

    Raises:
        SettingsError: these cannot be used, or a HOLDFAST_ name is unknown.
    """
    settings, found = gather(demo=False, environment=environment)
    needed = ("HOLDFAST_DATABASE_URL", "HOLDFAST_DATABASE_URL_FILE")
    ours = [f for f in found if f.where in needed or f.what == checks.UNKNOWN]
    if ours:
        raise SettingsError(*ours)
    return settings.database_url, settings.data_dir


def gather(
    *, demo: bool, environment: Mapping[str, str] | None = None
) -> tuple[Settings, tuple[Fault, ...]]:
    """Settings as far as they can be read, and everything wrong with them."""
    env = dict(os.environ if environment is None else environment)
    found: list[Fault] = checks.names(env, KNOWN | RETIRED, SECRETS)
    if demo:  # nothing of the demo may reach the real carrier or a real mail server
        away = ("HOLDFAST_SMTP_URL", "HOLDFAST_SMTP_URL_FILE")
        env = {k: v for k, v in env.items() if not k.startswith("TWILIO_") and k not in away}
        env |= _demo_mail(env)
    secrets = {name: secret(env, name, found) for name in sorted(SECRETS)}
    port = checks.port(env.get("HOLDFAST_PORT") or "8080", found)
    data_dir = Path(env.get("HOLDFAST_DATA_DIR") or "var").resolve()
    config = EMPTY
    config_path = Path(env.get("HOLDFAST_CONFIG") or default_config_path())
    try:
        config = (load_demo_config if demo else load_config)(config_path)
    except SettingsError as error:
        found += error.faults
    public_url = (env.get("HOLDFAST_PUBLIC_URL") or "").strip().rstrip("/")
    tls_cert, tls_key = env.get("HOLDFAST_TLS_CERT") or None, env.get("HOLDFAST_TLS_KEY") or None
    checks.tls(tls_cert, tls_key, found)
    local = f"{'https' if tls_cert else 'http'}://localhost:{port}"
    if demo:
        public_url = public_url or local
        account_sid, token = DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN
        key = secrets["HOLDFAST_SECRET_KEY"] or DEMO_SECRET_KEY
        email_secret = secrets["HOLDFAST_EMAIL_SECRET"] or DEMO_EMAIL_SECRET
    else:
        account_sid = env.get("TWILIO_ACCOUNT_SID", "").strip()
        token = secrets["TWILIO_AUTH_TOKEN"] or ""
        key = secrets["HOLDFAST_SECRET_KEY"] or ""
        email_secret = secrets["HOLDFAST_EMAIL_SECRET"] or ""
        checks.serve(found, account_sid, token, key, email_secret)
    checks.public_url(public_url, found)
    api_key, api_secret = env.get("TWILIO_API_KEY") or None, secrets["TWILIO_API_SECRET"]
    checks.api_key(api_key, api_secret, found)
    origins: tuple[str, ...] = (public_url, local, local.replace("localhost", "127.0.0.1"))
    if listed := env.get("HOLDFAST_DESK_ORIGINS"):
        origins = checks.origins(listed, found)
    settings = Settings(
        demo=demo,
        port=port,
        host=env.get("HOLDFAST_HOST") or ("127.0.0.1" if demo else "0.0.0.0"),
        public_url=public_url,
        desk_origins=tuple(dict.fromkeys(origins)),
        redis_url=checks.redis_url(secrets["HOLDFAST_REDIS_URL"], found),
        database_url=checks.database_url(secrets["HOLDFAST_DATABASE_URL"], found)
        or f"sqlite:///{data_dir / 'holdfast.db'}",
        data_dir=data_dir,
        config=config,
        config_path=config_path,
        media_address=checks.media_address(env.get("HOLDFAST_MEDIA_ADDRESS"), found),
        media_ports=checks.media_ports(env.get("HOLDFAST_MEDIA_PORTS"), found),
        media_url=checks.media_url(env.get("HOLDFAST_MEDIA_URL"), found),
        media_link=checks.media_link(env.get("HOLDFAST_MEDIA_LINK"), found),
        relay=relays.relay(env, secrets[relays.SECRET], found),
        fallback_url=checks.fallback_url(env.get("HOLDFAST_FALLBACK_URL"), found),
        tls_cert=tls_cert,
        tls_key=tls_key,
        smtp_url=checks.smtp_url(secrets["HOLDFAST_SMTP_URL"], found),
        mail_from=env.get("HOLDFAST_MAIL_FROM") or None,
        mail_reply_domain=_demo_domain(config)
        if demo
        else checks.domain(env.get("HOLDFAST_MAIL_REPLY_DOMAIN"), found),
        trusted_proxies=checks.networks(env.get("HOLDFAST_TRUSTED_PROXIES"), found),
        twilio_base_url=checks.base_url(env.get("TWILIO_API_BASE_URL"), found),
        account_sid=account_sid,
        api_key=api_key,
        region=env.get("TWILIO_REGION") or None,
        edge=env.get("TWILIO_EDGE") or None,
        drain_s=checks.seconds(
            "HOLDFAST_DRAIN", env.get("HOLDFAST_DRAIN") or ("5s" if demo else "30s"), found
        ),
        spool_reserve=checks.mebibytes(
            "HOLDFAST_SPOOL_RESERVE", env.get("HOLDFAST_SPOOL_RESERVE") or "64", found
        ),
        log_level=checks.log_level(env.get("HOLDFAST_LOG") or "info", found),
        auth_tokens=tuple(t for t in (token, secrets["TWILIO_AUTH_TOKEN_OLD"]) if t),
        secret_key=key,
        email_secret=email_secret or None,
        api_secret=api_secret,
    )
    return settings, checks.once(found)


def _demo_mail(env: Mapping[str, str]) -> dict[str, str]:
    """The sandbox carrier also takes the demo's mail."""
    sandbox = json.loads(env.get("HOLDFAST_SANDBOX") or "{}")
    port = sandbox.get("smtp_port")
    return {"HOLDFAST_SMTP_URL": f"smtp://127.0.0.1:{port}"} if port else {}


def _demo_domain(config: Config) -> str | None:
    """All mail of the demo comes to us: its domain is that of the first line."""
    mails = [line.mail for line in config.lines if line.mail]
    return mails[0].rpartition("@")[2] if mails else None
