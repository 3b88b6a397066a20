"""`images`: what a run uses, its digests from a real registry, and the commands to copy."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme
import yaml

from orchestrator.errors import ExitCode
from tests.cli.conftest import Tool, failed
from tests.probes import registries, servers

DIGEST = "sha256:" + "5" * 64
STOCK = "docker.io/library/python:3.12-slim"


class Registry(NamedTuple):
    """A registry that speaks TLS, the file of its authority, and the digest of `python:3.12` in it."""

    address: str
    ca_file: Path
    digest: str


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("registry")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    tls = {"certificate": str(folder / "server.pem"), "key": str(folder / "server.pem")}
    with (
        registries.serving(folder) as plain,
        registries.serving(folder, http={"tls": tls}) as secure,
    ):
        pushed = registries.push(plain, "python", "3.12", "amd64", "arm64")
        yield Registry(secure.address, folder / "ca.pem", pushed.digest)


def test_where_the_copies_go_must_be_a_registry(tool: Tool) -> None:
    done = tool("images", "--to", "https://registry.example")
    failed(done, "--to 'https://registry.example' is no registry such as registry.example:5000/mirror")


def test_a_reference_that_no_kubelet_would_take(tool: Tool) -> None:
    done = tool("images", "--image", "No Image")
    failed(done, "--image 'No Image' is not an image reference such as registry.example/python:3.12")


def test_a_digest_that_cannot_be_had_is_told_and_is_no_success(tool: Tool) -> None:
    closed = f"localhost:{servers.free_port()}/python:3.12"
    done = tool("images", "--image", closed, "--only", "nodes.ready", "--resolve")
    assert done.returncode == ExitCode.INCOMPLETE
    assert done.stdout.splitlines()[:3] == [
        closed,
        "  the probes run in it",
        "  digest unknown: refused at tcp",
    ]


def test_an_image_that_the_registry_does_not_have(tool: Tool, registry: Registry) -> None:
    absent = f"{registry.address}/python:2.7"
    options = ("--image", absent, "--only", "nodes.ready", "--ca-file", registry.ca_file)
    done = tool("images", *options, "--resolve", "-o", "json")
    assert done.returncode == ExitCode.INCOMPLETE
    (image,) = json.loads(done.stdout)["images"]
    assert image["digest"] is None
    assert "404" in image["unresolved"]


def test_a_registry_is_asked_for_the_digest_and_the_copy_is_made_by_it(
    tool: Tool, registry: Registry
) -> None:
    image = f"{registry.address}/python:3.12"
    options = ("--image", image, "--only", "nodes.ready", "--ca-file", registry.ca_file)
    done = tool("images", *options, "--resolve", "--to", "registry.example:5000/mirror")
    source = f"{registry.address}/python@{registry.digest}"
    target = "registry.example:5000/mirror/python:3.12"
    assert done.stdout.splitlines() == [
        image,
        "  the probes run in it",
        f"  {registry.digest}",
        "",
        "To mirror what nodes pull (--to names the registry, --tool what copies):",
        "",
        f"  skopeo copy --all --preserve-digests docker://{source} docker://{target}",
        "",
        "Then say where the copies are:",
        "",
        f"  runai-preflight audit --image {target}@{registry.digest}",
    ]
    assert done.returncode == ExitCode.OK


def test_the_stock_image_is_all_that_has_to_be_mirrored(tool: Tool) -> None:
    done = tool("images", "--only", "nodes.ready")
    assert done.stdout.splitlines() == [
        STOCK,
        "  the probes run in it",
        "  digest not asked for (--resolve asks the registry)",
        "",
        "To mirror what nodes pull (--to names the registry, --tool what copies):",
        "",
        f"  skopeo copy --all docker://{STOCK} docker://registry.example/library/python:3.12-slim",
        "",
        "Then say where the copies are:",
        "",
        "  runai-preflight audit --image registry.example/library/python:3.12-slim",
    ]
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")


@pytest.mark.parametrize(
    ("name", "commands", "mirrored"),
    [
        (
            "skopeo",
            [f"skopeo copy --all --preserve-digests docker://quay.io/a/b@{DIGEST} docker://r.example/a/b:1"],
            f"r.example/a/b:1@{DIGEST}",
        ),
        ("crane", [f"crane copy quay.io/a/b@{DIGEST} r.example/a/b:1"], f"r.example/a/b:1@{DIGEST}"),
        (
            "docker",
            [
                f"docker pull quay.io/a/b@{DIGEST}",
                f"docker tag quay.io/a/b@{DIGEST} r.example/a/b:1",
                "docker push r.example/a/b:1",
            ],
            "r.example/a/b:1",
        ),
    ],
)
def test_every_tool_copies_in_its_own_words(
    tool: Tool, name: str, commands: list[str], mirrored: str
) -> None:
    image = f"quay.io/a/b:1@{DIGEST}"
    done = tool("images", "--image", image, "--to", "r.example", "--tool", name, "-o", "yaml")
    document = yaml.safe_load(done.stdout)
    assert document["mirror"] == [{"image": image, "commands": commands, "mirrored": mirrored}]
    assert document["options"] == [f"--image {mirrored}"]
    assert document["images"][0]["digest"] == DIGEST


def test_that_docker_changes_the_digest_is_told(tool: Tool) -> None:
    told = "(docker copies only the platform of the machine that it runs on, under another digest)"
    assert told in tool("images", "--tool", "docker").stdout
    assert told not in tool("images", "--tool", "crane").stdout


def test_an_image_that_has_no_tag_gets_one_of_its_digest(tool: Tool) -> None:
    done = tool("images", "--image", f"python@{DIGEST}", "--tool", "crane", "-o", "json")
    (copy,) = json.loads(done.stdout)["mirror"]
    assert copy["commands"] == [
        f"crane copy docker.io/library/python@{DIGEST} registry.example/library/python:sha256-555555555555"
    ]


def test_images_that_nodes_are_to_pull_are_mirrored_too(tool: Tool) -> None:
    done = tool("images", "--pull-image", "busybox:1.37", "--only", "nodes.ready", "-o", "json")
    document = json.loads(done.stdout)
    assert [(image["image"], image["use"]) for image in document["images"]] == [
        (STOCK, "probes"),
        ("busybox:1.37", "pulled"),
    ]
    assert document["options"] == [
        "--image registry.example/library/python:3.12-slim",
        "--pull-image registry.example/library/busybox:1.37",
    ]
