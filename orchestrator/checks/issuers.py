"""Which certificate authorities the public internet uses, so that another one stands out."""

from functools import cache
from importlib.resources import files

import yaml


def is_public(issuer: str) -> bool:
    """Whether a certificate's issuer (organisation or common name) is a known public authority."""
    lowered = issuer.lower()
    return any(name in lowered for name in _authorities())


@cache
def _authorities() -> tuple[str, ...]:
    text = files("orchestrator.checks").joinpath("issuers.yaml").read_text()
    return tuple(name.lower() for name in yaml.safe_load(text))
