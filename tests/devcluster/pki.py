"""The certificates and keys of the cluster, all from one authority made for it."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = timedelta(days=30)
_USAGES = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Credentials:
    """The files of a certificate and of its key."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority that keeps everything it issues in one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        self._folder = folder
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._name = _name("devcluster-ca", ())
        key_usage = x509.KeyUsage(True, False, True, False, False, True, True, False, False)
        root = (
            _certificate(self._name, self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(key_usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.credentials = self._write("ca", root, self._key)

    def issue(
        self, file: str, common_name: str, organizations: Sequence[str] = (), hosts: Sequence[str] = ()
    ) -> Credentials:
        """Issue a certificate for client and server use; `hosts` are names and addresses it is good for."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(common_name, organizations)
        issued = _certificate(name, self._name, key.public_key())
        issued = issued.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        issued = issued.add_extension(x509.ExtendedKeyUsage(_USAGES), critical=False)
        if hosts:
            alternatives = x509.SubjectAlternativeName([_host(host) for host in hosts])
            issued = issued.add_extension(alternatives, critical=False)
        return self._write(file, issued.sign(self._key, hashes.SHA256()), key)

    def private_key(self, file: str) -> Path:
        """Return the file of a private key issued under this name."""
        return self._folder / f"{file}.key"

    def signing_pair(self, file: str) -> tuple[Path, Path]:
        """Make a bare RSA key pair; return the files of the private and of the public key."""
        pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private, public = self.private_key(file), self._folder / f"{file}.pub"
        _write_key(private, pair)
        public.write_bytes(pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return private, public

    def _write(self, file: str, certificate: x509.Certificate, key: PrivateKey) -> Credentials:
        credentials = Credentials(self._folder / f"{file}.crt", self.private_key(file))
        credentials.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        _write_key(credentials.key, key)
        return credentials


def write_kubeconfig(target: Path, server: str, authority: Credentials, client: Credentials) -> Path:
    """Write a kubeconfig that needs no other file (JSON, which is YAML too)."""
    cluster = {"server": server, "certificate-authority-data": _inline(authority.certificate)}
    user = {"client-certificate-data": _inline(client.certificate), "client-key-data": _inline(client.key)}
    name = "devcluster"
    config: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }
    target.touch(mode=0o600)
    target.write_text(json.dumps(config, indent=2))
    return target


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _VALID)
    )


def _name(common_name: str, organizations: Sequence[str]) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name) for name in organizations]
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write_key(target: Path, key: PrivateKey) -> None:
    target.touch(mode=0o600)
    target.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))


def _inline(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
