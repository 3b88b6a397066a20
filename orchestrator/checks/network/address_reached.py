"""Whether the address of the cluster answers when its own nodes connect to it."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from orchestrator.checks.network.addresses import READ, Address, Missing, find_address
from orchestrator.checks.network.endpoint import PROBE, attempts_at
from orchestrator.checks.verdicts import (
    CLUSTER,
    answers,
    failed,
    inventory_of,
    judge_answer,
    passed,
    skipped,
    unknown,
)
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Status, Subject, Verdict


class Expect(Model):
    """The TCP port on which the cluster is reached."""

    port: int = Field(default=443, ge=1, le=65535)

    def __str__(self) -> str:
        return f"the cluster's address answers on port {self.port}"


class AddressReached(Requirement):
    check: Literal["address-reached"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return READ

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        found = find_address(inventory)
        hosts = () if isinstance(found, Missing) else found.hosts
        endpoints = [{"host": h, "port": self.expect.port, "protocol": "tcp", "path": "/"} for h in hosts]
        if endpoints:
            yield Question(probe=PROBE, parameters={"endpoints": endpoints})

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = find_address(inventory_of(evidence))
        if isinstance(found, Missing):
            yield skipped(CLUSTER, "does not apply: the cluster has no address that could be tried")
            return

        def weigh(subject: Subject, data: dict[str, Any]) -> Verdict:
            return self._weigh(subject, data, found)

        yield from (judge_answer(answer, found.told, weigh) for answer in answers(evidence, PROBE))

    def _weigh(self, subject: Subject, data: dict[str, Any], found: Address) -> Verdict:
        """What is wrong with the first way to the address that does not lead there."""
        tried = [self._judge_host(subject, data, host, found) for host in found.hosts]
        return next((verdict for verdict in tried if verdict.status is not Status.PASS), tried[0])

    def _judge_host(self, subject: Subject, data: dict[str, Any], host: str, found: Address) -> Verdict:
        """By the direct way: a proxy is for what lies outside."""
        address = f"[{host}]:{self.expect.port}" if ":" in host else f"{host}:{self.expect.port}"
        attempt = next((a for a in attempts_at(f"tcp://{address}", data) if a.via == "direct"), None)
        if attempt is None:
            return unknown(subject, f"the egress probe did not try {address}")
        seen = {"observed": attempt.model_dump(exclude_defaults=True), "expected": f"{address} reached"}
        if attempt.reached:
            return passed(subject, f"{address} answers", **seen)
        if attempt.code == "refused" and not found.balanced:
            message = f"{address} is reached; nothing listens there before Run:ai is installed"
            return passed(subject, message, **seen)
        return failed(subject, f"{address}, {found.of}, is not reached ({attempt})", **seen)
