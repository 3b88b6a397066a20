"""Which issuers of certificates are public authorities."""

import pytest

from orchestrator.checks.issuers import is_public


@pytest.mark.parametrize(
    "issuer", ["Let's Encrypt", "Google Trust Services LLC", "DIGICERT INC", "GlobalSign nv-sa"]
)
def test_public_authorities(issuer: str) -> None:
    assert is_public(issuer)


@pytest.mark.parametrize("issuer", ["Zscaler Inc.", "Fortinet", "Acme Firewall CA", "nameless", ""])
def test_everyone_else_is_a_stranger(issuer: str) -> None:
    assert not is_public(issuer)
