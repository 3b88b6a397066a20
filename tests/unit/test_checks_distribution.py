"""The check `distribution`."""

import pytest
from pydantic import ValidationError

from orchestrator.inventory.model import Resource
from tests.unit.builders import CLUSTER, cluster, judge, node, row, unread, verdict

ROW = row(
    "distribution",
    {
        "named": {
            "vanilla": {},
            "eks": {"note": "mind the plug-in"},
            "rke2": {"status": "warn", "note": "a defect"},
        }
    },
)


def test_a_distribution_that_is_named() -> None:
    assert judge(ROW, cluster(node())) == [
        verdict("pass", CLUSTER, "Vanilla Kubernetes", {"distribution": "vanilla", "evidence": []})
    ]


def test_a_distribution_that_is_named_with_a_note() -> None:
    told = "label eks.amazonaws.com/nodegroup"
    assert judge(ROW, cluster(node(labels=["eks.amazonaws.com/nodegroup"]))) == [
        verdict(
            "pass",
            CLUSTER,
            f"Amazon Elastic Kubernetes Service (told by {told}): mind the plug-in",
            {"distribution": "eks", "evidence": [told]},
        )
    ]


def test_a_distribution_that_needs_something_done() -> None:
    told = "serverVersion v1.24.3+rke2r1"
    assert judge(ROW, cluster(node(), version="v1.24.3+rke2r1")) == [
        verdict(
            "warn",
            CLUSTER,
            f"Rancher Kubernetes Engine 2 (RKE2) (told by {told}): a defect",
            {"distribution": "rke2", "evidence": [told]},
        )
    ]


def test_a_distribution_that_is_not_named() -> None:
    told = "providerID kind://docker/kind/n1"
    assert judge(ROW, cluster(node(provider_id="kind://docker/kind/n1"))) == [
        verdict(
            "fail",
            CLUSTER,
            f"kind (Kubernetes in Docker) (told by {told})"
            " is not among the distributions that the document names",
            {"distribution": "kind", "evidence": [told]},
            ["eks", "rke2", "vanilla"],
        )
    ]


def test_a_distribution_that_is_refused() -> None:
    assert judge(row("distribution", {"named": {"vanilla": {"status": "fail"}}}), cluster(node())) == [
        verdict("fail", CLUSTER, "Vanilla Kubernetes", {"distribution": "vanilla", "evidence": []})
    ]


def test_nodes_that_could_not_be_read() -> None:
    assert judge(ROW, cluster(unread=(unread(Resource.NODES),))) == [
        verdict("unknown", CLUSTER, "the distribution could not be told without what is unread: nodes")
    ]


def test_a_distribution_that_nothing_can_tell_is_refused() -> None:
    with pytest.raises(ValidationError, match="there is no distribution 'ekz'"):
        row("distribution", {"named": {"ekz": {}}})


def test_what_it_reads() -> None:
    assert ROW.reads() == (Resource.VERSION, Resource.API_GROUPS)
