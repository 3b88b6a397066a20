"""A registry for everybody, and how one looks for an image in it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import registry

from tests.probes.conftest import Observe
from tests.probes.registries import Running, push, serving
from tests.probes.registry_front import Front

Json = dict[str, Any]
Look = Callable[..., Json]
LAYER = bytes(range(256)) * 8192  # 2 MiB


@pytest.fixture(scope="module")
def open_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A registry for everybody, by plain HTTP, with two images."""
    with serving(tmp_path_factory.mktemp("registry")) as running:
        push(running, "example/many", "1.0", "amd64", "arm64", layer=LAYER)
        push(running, "example/one", "1.0", "amd64")
        yield running


@pytest.fixture
def look(observe: Observe, ca_file: str) -> Look:
    """Look for one image; its entry with its detail."""

    def go(image: str, **parameters: Any) -> Json:
        given = {"images": [{"image": image}], "architecture": "amd64", "caFile": ca_file, **parameters}
        seen = observe(registry.observe, given)
        return {**seen.detail["images"][0], **seen.data["images"][0]}

    return go


def plain(running: Running | Front, **parameters: Any) -> Json:
    """Parameters that let this registry speak plain HTTP."""
    return {"plainHttp": [running.address], **parameters}


def end(entry: Json) -> tuple[str, str, str]:
    return entry["step"], entry["stage"], entry["code"]
