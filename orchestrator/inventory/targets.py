"""What each Prometheus of the cluster says of its targets, asked by the API server's proxy to its Service."""

from collections.abc import Iterator
from typing import Any

from pydantic import AliasPath, Field, FiniteFloat

from orchestrator import errors
from orchestrator.checks.monitoring.scraped import TARGETS
from orchestrator.checks.monitoring.servers import Server, servers, service_of
from orchestrator.inventory.model import Inventory
from orchestrator.kube.api import Api
from orchestrator.objects import ApiModel, Texts
from orchestrator.redact import redact, redact_value

NAME = TARGETS
_LABELS = ("job", "service", "app_kubernetes_io_name", "kubernetes_name", "component")
_BY = f"by ({', '.join(_LABELS)})"
_QUERY = f'count_values {_BY} ("up", up) or bottomk {_BY} (3, up == 0)'
"""How many targets of each kind are up and down, and three of each that are down."""
_MOST_SERVERS = 5
_MOST_GROUPS = 1000
Json = dict[str, Any]


class _Sample(ApiModel):
    """How many targets with these labels have the value of the label `up`; without that one target."""

    labels: Texts = Field({}, validation_alias="metric")
    value: tuple[float, FiniteFloat]


class _Answer(ApiModel):
    """Of an instant query; an answer without a result is none of Prometheus'."""

    result: tuple[_Sample, ...] = Field(validation_alias=AliasPath("data", "result"))


def read_targets(api: Api, inventory: Inventory) -> tuple[Json, ...]:
    """Of each server its `targets`, counted by their labels, or the `error` with which it could not be asked.

    ApiError when there are servers and none of them could.
    """
    found = servers(inventory)[:_MOST_SERVERS]
    answers, refusals = [], []
    for server in found:
        try:
            answers.append(_read(api, server, inventory))
        except errors.ApiError as error:
            refusals.append(error)
            answers.append(_told(server) | {"error": redact(error.message)})
    if found and len(refusals) == len(found):
        raise refusals[0]
    return tuple(answers)


def _read(api: Api, server: Server, inventory: Inventory) -> Json:
    way = service_of(server, inventory)
    if way is None:
        return _told(server) | {"error": f"no Service leads to the API of {server.workload.subject.name}"}
    service, port = way
    named = (service.meta.namespace, service.meta.name)
    answer = api.ask_service(named, port, f"{server.prefix}/api/v1/query", {"query": _QUERY}, _Answer)
    return _told(server) | {"service": f"{service.meta.name}:{port}", "targets": list(_counted(answer))}


def _told(server: Server) -> Json:
    meta = server.workload.meta
    return {"kind": server.workload.kind, "metadata": {"namespace": meta.namespace, "name": meta.name}}


def _counted(answer: _Answer) -> Iterator[Json]:
    """A group of targets each, with how many are up and down and some that are down; the largest are kept."""
    groups: dict[tuple[tuple[str, str], ...], Json] = {}
    for labels, (_, value) in ((sample.labels, sample.value) for sample in answer.result):
        kept = {name: text for name, text in labels.items() if name in _LABELS and text}
        new: Json = {"labels": kept, "up": 0, "down": 0, "downAt": []}
        group = groups.setdefault(tuple(sorted(kept.items())), new)
        if "up" in labels:
            group["up" if labels["up"] == "1" else "down"] += int(value)
        else:
            group["downAt"].append(labels.get("instance", ""))
    ranked = sorted(groups.values(), key=lambda group: (-group["up"] - group["down"], str(group["labels"])))
    yield from (redact_value(group) for group in ranked[:_MOST_GROUPS])
