"""The check `image-pulled`."""

from typing import Any

import pytest

from orchestrator.checks.verdicts import CLUSTER
from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import judge, probed, row, unanswered, verdict

IMAGE = "quay.io/example/small:1.0"
ROW = row("image-pulled", {"image": IMAGE})
REFUSED = f"the kubelet could not pull {IMAGE}"


def told(**entry: Any) -> dict[str, Any]:
    return {"images": [{"image": "another", "pulled": True}, {"image": IMAGE, **entry}]}


def judged(**entry: Any) -> tuple[str, str]:
    (found,) = judge(ROW, probed("pull", told(**entry)))
    return found.status, found.message


@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        (
            "toomanyrequests: You have reached your pull rate limit.",
            "the registry's limit for this address or account is used up",
        ),
        (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "the runtime does not trust who signed the registry's certificate",
        ),
        ("dial tcp: lookup quay.io: no such host", "the node cannot resolve the registry's name"),
        (
            "dial tcp 192.0.2.7:443: i/o timeout",
            "the registry does not answer the node, as behind a firewall that drops",
        ),
        ("dial tcp 192.0.2.7:443: connect: connection refused", "nobody listens at the registry's address"),
        ("proxyconnect tcp: dial tcp 192.0.2.9:3128", "the runtime's proxy cannot be reached"),
        (
            "http: server gave HTTP response to HTTPS client",
            "the registry speaks plain HTTP and the runtime was not told so",
        ),
        ("no match for platform in manifest", "the image is not made for this node's architecture"),
        (
            "pull access denied, repository does not exist or may require authorization: not found",
            "the registry wants a login, or refuses this one",
        ),
        ("manifest unknown", "there is no such image"),
    ],
)
def test_kubernetes_own_words_and_what_they_mean(message: str, meaning: str) -> None:
    found = judged(pulled=False, reason="ErrImagePull", message=message)
    assert found == ("fail", f"{REFUSED}: ErrImagePull: {message} ({meaning})")


def test_words_that_nobody_knows_are_told_as_they_are() -> None:
    found = judged(pulled=False, reason="SignatureValidationFailed", message="policy rejected")
    assert found == ("fail", f"{REFUSED}: SignatureValidationFailed: policy rejected")
    assert judged(pulled=False) == ("fail", f"{REFUSED}: it gives no reason")


def test_words_of_success_do_not_make_a_pull() -> None:
    found = judged(pulled=False, reason="ErrImagePull", message="Successfully pulled image")
    assert found == ("fail", f"{REFUSED}: ErrImagePull: Successfully pulled image")


@pytest.mark.parametrize(
    ("entry", "figures"),
    [
        ({}, ""),
        ({"seconds": 1.234}, " in 1.2 s"),
        ({"seconds": 1.234, "waitSeconds": 0.0, "bytes": 2798889}, " in 1.2 s (2.8 MB)"),
        (
            {"seconds": 1.0, "waitSeconds": 31.5, "bytes": 2798889},
            " in 1.0 s after 31.5 s in the kubelet's queue (2.8 MB)",
        ),
    ],
)
def test_what_was_pulled(entry: dict[str, Any], figures: str) -> None:
    expected = verdict(
        "pass",
        "n1",
        f"the kubelet pulled {IMAGE}{figures}",
        {"pulled": True, **entry},
        f"the kubelet pulls {IMAGE}",
    )
    assert judge(ROW, probed("pull", told(pulled=True, reason=None, **entry))) == [expected]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"images": []}, f"the pull probe did not pull {IMAGE}"),
        (told(), f"the pull probe's answer on {IMAGE} cannot be understood"),
        (told(pulled="maybe"), f"the pull probe's answer on {IMAGE} cannot be understood"),
        (
            told(pulled=None, reason="DeadlineExceeded", message="Pod was active too long"),
            f"whether the kubelet pulls {IMAGE} is not known: DeadlineExceeded: Pod was active too long",
        ),
        (told(pulled=True, cached=True), f"{IMAGE} was on the node already, so nothing was pulled"),
    ],
)
def test_no_answer_on_it(data: dict[str, Any], message: str) -> None:
    (found,) = judge(ROW, probed("pull", data))
    assert (found.status, found.message) == ("unknown", message)


GIVEN = row("image-pulled", {"besides": ["another"]})


def test_images_that_the_user_gives() -> None:
    found = judge(GIVEN, probed("pull", told(pulled=False, reason="InvalidImageName")))
    assert [(one.status, one.message) for one in found] == [("fail", f"{REFUSED}: InvalidImageName")]


def test_several_given_images_are_one_finding_on_the_node() -> None:
    bad = {"pulled": False, "reason": "InvalidImageName"}
    images = [{"image": "a", **bad}, {"image": "b", "pulled": None}, {"image": "c", "pulled": True}]
    (found,) = judge(GIVEN, probed("pull", {"images": images}))
    assert (found.status, found.message) == ("fail", "the kubelet could not pull a: InvalidImageName")
    (found,) = judge(GIVEN, probed("pull", {"images": [*images, {"image": "d", **bad}]}))
    assert found == verdict(
        "fail",
        "n1",
        "the kubelet could not pull a: InvalidImageName; the kubelet could not pull d: InvalidImageName",
        [bad, bad],
        "the kubelet pulls a; the kubelet pulls d",
    )


def test_no_image_is_given() -> None:
    message = "no image was given (--pull-image)"
    nothing: list[dict[str, Any]] = [{"images": []}, {"images": [{"image": "another", "pulled": False}]}]
    for data in nothing:
        assert judge(GIVEN, probed("pull", data)) == [verdict("skip", CLUSTER, message)]


@pytest.mark.parametrize("data", [{}, {"images": "all"}])
def test_what_cannot_be_understood_is_not_taken_for_no_image(data: dict[str, Any]) -> None:
    message = "the pull probe's answer cannot be understood"
    assert judge(GIVEN, probed("pull", data)) == [verdict("unknown", "n1", message)]
    (found,) = judge(GIVEN, probed("pull", {"images": [{"image": IMAGE, "pulled": 3}]}))
    assert (found.status, found.message) == (
        "unknown",
        f"the pull probe's answer on {IMAGE} cannot be understood",
    )


def test_given_images_without_an_answer() -> None:
    seen = unanswered("pull", Reason.UNSCHEDULABLE)
    assert [one.status for one in judge(GIVEN, seen)] == ["unknown"]


def test_no_answer_at_all() -> None:
    seen = unanswered("pull", Reason.UNSCHEDULABLE, "0/3 nodes are available")
    message = "the pull probe gave no answer: Unschedulable: 0/3 nodes are available"
    assert judge(ROW, seen) == [verdict("unknown", "n1", message)]


def test_what_it_asks() -> None:
    assert list(ROW.asks(Inventory())) == [Question(probe="pull", parameters={"images": [{"image": IMAGE}]})]
    assert list(GIVEN.asks(Inventory())) == [Question(probe="pull")]
