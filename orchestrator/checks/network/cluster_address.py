"""Whether the cluster has the address that Run:ai is to be told, and which one that is."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.network.addresses import READ, Missing, find_address
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """Nothing to tune: what the address is follows from the kind of cluster."""

    def __str__(self) -> str:
        return "an address at which users reach the cluster"


class ClusterAddress(Requirement):
    check: Literal["cluster-address"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return READ

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = find_address(inventory_of(evidence))
        if isinstance(found, Missing):
            speak = failed if found.certain else unknown
            yield speak(found.subject, found.why, expected=str(self.expect))
            return
        message = f"the address to give to Run:ai is {found.told}: {found.of}"
        yield passed(CLUSTER, message, observed=found.told, expected=str(self.expect))
