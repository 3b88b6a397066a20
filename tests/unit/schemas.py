"""The JSON Schemas of Kubernetes releases that the package kubernetes-validate carries, old and new."""

import json
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import referencing
from referencing.jsonschema import DRAFT7

_STRICT = "-local-strict"
_NEWEST = Path(str(files("kubernetes_validate"))) / "kubernetes-json-schema"
_OLDER = Path(sys.prefix) / "schemas"  # where the Makefile unpacks an older release of the package
_FOLDERS = {
    folder.name.removeprefix("v").removesuffix(_STRICT): folder
    for place in (_OLDER, _NEWEST)
    for folder in sorted(place.glob(f"v*{_STRICT}"))
}
RELEASES = list(_FOLDERS)


def validate(manifest: dict[str, Any], release: str) -> None:
    """jsonschema.ValidationError where this release would not know a field, or want another type."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    name = "-".join(filter(None, (manifest["kind"], group.partition(".")[0], version)))
    _validator(release, f"{name.lower()}.json").validate(manifest)


@cache
def _validator(release: str, name: str) -> jsonschema.Draft7Validator:
    folder = _FOLDERS[release]

    def retrieve(uri: str) -> referencing.Resource[Any]:
        contents = json.loads((folder / Path(uri).name).read_text())
        return referencing.Resource.from_contents(contents, default_specification=DRAFT7)

    registry: referencing.Registry[Any] = referencing.Registry(retrieve=retrieve)  # type: ignore[call-arg]
    return jsonschema.Draft7Validator(retrieve(name).contents, registry=registry)
