"""A folder of our own on a volume: every call on it is announced, and its error told by its code."""

from __future__ import annotations

import os

from forked import Trouble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from forked import Teller

PREFIX = ".runai-preflight-"
ATTEMPTS = 10  # to make a folder while others, who are done, remove it
FOLDER_MODE = 0o777  # pods may run as different users
FILE_MODE = 0o666
READ = os.O_RDONLY
WRITE = os.O_RDWR
CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL
NEW = ".new"  # a file that is not yet under its own name


class File:
    """An open file; it is closed on exit, where a network file system may first tell of a failed write."""

    def __init__(self, teller: Teller, path: str, flags: int) -> None:
        self._call = teller.call
        operation = "create" if flags & os.O_CREAT else "open"
        self.descriptor: int = self._call(operation, os.open, path, flags | os.O_NOFOLLOW, FILE_MODE)

    def __enter__(self) -> File:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self._call("close", os.close, self.descriptor)
        except Trouble:
            if kind is None:
                raise

    def write(self, content: bytes) -> None:
        """All of it, where the file stands."""
        rest = memoryview(content)
        while rest:
            rest = rest[self._call("write", os.write, self.descriptor, rest) :]

    def read(self, size: int) -> bytes:
        """At most so much of what comes next; nothing at the end."""
        content: bytes = self._call("read", os.read, self.descriptor, size)
        return content

    def sync(self) -> None:
        """Wait until the storage has it."""
        self._call("fsync", os.fsync, self.descriptor)

    def stat(self) -> os.stat_result:
        """What the file system says of it."""
        found: os.stat_result = self._call("fstat", os.fstat, self.descriptor)
        return found


class Folder:
    """`.runai-preflight-RUN/NAME` on the volume, made on entry; `wipe` removes it with all that is in it."""

    def __init__(self, root: str, run: str, name: str, teller: Teller) -> None:
        self._base = f"{root}/{PREFIX}{run}"
        self._path = f"{self._base}/{name}"
        self._teller = teller
        self.call = teller.call

    def make(self) -> None:
        """Make it, or find it made by others."""
        os.umask(0)
        for _ in range(ATTEMPTS):
            self._unless("EEXIST", "mkdir", os.mkdir, self._base, FOLDER_MODE)
            try:
                self._unless("EEXIST", "mkdir", os.mkdir, self._path, FOLDER_MODE)
            except Trouble as trouble:
                if trouble.code != "ENOENT":
                    raise
            else:
                return
        raise Trouble("ENOENT", "the folder vanishes as soon as it is made", "mkdir")

    def open(self, name: str, flags: int) -> File:
        """The file of this name, opened anew."""
        return File(self._teller, f"{self._path}/{name}", flags)

    def put(self, name: str, content: bytes, *, sync: bool = True) -> None:
        """Write a file aside and give it its name, in place of one that has it."""
        with self.open(name + NEW, CREATE) as file:
            file.write(content)
            if sync:
                file.sync()
        self.call("rename", os.rename, f"{self._path}/{name}{NEW}", f"{self._path}/{name}")

    def get(self, name: str, limit: int) -> bytes:
        """What the file of this name holds, its first `limit` bytes."""
        with self.open(name, READ) as file:
            content = file.read(limit)
            while content and len(content) < limit and (more := file.read(limit - len(content))):
                content += more
            return content

    def wins(self, name: str) -> bool:
        """Whether the file could be created, as only one can."""
        try:
            with self.open(name, CREATE):
                return True
        except Trouble as trouble:
            if trouble.code != "EEXIST":
                raise
            return False

    def stat(self, name: str) -> os.stat_result:
        """What the file system says of the name."""
        found: os.stat_result = self.call("stat", os.stat, f"{self._path}/{name}")
        return found

    def names(self) -> list[str]:
        """What the folder lists now; nothing once it is gone."""
        return self._unless("ENOENT", "readdir", os.listdir, self._path) or []

    def remove(self, name: str) -> None:
        """Remove the file, unless another one has."""
        self._unless("ENOENT", "unlink", os.unlink, f"{self._path}/{name}")

    def wipe(self, prefix: str = "") -> None:
        """Remove what begins so and, once they are empty, the folder and the one around it."""
        for name in self.names():
            if name.startswith(prefix):
                self.remove(name)
        for folder in (self._path, self._base):
            self._unless("ENOENT ENOTEMPTY EEXIST", "rmdir", os.rmdir, folder)

    def _unless(self, codes: str, operation: str, function: Callable[..., Any], *arguments: object) -> Any:
        """The call's answer; none for an error of these codes, which is as good."""
        try:
            return self.call(operation, function, *arguments)
        except Trouble as trouble:
            if trouble.code not in codes.split():
                raise
            return None
