"""What a registry asks of those who pull: the challenges of its WWW-Authenticate header."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wire import Head

LIMIT = 8192  # characters
WORD = re.compile(r'([^\s,="]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s,"]*))?')
ESCAPED = re.compile(r"\\(.)")
SCHEMES = ("bearer", "basic")  # in the order of our liking, which is that of the clients


class Challenge:
    """A scheme in lower case, and its parameters by lower-case name."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        self.parameters: dict[str, str] = {}


def parse_challenges(text: str) -> list[Challenge]:
    """All challenges in their order; what cannot be understood is left out."""
    challenges: list[Challenge] = []
    for match in WORD.finditer(text[:LIMIT]):
        name, value = match.group(1).lower(), match.group(2)
        if value is None:
            challenges.append(Challenge(name))
        elif challenges:
            challenges[-1].parameters.setdefault(name, _unquoted(value))
    return challenges


def challenge_of(head: Head) -> Challenge | None:
    """The challenge that we can meet: for a token before one for a password."""
    texts = [value for name, value in head.fields if name == "www-authenticate"]
    found = [challenge for text in texts for challenge in parse_challenges(text)]
    known = [one for scheme in SCHEMES for one in found if one.scheme == scheme]
    return next((one for one in known if one.scheme == "basic" or one.parameters.get("realm")), None)


def _unquoted(value: str) -> str:
    return ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value
