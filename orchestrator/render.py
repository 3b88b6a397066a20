"""Plan → manifests: the Jinja2 templates in manifests/, filled in and parsed into objects."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, Self

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError

from orchestrator.errors import RenderError
from orchestrator.plan.model import (
    DRIVER_ANNOTATION,
    QUEUE_LABELS,
    RUN_LABEL,
    SERVES_LABEL,
    UNIT_LABEL,
    Plan,
    Unit,
)
from orchestrator.probe import programs

Manifest = dict[str, Any]

# No argument of a process holds a NUL, and no name in a cluster does.
_MARK = "\0"
_GPU_MEMORY = 2  # GiB of the node's memory that CUDA may take for each GPU


class Slots(NamedTuple):
    """What of a manifest is a unit's own, as text: the rest is that of every unit of its pod class."""

    name: str
    target: str
    node: str
    gpus: str
    memory: str
    own: str

    @classmethod
    def of(cls, unit: Unit) -> Self:
        """What stands in these places for this unit."""
        own = json.dumps(unit.own) if unit.own else ""
        memory = f"{_GPU_MEMORY * unit.gpus}Gi"
        return cls(unit.name, unit.target.name, unit.node, str(unit.gpus), memory, own)

    @classmethod
    def stand_ins(cls) -> Self:
        """Marks for all of them, to be found again."""
        return cls(*(f"{_MARK}{name}" for name in cls._fields))


_STAND_INS = tuple(json.dumps(stand_in) for stand_in in Slots.stand_ins())


def render_run(plan: Plan, driver: str = "") -> Manifest:
    """The run Job, which owns everything else; `driver` names the process that drives the run."""
    annotation = {"driver_annotation": DRIVER_ANNOTATION, "driver": driver}
    return _fill("run.yaml.j2", plan=plan, labels=_labels(plan), **annotation)


def render_config(plan: Plan) -> Manifest:
    """The ConfigMap with the probe programs and their parameters."""
    contents = programs(plan.parameters) | {
        "parameters.json": json.dumps(plan.parameters, indent=1, sort_keys=True)
    }
    if plan.site.ca_bundle:
        contents["ca.pem"] = plan.site.ca_bundle
    return _fill("configmap.yaml.j2", plan=plan, labels=_labels(plan), files=contents)


def render_shared(plan: Plan) -> Iterator[Manifest]:
    """What is there once for those units that use it: a claim, a Service."""
    if plan.makes_volume:
        yield _fill("claim.yaml.j2", plan=plan, labels=_labels(plan))
    if any(unit.serves for unit in plan.units):
        selector = {RUN_LABEL: plan.run_id, SERVES_LABEL: "true"}
        yield _fill("service.yaml.j2", plan=plan, labels=_labels(plan), selector=selector)


class UnitRenderer:
    """The Jobs of a plan's units, each made from that of a stand-in: no node's name is ever read as YAML."""

    def __init__(self, plan: Plan) -> None:
        alike = {_kind(unit): unit for unit in plan.units}
        self._patterns = {kind: _pattern(plan, unit) for kind, unit in alike.items()}

    def render(self, unit: Unit) -> Manifest:
        """The Job of this unit."""
        text = self._patterns[_kind(unit)]
        for stand_in, own in zip(_STAND_INS, Slots.of(unit), strict=True):
            text = text.replace(stand_in, json.dumps(own))
        manifest: Manifest = json.loads(text)
        return manifest


def _kind(unit: Unit) -> tuple[object, ...]:
    """What units have in common that differ only in what goes into slots."""
    return unit.pod, unit.probes, unit.gpu_resource, unit.serves, unit.fraction


def _pattern(plan: Plan, unit: Unit) -> str:
    """The Job of all units like this one, with stand-ins, as JSON."""
    slot = Slots.stand_ins()
    labels = _labels(plan) | {UNIT_LABEL: slot.name} | ({SERVES_LABEL: "true"} if unit.serves else {})
    if unit.fraction and unit.fraction.queue:
        labels |= dict.fromkeys(QUEUE_LABELS, unit.fraction.queue)
    return json.dumps(_fill("job.yaml.j2", plan=plan, unit=unit, slot=slot, labels=labels))


def render_all(plan: Plan) -> Iterator[Manifest]:
    """Every object of the run, in the order of creation."""
    yield render_run(plan)
    yield render_config(plan)
    yield from render_shared(plan)
    yield from map(UnitRenderer(plan).render, plan.units)


def _labels(plan: Plan) -> dict[str, str]:
    return {"app.kubernetes.io/name": "runai-preflight", RUN_LABEL: plan.run_id}


def _fill(template: str, **values: Any) -> Manifest:
    try:
        text = _environment().get_template(template).render(values)
        manifest = yaml.load(text, yaml.CSafeLoader)
    except (TemplateError, yaml.YAMLError) as error:
        raise RenderError(f"template manifests/{template} does not render: {error}") from error
    if not isinstance(manifest, dict):
        raise RenderError(f"template manifests/{template} does not make an object")
    return manifest


@cache
def _environment() -> Environment:
    loader = PackageLoader("manifests", ".")
    environment = Environment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - manifests are no HTML; values go in as JSON
        auto_reload=False,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_function"] = _quote
    return environment


def _quote(value: Any, **options: Any) -> str:
    """JSON that is YAML as well, which has no surrogate pairs."""
    text = json.dumps(value, ensure_ascii=False, **options)
    return re.sub(r"[^\x20-\x7e]", lambda found: f"\\U{ord(found[0]):08x}", text)
