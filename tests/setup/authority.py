"""A certificate authority of the tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """Makes certificates in a folder; `path` is its own, to be trusted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Authority of the tests")
        self.path = folder / "authority.pem"
        own = self._make(self._name, self._key, self._name, self._key, ca=True)
        self.path.write_bytes(own.public_bytes(PEM))

    def issue(
        self,
        *,
        days: float = 90,
        name: str = "localhost",
        self_signed: bool = False,
        through: bool = False,
    ) -> tuple[Path, Path]:
        """Certificate and key. through: an intermediate signs it, and is not served with it."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer, issuer_key = self._name, self._key
        if through:
            issuer, issuer_key = _name("In between"), ec.generate_private_key(ec.SECP256R1())
        if self_signed:
            issuer, issuer_key = _name(name), key
        certificate = self._make(_name(name), key, issuer, issuer_key, days=days, host=name)
        cert_path, key_path = self._folder / "cert.pem", self._folder / "key.pem"
        cert_path.write_bytes(certificate.public_bytes(PEM))
        key_path.write_bytes(
            key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return cert_path, key_path

    def _make(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        issuer: x509.Name,
        issuer_key: ec.EllipticCurvePrivateKey,
        *,
        ca: bool = False,
        days: float = 365,
        host: str = "",
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), True)
        )
        if host:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host)]), False
            )
        return builder.sign(issuer_key, hashes.SHA256())
