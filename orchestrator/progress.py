"""What a long job tells while it works."""

from typing import Protocol


class Progress(Protocol):
    """Told from one thread at a time; must not raise."""

    def say(self, text: str) -> None:
        """Something worth a line."""

    def advance(self, done: int, total: int, trouble: str = "") -> None:
        """One more of `total` is settled; `trouble` says why it has no answer."""
