"""Whether an audit can work from here: each step on the way to a cluster, and what is missing."""

import platform
from collections.abc import Iterator
from enum import Enum
from importlib.metadata import version
from typing import NamedTuple

from orchestrator import __version__, errors
from orchestrator.kube.api import Api
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.objects import Object, ServerVersion
from orchestrator.permissions import Permission, permissions
from orchestrator.plan.images import Reference


class Level(Enum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


class Symptom(NamedTuple):
    level: Level
    what: str
    advice: str = ""


def examine(options: ConnectOptions, image: str) -> Iterator[Symptom]:
    """Every step that could be tried, in order; it ends early where the next ones make no sense."""
    yield Symptom(Level.OK, f"runai-preflight {__version__} on Python {platform.python_version()}")
    yield Symptom(Level.OK, f"kubernetes client {version('kubernetes')}")
    try:
        with connect(options) as api:
            yield Symptom(Level.OK, f"kubeconfig: context {api.context or '(none)'}, server {api.server}")
            yield from _examine_cluster(api, image)
    except errors.PreflightError as error:
        yield Symptom(Level.FAIL, error.message, error.hint or "")


def _examine_cluster(api: Api, image: str) -> Iterator[Symptom]:
    server = api.get("/version", ServerVersion)
    yield Symptom(Level.OK, f"the API server answers: Kubernetes {server.git_version}")
    yield _namespace(api)
    yield from (_permission(api, permission) for permission in permissions())
    yield Symptom(
        Level.OK,
        f"probes run in image {image}, from {Reference.parse(image).registry}",
        "only an audit tells whether the nodes can pull it: doctor runs nothing",
    )


def _namespace(api: Api) -> Symptom:
    try:
        api.get(f"/api/v1/namespaces/{api.namespace}", Object)
    except errors.NotFound:
        return Symptom(
            Level.FAIL,
            f"there is no namespace {api.namespace}",
            f"kubectl create namespace {api.namespace}, or choose another with --namespace",
        )
    except errors.Forbidden:
        return Symptom(Level.WARN, f"whether namespace {api.namespace} exists may not be asked")
    return Symptom(Level.OK, f"namespace {api.namespace} exists")


def _permission(api: Api, permission: Permission) -> Symptom:
    namespace = api.namespace if permission.scope == "namespace" else ""
    refused = [verb for verb in permission.verbs if not _allowed(api, verb, permission, namespace)]
    where = f"in namespace {namespace}" if namespace else "in the whole cluster"
    named = f"{permission.noun} {', '.join(permission.names)}" if permission.names else permission.noun
    if not refused:
        return Symptom(Level.OK, f"may {', '.join(permission.verbs)} {named} {where}")
    level = Level.FAIL if permission.needed else Level.WARN
    may_not = f"may not {', '.join(refused)} {named} {where}"
    return Symptom(level, may_not, f"{permission.why}: ask for a role that allows it")


def _allowed(api: Api, verb: str, permission: Permission, namespace: str) -> bool:
    """On all objects, or on each of those that are named."""
    asked = verb, permission.group, permission.resource, namespace, permission.subresource
    return all(api.allowed(*asked, name) for name in permission.names or ("",))
