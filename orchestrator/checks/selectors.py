"""Label selectors as objects of the API carry them."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.objects import ApiModel, OrNull, Text, Texts


class LabelExpression(ApiModel):
    key: Text = ""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: Annotated[tuple[str, ...], OrNull(tuple)] = ()

    def admits(self, labels: dict[str, str]) -> bool:
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None


class LabelSelector(ApiModel):
    """An empty one admits everything."""

    match_labels: Texts = Field(default_factory=dict)
    match_expressions: Annotated[tuple[LabelExpression, ...], OrNull(tuple)] = ()

    def admits(self, labels: dict[str, str]) -> bool:
        plain = all(labels.get(key) == value for key, value in self.match_labels.items())
        return plain and all(expression.admits(labels) for expression in self.match_expressions)
