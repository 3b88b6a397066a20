"""What is known of a node's NVIDIA driver: what labels tell of it, and what the node probe sees loaded."""

from collections.abc import Callable, Iterator

from pydantic import ValidationError

from orchestrator.checks.nvidia.gpu_signs import judge_gpu_nodes
from orchestrator.checks.verdicts import Answer, answers, unanswered
from orchestrator.evidence import Evidence
from orchestrator.model import Tolerant
from orchestrator.objects import Node
from orchestrator.requirement import Verdict

PROBE = "node"
BY_LABELS = "the node's labels"
NO_LABEL = "GPU feature discovery has not labelled the node with it"

# GPU feature discovery gives the whole version since 2024, and its parts since ever.
_DRIVER = "nvidia.com/cuda.driver-version.full"
_DRIVER_PARTS = tuple(f"nvidia.com/cuda.driver.{part}" for part in ("major", "minor", "rev"))
_CUDA = "nvidia.com/cuda.runtime-version.full"
_CUDA_PARTS = tuple(f"nvidia.com/cuda.runtime.{part}" for part in ("major", "minor"))


class Loaded(Tolerant):
    """What the kernel has loaded; `version` is None where it does not tell."""

    loaded: bool
    version: str | None = None
    seen_in: str = ""


class Observed(Tolerant):
    """The part of the node probe's answer; no driver where the pod cannot see the kernel's modules."""

    nvidia_driver: Loaded | None = None


class Driver:
    """The driver of one node, from both sides; a None comes with the reason in `why_not_seen`."""

    def __init__(self, node: Node, answer: Answer | None) -> None:
        self.labelled = _labelled(node.labels, _DRIVER, _DRIVER_PARTS)
        self.cuda = _labelled(node.labels, _CUDA, _CUDA_PARTS)
        self.seen, self.why_not_seen = _seen(answer)

    @property
    def missing(self) -> bool:
        """Whether the kernel was seen to have no driver loaded."""
        return self.seen is not None and not self.seen.loaded

    @property
    def version(self) -> str | None:
        """The best that is known: what is loaded, else what labels tell."""
        return (self.seen and self.seen.version) or self.labelled

    @property
    def told_by(self) -> str:
        """Where `version` is from."""
        return self.seen.seen_in if self.seen and self.seen.version else BY_LABELS

    def observed(self) -> dict[str, str]:
        """Everything that is known, for a finding."""
        known = {
            "loaded": "none" if self.missing else self.seen and self.seen.version,
            "labelled": self.labelled,
            "cuda": self.cuda,
        }
        return {key: value for key, value in known.items() if value}


def judge_drivers(evidence: Evidence, judge: Callable[[Node, Driver], Verdict]) -> Iterator[Verdict]:
    """What `judge` says of each GPU node and its driver, or that there is no such node."""
    found = {answer.cell.target.name: answer for answer in answers(evidence, PROBE)}
    return judge_gpu_nodes(evidence, lambda node: judge(node, Driver(node, found.get(node.name))))


def _labelled(labels: dict[str, str], full: str, parts: tuple[str, ...]) -> str | None:
    return labels.get(full) or ".".join(filter(None, map(labels.get, parts))) or None


def _seen(answer: Answer | None) -> tuple[Loaded | None, str]:
    """What the node probe saw, or None and why."""
    if answer is None:
        return None, "the node probe was not run"
    if answer.observation is None:
        return None, unanswered(answer.cell).message
    try:
        loaded = Observed.model_validate(answer.observation.data).nvidia_driver
    except ValidationError:
        return None, "the node probe's answer on the NVIDIA driver cannot be understood"
    return loaded, "" if loaded else "the node probe could not see which modules the kernel has loaded"
