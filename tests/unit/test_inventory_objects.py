"""What is read because a requirement asks for it: which objects and fields, and what cannot be had."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.evaluate import evaluate
from orchestrator.inventory.model import Inventory, Unread
from orchestrator.inventory.read import read_inventory
from orchestrator.inventory.resources import ResourceType, resource_types
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.profile.load import load
from tests.conftest import StartSimulator
from tests.kube.conftest import kubeconfig
from tests.kube.server import ScriptedServer, answer, status
from tests.run.clusters import cluster, node
from tests.unit.builders import cluster as evidence_of

SECRET = "hunter2-of-prod"
POLICY = {
    "apiVersion": "nvidia.com/v1",
    "kind": "ClusterPolicy",
    "metadata": {"name": "cluster-policy", "labels": {"app": "gpu-operator"}, "annotations": {"a": "b"}},
    "spec": {"driver": {"enabled": True, "version": "525.60.13"}, "daemonsets": {"tolerations": []}},
    "status": {"state": "ready", "namespace": "gpu-operator"},
}


def deployment(name: str, namespace: str = "default", **spec: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}


def read(path: Path, *wanted: str) -> Inventory:
    with connect(ConnectOptions(kubeconfig=path)) as api:
        return read_inventory(api, lambda base: wanted)[1]


@pytest.fixture
def simulated(start_simulator: StartSimulator, tmp_path: Path) -> Any:
    def start(*objects: dict[str, Any], **simulation: Any) -> Path:
        return start_simulator(cluster(node("n1"), *objects, **simulation)).kubeconfig(tmp_path / "config")

    return start


def test_what_is_forbidden_is_noted_and_the_rest_is_read(simulated: Any) -> None:
    config = simulated(POLICY, faults=[{"verb": "list", "resource": "deployments", "status": 403}])
    inventory = read(config, "clusterpolicies", "deployments")
    assert len(inventory.objects["clusterpolicies"]) == 1
    refused = inventory.missing("deployments")
    assert refused is not None
    assert refused.verb == "list"
    assert refused.message.startswith("Could not list deployments: ")


def test_a_kind_whose_group_the_api_does_not_have_has_no_objects_and_costs_no_request(simulated: Any) -> None:
    config = simulated()
    with connect(ConnectOptions(kubeconfig=config)) as api:
        without = read_inventory(api)[1]
        before = api.requests
        inventory = read_inventory(api, lambda base: ["clusterpolicies"])[1]
        assert api.requests == 2 * before
    assert inventory.objects == {"clusterpolicies": ()}
    assert inventory.missing("clusterpolicies") is None
    assert without.objects == {}


def test_a_kind_that_is_not_served_has_no_objects(tmp_path: Path) -> None:
    server = ScriptedServer()
    server.script = [
        answer({"gitVersion": "v1.30.0"}),
        status(404, "NotFound", "the server could not find the requested resource"),
    ]
    try:
        inventory = read(kubeconfig(tmp_path / "config", server.url), "deployments")
    finally:
        server.close()
    assert inventory.objects == {"deployments": ()}


def test_what_was_not_asked_for_is_unknown_and_not_absent() -> None:
    missing = Inventory().missing("daemonsets")
    assert missing is not None
    assert str(missing.message).startswith("no requirement of the run that made this evidence asked for them")


def test_only_what_is_named_is_kept(simulated: Any) -> None:
    inventory = read(simulated(POLICY), "clusterpolicies")
    assert inventory.objects["clusterpolicies"] == (
        {
            "metadata": {"name": "cluster-policy", "labels": {"app": "gpu-operator"}},
            "spec": {"driver": {"enabled": True}},
            "status": {"state": "ready"},
        },
    )


def test_objects_are_in_the_order_of_their_names(simulated: Any) -> None:
    given = [deployment("b"), deployment("a", "z"), deployment("a")]
    spaces = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in ("default", "z")
    ]
    found = read(simulated(*spaces, *given), "deployments").objects["deployments"]
    named = [f"{obj['metadata']['namespace']}/{obj['metadata']['name']}" for obj in found]
    assert named == ["default/a", "default/b", "z/a"]


def test_secrets_in_objects_are_not_kept(simulated: Any) -> None:
    container = {"name": "c", "image": "i", "args": [f"--password={SECRET}"]}
    found = read(
        simulated(deployment("a", template={"spec": {"containers": [container]}})), "deployments"
    ).objects
    assert SECRET not in json.dumps(found)
    assert found["deployments"][0]["spec"]["template"]["spec"]["containers"][0]["image"] == "i"


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("none", "spec is no mapping"),
        ({"driver": {"enabled": "yes"}, "mig": 3}, "spec.mig is no mapping"),
        ({"toolkit": {"env": [{"name": "A"}, "B"]}}, "spec.toolkit.env[1] is no mapping"),
    ],
)
def test_what_stands_in_place_of_a_mapping_hides_the_objects(simulated: Any, spec: Any, why: str) -> None:
    inventory = read(simulated({**POLICY, "spec": spec}), "clusterpolicies")
    assert "clusterpolicies" not in inventory.objects
    told = "ClusterPolicy cluster-policy cannot be understood: "
    assert inventory.missing("clusterpolicies") == Unread(
        resource="clusterpolicies", verb="list", message=f"{told}{why}"
    )


def test_a_field_of_another_type_is_kept_for_the_check_to_tell(simulated: Any) -> None:
    broken = {**POLICY, "spec": {"driver": {"enabled": "yes"}}}
    (policy,) = read(simulated(broken), "clusterpolicies").objects["clusterpolicies"]
    assert policy["spec"] == broken["spec"]


def test_what_follows_from_objects_that_cannot_be_understood_is_not_read(simulated: Any) -> None:
    config = simulated(deployment("a", template={"spec": {"containers": [{"image": 7}]}}))
    workloads = ("daemonsets", "deployments", "statefulsets", "prometheuses", "services")
    refused = read(config, *workloads, "prometheustargets").missing("prometheustargets")
    assert refused is not None
    assert refused.message == (
        "an object of the API cannot be understood: "
        "spec.template.spec.containers.0.image: Input should be a valid string"
    )


def test_the_path_of_one_object() -> None:
    kind = ResourceType(
        name="x",
        group="g.io",
        version="v2",
        resource="things",
        kind="Thing",
        namespace="n",
        object="o",
        why="w",
    )
    assert (kind.verb, kind.path) == ("get", "/apis/g.io/v2/namespaces/n/things/o")
    assert resource_types()["deployments"].path == "/apis/apps/v1/deployments"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (("metadata", "name"), True),
        (("metadata", "labels", "a.b/c"), True),
        (("metadata", "annotations"), False),
        (("spec", "driver", "enabled"), True),
        (("spec", "driver", "version"), False),
    ],
)
def test_whether_a_field_is_kept(path: tuple[str, ...], kept: bool) -> None:
    assert resource_types()["clusterpolicies"].keeps(path) is kept


def test_every_row_that_reads_is_unknown_where_nothing_was_read() -> None:
    profile = load("runai-2.7")
    reading = {row.id for row in profile.requirements if set(row.reads()) & set(resource_types())}
    found = [f for f in evaluate(profile, evidence_of(), frozenset()).findings if f.id in reading]
    assert {f.status.value for f in found} <= {"unknown", "skip"}


def test_the_rows_are_yaml_that_says_why() -> None:
    assert all(kind.why for kind in resource_types().values())
    assert yaml.safe_load(yaml.safe_dump([kind.path for kind in resource_types().values()]))
