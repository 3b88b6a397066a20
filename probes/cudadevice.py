"""One GPU by the CUDA driver's API: facts, a context, memory, kernels, events. A call may raise CudaError."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_float, c_int, c_size_t, c_uint, c_uint64, c_void_p

TYPE_CHECKING = False
if TYPE_CHECKING:
    from libcuda import Library

UUID_LENGTH = 16
TEXT_LENGTH = 256
ATTRIBUTES = {
    "multiprocessors": 16,
    "computeMode": 20,  # 0 shared, 2 prohibited, 3 one process
    "ecc": 32,
    "major": 75,
    "minor": 76,
}


class Device:
    """One GPU: facts that need no context, and the way to one."""

    def __init__(self, library: Library, ordinal: int) -> None:
        handle = c_int()
        library.call("cuDeviceGet", byref(handle), ordinal)
        self.library = library
        self.handle = handle.value

    @classmethod
    def all(cls, library: Library) -> list[Device]:
        """Every GPU that this process sees, in CUDA's order; the library is initialised."""
        count = c_int()
        library.call("cuDeviceGetCount", byref(count))
        return [cls(library, ordinal) for ordinal in range(count.value)]

    def name(self) -> str:
        return self._text("cuDeviceGetName")

    def pci(self) -> str:
        """`0000:17:00.0`."""
        return self._text("cuDeviceGetPCIBusId").lower()

    def uuid(self) -> str:
        """`8-4-4-4-12` hexadecimal digits, without the prefix that tells a GPU from a slice of one."""
        buffer = ctypes.create_string_buffer(UUID_LENGTH)
        self.library.call("cuDeviceGetUuid", buffer, self.handle)
        digits = buffer.raw.hex()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def memory(self) -> int:
        """Bytes in all."""
        size = c_size_t()
        self.library.call("cuDeviceTotalMem", byref(size), self.handle)
        return size.value

    def attribute(self, name: str) -> int:
        """One of ATTRIBUTES."""
        value = c_int()
        self.library.call("cuDeviceGetAttribute", byref(value), ATTRIBUTES[name], self.handle)
        return value.value

    def context(self) -> Context:
        """The device's primary context, made the thread's current one."""
        handle = c_void_p()
        self.library.call("cuDevicePrimaryCtxRetain", byref(handle), self.handle)
        self.library.call("cuCtxSetCurrent", handle)
        return Context(self.library, self)

    def _text(self, call: str) -> str:
        buffer = ctypes.create_string_buffer(TEXT_LENGTH)
        self.library.call(call, buffer, TEXT_LENGTH, self.handle)
        return buffer.value.decode("utf-8", "replace")


class Context:
    """What a process does on a GPU. One of a process: the calls are about the thread's current context."""

    def __init__(self, library: Library, device: Device) -> None:
        self.library = library
        self.device = device

    def memory(self) -> tuple[int, int]:
        """Bytes free and in all, as this process is told."""
        free, total = c_size_t(), c_size_t()
        self.library.call("cuMemGetInfo", byref(free), byref(total))
        return free.value, total.value

    def allocate(self, size: int) -> Buffer:
        """That many bytes of the GPU's memory."""
        address = c_uint64()
        self.library.call("cuMemAlloc", byref(address), size)
        return Buffer(self.library, address.value, size)

    def pin(self, size: int) -> Pinned:
        """That many bytes of the host's memory which the GPU reads and writes itself."""
        address = c_void_p()
        self.library.call("cuMemHostAlloc", byref(address), size, 0)
        return Pinned(self.library, address.value or 0, size)

    def load(self, ptx: str) -> Module:
        """Have the driver compile this PTX for the GPU."""
        handle = c_void_p()
        self.library.call("cuModuleLoadData", byref(handle), ptx.encode("ascii"))
        return Module(self.library, handle)

    def event(self) -> Event:
        handle = c_void_p()
        self.library.call("cuEventCreate", byref(handle), 0)
        return Event(self.library, handle)

    def synchronize(self) -> None:
        """Wait until all is done that was asked for; raises what it met."""
        self.library.call("cuCtxSynchronize")


class Buffer:
    """A piece of the GPU's memory; sizes and offsets in bytes."""

    def __init__(self, library: Library, address: int, size: int) -> None:
        self.address = address
        self.size = size
        self._library = library

    def fill(self, word: int) -> None:
        """The same 32-bit word all over, by the driver's own means."""
        self._library.call("cuMemsetD32", self.address, word, self.size // 4)

    def write_from(self, source: Pinned) -> None:
        self._library.call("cuMemcpyHtoD", self.address, source.address, source.size)

    def read_into(self, target: Pinned) -> None:
        self._library.call("cuMemcpyDtoH", target.address, self.address, target.size)

    def read(self, size: int, offset: int = 0) -> bytes:
        """From the GPU's memory to the host's."""
        target = ctypes.create_string_buffer(size)
        self._library.call("cuMemcpyDtoH", target, self.address + offset, size)
        return target.raw

    def free(self) -> None:
        self._library.call("cuMemFree", self.address)


class Pinned:
    """Host memory that the GPU copies without the CPU."""

    def __init__(self, library: Library, address: int, size: int) -> None:
        self.address = address
        self.size = size
        self._library = library

    def free(self) -> None:
        self._library.call("cuMemFreeHost", self.address)


class Module:
    """Compiled kernels."""

    def __init__(self, library: Library, handle: c_void_p) -> None:
        self._library = library
        self._handle = handle

    def kernel(self, name: str) -> Kernel:
        function = c_void_p()
        self._library.call("cuModuleGetFunction", byref(function), self._handle, name.encode("ascii"))
        return Kernel(self._library, function)


class Kernel:
    """A function that the GPU runs in many threads."""

    def __init__(self, library: Library, handle: c_void_p) -> None:
        self._library = library
        self._handle = handle

    def launch(self, blocks: int, threads: int, *arguments: c_uint64 | c_uint) -> None:
        """Begin it, in blocks of so many threads each; `Context.synchronize` waits for its end."""
        pointers = (c_void_p * len(arguments))(*(ctypes.addressof(each) for each in arguments))
        shape = (blocks, 1, 1, threads, 1, 1)
        self._library.call("cuLaunchKernel", self._handle, *shape, 0, None, pointers, None)


class Event:
    """A moment in the GPU's own time."""

    def __init__(self, library: Library, handle: c_void_p) -> None:
        self._library = library
        self._handle = handle

    def record(self) -> None:
        self._library.call("cuEventRecord", self._handle, None)

    def since(self, earlier: Event) -> float:
        """Milliseconds from the other to this one, waiting for both."""
        self._library.call("cuEventSynchronize", self._handle)
        elapsed = c_float()
        self._library.call("cuEventElapsedTime", byref(elapsed), earlier._handle, self._handle)
        return elapsed.value
