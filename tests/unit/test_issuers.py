"""Which issuers of certificates are public authorities."""

import pytest

from orchestrator.checks.network.issuers import is_public


@pytest.mark.parametrize(
    "issuer",
    [
        "Let's Encrypt",
        "Google Trust Services LLC",
        "DIGICERT INC",
        "DigiCert, Inc.",
        "GlobalSign nv-sa",
        "Cloudflare, Inc.",
        "GoDaddy.com, Inc.",
        "Asseco Data Systems S.A.",
        "Telia Finland Oyj",
        "SSL Corporation",
    ],
)
def test_public_authorities(issuer: str) -> None:
    assert is_public(issuer)


@pytest.mark.parametrize(
    "issuer",
    [
        "Zscaler Inc.",
        "Fortinet",
        "Acme Firewall CA",
        "Pineapple Networks",
        "Apple Orchard Security Ltd",
        "My Amazon Proxy",
        "Inc.",
        "nameless",
        "",
    ],
)
def test_everyone_else_is_a_stranger(issuer: str) -> None:
    assert not is_public(issuer)


@pytest.mark.parametrize(
    ("issuer", "public"),
    [
        ("Cloudflare, Inc. / Cloudflare Inc ECC CA-3", True),
        ("Cloudflare, Inc. / Gateway CA - Cloudflare Managed G1 0f0c", False),
        ("Cloudflare, Inc. / Cloudflare for Teams ECC Certificate Authority", False),
        ("Microsoft Corporation / Microsoft Azure RSA TLS Issuing CA 03", True),
        ("Microsoft Corporation / Microsoft Global Secure Access Intermediate", False),
    ],
)
def test_who_signs_for_the_internet_and_inspects_it_too(issuer: str, public: bool) -> None:
    assert is_public(issuer) is public
