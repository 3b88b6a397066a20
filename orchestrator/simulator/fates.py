"""Which pods do not simply run, and what happens to them instead."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from orchestrator.simulator import frames, pods
from orchestrator.simulator.description import Description
from orchestrator.simulator.resources import Object
from orchestrator.simulator.rules import FateRule
from orchestrator.simulator.store import Stored

UNSCHEDULABLE = "unschedulable"
_NO_IMAGE = "image-pull"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Step(BaseModel):
    """One step of a fate; `after` in seconds from the step before."""

    model_config = ConfigDict(extra="forbid")

    after: float = 0
    waiting: Object | None = None
    running: bool = False
    terminated: Object | None = None
    status: Object = Field(default_factory=dict)
    log: bytes | None = None
    event: dict[str, str] | None = None
    action: str | None = None


class Fate(BaseModel):
    """A fate as fates.yaml has it, before its placeholders are filled in."""

    model_config = ConfigDict(extra="forbid")

    message: str
    steps: list[Any]


class Fates:
    """The rules of a description, asked pod by pod; the first rule that matches counts."""

    def __init__(self, description: Description) -> None:
        self._description = description

    def rule(self, pod: Stored, node: str) -> FateRule | None:
        """What becomes of the whole pod; one that is there for its images is told of each by itself."""
        by_image = _only_pulls(pod)
        rules = (rule for rule in self._matching(pod, node) if not rule.match.image)
        return next((rule for rule in rules if not (by_image and rule.fate == _NO_IMAGE)), None)

    def rule_of_image(self, pod: Stored, node: str, image: str) -> FateRule | None:
        """What becomes of the containers of one image."""
        rules = (rule for rule in self._matching(pod, node) if rule.match.image or rule.fate == _NO_IMAGE)
        return next((rule for rule in rules if fnmatchcase(image, rule.match.image or "*")), None)

    def _matching(self, pod: Stored, node: str) -> Iterator[FateRule]:
        names = pods.names(pod)
        return (rule for rule in self._description.fates if rule.match.matches(node, names))

    def results(self, pod: Stored, node: str) -> bytes | None:
        """The framed lines that the pod prints at once, in its probes' order; None when no rule is for it."""
        names = pods.names(pod)
        rules = [rule for rule in self._description.results if rule.match.matches(node, names)]
        if not rules or _only_pulls(pod):
            return None
        environment = frames.environment(pod.view)
        by_probe = {rule.probe: rule for rule in reversed(rules)}
        wanted = environment.get("RUNAI_PREFLIGHT_PROBES", "")
        probes = [name.strip() for name in wanted.split(",") if name.strip()] or list(by_probe)
        given = [by_probe[probe] for probe in probes if probe in by_probe]
        return b"".join(frames.line(rule, environment) for rule in given) if given else None


def steps(rule: FateRule, pod: Stored, image: str = "") -> list[Step]:
    """The fate's steps with everything filled in for this pod, and this image of it (the first)."""
    fate = _fates()[rule.fate]
    values = {
        "image": image or pod.view["spec"]["containers"][0]["image"],
        "node": pod.view["spec"].get("nodeName", ""),
        "pod": pod.name,
        "half_frame": frames.half(pod.view),
    }
    values["message"] = rule.message if rule.message is not None else _fill(fate.message, values)
    filled = [Step.model_validate(_fill(step, values)) for step in fate.steps]
    if filled:
        filled[0].after += rule.after
    return filled


def _only_pulls(pod: Stored) -> bool:
    """Whether the pod is there for its images, so that it prints nothing."""
    return all(each["name"].startswith("image-") for each in pod.view["spec"]["containers"])


def message(rule: FateRule, default: str) -> str:
    return default if rule.message is None else rule.message


@cache
def _fates() -> dict[str, Fate]:
    document = yaml.safe_load(files(__package__).joinpath("fates.yaml").read_text("utf-8"))
    return {name: Fate.model_validate(fate) for name, fate in document.items()}


def _fill(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), value)
    if isinstance(value, dict):
        return {key: _fill(each, values) for key, each in value.items()}
    return value
