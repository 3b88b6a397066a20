"""What the tool asks of the Kubernetes API, as data: for `plan`, `doctor` and the docs."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from orchestrator.model import Model


class Permission(Model):
    """Verbs on one resource; `needed` ones are those without which no probe can run."""

    group: str
    resource: str
    subresource: str = ""
    verbs: tuple[str, ...]
    scope: Literal["cluster", "namespace"]
    needed: bool = False
    why: str

    @property
    def noun(self) -> str:
        """`pods/log`, `jobs.batch`."""
        name = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{name}/{self.subresource}" if self.subresource else name


@cache
def permissions() -> tuple[Permission, ...]:
    text = files("orchestrator").joinpath("permissions.yaml").read_text()
    return tuple(Permission.model_validate(row) for row in yaml.safe_load(text))
