"""A file system that falls silent: calls on it wait in the kernel, where no signal reaches them.

`silent.py FOLDER` mounts it, as root, and says so; it shows an empty folder and answers nothing else.
"""

import ctypes
import os
import struct
import sys

HEADER = struct.Struct("<IIQQIIII")  # of a request: length, operation, its number, node, user, group, process
REPLY = struct.Struct("<IiQ")  # length, error, the request's number
GETATTR, INIT = 3, 26
VERSION = (7, 31)  # of FUSE's protocol
LARGEST = 1 << 17  # bytes of a request
FOLDER_MODE = 0o40755


def mount(folder: str) -> int:
    """Mount it; the descriptor by which the kernel asks."""
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"silent", folder.encode(), b"fuse", 0, options.encode()):
        raise OSError(ctypes.get_errno(), "cannot be mounted", folder)
    return device


def answer(operation: int) -> bytes | None:
    """What the kernel needs to know to take it for a file system."""
    if operation == INIT:
        return struct.pack("<IIIIHHII", *VERSION, 65536, 0, 0, 0, 65536, 1).ljust(64, b"\0")
    if operation == GETATTR:
        attributes = struct.pack("<6Q10I", 1, *[0] * 5, *[0] * 3, FOLDER_MODE, 2, 0, 0, 0, 4096, 0)
        return struct.pack("<QII", 1, 0, 0) + attributes
    return None


def main() -> None:
    device = mount(sys.argv[1])
    print("mounted", flush=True)  # noqa: T201
    while True:
        _, operation, number, *_ = HEADER.unpack_from(os.read(device, LARGEST))
        if (body := answer(operation)) is not None:
            os.write(device, REPLY.pack(REPLY.size + len(body), 0, number) + body)


if __name__ == "__main__":
    main()
