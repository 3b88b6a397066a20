"""Images at a real registry: there or not, for us or not, for this machine or not."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import registry
import trustme
from shared import Fault

from tests.probes import registries, servers
from tests.probes.conftest import Ended, Observe
from tests.probes.registries import Running, push, serving
from tests.probes.registry_fixtures import LAYER, Look, end, look, open_registry, plain
from tests.probes.registry_front import Answer, Front, Request, passing_on
from tests.probes.servers import TcpServer

Json = dict[str, Any]
__all__ = ["look", "open_registry"]  # fixtures
# user:secret, by bcrypt of the lowest cost
HTPASSWD = "user:$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n"


def test_there_is_no_such_image(look: Look, open_registry: Running) -> None:
    entry = look(f"{open_registry.address}/example/none", **plain(open_registry))
    assert end(entry) == ("manifest", "http", "not-found")
    assert (entry["status"], entry["message"]) == (404, "localhost answered 404")


def test_there_is_none_for_this_architecture(look: Look, open_registry: Running) -> None:
    image = f"{open_registry.address}/example/many:1.0"
    entry = look(image, **plain(open_registry, fetch=True, architecture="s390x"))
    assert end(entry) == ("fetch", "http", "no-architecture")
    assert entry["offered"] == ["amd64", "arm64"]
    assert entry["message"] == "there is none for s390x, but: amd64, arm64"


def test_an_image_that_is_no_index_tells_its_architecture_in_its_configuration(
    look: Look, open_registry: Running
) -> None:
    image = f"{open_registry.address}/example/one:1.0"
    entry = look(image, **plain(open_registry, fetch=True, architecture="arm64"))
    assert end(entry) == ("config", "http", "no-architecture")
    assert entry["message"] == "it is made for amd64, not arm64"
    assert end(look(image, **plain(open_registry, fetch=True))) == ("blob", "http", "ok")


def test_nobody_listens(look: Look) -> None:
    entry = look(f"localhost:{servers.free_port()}/example/one")
    assert end(entry) == ("ping", "tcp", "refused")


def test_a_registry_without_tls_is_told_from_nothing(look: Look, open_registry: Running) -> None:
    entry = look(f"{open_registry.address}/example/one:1.0")
    assert end(entry) == ("ping", "tls", "not-tls")
    assert entry["plainHttp"] is True
    with TcpServer(servers.saying(b"220 mail.example ESMTP\r\n")) as server:
        assert "plainHttp" not in look(f"localhost:{server.port}/example/one:1.0")


def test_by_default_nothing_is_fetched_that_a_registry_counts(look: Look, open_registry: Running) -> None:
    with Front(passing_on(open_registry)) as front:
        entry = look(f"{front.address}/example/many:1.0", **plain(front))
    assert end(entry) == ("manifest", "http", "ok")
    assert [(request.method, request.path) for request in front.requests] == [
        ("GET", "/v2/"),
        ("HEAD", "/v2/example/many/manifests/1.0"),
    ]


def test_the_whole_way(look: Look, open_registry: Running) -> None:
    pushed = push(open_registry, "example/whole", "2.0", "amd64", "arm64", layer=LAYER)
    entry = look(f"{open_registry.address}/example/whole:2.0", **plain(open_registry, fetch=True))
    assert end(entry) == ("blob", "http", "ok")
    assert (entry["digest"], entry["bytes"], entry["ranged"]) == (pushed.digest, pushed.size, True)
    assert entry["mbPerSecond"] > 0
    assert [(one["step"], one["status"], one["bytes"]) for one in entry["requests"]][-1] == (
        "blob",
        206,
        1 << 20,
    )
    assert "redirect" not in entry


def test_a_reference_by_digest(look: Look, open_registry: Running) -> None:
    pushed = push(open_registry, "example/fixed", "1.0", "amd64")
    by_digest = f"{open_registry.address}/example/fixed@{pushed.digest}"
    assert look(by_digest, **plain(open_registry, fetch=True))["code"] == "ok"


@pytest.fixture(scope="module")
def tls_files(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """A certificate for localhost as docker-registry wants it."""
    folder = tmp_path_factory.mktemp("tls")
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(str(folder / "cert.pem"), append=number > 0)
    return {"certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem")}


@pytest.fixture(scope="module")
def closed_registry(
    open_registry: Running, tls_files: Json, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The same images by TLS, for the user with the password only."""
    folder = open_registry.folder
    (folder / "htpasswd").write_text(HTPASSWD)
    auth = {"htpasswd": {"realm": "registry", "path": str(folder / "htpasswd")}}
    with serving(folder, http={"tls": tls_files}, auth=auth) as running:
        yield running


def test_a_private_registry_without_a_login(look: Look, closed_registry: Running) -> None:
    entry = look(f"{closed_registry.address}/example/one:1.0")
    assert end(entry) == ("ping", "http", "unauthorized")
    assert (entry["status"], entry["auth"], entry["credentials"]) == (401, "basic", False)


def test_a_private_registry_that_refuses_the_login(
    look: Look, closed_registry: Running, tmp_path: Path
) -> None:
    secret = registries.secret(tmp_path / "s", closed_registry.address, "user", "wrong")
    entry = look(f"{closed_registry.address}/example/one:1.0", credentials=[secret])
    assert end(entry) == ("manifest", "http", "unauthorized")
    assert entry["credentials"] is True


def test_a_private_registry_that_takes_it(look: Look, closed_registry: Running, tmp_path: Path) -> None:
    wrong = registries.secret(tmp_path / "wrong", f"{closed_registry.address}/example", "user", "wrong")
    right = registries.secret(tmp_path / "right", f"https://{closed_registry.address}", "user", "secret")
    entry = look(f"{closed_registry.address}/example/one:1.0", credentials=[wrong, right], fetch=True)
    assert end(entry) == ("blob", "http", "ok")
    assert entry["issuer"] == "Trusted Authority"
    assert "plainHttp" not in entry


def test_a_certificate_that_nobody_vouches_for(look: Look, closed_registry: Running) -> None:
    entry = look(f"{closed_registry.address}/example/one:1.0", caFile="")
    assert end(entry) == ("ping", "tls", "unknown-issuer")


def test_no_secret_is_ever_told(
    run_probe: Callable[..., Ended], closed_registry: Running, tmp_path: Path, ca_file: str
) -> None:
    secret = registries.secret(tmp_path / "s", closed_registry.address, "user", "wrong-but-secret")
    image = f"{closed_registry.address}/example/one:1.0"
    given = {"images": [{"image": image}], "credentials": [secret, "/nowhere"], "caFile": ca_file}
    ended = run_probe("registry", given)
    assert ended.frame["data"]["credentials"] == [
        {"path": secret, "code": "ok", "registries": [closed_registry.address]},
        {"path": "/nowhere", "code": "unreadable", "registries": []},
    ]
    everything = json.dumps(ended.frame) + ended.errors + ended.log.decode()
    encoded = json.loads(Path(secret).read_text())["auths"][closed_registry.address]["auth"]
    assert "wrong-but-secret" not in everything
    assert encoded not in everything


def test_a_mirror(look: Look, open_registry: Running) -> None:
    push(open_registry, "hub/library/busybox", "latest", "amd64")
    with Front(passing_on(open_registry)) as front:
        entry = look("busybox", mirrors={"docker.io": f"http://{front.address}/hub/"}, fetch=True)
    assert end(entry) == ("blob", "http", "ok")
    assert (entry["registry"], entry["mirror"], entry["plainHttp"]) == (front.address, True, True)
    assert front.requests[1].path == "/v2/hub/library/busybox/manifests/latest?ns=docker.io"


def test_a_proxy_is_gone_through_unless_it_exempts_the_registry(
    look: Look, open_registry: Running, trusted: ssl.SSLContext
) -> None:
    with Front(passing_on(open_registry), trusted) as front:
        through = servers.proxy(servers.tls(trusted, front._handle))
        with TcpServer(through) as proxy:
            url = f"http://me:secret@127.0.0.1:{proxy.port}"
            image = f"{front.address}/example/one:1.0"
            by_proxy = look(image, proxy={"https": url})
            direct = look(image, proxy={"https": url, "no_proxy": "localhost"})
    assert (end(by_proxy), by_proxy["via"]) == (("manifest", "http", "ok"), "proxy")
    assert (end(direct), direct["via"]) == (("manifest", "http", "ok"), "direct")


def test_images_are_looked_for_at_the_same_time(observe: Observe) -> None:
    arrived = threading.Barrier(8, timeout=20)

    def respond(request: Request) -> Answer:
        if request.method == "HEAD":
            arrived.wait()  # nobody is answered before all are here
        return Answer(200)

    with Front(respond) as front:
        images = [{"image": f"{front.address}/example/one:{number}"} for number in range(8)]
        seen = observe(registry.observe, {"images": images, **plain(front)})
    assert [entry["code"] for entry in seen.data["images"]] == ["ok"] * 8


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("", "'' is not a reference to an image"),
        ("Example/One", "'Example/One' is not a reference to an image"),
        ("a:b:c", "'a:b:c' is not a reference to an image"),
        ("a@sha256:12", "'a@sha256:12' is not a reference to an image"),
    ],
)
def test_what_is_no_reference_stops_that_image_only(look: Look, image: str, message: str) -> None:
    entry = look(image)
    assert (entry["step"], entry["code"], entry["message"]) == ("reference", "bad-reference", message)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"images": ["busybox"]}, "every one of the images needs its reference, as image"),
        ({"images": "busybox"}, "parameter 'images' must be of type list, not str"),
        ({"fetch": "yes"}, "parameter 'fetch' must be of type bool, not str"),
        ({"timeout": True}, "parameter 'timeout' must be of type float, not bool"),
    ],
)
def test_parameters_that_cannot_be_used(observe: Observe, parameters: Json, message: str) -> None:
    with pytest.raises(Fault) as caught:
        observe(registry.observe, parameters)
    assert (caught.value.code, str(caught.value)) == ("bad-parameters", message)
