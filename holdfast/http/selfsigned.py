"""A self-signed certificate for a look at the demo from another machine (`holdfast demo --tls`).

Browsers warn once and then allow the microphone; the real carrier would refuse it.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from holdfast.clock import now_ms
from holdfast.settings.environment import Settings

DAYS = 30


def own_addresses() -> list[str]:
    """This machine's names and addresses, as another machine may know it."""
    found = ["localhost", "127.0.0.1", socket.gethostname()]
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far, 9))  # chooses the interface; nothing is sent
                found.append(probe.getsockname()[0])
        except OSError:
            continue
    try:
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]
    except OSError:
        pass
    return list(dict.fromkeys(found))


def make_certificate(folder: Path, names: list[str]) -> tuple[Path, Path]:
    """A fresh certificate and key in `folder`; their paths."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Holdfast demo")])
    began = datetime.fromtimestamp(now_ms() / 1000, UTC) - timedelta(minutes=5)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    with open(os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    return cert_path, key_path


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def settings_for_tls(settings: Settings) -> dict[str, str]:
    """What the environment needs so that the demo serves https on all interfaces."""
    names = own_addresses()
    cert, key = make_certificate(settings.data_dir / "tls", names)
    hosts = (f"[{name}]" if ":" in name else name for name in names)
    return {
        "HOLDFAST_TLS_CERT": str(cert),
        "HOLDFAST_TLS_KEY": str(key),
        "HOLDFAST_HOST": os.environ.get("HOLDFAST_HOST") or "0.0.0.0",
        "HOLDFAST_DESK_ORIGINS": ",".join(f"https://{host}:{settings.port}" for host in hosts),
    }
