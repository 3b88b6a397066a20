"""The CUDA driver's library by ctypes: found, loaded, called. Its errors keep CUDA's numbers and names."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_float, c_int, c_size_t, c_uint, c_uint64, c_void_p

from library import FOLDERS, NoLibrary, library_file, load_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from shared import Json

LIBRARY = "libcuda.so.1"
NOT_THE_DRIVER = ("/stubs/", "/compat/")  # a build's stand-in; libraries of another driver than the kernel's
NO_SYMBOL = (500, "CUDA_ERROR_NOT_FOUND")  # as CUDA has it for a symbol that is not there
P = c_void_p
# By the header's name: the symbols to try, of which the first that is there counts (the header renames by
# macro, ctypes does not, and an unsuffixed symbol is often another ABI), and the types of the arguments.
CALLS: dict[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    "cuInit": (("cuInit",), (c_uint,)),
    "cuDriverGetVersion": (("cuDriverGetVersion",), (POINTER(c_int),)),
    "cuGetErrorName": (("cuGetErrorName",), (c_int, POINTER(c_char_p))),
    "cuDeviceGetCount": (("cuDeviceGetCount",), (POINTER(c_int),)),
    "cuDeviceGet": (("cuDeviceGet",), (POINTER(c_int), c_int)),
    "cuDeviceGetName": (("cuDeviceGetName",), (c_char_p, c_int, c_int)),
    "cuDeviceGetUuid": (("cuDeviceGetUuid_v2", "cuDeviceGetUuid"), (c_char_p, c_int)),
    "cuDeviceGetPCIBusId": (("cuDeviceGetPCIBusId",), (c_char_p, c_int, c_int)),
    "cuDeviceGetAttribute": (("cuDeviceGetAttribute",), (POINTER(c_int), c_int, c_int)),
    "cuDeviceTotalMem": (("cuDeviceTotalMem_v2",), (POINTER(c_size_t), c_int)),
    "cuDevicePrimaryCtxRetain": (("cuDevicePrimaryCtxRetain",), (POINTER(P), c_int)),
    "cuCtxSetCurrent": (("cuCtxSetCurrent",), (P,)),
    "cuCtxSynchronize": (("cuCtxSynchronize",), ()),
    "cuMemGetInfo": (("cuMemGetInfo_v2",), (POINTER(c_size_t), POINTER(c_size_t))),
    "cuMemAlloc": (("cuMemAlloc_v2",), (POINTER(c_uint64), c_size_t)),
    "cuMemFree": (("cuMemFree_v2",), (c_uint64,)),
    "cuMemHostAlloc": (("cuMemHostAlloc",), (POINTER(P), c_size_t, c_uint)),
    "cuMemFreeHost": (("cuMemFreeHost",), (P,)),
    "cuMemsetD32": (("cuMemsetD32_v2",), (c_uint64, c_uint, c_size_t)),
    "cuMemcpyHtoD": (("cuMemcpyHtoD_v2",), (c_uint64, P, c_size_t)),
    "cuMemcpyDtoH": (("cuMemcpyDtoH_v2",), (P, c_uint64, c_size_t)),
    "cuModuleLoadData": (("cuModuleLoadData",), (POINTER(P), c_char_p)),
    "cuModuleGetFunction": (("cuModuleGetFunction",), (POINTER(P), P, c_char_p)),
    "cuLaunchKernel": (("cuLaunchKernel",), (P, *(c_uint,) * 7, P, POINTER(P), P)),
    "cuEventCreate": (("cuEventCreate",), (POINTER(P), c_uint)),
    "cuEventRecord": (("cuEventRecord",), (P, P)),
    "cuEventSynchronize": (("cuEventSynchronize",), (P,)),
    "cuEventElapsedTime": (("cuEventElapsedTime",), (POINTER(c_float), P, P)),
}


class CudaError(Exception):
    """A call that the driver refused: CUDA's number and name for it, and which call it was."""

    def __init__(self, call: str, number: int, name: str | None) -> None:
        super().__init__(f"{call}: {name or 'an error'} ({number})")
        self.call = call
        self.number = number
        self.name = name

    def told(self) -> Json:
        """As checks read it."""
        return {"call": self.call, "number": self.number, "name": self.name}


class Library:
    """The driver's library, loaded; its calls raise CudaError."""

    def __init__(self, cdll: ctypes.CDLL, path: str | None) -> None:
        self.path = path
        self._cdll = cdll
        self._functions: dict[str, Any] = {}

    @classmethod
    def open(cls) -> Library:
        """As the loader finds it, or where that is not the driver's own from the known folders; NoLibrary."""
        cdll = load_library(LIBRARY)
        path = library_file(LIBRARY)
        if path is None or _is_the_drivers(path):
            return cls(cdll, path)
        _unload(cdll)
        return cls(*_elsewhere(path))

    def call(self, name: str, *arguments: object) -> None:
        """Do it, or raise CudaError; one that this driver does not have is its NOT_FOUND."""
        number = self._function(name)(*arguments)
        if number:
            raise CudaError(name, number, self._name_of(number))

    def version(self) -> int:
        """The CUDA version that the driver speaks, as 12040 for 12.4; needs no `init`."""
        version = c_int()
        self.call("cuDriverGetVersion", byref(version))
        return version.value

    def init(self) -> None:
        self.call("cuInit", 0)

    def _function(self, name: str) -> Any:
        if name not in self._functions:
            symbols, types = CALLS[name]
            found = next((symbol for symbol in symbols if hasattr(self._cdll, symbol)), None)
            if found is None:
                raise CudaError(name, *NO_SYMBOL)
            function = self._cdll[found]
            function.argtypes, function.restype = types, c_int
            self._functions[name] = function
        return self._functions[name]

    def _name_of(self, number: int) -> str | None:
        text = c_char_p()
        try:
            told = self._function("cuGetErrorName")(number, byref(text)) == 0
        except CudaError:
            return None
        return text.value.decode("ascii", "replace") if told and text.value else None


def _is_the_drivers(path: str) -> bool:
    return not any(part in os.path.realpath(path) for part in NOT_THE_DRIVER)


def _elsewhere(shunned: str) -> tuple[ctypes.CDLL, str]:
    for path in (f"{folder}/{LIBRARY}" for folder in FOLDERS):
        try:
            if _is_the_drivers(path):
                return load_library(LIBRARY, path), path
        except NoLibrary:
            continue
    raise NoLibrary(f"{shunned} is not the driver's own, and no other {LIBRARY} is there")


def _unload(cdll: ctypes.CDLL) -> None:
    close = ctypes.CDLL(None).dlclose
    close.argtypes = (c_void_p,)
    close(cdll._handle)
