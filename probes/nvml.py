"""NVIDIA's management library (NVML) by ctypes: it tells of GPUs without taking one."""

from __future__ import annotations

import ctypes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from forked import Teller

LIBRARY = "libnvidia-ml.so.1"
NOT_SUPPORTED = 3
INSUFFICIENT_SIZE = 7
FUNCTION_NOT_FOUND = 13
NAMES = {
    1: "UNINITIALIZED",
    2: "INVALID_ARGUMENT",
    NOT_SUPPORTED: "NOT_SUPPORTED",
    4: "NO_PERMISSION",
    6: "NOT_FOUND",
    INSUFFICIENT_SIZE: "INSUFFICIENT_SIZE",
    8: "INSUFFICIENT_POWER",
    9: "DRIVER_NOT_LOADED",
    10: "TIMEOUT",
    11: "IRQ_ISSUE",
    12: "LIBRARY_NOT_FOUND",
    FUNCTION_NOT_FOUND: "FUNCTION_NOT_FOUND",
    14: "CORRUPTED_INFOROM",
    15: "GPU_IS_LOST",
    16: "RESET_REQUIRED",
    17: "OPERATING_SYSTEM",
    18: "LIB_RM_VERSION_MISMATCH",
    19: "IN_USE",
    20: "MEMORY",
    21: "NO_DATA",
    999: "UNKNOWN",
}
TEXT_SIZE = 96  # bytes; NVML's own longest buffer


class NvmlError(Exception):
    """A call that returned anything but success; one that this library lacks is FUNCTION_NOT_FOUND."""

    def __init__(self, call: str, code: int) -> None:
        super().__init__(f"{call} returned {code}")
        self.code = code

    @property
    def name(self) -> str:
        return NAMES.get(self.code, f"ERROR_{self.code}")


def versions(name: str) -> list[str]:
    """`call_v3`, `call_v2` and `call`: of what is read here the later ones only have more."""
    stem, _, version = name.rpartition("_v")
    if not version.isdigit():
        return [name]
    return [*(f"{stem}_v{number}" for number in range(int(version), 1, -1)), stem]


class Nvml:
    """The calls, all arguments as ctypes values; the teller knows which one it is that hangs."""

    def __init__(self, library: ctypes.CDLL, teller: Teller) -> None:
        self._library = library
        self._teller = teller

    def call(self, name: str, *arguments: Any) -> None:
        """NvmlError unless it succeeds; of an older library an earlier version of the call will do."""
        found = (each for each in map(self._find, versions(name)) if each is not None)
        function = next(found, None)
        code = FUNCTION_NOT_FOUND if function is None else self._teller.call(name, function, *arguments)
        if code:
            raise NvmlError(name, code)

    def _find(self, name: str) -> Any:
        return getattr(self._library, name, None)

    def text(self, name: str, *arguments: Any) -> str:
        buffer = ctypes.create_string_buffer(TEXT_SIZE)
        self.call(name, *arguments, buffer, ctypes.c_uint(TEXT_SIZE))
        return buffer.value.decode("utf-8", "replace")

    def numbers(
        self, name: str, *arguments: Any, count: int = 1, kind: type[Any] = ctypes.c_uint
    ) -> list[int]:
        """What the call writes through this many pointers, one after another."""
        values = [kind() for _ in range(count)]
        self.call(name, *arguments, *map(ctypes.byref, values))
        return [value.value for value in values]

    def number(self, name: str, *arguments: Any, kind: type[Any] = ctypes.c_uint) -> int:
        return self.numbers(name, *arguments, count=1, kind=kind)[0]

    def fields(self, name: str, *arguments: Any, count: int, kind: type[Any]) -> list[int]:
        """What the call writes into a struct of this many fields of one type."""
        struct = (kind * count)()
        self.call(name, *arguments, struct)
        return list(struct)
