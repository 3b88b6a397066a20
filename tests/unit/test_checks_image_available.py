"""The check `image-available`."""

from typing import Any

import pytest

from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import judge, probed, row, unanswered, verdict

IMAGE = "docker.io/library/alpine:3.10"
ROW = row("image-available", {"image": IMAGE})
PRIVATE = row("image-available", {"image": IMAGE, "private": True})
HUB = "registry-1.docker.io:443"


def met(**entry: Any) -> dict[str, Any]:
    whole = {"image": IMAGE, "step": "manifest", "stage": "http", "code": "ok", "registry": HUB, "host": HUB}
    return {"images": [{"image": "another"}, {**whole, **entry}]}


def told(requirement: Any, **entry: Any) -> tuple[str, str]:
    (found,) = judge(requirement, probed("registry", met(**entry)))
    return found.status, found.message


@pytest.mark.parametrize(
    ("entry", "status", "message"),
    [
        (
            {"step": "ping", "stage": "tcp", "code": "refused"},
            "fail",
            f"{IMAGE} cannot be had: {HUB} (asked for its API): refused at tcp",
        ),
        (
            {"step": "token", "host": "auth.docker.io:443", "stage": "tls", "code": "unknown-issuer"},
            "fail",
            (
                f"{IMAGE} cannot be had: auth.docker.io:443 (asked for a token): unknown-issuer at tls: its "
                "certificate is not issued by an authority that the image of the probe trusts"
            ),
        ),
        (
            {"code": "unauthorized", "status": 401, "message": "registry-1.docker.io answered 401"},
            "fail",
            (
                f"{IMAGE} cannot be had: {HUB} (asked for the manifest): unauthorized: "
                "registry-1.docker.io answered 401"
            ),
        ),
        (
            {"code": "not-found", "via": "proxy"},
            "fail",
            (
                f"{IMAGE} cannot be had through the proxy: {HUB} (asked for the manifest): not-found: "
                "there is no such image"
            ),
        ),
        (
            {"code": "registry-error", "mirror": True, "registry": "mirror:443"},
            "fail",
            (
                f"{IMAGE} cannot be had from the mirror mirror:443: {HUB} (asked for the manifest): "
                "registry-error: it answers with an error of its own"
            ),
        ),
        (
            {"code": "rate-limited"},
            "warn",
            (
                f"{IMAGE} cannot be pulled now: {HUB} (asked for the manifest): rate-limited: too much was "
                "pulled from this address or by this account"
            ),
        ),
        ({}, "pass", f"{IMAGE} can be had"),
        ({"via": "proxy"}, "pass", f"{IMAGE} can be had through the proxy"),
        (
            {"redirect": "cdn.example:443"},
            "pass",
            f"{IMAGE} can be had; {HUB} sends clients on to cdn.example:443",
        ),
        (
            {"plainHttp": True},
            "warn",
            f"{IMAGE} can be had, but by plain HTTP, which runtimes refuse unless they are told",
        ),
        (
            {"code": "something-new", "step": "leap"},
            "fail",
            f"{IMAGE} cannot be had: {HUB} (leap): something-new",
        ),
    ],
)
def test_what_the_probe_met(entry: dict[str, Any], status: str, message: str) -> None:
    assert told(ROW, **entry) == (status, message)


@pytest.mark.parametrize(
    ("entry", "status", "message"),
    [
        ({"stage": "tcp", "code": "timeout"}, "fail", "cannot be had"),
        ({"code": "not-registry", "status": 403}, "fail", "cannot be had"),
        ({"code": "unauthorized", "status": 401}, "pass", "no pull secret for it was given (HTTP 401)"),
        ({"code": "not-found", "status": 404}, "pass", "no pull secret for it was given (HTTP 404)"),
        ({"code": "forbidden", "step": "token", "status": 403}, "pass", "(HTTP 403)"),
        ({"code": "unauthorized", "credentials": True}, "fail", f"{HUB} refuses the pull secret for {IMAGE}"),
        ({"code": "forbidden", "credentials": True}, "fail", f"{HUB} refuses the pull secret for {IMAGE}"),
        (
            {"code": "not-found", "credentials": True},
            "warn",
            f"{HUB} lets the pull secret in, but shows it no {IMAGE}",
        ),
        ({"credentials": True}, "pass", f"{IMAGE} can be had"),
    ],
)
def test_an_image_that_is_private(entry: dict[str, Any], status: str, message: str) -> None:
    found, words = told(PRIVATE, **entry)
    assert found == status
    assert message in words


def test_what_was_observed_and_expected() -> None:
    (found,) = judge(PRIVATE, probed("registry", met(mbPerSecond=12.5, redirect="cdn.example:443")))
    assert found == verdict(
        "pass",
        "n1",
        f"{IMAGE} can be had; {HUB} sends clients on to cdn.example:443",
        {
            "step": "manifest",
            "stage": "http",
            "code": "ok",
            "registry": HUB,
            "host": HUB,
            "redirect": "cdn.example:443",
            "mbPerSecond": 12.5,
        },
        f"{IMAGE} can be had with a pull secret",
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, f"the registry probe did not look for {IMAGE}"),
        (met(code=None), f"the registry probe's answer on {IMAGE} cannot be understood"),
        (
            met(code="unfinished", stage="tls"),
            f"{IMAGE} was not looked for: {HUB} (asked for the manifest): unfinished at tls",
        ),
        (
            {"images": [{"image": IMAGE, "step": "reference", "code": "bad-url"}]},
            f"{IMAGE} was not looked for: its reference was read: bad-url",
        ),
    ],
)
def test_no_answer_on_it(data: dict[str, Any], message: str) -> None:
    (found,) = judge(ROW, probed("registry", data))
    assert (found.status, found.message) == ("unknown", message)


def test_no_answer_at_all() -> None:
    message = "the registry probe gave no answer: ImagePull: ErrImagePull: not found"
    seen = unanswered("registry", Reason.IMAGE_PULL, "ErrImagePull: not found")
    assert judge(ROW, seen) == [verdict("unknown", "n1", message)]


def test_what_it_asks() -> None:
    assert list(ROW.asks(Inventory())) == [
        Question(probe="registry", parameters={"images": [{"image": IMAGE}]})
    ]
