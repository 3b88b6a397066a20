"""Plan → manifests: the Jinja2 templates in manifests/, filled in and parsed into objects."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError

from orchestrator.errors import RenderError
from orchestrator.evidence import Target, TargetKind
from orchestrator.plan import DRIVER_ANNOTATION, RUN_LABEL, UNIT_LABEL, Plan, Unit
from orchestrator.probe import programs

Manifest = dict[str, Any]

# No argument of a process holds a NUL, and no name in a cluster does.
_STAND_IN = Unit(name="\0unit", pod="", target=Target(kind=TargetKind.NODE, name="\0target"), probes=())


def render_run(plan: Plan, driver: str = "") -> Manifest:
    """The run Job, which owns everything else; `driver` names the process that drives the run."""
    annotation = {"driver_annotation": DRIVER_ANNOTATION, "driver": driver}
    return _fill("run.yaml.j2", plan=plan, labels=_labels(plan), **annotation)


def render_config(plan: Plan) -> Manifest:
    """The ConfigMap with the probe programs and their parameters."""
    contents = programs() | {"parameters.json": json.dumps(plan.parameters, indent=1, sort_keys=True)}
    if plan.site.ca_bundle:
        contents["ca.pem"] = plan.site.ca_bundle
    return _fill("configmap.yaml.j2", plan=plan, labels=_labels(plan), files=contents)


class UnitRenderer:
    """The Jobs of a plan's units, each made from that of a stand-in: no node's name is ever read as YAML."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._patterns: dict[tuple[str, ...], str] = {}

    def render(self, unit: Unit) -> Manifest:
        """The Job of this unit."""
        text = self._pattern(unit.probes)
        for stand_in, name in ((_STAND_IN.name, unit.name), (_STAND_IN.target.name, unit.target.name)):
            text = text.replace(json.dumps(stand_in), json.dumps(name))
        manifest: Manifest = json.loads(text)
        return manifest

    def _pattern(self, probes: tuple[str, ...]) -> str:
        """The stand-in's Job as JSON."""
        if probes not in self._patterns:
            unit = _STAND_IN.model_copy(update={"probes": probes})
            labels = _labels(self._plan) | {UNIT_LABEL: unit.name}
            manifest = _fill("job.yaml.j2", plan=self._plan, unit=unit, labels=labels)
            self._patterns[probes] = json.dumps(manifest)
        return self._patterns[probes]


def render_all(plan: Plan) -> Iterator[Manifest]:
    """Every object of the run, in the order of creation."""
    yield render_run(plan)
    yield render_config(plan)
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
