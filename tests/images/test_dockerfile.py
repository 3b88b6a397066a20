"""What the Dockerfile says of the images, and that its parts lie where a run looks for them."""

import json
import re

import pytest

from orchestrator.plan.model import DEFAULT_IMAGE
from tests.images.dockerfile import FILE, ROOT, Stage, read

STAGES = read(FILE.read_text())
TARGETS = ("probe", "driver")
OURS = "org.opencontainers.image."
BY_DIGEST = re.compile(
    r"(?P<name>docker\.io/library/python:[0-9.]+-slim-\w+)@(?P<digest>sha256:[0-9a-f]{64})"
)


def chain(target: str) -> list[Stage]:
    """The stage and those below it, the highest first."""
    stage = STAGES[target]
    return [stage, *(chain(stage.base) if stage.base in STAGES else [])]


def labels(target: str) -> dict[str, str]:
    text = " ".join(rest for stage in chain(target) for rest in stage.settings("LABEL"))
    return dict(re.findall(r'(\S+?)="([^"]*)"', text))


def test_what_comes_from_outside_comes_by_digest() -> None:
    outside = {stage.base for stage in STAGES.values()} - {"scratch", *STAGES}
    (base,) = outside
    assert BY_DIGEST.fullmatch(base)


def test_the_labels_name_the_base_as_it_is() -> None:
    pinned = BY_DIGEST.fullmatch(STAGES["runtime"].base)
    assert pinned
    for target in TARGETS:
        told = labels(target)
        assert (told[f"{OURS}base.name"], told[f"{OURS}base.digest"]) == (pinned["name"], pinned["digest"])


def test_the_images_have_the_python_that_is_the_default() -> None:
    python = re.search(r"python:3\.\d+", DEFAULT_IMAGE)
    assert python
    assert python[0] in STAGES["runtime"].base


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_begins_from_nothing_and_runs_as_nobody(target: str) -> None:
    stages = chain(target)
    assert stages[-1].base == "scratch"
    assert [user for stage in stages for user in stage.settings("USER")] == ["65532:65532"]
    assert not [stage.name for stage in stages if stage.settings("RUN")]


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_says_what_it_is(target: str) -> None:
    told = {name.removeprefix(OURS) for name in labels(target)}
    assert told == {
        *("title", "description", "vendor", "licenses", "version", "revision", "base.name", "base.digest")
    }


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_starts_python_without_a_shell(target: str) -> None:
    (entry,) = STAGES[target].settings("ENTRYPOINT")
    assert json.loads(entry)[0] == "python3"


def test_the_probes_lie_where_a_run_mounts_them() -> None:
    (copy,) = STAGES["probe"].settings("COPY")
    assert copy == "probes/*.py /probes/"
    assert "/probes/supervisor.py" in (ROOT / "manifests/pod.yaml.j2").read_text()


def test_the_driver_is_made_of_every_package_that_is_shipped() -> None:
    copied = {rest.split()[0] for rest in STAGES["packages"].settings("COPY")}
    assert {"orchestrator", "probes", "manifests", "cloud", "pyproject.toml", "requirements.txt"} <= copied


def test_packages_are_fetched_by_their_hashes_alone() -> None:
    fetching, installing, *_ = STAGES["packages"].settings("RUN")
    assert "--require-hashes" in fetching
    assert "--no-index" in installing
