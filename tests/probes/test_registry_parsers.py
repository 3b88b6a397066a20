"""Whatever a registry, a user or a secret says: understood, or refused as what it is."""

import json
from base64 import b64encode
from typing import Any

import pytest
from body import Truncated, read_body
from challenge import challenge_of, parse_challenges
from hypothesis import example, given
from hypothesis import strategies as st
from logins import parse_logins
from manifest import Manifest, errors_in, parse_token, rate_limit
from reference import Place, Reference, endpoint_at, url_of
from shared import Fault
from wire import Head, Malformed

Json = dict[str, Any]
DIGEST = "sha256:" + "0" * 64
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def head(**headers: str) -> Head:
    return Head(200, [(name.replace("_", "-"), value) for name, value in headers.items()])


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("alpine", "docker.io/library/alpine:latest"),
        ("alpine:3.10", "docker.io/library/alpine:3.10"),
        ("kubeflow/training-operator", "docker.io/kubeflow/training-operator:latest"),
        ("docker.io/alpine", "docker.io/library/alpine:latest"),
        ("index.docker.io/a/b:1", "docker.io/a/b:1"),
        ("localhost/a", "localhost/a:latest"),
        ("localhost:5000/a/b/c:1", "localhost:5000/a/b/c:1"),
        ("10.0.0.7:5000/a", "10.0.0.7:5000/a:latest"),
        ("[fd00::7]:5000/a:1", "[fd00::7]:5000/a:1"),
        (f"quay.io/a/b@{DIGEST}", f"quay.io/a/b@{DIGEST}"),
        (f"quay.io/a/b:1@{DIGEST}", f"quay.io/a/b:1@{DIGEST}"),
        ("gcr.io/run-ai-prod/operator:latest", "gcr.io/run-ai-prod/operator:latest"),
    ],
)
def test_short_references_are_made_whole(text: str, whole: str) -> None:
    reference = Reference.parse(text)
    assert str(reference) == whole
    assert str(Reference.parse(whole)) == whole


@pytest.mark.parametrize("text", ["", ":", "a:", "@", "a@", f"a@{DIGEST}x", "a:b:c", "a b", "ä", "a\n", "A"])
@pytest.mark.parametrize("before", ["", "a.io/", "a//", "/"])
def test_what_is_no_reference_is_refused(before: str, text: str) -> None:
    with pytest.raises(Fault) as caught:
        Reference.parse(before + text)
    assert caught.value.code == "bad-reference"


@given(st.text() | st.text(alphabet="ab./:@-_0sha256[]"))
@example("a" * 600)
@example("a" + "-" * 400)
def test_a_reference_holds_nothing_that_a_request_may_not(text: str) -> None:
    try:
        reference = Reference.parse(text)
        place = Place.of(reference, {}, [])
    except Fault:
        return
    line = f"{place.endpoint}{place.repository}{reference.version}"
    assert line.isascii()
    assert line.split() == [line]


@pytest.mark.parametrize(
    ("mirror", "endpoint", "repository"),
    [
        ("https://mirror.example", "https://mirror.example:443/v2/", "library/alpine"),
        ("http://10.0.0.7:5000/", "http://10.0.0.7:5000/v2/", "library/alpine"),
        ("https://harbor.example/hub", "https://harbor.example:443/v2/", "hub/library/alpine"),
    ],
)
def test_mirrors(mirror: str, endpoint: str, repository: str) -> None:
    place = Place.of(Reference.parse("alpine"), {"docker.io": mirror}, [])
    assert (url_of(place.endpoint), place.repository, place.mirror) == (endpoint, repository, True)


def test_docker_hub_is_where_it_is() -> None:
    assert str(Place.of(Reference.parse("alpine"), {}, []).endpoint) == "registry-1.docker.io:443"


@given(st.text() | st.text(alphabet="htps:/.@[]?#%\r\n 0"))
@example("http://[x")
@example("//host:99999999/")
@example("http://a:b@c/\r\nX: y")
def test_an_address_leads_somewhere_or_is_refused(url: str) -> None:
    base = endpoint_at("https://registry.example/v2/")
    try:
        endpoint = endpoint_at(url, base)
    except Fault:
        return
    assert endpoint.path.isascii()
    assert endpoint.path.split() == [endpoint.path]


def test_challenges_as_registries_write_them() -> None:
    hub = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"'
    (bearer,) = parse_challenges(hub)
    assert bearer.scheme == "bearer"
    assert bearer.parameters == {"realm": "https://auth.docker.io/token", "service": "registry.docker.io"}
    two = parse_challenges('Basic realm="a, \\"b\\"=c" , BEARER Realm=token , service = x')
    assert [(one.scheme, one.parameters) for one in two] == [
        ("basic", {"realm": 'a, "b"=c'}),
        ("bearer", {"realm": "token", "service": "x"}),
    ]


def test_a_token_is_liked_better_than_a_password() -> None:
    both = Head(401, [("www-authenticate", 'Basic realm="x"'), ("www-authenticate", "Bearer realm=y")])
    found = challenge_of(both)
    assert found is not None
    assert found.scheme == "bearer"
    assert challenge_of(head(www_authenticate="Bearer service=x")) is None


@given(st.text() | st.text(alphabet='Bearer ="\\,xy'))
@example(", " * 30000)
@example('a="' * 20000)
def test_no_challenge_is_too_strange(text: str) -> None:
    for challenge in parse_challenges(text):
        assert challenge.scheme


def login(registry: str, user: str, password: str) -> Json:
    return {registry: {"auth": b64encode(f"{user}:{password}".encode()).decode()}}


@pytest.mark.parametrize(
    ("key", "host", "repository", "serves"),
    [
        ("https://index.docker.io/v1/", "docker.io", "library/alpine", True),
        ("docker.io", "docker.io", "library/alpine", True),
        ("gcr.io", "gcr.io", "run-ai-prod/operator", True),
        ("https://gcr.io", "gcr.io", "run-ai-prod/operator", True),
        ("gcr.io/run-ai-prod", "gcr.io", "run-ai-prod/operator", True),
        ("gcr.io/run-ai", "gcr.io", "run-ai-prod/operator", False),
        ("*.gcr.io", "eu.gcr.io", "a/b", True),
        ("*.gcr.io", "gcr.io", "a/b", False),
        ("*.gcr.io", "a.eu.gcr.io", "a/b", False),
        ("registry.example:5000", "registry.example:5000", "a", True),
        ("registry.example", "registry.example:5000", "a", False),
        ("https://me:secret@gcr.io", "gcr.io", "a", True),
    ],
)
def test_whom_a_login_is_for(key: str, host: str, repository: str, serves: bool) -> None:
    found = parse_logins(json.dumps({"auths": login(key, "user", "secret")}))
    assert found is not None
    assert found[0].serves(host, repository) is serves
    assert "secret" not in found[0].key


def test_logins_in_all_their_shapes() -> None:
    key = '{"type": "service_account",\n"private_key": "x:y"}'
    wanted = "Basic " + b64encode(f"_json_key:{key}".encode()).decode()
    new = parse_logins(json.dumps({"auths": login("gcr.io", "_json_key", key)}))
    old = parse_logins(json.dumps({"gcr.io": {"username": "_json_key", "password": key}}))
    assert new is not None
    assert old is not None
    assert [one.authorization for one in (*new, *old)] == [wanted, wanted]


NOBODY = [{}, {"auth": "?"}, {"auth": "bm8gY29sb24="}, {"identitytoken": "x"}, None, 3]


@pytest.mark.parametrize("entry", NOBODY)
def test_an_entry_without_a_user_and_password_is_left_out(entry: object) -> None:
    assert parse_logins(json.dumps({"auths": {"gcr.io": entry}})) == []


@given(
    st.text() | JSON_VALUES.map(json.dumps) | st.fixed_dictionaries({"auths": JSON_VALUES}).map(json.dumps)
)
@example("[" * 100000)
@example('{"auths": {"a": {"username": "\\ud800", "password": ""}}}')
def test_no_secret_is_too_strange(text: str) -> None:
    for one in parse_logins(text) or []:
        assert one.authorization.isascii()


@given(st.binary() | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 100000)
@example(json.dumps({"manifests": [None, {"platform": {"os": "linux"}}]}).encode())
@example(json.dumps({"config": {"digest": DIGEST, "size": True}, "layers": [{"digest": 3}]}).encode())
@example(json.dumps({"errors": [{"code": ["x"] * 99}]}).encode())
def test_no_answer_is_too_strange(body: bytes) -> None:
    for parse in (Manifest, parse_token):
        try:
            parse(body)
        except Malformed:
            continue
    assert len(errors_in(body)) < 300


def test_what_is_not_for_linux_is_no_child() -> None:
    entries = [
        {"digest": DIGEST, "platform": {"os": "windows", "architecture": "amd64"}},
        {"digest": DIGEST, "platform": {"os": "unknown", "architecture": "unknown"}},
        {"digest": DIGEST, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
    ]
    index = Manifest(json.dumps({"manifests": entries}).encode())
    assert list(index.children) == ["arm64"]


@pytest.mark.parametrize(
    ("limit", "remaining", "found"),
    [
        ("100;w=21600", "98;w=21600", {"limit": 100, "remaining": 98, "windowSeconds": 21600}),
        ("100", "0", {"limit": 100, "remaining": 0}),
        ("many", "-1", None),
        ("", "", None),
        ("1" * 99, "٣", None),
    ],
)
def test_limits(limit: str, remaining: str, found: Json | None) -> None:
    assert rate_limit(head(ratelimit_limit=limit, ratelimit_remaining=remaining)) == found


@given(
    st.binary(),
    st.sampled_from(
        [{}, {"content_length": "7"}, {"content_length": "-1"}, {"transfer_encoding": "chunked"}]
    ),
    st.integers(1, 20),
)
def test_no_body_is_too_strange(sent: bytes, headers: dict[str, str], limit: int) -> None:
    pieces = iter([sent[:3], sent[3:], b"", b"", b""])
    try:
        body = read_body(head(**headers), lambda count: next(pieces, b"")[:count], limit)
    except (Malformed, Truncated):
        return
    assert len(body) <= limit


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.integers(1, 9))
def test_chunks_are_joined(chunks: list[bytes], at_once: int) -> None:
    sent = b"".join(b"%x;x=y\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    held = bytearray(sent)

    def receive(count: int) -> bytes:
        piece = bytes(held[: min(count, at_once)])
        del held[: len(piece)]
        return piece

    assert read_body(head(transfer_encoding="chunked"), receive, 1000) == b"".join(chunks)
