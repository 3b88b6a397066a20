"""The rules of each Prometheus adapter, from the ConfigMap that its pods mount."""

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

import yaml
from pydantic import AliasPath, Field, ValidationError

from orchestrator import errors
from orchestrator.checks.monitoring.metric_rules import ADAPTERS, RULES
from orchestrator.checks.workloads import Workload, workloads
from orchestrator.inventory.model import Inventory
from orchestrator.kube.api import Api
from orchestrator.model import reason
from orchestrator.nesting import too_deep
from orchestrator.objects import ApiModel, Object, OrNull, Text, Texts
from orchestrator.redact import clean, redact, redact_value

NAME = RULES
_MOST_RULES = 200
_DEEPEST = 20
Json = dict[str, Any]


class _Volume(ApiModel):
    config_map: Text = Field("", validation_alias=AliasPath("configMap", "name"))


class _Deployment(Object):
    volumes: Annotated[tuple[_Volume, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "template", "spec", "volumes")
    )


class _ConfigMap(Object):
    data: Texts = Field(default_factory=dict)


class _Rule(ApiModel):
    series: Text = Field("", validation_alias="seriesQuery")
    name: Text = Field("", validation_alias=AliasPath("name", "as"))


class _Configuration(ApiModel):
    rules: Annotated[tuple[_Rule, ...], OrNull(tuple)] = ()


def read_rules(api: Api, inventory: Inventory) -> tuple[Json, ...]:
    """Of each adapter its `rules`, or the `error` in them; ApiError when they may not be read."""
    found = [each for each in workloads(inventory) if each.kind == "Deployment" and each.runs_image(ADAPTERS)]
    return tuple(_read(api, adapter) for adapter in found)


def _read(api: Api, adapter: Workload) -> Json:
    meta = adapter.meta
    told: Json = {"metadata": {"namespace": meta.namespace, "name": meta.name}}
    texts = [text for name in _mounted(api, adapter) for text in _texts(api, meta.namespace, name)]
    try:
        rules = [rule.model_dump() for text in texts for rule in _parsed(text).rules]
    except ValidationError as error:
        return told | {"error": f"its configuration cannot be understood: {reason(error)}"}
    except (yaml.YAMLError, ValueError) as error:
        problem = getattr(error, "problem", None) or error
        return told | {"error": f"its configuration cannot be understood: {clean(redact(str(problem)))}"}
    if not texts:
        return told | {"error": "its pods mount no configuration that is there"}
    return told | {"rules": redact_value(rules[:_MOST_RULES])}


def _mounted(api: Api, adapter: Workload) -> Iterator[str]:
    """The ConfigMaps of its pods: the one Deployment is listed, as it may not be allowed to get it."""
    path = f"/apis/apps/v1/namespaces/{quote(adapter.meta.namespace, safe='')}/deployments"
    listing = api.list(path, _Deployment, fields=f"metadata.name={adapter.meta.name}")
    yield from (volume.config_map for each in listing.items for volume in each.volumes if volume.config_map)


def _texts(api: Api, namespace: str, name: str) -> list[str]:
    """The configurations in a ConfigMap, none where it is not there."""
    path = f"/api/v1/namespaces/{quote(namespace, safe='')}/configmaps/{quote(name, safe='')}"
    try:
        data = api.get(path, _ConfigMap).data
    except errors.NotFound:
        return []
    return [text for key, text in data.items() if key.endswith((".yaml", ".yml"))]


def _parsed(text: str) -> _Configuration:
    """ValueError, or one of its kinds, when it is no configuration of an adapter."""
    if too_deep(text.encode(), _DEEPEST):
        raise ValueError("it is nested too deep")
    loaded = yaml.load(text, yaml.CSafeLoader) or {}
    if not isinstance(loaded, dict):
        raise ValueError("it is no mapping")
    return _Configuration.model_validate(loaded)
