"""What keeps units from answering, and since when: a trouble that lasts longer than its patience is final."""

import time
from collections.abc import Iterator
from typing import NamedTuple

from orchestrator.run.fates import Sign


class _Trouble(NamedTuple):
    sign: Sign
    since: float  # monotonic seconds


class Troubles:
    """The present trouble of each unit, by the unit's name."""

    def __init__(self) -> None:
        self._by_unit: dict[str, _Trouble] = {}

    def __contains__(self, unit: str) -> bool:
        return unit in self._by_unit

    def note(self, unit: str, sign: Sign | None) -> None:
        """What a unit suffers from now (None: nothing); of one trouble the first words are kept."""
        known = self._by_unit.get(unit)
        if sign is None:
            self._by_unit.pop(unit, None)
        elif known is None or known.sign.reason is not sign.reason:
            self._by_unit[unit] = _Trouble(sign, time.monotonic())

    def sign(self, unit: str) -> Sign | None:
        trouble = self._by_unit.get(unit)
        return trouble.sign if trouble else None

    def lasting(self) -> Iterator[tuple[str, Sign]]:
        """Those whose patience is over, each told once."""
        now = time.monotonic()
        for unit, (sign, since) in list(self._by_unit.items()):
            if now - since >= sign.patience:
                del self._by_unit[unit]
                yield unit, sign
