"""`-o json` and `-o yaml` of any document: Evidence, Report, Comparison, Plan."""

from typing import Any

import yaml

from orchestrator.model import Model


class _Dumper(yaml.CSafeDumper):
    """Writes what stands twice twice: readers of a report know no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def to_json(document: Model) -> str:
    """JSON indented by two, the fields in the order of the model."""
    return document.model_dump_json(by_alias=True, indent=2) + "\n"


def to_yaml(document: Model) -> str:
    """The same as one YAML document."""
    return dump_yaml(document.model_dump(mode="json"))


def dump_yaml(*documents: Any) -> str:
    """Plain values as YAML documents, one after another."""
    return yaml.dump_all(
        documents,
        Dumper=_Dumper,
        explicit_start=len(documents) > 1,
        sort_keys=False,
        allow_unicode=True,
        width=120,
    )
