"""What comes between a client and its image: tokens, redirects, limits, and answers that are none."""

import json
import ssl
from pathlib import Path

import pytest

from tests.probes import registries
from tests.probes.registries import Running, digest, push
from tests.probes.registry_fixtures import LAYER, Look, end, look, open_registry, plain
from tests.probes.registry_front import (
    Answer,
    Front,
    Request,
    Respond,
    asked_of,
    blob_store,
    blobs_elsewhere,
    cut_off,
    passing_on,
    token_service,
    with_token,
)

__all__ = ["look", "open_registry"]  # fixtures
IMAGE = "example/many:1.0"
NONE = b'{"manifests": []}'
JSON = {"Content-Type": "application/json"}


def test_a_token_service_that_turns_everybody_away(look: Look, open_registry: Running) -> None:
    with Front(token_service(login="user:secret")) as service:
        guarded = with_token(passing_on(open_registry), lambda: f"http://{service.address}/token")
        with Front(guarded) as front:
            entry = look(f"{front.address}/{IMAGE}", **plain(front))
    assert end(entry) == ("token", "http", "unauthorized")
    assert (entry["host"], entry["auth"]) == (service.address, "bearer")
    assert entry["message"] == "localhost answered 401 (UNAUTHORIZED: incorrect username or password)"


def test_the_token_is_asked_for_with_the_login(look: Look, open_registry: Running, tmp_path: Path) -> None:
    with Front(token_service(login="user:secret")) as service:
        guarded = with_token(passing_on(open_registry), lambda: f"http://{service.address}/token?a=b")
        with Front(guarded) as front:
            secret = registries.secret(tmp_path / "s", front.address, "user", "secret")
            entry = look(f"{front.address}/{IMAGE}", **plain(front, credentials=[secret]))
    assert end(entry) == ("manifest", "http", "ok")
    (request,) = service.requests
    assert asked_of(request) == {
        "a": "b",
        "service": "registry.example",
        "scope": "repository:example/many:pull",
    }


def test_the_password_for_one_registry_is_not_for_another(
    look: Look, open_registry: Running, tmp_path: Path
) -> None:
    with Front(token_service()) as service:
        guarded = with_token(passing_on(open_registry), lambda: f"http://{service.address}/token")
        with Front(guarded) as front:
            secret = registries.secret(tmp_path / "s", "registry.example", "user", "secret")
            entry = look(f"{front.address}/{IMAGE}", **plain(front, credentials=[secret]))
    assert (entry["code"], entry["credentials"]) == ("ok", False)
    assert "authorization" not in service.requests[0].headers


def test_a_password_is_not_sent_in_the_clear(look: Look, trusted: ssl.SSLContext, tmp_path: Path) -> None:
    service = Front(token_service())
    guarded = with_token(token_service(), lambda: f"http://{service.address}/")
    with service, Front(guarded, trusted) as front:
        secret = registries.secret(tmp_path / "s", front.address, "user", "secret")
        entry = look(f"{front.address}/{IMAGE}", credentials=[secret])
    assert (entry["code"], service.requests) == ("bad-challenge", [])
    assert entry["message"] == "the registry wants the password to be sent unencrypted"


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (Answer(200, JSON, b"{}"), "bad-token", "the answer holds no token"),
        (Answer(200, JSON, b"<html>"), "bad-token", "the answer is not JSON"),
        (Answer(200, JSON, b'{"token": "a\\r\\nb"}'), "bad-token", "the answer holds no token"),
        (Answer(429), "rate-limited", "localhost answered 429"),
        (Answer(503, JSON, b'{"errors": []}'), "registry-error", "localhost answered 503"),
        (
            Answer(403, {"Content-Type": "text/html"}, b"<html>"),
            "not-registry",
            "localhost answered 403 with a web page",
        ),
    ],
)
def test_a_token_that_cannot_be_had(look: Look, answer: Answer, code: str, message: str) -> None:
    service = Front(lambda _: answer)
    guarded = with_token(lambda _: Answer(200), lambda: f"http://{service.address}/")
    with service, Front(guarded) as front:
        entry = look(f"{front.address}/{IMAGE}", **plain(front))
    assert end(entry) == ("token", "http", code)
    assert entry["message"] == message


@pytest.mark.parametrize(
    ("challenge", "code"),
    [
        ("Negotiate abc==", "unauthorized"),
        ("", "unauthorized"),
        ("Bearer service=x", "unauthorized"),
        ('Bearer realm="ftp://localhost/"', "bad-url"),
        ('Bearer realm="http://[x"', "bad-url"),
    ],
)
def test_a_challenge_that_cannot_be_met(look: Look, challenge: str, code: str) -> None:
    with Front(lambda _: Answer(401, {"WWW-Authenticate": challenge})) as front:
        assert look(f"{front.address}/{IMAGE}", **plain(front))["code"] == code


def test_a_token_that_is_not_enough_is_asked_for_once(look: Look) -> None:
    with Front(token_service()) as service:
        never = with_token(lambda _: Answer(200), lambda: f"http://{service.address}/", token="another")
        with Front(never) as front:
            entry = look(f"{front.address}/{IMAGE}", **plain(front))
    assert end(entry) == ("manifest", "http", "unauthorized")
    assert len(service.requests) == 1


def test_another_host_has_the_content_and_is_not_shown_the_token(look: Look, open_registry: Running) -> None:
    store_front = Front(blob_store(passing_on(open_registry)))
    with Front(token_service()) as service, store_front as store:
        sent = blobs_elsewhere(passing_on(open_registry), lambda: f"http://{store.address}")
        with Front(with_token(sent, lambda: f"http://{service.address}/token")) as front:
            entry = look(f"{front.address}/{IMAGE}", **plain(front, fetch=True))
    assert end(entry) == ("blob", "http", "ok")
    assert (entry["redirect"], entry["ranged"]) == (store.address, True)
    assert store.requests[0].headers["range"] == "bytes=0-1048575"
    assert "X-Signature" in store.requests[0].path
    assert "do-not-log" not in json.dumps(entry)


def test_another_host_with_a_token_of_its_own(look: Look, open_registry: Running) -> None:
    service = Front(token_service())
    elsewhere = Front(with_token(passing_on(open_registry), lambda: f"http://{service.address}/token"))
    sent = Front(lambda request: Answer(307, {"Location": f"http://{elsewhere.address}{request.path}"}))
    with service, elsewhere, sent as front:
        entry = look(f"{front.address}/{IMAGE}", **plain(front))
    assert (end(entry), entry["redirect"]) == (("manifest", "http", "ok"), elsewhere.address)
    assert not any("authorization" in request.headers for request in (*sent.requests, *service.requests))


def test_a_firewall_before_the_other_host(look: Look, open_registry: Running) -> None:
    with Front(passing_on(open_registry)) as gone:
        address = gone.address
    sent = blobs_elsewhere(passing_on(open_registry), lambda: f"http://{address}")
    with Front(sent) as front:
        entry = look(f"{front.address}/{IMAGE}", **plain(front, fetch=True))
    assert (end(entry), entry["host"]) == (("blob", "tcp", "refused"), address)


def test_redirects_that_never_end(look: Look, open_registry: Running) -> None:
    sent = blobs_elsewhere(passing_on(open_registry), lambda: "")
    with Front(sent) as front:
        entry = look(f"{front.address}/{IMAGE}", **plain(front, fetch=True))
    assert (entry["step"], entry["code"]) == ("blob", "redirect-loop")
    assert entry["message"] == "the answer to 5 redirects was another one"


HUB = {
    "RateLimit-Limit": "100;w=21600",
    "RateLimit-Remaining": "98;w=21600",
    "Docker-RateLimit-Source": "192.0.2.7",
}
LEFT = {"limit": 100, "remaining": 98, "windowSeconds": 21600, "source": "192.0.2.7"}


def with_headers(respond: Respond, **headers: str) -> Respond:
    def respond_so(request: Request) -> Answer:
        answer = respond(request)
        return answer._replace(headers={**answer.headers, **headers})

    return respond_so


def test_the_limit_is_told(look: Look, open_registry: Running) -> None:
    with Front(with_headers(passing_on(open_registry), **HUB)) as front:
        assert look(f"{front.address}/{IMAGE}", **plain(front))["rateLimit"] == LEFT


def test_the_limit_is_used_up(look: Look, open_registry: Running) -> None:
    def respond(request: Request) -> Answer:
        used_up = {**HUB, "RateLimit-Remaining": "0;w=21600", "Retry-After": "3600"}
        words = {"errors": [{"code": "TOOMANYREQUESTS", "message": "You have reached your pull rate limit."}]}
        full = Answer(429, {**used_up, **JSON}, json.dumps(words).encode())
        return full if request.method == "GET" and "manifests" in request.path else passing(request)

    passing = passing_on(open_registry)
    with Front(respond) as front:
        entry = look(f"{front.address}/{IMAGE}", **plain(front, fetch=True))
    assert end(entry) == ("fetch", "http", "rate-limited")
    assert (entry["rateLimit"], entry["retryAfter"]) == ({**LEFT, "remaining": 0}, "3600")
    words = "TOOMANYREQUESTS: You have reached your pull rate limit."
    assert entry["message"] == f"localhost answered 429 ({words})"


def tampered(respond: Respond, part: str, body: bytes) -> Respond:
    """Another content of the same length headers where the path has this part."""

    def respond_so(request: Request) -> Answer:
        answer = respond(request)
        if request.method != "GET" or part not in request.path:
            return answer
        headers = {**answer.headers, "Content-Length": str(len(body))}
        return answer._replace(headers=headers, body=body)

    return respond_so


@pytest.mark.parametrize(("part", "step"), [("manifests/1.0", "fetch"), ("manifests/sha256", "platform")])
def test_a_manifest_that_is_not_what_its_digest_says(
    look: Look, open_registry: Running, part: str, step: str
) -> None:
    with Front(tampered(passing_on(open_registry), part, NONE)) as front:
        entry = look(f"{front.address}/{IMAGE}", **plain(front, fetch=True))
    assert end(entry) == (step, "http", "digest-mismatch")
    assert entry["message"].endswith(f"{digest(NONE)} came")


def test_a_blob_that_is_not_what_its_digest_says(look: Look, open_registry: Running) -> None:
    push(open_registry, "example/small", "1.0", "amd64", "arm64", layer=b"a small layer")
    with Front(tampered(passing_on(open_registry), "/blobs/", b"another layer")) as front:
        entry = look(f"{front.address}/example/small:1.0", **plain(front, fetch=True))
    assert end(entry) == ("blob", "http", "digest-mismatch")


def test_another_image_than_the_digest_that_was_asked_for(look: Look, open_registry: Running) -> None:
    pushed = push(open_registry, "example/real", "1.0", "amd64")
    other = f"sha256:{'0' * 64}"
    lying = with_headers(passing_on(open_registry), **{"Docker-Content-Digest": other})
    with Front(lying) as front:
        entry = look(f"{front.address}/example/real@{pushed.digest}", **plain(front))
    assert entry["code"] == "digest-mismatch"
    assert entry["message"] == f"{pushed.digest} was asked for, {other} is served"


@pytest.mark.parametrize(
    ("status", "step", "message"),
    [
        (200, "manifest", "a web page was served in place of the manifest"),
        (403, "ping", "localhost answered 403 with a web page"),
        (404, "ping", "localhost has no registry's API at /v2/"),
    ],
)
def test_a_portal_is_no_registry(look: Look, status: int, step: str, message: str) -> None:
    page = Answer(status, {"Content-Type": "text/html; charset=utf-8"}, b"<html>Please log in</html>")
    with Front(lambda _: page) as front:
        entry = look(f"{front.address}/{IMAGE}", **plain(front))
    assert end(entry) == (step, "http", "not-registry")
    assert entry["message"] == message


def test_a_manifest_that_is_none(look: Look) -> None:
    with Front(lambda _: Answer(200, JSON, b'["not", "a", "manifest"]')) as front:
        entry = look(f"{front.address}/{IMAGE}", **plain(front, fetch=True))
    assert end(entry) == ("fetch", "http", "not-registry")
    assert (
        entry["message"]
        == "what was served in place of the manifest is none: the answer is not a JSON object"
    )


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "http-garbage"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "http-garbage"),
        (b"HTTP/1.1 200 OK\r\n", "http-reset"),
        (b"SSH-2.0-OpenSSH\r\n", "http-garbage"),
    ],
)
def test_an_answer_that_breaks_off(look: Look, answer: bytes, code: str) -> None:
    with cut_off(answer) as server:
        entry = look(f"localhost:{server.port}/{IMAGE}", plainHttp=[f"localhost:{server.port}"])
    assert end(entry) == ("ping", "http", code)


def test_a_blob_that_stops_coming(look: Look, open_registry: Running) -> None:
    def cut(request: Request) -> Answer:
        answer = passing(request)
        if "/blobs/" not in request.path:
            return answer
        return answer._replace(
            headers={**answer.headers, "Content-Length": str(len(LAYER))}, body=LAYER[:4096]
        )

    passing = passing_on(open_registry)
    with Front(cut) as front:
        entry = look(f"{front.address}/{IMAGE}", **plain(front, fetch=True))
    assert end(entry) == ("blob", "http", "truncated")
