"""A certificate authority of one installation's own, and a certificate for each of its services: for local runs and tests.

In a cluster cert-manager does the same: files of the same names with the same names inside (docs/security.md).
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from local_stack.kept_secrets import write_private

SERVICES = ("staff-registry", "availability", "booking", "calcom-sync", "telephony-gateway", "console")
OPERATOR = "operator"
"""Whoever runs the installation: the command line."""
NAMES = "spiffe://rufbuch/"
AUTHORITY_LASTS = timedelta(days=3650)
LASTS = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=30)
AUTHORITY = "authority"
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Issued:
    """A name whose certificate was made, and until when it holds."""

    name: str
    until: datetime


class Authority:
    """The directory ``certs``: one folder a service, and the authority's own, whose key nobody but its owner reads."""

    def __init__(self, directory: Path, *, now: datetime) -> None:
        self._directory, self._now = directory, now
        home = directory / AUTHORITY
        if not (home / "tls.key").exists():
            _write(home, *_authority(now))
        self._certificate = x509.load_pem_x509_certificate((home / "tls.crt").read_bytes())
        key = serialization.load_pem_private_key((home / "tls.key").read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - it was made here
        self._key = key

    @property
    def pem(self) -> bytes:
        """What everybody is given to believe in."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def renew(
        self, names: Sequence[str] = (*SERVICES, OPERATOR), *, every: bool = False, hosts: Sequence[str] = ()
    ) -> list[Issued]:
        """Make what is missing, is of another authority or ends soon; ``every``: all. Running services take it by themselves."""
        return [self.issue(name, hosts=hosts) for name in names if every or not self._is_good(name)]

    def issue(self, name: str, *, lasting: timedelta = LASTS, hosts: Sequence[str] = ()) -> Issued:
        """A new key and certificate for one name; it is reached under its name, on this machine, and at ``hosts``."""
        key = ec.generate_private_key(ec.SECP256R1())
        until = self._now + lasting
        made = (
            _builder(name, key, self._now - timedelta(minutes=5), until)
            .issuer_name(self._certificate.subject)
            .add_extension(_names(name, hosts), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        folder = self._directory / name
        _write(folder, made, key)
        write_private(folder / "ca.crt", self.pem.decode())
        return Issued(name, until)

    def _is_good(self, name: str) -> bool:
        folder = self._directory / name
        if not all((folder / file).exists() for file in ("tls.crt", "tls.key", "ca.crt")):
            return False
        found = x509.load_pem_x509_certificate((folder / "tls.crt").read_bytes())
        return (
            folder / "ca.crt"
        ).read_bytes() == self.pem and found.not_valid_after_utc > self._now + RENEWED_BEFORE


def _authority(now: datetime) -> tuple[x509.Certificate, Key]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder("Rufbuch, this installation", key, now - timedelta(minutes=5), now + AUTHORITY_LASTS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rufbuch, this installation")])
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = builder.issuer_name(subject).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return made.add_extension(usage, critical=True).sign(key, hashes.SHA256()), key


def _builder(name: str, key: Key, begins: datetime, ends: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _names(name: str, hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    reached = ["localhost", name, *hosts]
    return x509.SubjectAlternativeName(
        [
            x509.UniformResourceIdentifier(f"{NAMES}{name}"),
            *(x509.DNSName(host) for host in dict.fromkeys(reached)),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
    )


def _write(folder: Path, certificate: x509.Certificate, key: Key) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(folder / "tls.key", private.decode())
    write_private(folder / "tls.crt", certificate.public_bytes(serialization.Encoding.PEM).decode())
