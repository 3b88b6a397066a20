"""What the requirements ask of the probes, and what both read of the cluster."""

from collections.abc import Iterable, Iterator
from typing import Any

from orchestrator.condition import Facts
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.plan.model import Site
from orchestrator.probe import ProbeSpec, catalogue
from orchestrator.profile.model import Profile
from orchestrator.requirement import Requirement

Parameters = dict[str, dict[str, Any]]
"""By probe."""


def merge_questions(
    profiles: Iterable[Profile],
    inventory: Inventory,
    facts: Facts,
    site: Site,
    consents: frozenset[str] = frozenset(),
) -> Parameters:
    """The parameters of every probe to run: the questions of all rows that may apply, each asked once.

    Where anything is asked, the probes that always run come along; those that need a consent only with it.
    """
    asked: Parameters = {}
    for question in (question for row in _applicable(profiles, facts) for question in row.asks(inventory)):
        merged = asked.setdefault(question.probe, {})
        for key, values in question.parameters.items():
            known = merged.setdefault(key, [])
            known.extend(value for value in values if value not in known)
    chosen = [spec for spec in catalogue().values() if spec.name in asked or (asked and spec.always)]
    agreed = (spec for spec in chosen if not spec.consent or spec.name in consents)
    return {spec.name: with_site(spec, asked.get(spec.name, {}), site) for spec in agreed}


def resources_read(
    profiles: Iterable[Profile], facts: Facts, consents: frozenset[str] = frozenset()
) -> set[str]:
    """What the rows that may apply, and the probes that they ask, read beside what every inventory has."""
    rows = list(_applicable(profiles, facts))
    read = {name for row in rows for name in row.reads()}
    asked = {question.probe for row in rows for question in row.asks(Inventory())}
    specs = (catalogue()[name] for name in asked)
    read |= {name for spec in specs if not spec.consent or spec.name in consents for name in spec.reads}
    return read - set(Resource)


def _applicable(profiles: Iterable[Profile], facts: Facts) -> Iterator[Requirement]:
    for profile in profiles:
        yield from (row for row in profile.requirements if row.when.decide(facts).holds is not False)


def with_site(spec: ProbeSpec, parameters: dict[str, Any], site: Site) -> dict[str, Any]:
    """The same parameters with what the probe has to know of the site."""
    parameters["timeout"] = spec.timeout
    if spec.observer == "kubelet":
        named = [{"image": image} for image in site.pull_images]
        parameters["images"] = [*named, *parameters.get("images", ())]
        return parameters
    asks_outside = "endpoints" in parameters or "images" in parameters
    if asks_outside and site.proxy:
        parameters["proxy"] = {"https": site.proxy.https, "no_proxy": site.proxy.no_proxy}
    if asks_outside and site.ca_bundle:
        parameters["caFile"] = "ca.pem"
    return parameters | _of_registries(site) if "images" in parameters else parameters


def _of_registries(site: Site) -> dict[str, Any]:
    """Where images come from here, and the logins, which are read where they are mounted.

    A part of each image is fetched: hosts that a registry leads to are what firewalls forget.
    """
    numbers = range(1, len(site.pull_secrets) + 1)
    return {
        "credentials": [f"/pull-secrets/{number}/.dockerconfigjson" for number in numbers],
        "mirrors": dict(site.mirrors),
        "fetch": True,
    }
