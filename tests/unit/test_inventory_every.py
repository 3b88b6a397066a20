"""Objects of the inventory as models: parsed once, and anew for a copy that holds others."""

import pytest
from pydantic import ValidationError

from orchestrator.checks.workloads import Workload
from orchestrator.inventory.model import Inventory
from orchestrator.objects import Object
from tests.unit.running import deployment


def test_objects_have_their_kind() -> None:
    read = Inventory(objects={"deployments": (deployment("a"),), "prometheustargets": ({"kind": "Own"},)})
    assert [(each.kind, each.meta.name) for each in read.every("deployments", Workload)] == [
        ("Deployment", "a")
    ]
    assert [each.kind for each in read.every("prometheustargets", Object)] == ["Own"]
    assert read.every("statefulsets", Workload) == ()


def test_they_are_parsed_once_by_each_model() -> None:
    read = Inventory(objects={"deployments": (deployment("a"),)})
    (first,) = read.every("deployments", Workload)
    assert read.every("deployments", Workload)[0] is first
    assert type(read.every("deployments", Object)[0]) is Object


def test_a_copy_with_other_objects_parses_those() -> None:
    read = Inventory(objects={"deployments": (deployment("a"),)})
    read.every("deployments", Workload)
    copied = read.model_copy(update={"objects": {"deployments": (deployment("b"),)}})
    assert [each.meta.name for each in copied.every("deployments", Workload)] == ["b"]


def test_what_was_parsed_is_no_part_of_the_inventory() -> None:
    read, same = (Inventory(objects={"deployments": (deployment("a"),)}) for _ in range(2))
    read.every("deployments", Workload)
    assert read == same
    assert read.model_dump() == same.model_dump()


def test_an_object_that_cannot_be_understood() -> None:
    read = Inventory(objects={"deployments": ({"spec": {"replicas": "two"}},)})
    with pytest.raises(ValidationError):
        read.every("deployments", Workload)
