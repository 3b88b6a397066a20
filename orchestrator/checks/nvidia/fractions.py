"""What the fraction probe tells of the pods that share a GPU, node by node, and how checks judge it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydantic import Field, ValidationError

from orchestrator.checks.nvidia.cuda import Ended
from orchestrator.checks.nvidia.gpu_signs import gpu_nodes, no_gpu_node
from orchestrator.checks.verdicts import CLUSTER, Answer, answers, listed, skipped, unanswered, unknown
from orchestrator.evidence import Cell, Evidence, Outcome, Reason, TargetKind
from orchestrator.model import Tolerant
from orchestrator.requirement import Subject, Verdict

PROBE = "fraction"
OVER = "over"  # the step in which one pod asks for more than its share
AFTER = ("room", OVER, "again")  # the steps that are about that
_WHOLE = 1.5  # shares: who is told of more memory is told of the whole GPU's


class Stop(Ended):
    """How a pod's use of the GPU ended, and in which step of the test."""

    step: str = OVER


class Over(Stop):
    """What came of asking for more than the share; `at_mib` is how far the pod came."""

    at_mib: int | None = None


class Lost(Tolerant):
    """A pod that dropped out in a step: it was `gone`, or just `silent`."""

    name: str
    step: str
    code: str


class Share(Tolerant):
    """What one of the pods observed, memory in MiB; `over_by` is the pod that asked for too much."""

    share_mib: int = Field(ge=1)
    gpus: tuple[str, ...] = ()
    total_mib: int | None = None
    limit_mib: int | None = None
    overhead_mib: int = 0
    filled_mib: int | None = None
    refused: Ended | None = None
    wrong: int | None = None
    over_by: str | None = None
    over: Over | None = None
    wrong_again: int | None = None
    lost: tuple[Lost, ...] = ()
    failed: Stop | None = None

    @property
    def verified(self) -> bool:
        """Whether it is known which GPU it was, and that what was filled was looked at."""
        return bool(self.gpus) and self.filled_mib is not None and self.wrong is not None

    @property
    def told_mib(self) -> int | None:
        """What the pod is told of its share: by its environment, or as the memory that its GPU has."""
        if self.limit_mib is not None or self.total_mib is None:
            return self.limit_mib
        return self.total_mib if self.total_mib <= _WHOLE * self.share_mib else None


class Group(NamedTuple):
    """The pods that share a GPU of one node, by name, and the cells that gave no answer."""

    subject: Subject
    shares: dict[str, Share]
    silent: list[Cell]

    @property
    def offender(self) -> str | None:
        """The pod that was to ask for more than its share, where they came so far."""
        return next((share.over_by for share in self.shares.values() if share.over_by), None)

    @property
    def ended(self) -> set[str]:
        """The pods that were ended as one of them asked for more than its share, as the others saw it."""
        drops = {each for share in self.shares.values() for each in share.lost}
        return {
            each.name for each in drops if each.step in AFTER and each.code == "gone"
        } - self.shares.keys()

    @property
    def owing(self) -> list[Cell]:
        """The cells without an answer, but for the pods that were ended so."""
        return [cell for cell in self.silent if cell.target.name not in self.ended]

    def unknown(self) -> Verdict:
        """That not all have answered, and why."""
        reasons = dict.fromkeys(": ".join(filter(None, (cell.reason, cell.message))) for cell in self.owing)
        pods = len(self.shares) + len(self.silent)
        told = f"{len(self.shares)} of {pods} pods that share a GPU answered"
        return unknown(self.subject, f"{told}: {listed(list(reasons), between='; ')}")


def judge_groups(evidence: Evidence, judge: Callable[[Group], Verdict]) -> Iterator[Verdict]:
    """What `judge` says of each node's pods; that nothing shares GPUs here, or that there is no GPU."""
    if evidence.inventory is not None and not gpu_nodes(evidence):
        yield no_gpu_node()
        return
    if without := next((cell for cell in evidence.ledger if _without_scheduler(cell)), None):
        yield skipped(CLUSTER, f"does not apply: {without.message}")
        return
    nodes: dict[str, list[Answer]] = {}
    for answer in answers(evidence, PROBE):
        if answer.cell.target.kind is TargetKind.SHARE:
            nodes.setdefault(answer.cell.target.name.rpartition("/")[0], []).append(answer)
        else:
            yield unanswered(answer.cell)
    yield from (_judge_node(node, found, judge) for node, found in nodes.items())


def _without_scheduler(cell: Cell) -> bool:
    not_there = cell.outcome is Outcome.NOT_APPLICABLE and cell.reason is Reason.NO_SCHEDULER
    return cell.probe == PROBE and not_there


def _judge_node(node: str, found: list[Answer], judge: Callable[[Group], Verdict]) -> Verdict:
    subject = Subject(kind="Node", name=node)
    told = {each.cell.target.name: each.observation for each in found if each.observation}
    silent = [each.cell for each in found if not each.observation]
    try:
        shares = {name: Share.model_validate(observation.data) for name, observation in told.items()}
    except ValidationError:
        return unknown(subject, f"the {PROBE} probe's answer on {node} cannot be understood")
    return judge(Group(subject, shares, silent))
