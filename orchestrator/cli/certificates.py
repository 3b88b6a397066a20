"""The certificates of a PEM file, as the evidence holds them."""

from pathlib import Path

from cryptography import x509

from orchestrator.cli.pem import read_pem
from orchestrator.errors import UsageError
from orchestrator.evidence import Certificate

_UNREADABLE = (
    ValueError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def read_certificates(option: str, path: Path) -> tuple[Certificate, ...]:
    """In the order of the file; UsageError when there is none, or one that cannot be read."""
    text = read_pem(option, path)
    try:
        return tuple(map(_certificate, x509.load_pem_x509_certificates(text.encode())))
    except _UNREADABLE as error:
        raise UsageError(f"{option} {path} holds a certificate that cannot be read: {error}") from error


def _certificate(parsed: x509.Certificate) -> Certificate:
    return Certificate(
        subject=parsed.subject.rfc4514_string(),
        issuer=parsed.issuer.rfc4514_string(),
        names=_names(parsed),
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
    )


def _names(parsed: x509.Certificate) -> tuple[str, ...]:
    """The host names and addresses that it is for; no client looks for one in its subject any more."""
    try:
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = map(str, names.get_values_for_type(x509.IPAddress))
    return (*names.get_values_for_type(x509.DNSName), *addresses)
