"""Certificates for the servers that an egress attempt meets, and how its end is read."""

import datetime
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Json = dict[str, Any]
Try = Callable[..., Json]


def outcome(entry: Json) -> tuple[str, str]:
    """The stage that an attempt came to, and its code."""
    return entry["stage"], entry["code"]


def server_context(authority: trustme.CA, host: str = "localhost", **validity: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host, **validity).configure_cert(context)
    return context


def self_signed(folder: Path, organization: str | None = None) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    names = {x509.NameOID.ORGANIZATION_NAME: organization, x509.NameOID.COMMON_NAME: "alone.example"}
    name = x509.Name([x509.NameAttribute(kind, text) for kind, text in names.items() if text])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "alone.pem"
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(pem) + key.private_bytes(pem, *plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
