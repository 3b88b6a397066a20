"""The check `platform-version`."""

from typing import Any

import pytest

from orchestrator.inventory.model import Inventory, Resource
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict

KUBERNETES = {"platform": "kubernetes", "supported": ">=1.21 <=1.24"}
RECOMMENDING = {"platform": "kubernetes", "supported": ">=1.15", "recommended": "1.17"}
OPENSHIFT = {"platform": "openshift", "supported": ">=4.8 <=4.10"}


@pytest.mark.parametrize(
    ("expect", "status", "message", "expected"),
    [
        (KUBERNETES, "pass", "Kubernetes is v1.23.17-eks-0a21954", "1.21 to 1.24"),
        (
            KUBERNETES | {"supported": ">=1.24"},
            "fail",
            "Kubernetes is v1.23.17-eks-0a21954; supported: 1.24 or later",
            "1.24 or later",
        ),
        (
            RECOMMENDING,
            "warn",
            "Kubernetes is v1.23.17-eks-0a21954: supported; newer than the recommended 1.17",
            "1.15 or later",
        ),
        (
            RECOMMENDING | {"recommended": ">=1.24 <=1.25"},
            "warn",
            "Kubernetes is v1.23.17-eks-0a21954: supported; older than the recommended 1.24 to 1.25",
            "1.15 or later",
        ),
        (
            RECOMMENDING | {"recommended": "1.17 || 1.24"},
            "warn",
            "Kubernetes is v1.23.17-eks-0a21954: supported; not the recommended 1.17 or 1.24",
            "1.15 or later",
        ),
        (
            RECOMMENDING | {"recommended": ">=1.17"},
            "pass",
            "Kubernetes is v1.23.17-eks-0a21954",
            "1.15 or later",
        ),
    ],
)
def test_the_version_of_kubernetes(expect: dict[str, Any], status: str, message: str, expected: str) -> None:
    seen = cluster(version="v1.23.17-eks-0a21954")
    assert judge(row("platform-version", expect), seen) == [
        verdict(status, CLUSTER, message, "v1.23.17-eks-0a21954", expected)
    ]


def test_the_version_of_openshift() -> None:
    requirement = row("platform-version", OPENSHIFT)
    assert judge(requirement, cluster(openshift_version="4.10.3")) == [
        verdict("pass", CLUSTER, "OpenShift is 4.10.3", "4.10.3", "4.8 to 4.10")
    ]
    assert judge(requirement, cluster(openshift_version="4.11.0")) == [
        verdict("fail", CLUSTER, "OpenShift is 4.11.0; supported: 4.8 to 4.10", "4.11.0", "4.8 to 4.10")
    ]


@pytest.mark.parametrize(
    ("version", "unread"),
    [(None, ""), ("", ""), ("unknown", " that can be read: 'unknown'")],
)
def test_no_version_to_read(version: str | None, unread: str) -> None:
    message = f"the API server reports no version of Kubernetes{unread}"
    assert judge(row("platform-version", KUBERNETES), cluster(version=version)) == [
        verdict("unknown", CLUSTER, message)
    ]


def test_what_it_reads_and_asks() -> None:
    assert row("platform-version", KUBERNETES).reads() == (Resource.VERSION,)
    assert row("platform-version", OPENSHIFT).reads() == (Resource.CLUSTER_VERSIONS,)
    assert list(row("platform-version", OPENSHIFT).asks(Inventory())) == []


def test_a_range_that_no_document_gives_is_unknown() -> None:
    (found,) = judge(row("platform-version", {"platform": "kubernetes"}), cluster(version="v1.35.1"))
    told = "Kubernetes is v1.35.1; no document at hand tells which versions are supported"
    assert (found.status, found.message, found.observed) == ("unknown", told, "v1.35.1")
