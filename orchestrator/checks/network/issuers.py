"""Which certificate authorities the public internet uses, so that another one stands out."""

from functools import cache, lru_cache

from orchestrator.data import read_data
from orchestrator.model import Model


@lru_cache(maxsize=1024)
def is_public(issuer: str) -> bool:
    """Whether `organisation / common name` is of a known public authority that does not inspect TLS by it."""
    organization, _, common_name = issuer.partition(" / ")
    inspects = any(part.lower() in common_name.lower() for part in _issuers().inspecting)
    return not inspects and _bare(organization) in _authorities()


class _Issuers(Model):
    authorities: tuple[str, ...]
    legal_forms: frozenset[str]
    inspecting: tuple[str, ...]


@cache
def _issuers() -> _Issuers:
    return _Issuers.model_validate(read_data("orchestrator.checks.network", "issuers.yaml"))


@cache
def _authorities() -> frozenset[str]:
    return frozenset(map(_bare, _issuers().authorities))


def _bare(organization: str) -> str:
    """The whole name, without case, punctuation and legal form."""
    words = organization.lower().replace(".", "").replace(",", " ").split()
    while words and words[-1] in _issuers().legal_forms:
        words.pop()
    return " ".join(words)
