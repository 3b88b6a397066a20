"""Plan → manifests: the Jinja2 templates in manifests/, filled in and parsed into objects."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError

from orchestrator.errors import RenderError
from orchestrator.plan import DRIVER_ANNOTATION, RUN_LABEL, UNIT_LABEL, Plan, Unit
from orchestrator.probe import programs

Manifest = dict[str, Any]


def render_run(plan: Plan, driver: str = "") -> Manifest:
    """The run Job, which owns everything else; `driver` names the process that drives the run."""
    annotation = {"driver_annotation": DRIVER_ANNOTATION, "driver": driver}
    return _fill("run.yaml.j2", plan=plan, labels=_labels(plan), **annotation)


def render_config(plan: Plan) -> Manifest:
    """The ConfigMap with the probe programs and their parameters."""
    contents = programs() | {"parameters.json": json.dumps(plan.parameters, indent=1, sort_keys=True)}
    if plan.ca_bundle:
        contents["ca.pem"] = plan.ca_bundle
    return _fill("configmap.yaml.j2", plan=plan, labels=_labels(plan), files=contents)


def render_unit(plan: Plan, unit: Unit) -> Manifest:
    """The Job of one target."""
    return _fill("job.yaml.j2", plan=plan, unit=unit, labels=_labels(plan) | {UNIT_LABEL: unit.name})


def render_all(plan: Plan) -> Iterator[Manifest]:
    """Every object of the run, in the order of creation."""
    yield render_run(plan)
    yield render_config(plan)
    yield from (render_unit(plan, unit) for unit in plan.units)


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
