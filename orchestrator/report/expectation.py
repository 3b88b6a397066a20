"""What a requirement expects, in words."""

from typing import Any

from orchestrator.requirement import Requirement


def expectation(row: Requirement) -> str:
    """In words of its own where the check has them, else the fields as the profile gives them."""
    expect = getattr(row, "expect", None)
    if "__str__" in vars(type(expect)):
        return str(expect)
    return "; ".join(f"{name} {words(value)}" for name, value in given(row).items())


def given(row: Requirement) -> dict[str, Any]:
    """The fields that the profile gives, as JSON values."""
    expect: dict[str, Any] = row.model_dump(mode="json", include={"expect"}, exclude_defaults=True).get(
        "expect", {}
    )
    return expect


def words(value: Any) -> str:
    """A list by its members, a mapping by its keys, each with what is said of it."""
    match value:
        case list():
            return ", ".join(map(str, value))
        case dict():
            each = ((key, told(said)) for key, said in value.items())
            return ", ".join(f"{key} ({said})" if said else key for key, said in each)
        case _:
            return str(value)


def told(value: Any) -> str:
    """What is said of one key."""
    return ", ".join(map(str, value.values())) if isinstance(value, dict) else str(value)
