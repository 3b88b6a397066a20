"""What one process does on one GPU: open it, compute, copy, fill its memory and verify what lies there."""

from __future__ import annotations

import time
from ctypes import c_uint, c_uint64

from cudadevice import Context, Device
from kernels import PTX, THREADS, WORD, expected
from libcuda import CudaError, Library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cudadevice import Buffer
    from shared import Json

MIB = 1 << 20
OUT_OF_MEMORY = 2
JIT = {209, 218, 221, 222, 223}  # nothing is wrong with the GPU: this driver does not compile our PTX
PERIOD = 4096  # words after which the result of `compute` repeats itself, as Python verifies it
THREADS_ON_ONE = 2048  # threads that a multiprocessor holds at most
FIRST_ROUNDS = 64
MOST_ROUNDS = 1 << 24
MOST_GROWTH = 64.0  # of the rounds at a time: the first few take no longer than the launch does
AIM = 1.2  # times what is wanted, so that it is not missed by a little again and again
COPIES = 4  # of which the fastest counts
COPY_SIZE = 64 * MIB
ENDS = 64 * 1024  # bytes that are read back from both ends of a chunk where no kernel verifies it
SPREAD = 0x9E3779B1  # odd: the seeds of chunks that follow each other lie far apart


class KernelPattern:
    """A pattern in which no word is like another, made and verified by the GPU."""

    def __init__(self, context: Context) -> None:
        module = context.load(PTX)
        self._fill = module.kernel("preflight_fill")
        self._count = module.kernel("preflight_count_wrong")
        self._wrong = context.allocate(4)
        self._blocks = context.device.attribute("multiprocessors") * THREADS_ON_ONE // THREADS

    def fill(self, buffer: Buffer, seed: int, mask: int = WORD, rounds: int = 1) -> None:
        """Begin to fill the buffer."""
        self._fill.launch(self._blocks, THREADS, *_arguments(buffer, seed, mask, rounds))

    def count_wrong(self, buffer: Buffer, seed: int) -> int:
        """How many words of the buffer are no longer as they were made."""
        self._wrong.fill(0)
        arguments = (*_arguments(buffer, seed, WORD, 1), c_uint64(self._wrong.address))
        self._count.launch(self._blocks, THREADS, *arguments)
        return int.from_bytes(self._wrong.read(4), "little")


class PlainPattern:
    """One word all over, without a kernel: made by the driver, read back at both ends and compared here."""

    def fill(self, buffer: Buffer, seed: int) -> None:
        buffer.fill(seed)

    def count_wrong(self, buffer: Buffer, seed: int) -> int:
        size = min(ENDS, buffer.size)
        wanted = seed.to_bytes(4, "little") * (size // 4)
        return sum(differing(buffer.read(size, offset), wanted) for offset in {0, buffer.size - size})


def _arguments(buffer: Buffer, seed: int, mask: int, rounds: int) -> tuple[c_uint64 | c_uint, ...]:
    numbers = (buffer.size // 4, mask, seed, rounds)
    return (c_uint64(buffer.address), *(c_uint(number) for number in numbers))


def differing(found: bytes, wanted: bytes) -> int:
    """In how many words two equally long pieces of memory differ."""
    if found == wanted:
        return 0
    return sum(found[at : at + 4] != wanted[at : at + 4] for at in range(0, len(wanted), 4))


class GpuWork:
    """The commands of a worker, each answered by a JSON object; sizes in bytes, times in milliseconds.

    `enter` is told the stage that begins.
    """

    def __init__(self, enter: Callable[[str], None]) -> None:
        self._enter = enter
        self._context: Context
        self._kernels: KernelPattern
        self._pattern: KernelPattern | PlainPattern
        self._seed = 0
        self._chunks: list[tuple[Buffer, int]] = []

    def ready(self) -> Json:
        """Nothing: an answer says that the process has started."""
        return {}

    def list(self) -> Json:
        """Facts on every GPU, none of which is touched for it."""
        library = self._initialised()
        self._enter("devices")
        devices = [_facts(device) for device in Device.all(library)]
        return {"cuda": library.version(), "library": library.path, "devices": devices}

    def open(self, ordinal: int, share: int = 0) -> Json:
        """Get ready on that GPU: `jitMs` is what compiling took, or `jit` the error that it met.

        No two processes with a different number as their `share` fill memory alike.
        """
        self._seed = share << 24
        library = self._initialised()
        self._enter("context")
        self._context = Device(library, ordinal).context()
        self._enter("module")
        started = time.monotonic()
        try:
            self._pattern = self._kernels = KernelPattern(self._context)
            told: Json = {"jitMs": round((time.monotonic() - started) * 1000, 1)}
        except CudaError as error:
            if error.number not in JIT:
                raise
            self._pattern = PlainPattern()
            told = {"jit": error.told()}
        return {**told, **self.memory()}

    def memory(self) -> Json:
        """What of the GPU's memory is free, as this process is told."""
        self._enter("memory")
        free, total = self._context.memory()
        return {"free": free, "total": total}

    def compute(self, rounds: int = 0, milliseconds: float = 0.0) -> Json:
        """So many rounds all over the GPU, or as many as take so long; `wrong` of the `words` are wrong."""
        self._enter("compute")
        words = -(-self._context.device.attribute("multiprocessors") * THREADS_ON_ONE // PERIOD) * PERIOD
        buffer = self._context.allocate(words * 4)
        if rounds:
            taken = self._timed(buffer, rounds)
        else:
            rounds, taken = self._calibrated(buffer, milliseconds)
        wanted = expected(rounds, PERIOD, rounds) * (words // PERIOD)
        wrong = differing(buffer.read(buffer.size), wanted)
        buffer.free()
        return {"rounds": rounds, "ms": round(taken, 3), "words": words, "wrong": wrong}

    def copy(self) -> Json:
        """The fastest copies from and to pinned memory, in bytes a second."""
        self._enter("copy")
        pinned, buffer = self._context.pin(COPY_SIZE), self._context.allocate(COPY_SIZE)
        ways = {"toDevice": lambda: buffer.write_from(pinned), "toHost": lambda: buffer.read_into(pinned)}
        told = {name: COPY_SIZE * 1000 / self._fastest(way) for name, way in ways.items()}
        buffer.free()
        pinned.free()
        return told

    def fill(self, size: int, chunk: int) -> Json:
        """Take so much more memory, in chunks, and fill it: how much is `filled`, what `refused` the rest."""
        self._enter("fill")
        filled, refused = 0, None
        while filled < size and refused is None:
            try:
                filled += self._fill_one(min(chunk, size - filled))
            except CudaError as error:
                if error.number != OUT_OF_MEMORY:
                    raise
                refused = error.told()
        self._context.synchronize()
        return {"filled": filled, "refused": refused}

    def verify(self) -> Json:
        """How many words of all that was filled are wrong."""
        self._enter("verify")
        return {"wrong": sum(self._pattern.count_wrong(buffer, seed) for buffer, seed in self._chunks)}

    def release(self, size: int) -> Json:
        """Give back so much of what was filled, or all of it, a chunk at a time: the last ones first."""
        self._enter("release")
        released = 0
        while self._chunks and released < size:
            buffer, _ = self._chunks.pop()
            released += buffer.size
            buffer.free()
        return {"released": released}

    def _fill_one(self, size: int) -> int:
        buffer = self._context.allocate(size)
        seed = (self._seed + SPREAD * len(self._chunks)) & WORD
        self._pattern.fill(buffer, seed)
        self._chunks.append((buffer, seed))
        return size

    def _initialised(self) -> Library:
        self._enter("library")
        library = Library.open()
        self._enter("init")
        library.init()
        return library

    def _calibrated(self, buffer: Buffer, milliseconds: float) -> tuple[int, float]:
        """As many rounds as take so long, and how long they took."""
        rounds = FIRST_ROUNDS
        while (taken := self._timed(buffer, rounds)) < milliseconds and rounds < MOST_ROUNDS:
            more = min(MOST_GROWTH, AIM * milliseconds / max(taken, 0.001))
            rounds = min(MOST_ROUNDS, int(rounds * more) + 1)
        return rounds, taken

    def _timed(self, buffer: Buffer, rounds: int) -> float:
        """Milliseconds of the GPU's own time that so many rounds take."""
        return self._clocked(lambda: self._kernels.fill(buffer, rounds, PERIOD - 1, rounds))

    def _fastest(self, work: Callable[[], object]) -> float:
        work()
        return max(min(self._clocked(work) for _ in range(COPIES)), 0.001)

    def _clocked(self, work: Callable[[], object]) -> float:
        start, end = self._context.event(), self._context.event()
        start.record()
        work()
        end.record()
        return end.since(start)


def _facts(device: Device) -> Json:
    major, minor = device.attribute("major"), device.attribute("minor")
    return {
        "name": device.name(),
        "uuid": device.uuid(),
        "pci": device.pci(),
        "memory": device.memory(),
        "computeCapability": f"{major}.{minor}",
        "multiprocessors": device.attribute("multiprocessors"),
        "ecc": bool(device.attribute("ecc")),
        "computeMode": device.attribute("computeMode"),
    }
