"""Whether packets as large as pods make them come from node to node, and what takes the room where not."""

from collections.abc import Iterator
from typing import Any, Literal

from orchestrator.checks.network.mesh import PROBE, folded
from orchestrator.checks.verdicts import CLUSTER, listed, passed, skipped, unknown, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_WANTED = "packets of the pods' own MTU arrive, or a router tells how large they may be"


class Expect(Model):
    """The bytes that each way to wrap packets takes of them."""

    overheads: dict[str, int]

    def __str__(self) -> str:
        return "packets of every size up to the pods' MTU arrive, or a router tells how large they may be"


class Told(Tolerant):
    """A router said how large packets may be on the way to these peers."""

    mtu: int
    peers: tuple[int, ...]


class Lost(Tolerant):
    """Packets of this size do not come to these peers, though nobody says so; those of size `passed` do."""

    size: int
    passed: int
    peers: tuple[int, ...]


class Sizes(Tolerant):
    """What came of the packets to `tried` peers: `mute` heard nothing over UDP, `uncut` no fragments."""

    own: int
    tried: int
    told: tuple[Told, ...]
    lost: tuple[Lost, ...]
    mute: tuple[int, ...]
    uncut: tuple[int, ...]


class Observed(Tolerant):
    members: int
    mtu: Sizes | None


class PathMtu(Requirement):
    check: Literal["path-mtu"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return folded(evidence, "the sizes of packets", self._weigh, _all_well)

    def _weigh(self, subject: Subject, data: dict[str, Any]) -> Verdict:
        observed = Observed.model_validate(data)
        sizes = observed.mtu
        if observed.members == 1:
            return skipped(subject, "does not apply: it has no other node to send packets to")
        if sizes is None:
            return unknown(subject, "no other node was reached, so that no packet was measured")
        troubles = list(self._troubles(sizes))
        if troubles:
            seen = sizes.model_dump(mode="json")
            return warned(subject, "; ".join(troubles), observed=seen, expected=_WANTED)
        return passed(subject, "", observed=min([told.mtu for told in sizes.told], default=sizes.own))

    def _troubles(self, sizes: Sizes) -> Iterator[str]:
        for lost in sizes.lost:
            where = f"to {len(lost.peers)} of {sizes.tried} nodes"
            explained = self._explained(sizes.own, lost)
            yield f"packets of {lost.size} bytes {where} are lost, those of {lost.passed} arrive{explained}"
        if sizes.mute:
            yield f"of {sizes.tried} nodes that TCP reaches UDP does not reach {len(sizes.mute)}"
        if sizes.uncut:
            yield f"packets in fragments do not arrive at {len(sizes.uncut)} of {sizes.tried} nodes"

    def _explained(self, own: int, lost: Lost) -> str:
        """What may take the bytes that are missing between the pod's own MTU and what arrives."""
        fitting = [
            f"{name} ({bytes_} bytes)"
            for name, bytes_ in self.expect.overheads.items()
            if lost.passed <= own - bytes_ < lost.size
        ]
        return f": {listed(fitting, between=' or ')} may not be reckoned with" if fitting else ""


def _all_well(well: list[Verdict]) -> Verdict:
    sizes = sorted({verdict.observed for verdict in well})
    message = f"packets as large as the pods' MTU pass between {len(well)} nodes"
    return passed(
        CLUSTER, f"{message} ({', '.join(map(str, sizes))} bytes)", observed=sizes, expected=_WANTED
    )
