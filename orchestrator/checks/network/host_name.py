"""Whether a host name resolves on every node, and whether it leads to the cluster."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from orchestrator.checks.network.hosts import is_address
from orchestrator.checks.network.services import SERVICES, services
from orchestrator.checks.verdicts import (
    answers,
    entries,
    failed,
    inventory_of,
    judge_answer,
    passed,
    unknown,
    warned,
)
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict
from orchestrator.settings import HOST_NAME

PROBE = "dns"


class Expect(Model):
    """The name, and whether its addresses are to be those of this cluster's nodes or load balancers."""

    name: str = Field(pattern=HOST_NAME)
    of_cluster: bool = False

    def __str__(self) -> str:
        where = " to an address of a node or load balancer of this cluster" if self.of_cluster else ""
        return f"{self.name} resolves{where}"


class Lookup(Tolerant):
    """What the dns probe was told by the C library."""

    name: str
    code: str
    addresses: tuple[str, ...] = ()


class HostName(Requirement):
    check: Literal["host-name"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES, SERVICES) if self.expect.of_cluster else ()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        balancers = _balancers(inventory) if self.expect.of_cluster else []
        named = [host for host in balancers if not is_address(host)]
        yield Question(probe=PROBE, parameters={"hosts": [self.expect.name, *named]})

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        own = _addresses(inventory_of(evidence)) if self.expect.of_cluster else frozenset()

        def weigh(subject: Subject, data: dict[str, Any]) -> Verdict:
            return self._weigh(subject, _lookups(data), own)

        return (judge_answer(answer, self.expect.name, weigh) for answer in answers(evidence, PROBE))

    def _weigh(self, subject: Subject, lookups: dict[str, Lookup], own: frozenset[str]) -> Verdict:
        name, found = self.expect.name, lookups.get(self.expect.name)
        if found is None:
            return unknown(subject, f"the dns probe did not ask for {name}")
        told = ", ".join(found.addresses)
        seen = {"observed": list(found.addresses) or found.code, "expected": str(self.expect)}
        if found.code != "answer":
            return failed(subject, f"{name} does not resolve: {found.code}", **seen)
        known = own.union(*(lookup.addresses for host, lookup in lookups.items() if host in own))
        if self.expect.of_cluster and known.isdisjoint(found.addresses):
            message = f"{name} resolves to {told}, which no node and no load balancer of this cluster has"
            return warned(subject, message, **seen)
        return passed(subject, f"{name} resolves to {told}", **seen)


def _lookups(data: dict[str, Any]) -> dict[str, Lookup]:
    found = map(Lookup.model_validate, entries(data, "hosts"))
    return {lookup.name: lookup for lookup in found}


def _balancers(inventory: Inventory) -> list[str]:
    """The addresses and host names by which load balancers lead into the cluster."""
    return [host for service in services(inventory) for host in (*service.hosts, *service.external_ips)]


def _addresses(inventory: Inventory) -> frozenset[str]:
    nodes = (address.address for node in inventory.nodes for address in node.addresses)
    return frozenset((*nodes, *_balancers(inventory)))
