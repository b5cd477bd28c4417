"""Settings from the environment and the configuration from files, checked before anything starts.

Secrets come only from the environment, or from files named by NAME_FILE.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from router.core.config import Config, faults

SAMPLE_SECRETS = frozenset(
    {
        "change-me-please-change-me-please",
        "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "your_auth_token",
        "sandbox-auth-token",
        "sandbox-secret-key-for-demo-only!",
        "sandbox-email-secret",
    }
)
"""Values that stand in this repository: good for the demo, refused by serve."""

DEMO_ACCOUNT_SID = "AC" + "d0" * 16
DEMO_AUTH_TOKEN = "sandbox-auth-token"
DEMO_SECRET_KEY = "sandbox-secret-key-for-demo-only!"
DEMO_EMAIL_SECRET = "sandbox-email-secret"

LOOPBACK = ("localhost", "127.0.0.1", "::1")
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
        "HOLDFAST_TLS_CERT",
        "HOLDFAST_TLS_KEY",
        "HOLDFAST_SMTP_URL",
        "HOLDFAST_MAIL_FROM",
        "HOLDFAST_EMAIL_SECRET",
        "HOLDFAST_LOG",
        "HOLDFAST_TEST_LONG",
        "HOLDFAST_SANDBOX",
    }
)


class SettingsError(Exception):
    """One clear line for each fault, with its mend."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that comes from outside. Stops at app.py: nobody else receives it whole."""

    demo: bool
    port: int
    host: str
    public_url: str
    desk_origins: tuple[str, ...]
    redis_url: str | None
    database_url: str
    data_dir: Path
    config: Config
    media_address: str | None
    tls_cert: str | None
    tls_key: str | None
    smtp_url: str | None
    mail_from: str | None
    twilio_base_url: str | None
    account_sid: str
    api_key: str | None
    region: str | None
    edge: str | None
    log_level: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    secret_key: str = field(repr=False)
    email_secret: str | None = field(repr=False)
    api_secret: str | None = field(repr=False)

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")


def default_config_path() -> Path:
    """The shipped configuration: beside the code in a checkout, inside the wheel otherwise."""
    here = Path(__file__).resolve().parent
    beside = here.parent / "config" / "holdfast.toml"
    return beside if beside.exists() else here / "_shipped" / "config" / "holdfast.toml"


def static_dir() -> Path:
    """The browser's files, found like the configuration."""
    here = Path(__file__).resolve().parent
    beside = here.parent / "static"
    return beside if beside.is_dir() else here / "_shipped" / "static"


def load_config(path: Path) -> Config:
    """Reads and checks a configuration file.

    Raises:
        SettingsError: with every fault found, each with its key path.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}). Set HOLDFAST_CONFIG to a readable file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    try:
        config = msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {error}") from error
    found = faults(config)
    if found:
        raise SettingsError("\n".join(f"{path}: {fault}" for fault in found))
    return config


def secret(environment: Mapping[str, str], name: str, found: list[str]) -> str | None:
    """A secret from NAME or from the file named by NAME_FILE."""
    path = environment.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            found.append(f"{name}_FILE: {path} cannot be read ({error.strerror}).")
            return None
    return environment.get(name) or None


def load(*, demo: bool, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of this process.

    Raises:
        SettingsError: all faults at once, each with what to set.
    """
    env = dict(os.environ if environment is None else environment)
    found: list[str] = []
    for name in env:
        plain = name.removesuffix("_FILE")
        if name.startswith("HOLDFAST_") and plain not in KNOWN:
            found.append(f"{name}: no such setting. See docs/settings.md.")
    if demo:
        env = {k: v for k, v in env.items() if not k.startswith("TWILIO_")}
    try:
        port = int(env.get("HOLDFAST_PORT", "8080"))
        if not 0 <= port <= 65535:
            raise ValueError
    except ValueError:
        found.append(f"HOLDFAST_PORT: {env['HOLDFAST_PORT']!r} is not a port (1 to 65535).")
        port = 8080
    data_dir = Path(env.get("HOLDFAST_DATA_DIR", "var")).resolve()
    config: Config | None = None
    try:
        config = load_config(Path(env.get("HOLDFAST_CONFIG") or default_config_path()))
    except SettingsError as error:
        found.append(str(error))
    public_url = (env.get("HOLDFAST_PUBLIC_URL") or "").rstrip("/")
    tls = bool(env.get("HOLDFAST_TLS_CERT"))
    if demo:
        public_url = public_url or f"http{'s' if tls else ''}://localhost:{port}"
    account_sid = env.get("TWILIO_ACCOUNT_SID", "")
    token = secret(env, "TWILIO_AUTH_TOKEN", found)
    key = secret(env, "HOLDFAST_SECRET_KEY", found)
    email_secret = secret(env, "HOLDFAST_EMAIL_SECRET", found)
    if demo:
        account_sid, token, key = DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, key or DEMO_SECRET_KEY
        email_secret = email_secret or DEMO_EMAIL_SECRET
    else:
        _check_serve(found, account_sid, token, key, public_url, email_secret)
    old = secret(env, "TWILIO_AUTH_TOKEN_OLD", found)
    if found or config is None:
        raise SettingsError("\n".join(found))
    origins = tuple(
        origin.strip().rstrip("/")
        for origin in (
            env.get("HOLDFAST_DESK_ORIGINS")
            or f"{public_url},http://localhost:{port},http://127.0.0.1:{port}"
        ).split(",")
        if origin.strip()
    )
    return Settings(
        demo=demo,
        port=port,
        host=env.get("HOLDFAST_HOST") or ("127.0.0.1" if demo else "0.0.0.0"),
        public_url=public_url,
        desk_origins=origins,
        redis_url=env.get("HOLDFAST_REDIS_URL") or None,
        database_url=env.get("HOLDFAST_DATABASE_URL") or f"sqlite:///{data_dir / 'holdfast.db'}",
        data_dir=data_dir,
        config=config,
        media_address=env.get("HOLDFAST_MEDIA_ADDRESS") or None,
        tls_cert=env.get("HOLDFAST_TLS_CERT") or None,
        tls_key=env.get("HOLDFAST_TLS_KEY") or None,
        smtp_url=secret(env, "HOLDFAST_SMTP_URL", found),
        mail_from=env.get("HOLDFAST_MAIL_FROM") or None,
        twilio_base_url=env.get("TWILIO_API_BASE_URL") or None,
        account_sid=account_sid,
        api_key=env.get("TWILIO_API_KEY") or None,
        region=env.get("TWILIO_REGION") or None,
        edge=env.get("TWILIO_EDGE") or None,
        log_level=env.get("HOLDFAST_LOG", "info"),
        auth_tokens=tuple(t for t in (token, old) if t),
        secret_key=key or "",
        email_secret=email_secret,
        api_secret=secret(env, "TWILIO_API_SECRET", found),
    )


def _check_serve(
    found: list[str],
    account_sid: str,
    token: str | None,
    key: str | None,
    public_url: str,
    email_secret: str | None,
) -> None:
    """What `serve` refuses to start without."""
    if not account_sid:
        found.append("TWILIO_ACCOUNT_SID: not set. It begins with AC; see your carrier account.")
    elif account_sid in SAMPLE_SECRETS or account_sid == DEMO_ACCOUNT_SID:
        found.append("TWILIO_ACCOUNT_SID: this is the sample value. Set your own account's.")
    if not token:
        found.append("TWILIO_AUTH_TOKEN: not set (or TWILIO_AUTH_TOKEN_FILE).")
    if not key:
        found.append(
            "HOLDFAST_SECRET_KEY: not set. Make one: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    elif len(key) < 32 and key not in SAMPLE_SECRETS:
        found.append("HOLDFAST_SECRET_KEY: too short; at least 32 characters.")
    for name, value in (
        ("TWILIO_AUTH_TOKEN", token),
        ("HOLDFAST_SECRET_KEY", key),
        ("HOLDFAST_EMAIL_SECRET", email_secret),
    ):
        if value in SAMPLE_SECRETS:
            found.append(f"{name}: this is a sample value from the repository. Set your own.")
    url = urlsplit(public_url)
    if not public_url:
        found.append(
            "HOLDFAST_PUBLIC_URL: not set. The address the carrier reaches, https://desk.example.org"
        )
    elif url.scheme not in ("http", "https") or not url.hostname:
        found.append(f"HOLDFAST_PUBLIC_URL: {public_url!r} is not an http(s) address.")
    elif url.scheme == "http" and url.hostname not in LOOPBACK:
        found.append("HOLDFAST_PUBLIC_URL: http is accepted on loopback only; use https.")
