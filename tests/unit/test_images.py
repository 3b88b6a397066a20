"""Which images a run uses, and how references are read."""

import pytest

from orchestrator.plan.images import Digest, Reference, Tool, Use, tell_images, used_images
from orchestrator.plan.model import DEFAULT_IMAGE, Site
from orchestrator.plan.questions import Parameters
from orchestrator.report.images import render_images

DIGEST = "sha256:" + "7" * 64


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("python", ("docker.io", "library/python", "", "")),
        ("python:3.12", ("docker.io", "library/python", "3.12", "")),
        ("nvidia/cuda:12", ("docker.io", "nvidia/cuda", "12", "")),
        ("docker.io/library/python:3.12-slim", ("docker.io", "library/python", "3.12-slim", "")),
        ("localhost/python", ("localhost", "python", "", "")),
        ("registry:5000/a/b", ("registry:5000", "a/b", "", "")),
        ("[::1]:5000/a:1", ("[::1]:5000", "a", "1", "")),
        (f"quay.io/a/b:1@{DIGEST}", ("quay.io", "a/b", "1", DIGEST)),
        (f"quay.io/a/b@{DIGEST}", ("quay.io", "a/b", "", DIGEST)),
    ],
)
def test_the_parts_of_a_reference(text: str, parts: tuple[str, ...]) -> None:
    assert tuple(Reference.parse(text)) == parts


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("python", "docker.io/library/python:latest"),
        ("quay.io/a:1", "quay.io/a:1"),
        (f"quay.io/a:1@{DIGEST}", f"quay.io/a@{DIGEST}"),
    ],
)
def test_what_tools_are_told_to_copy(text: str, source: str) -> None:
    assert Reference.parse(text).source == source


def test_an_image_is_listed_once_for_what_weighs_most() -> None:
    asked = [{"image": image} for image in (DEFAULT_IMAGE, "a:1", "b:1", "c:1")]
    parameters: Parameters = {
        "registry": {"images": asked},
        "pull": {"images": [{"image": "a:1"}]},
        "egress": {"endpoints": []},
    }
    uses = used_images(parameters, Site(pull_images=("b:1",)))
    assert uses == {DEFAULT_IMAGE: Use.PROBES, "b:1": Use.PULLED, "a:1": Use.PULLED, "c:1": Use.ASKED}
    assert next(iter(uses)) == DEFAULT_IMAGE


def test_an_image_that_no_node_pulls_is_listed_and_not_copied() -> None:
    uses = {"quay.io/probe:1": Use.PROBES, "gcr.io/run-ai-prod/a:1": Use.ASKED}
    answers = {"gcr.io/run-ai-prod/a:1": Digest(trouble="unauthorized at token")}
    document = tell_images(uses, answers, (), "registry.example", Tool.CRANE)
    assert not document.resolved
    assert [copy.image for copy in document.mirror] == ["quay.io/probe:1"]
    assert render_images(document).splitlines()[3:6] == [
        "gcr.io/run-ai-prod/a:1",
        "  its registry is asked about it; no node pulls it",
        "  digest unknown: unauthorized at token",
    ]


def test_what_a_registry_says_today_goes_before_an_image_without_a_digest() -> None:
    uses = {"quay.io/probe:1": Use.PROBES}
    document = tell_images(uses, {"quay.io/probe:1": Digest(DIGEST)}, (), "registry.example", Tool.CRANE)
    assert document.resolved
    assert document.images[0].digest == DIGEST
    assert document.options == (f"--image registry.example/probe:1@{DIGEST}",)
