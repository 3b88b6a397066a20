"""When Run:ai needs what a requirement asks for: to be installed, or to run."""

from typing import Annotated, Literal

from pydantic import Field

During = Annotated[tuple[Literal["install", "run"], ...], Field(min_length=1)]


def time_of(during: During) -> str:
    """E.g. `install and run time`."""
    return f"{' and '.join(during)} time"
