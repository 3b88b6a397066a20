"""What the kernel says of the mount that a path is on, and how much room there is."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from shared import Json

ESCAPE = re.compile(r"\\([0-7]{3})")  # of blanks and backslashes in mountinfo
# What says how a file system behaves; other options may hold names, secrets or long lists of folders.
TELLING = re.compile(
    r"(ro|rw|sync|async|relatime|noatime|hard|soft|softerr|vers|proto|port|sec|rsize|wsize|timeo|retrans|nconnect"
    r"|nolock|local_lock|nocto|noac|ac(reg|dir)(min|max)|actimeo|lookupcache|fsc|(no)?resvport|nobrl|cache"
    r"|mfsymlinks|uid|gid|file_mode|dir_mode|user_id|group_id|allow_other|(local|no)?flock|(no)?acl)(=|$)"
)
LOGIN = re.compile(r"(?<=//)[^/@]*@")


def mount_of(path: str, mountinfo: str) -> Json | None:
    """Type, source, mount point and options of the mount that holds an absolute path without links.

    Options are the mount's and its file system's, as far as they tell how it behaves.
    """
    found, longest = None, -1
    for line in mountinfo.splitlines():
        own, _, rest = line.partition(" - ")
        words, kind = own.split(), rest.split()
        if len(words) < 6 or len(kind) < 3:
            continue
        point = _plain(words[4])
        if _holds(point, path) and len(point) >= longest:  # a later mount hides an earlier one
            found, longest = _mount(point, words[5], kind), len(point)
    return found


def _holds(point: str, path: str) -> bool:
    return path == point or path.startswith(point.rstrip("/") + "/")


def _mount(point: str, options: str, kind: list[str]) -> Json:
    every = dict.fromkeys(f"{options},{kind[2]}".split(","))
    told = [option for option in every if TELLING.match(option)]
    return {"type": kind[0], "source": LOGIN.sub("", _plain(kind[1])), "point": point, "options": told}


def _plain(text: str) -> str:
    return ESCAPE.sub(lambda found: chr(int(found.group(1), 8)), text)


def space_of(found: os.statvfs_result) -> Json:
    """Bytes and files, in all and left to users other than root; files are null where none are counted."""
    files = found.f_files > 0
    return {
        "totalBytes": found.f_blocks * found.f_frsize,
        "freeBytes": found.f_bavail * found.f_frsize,
        "totalFiles": found.f_files if files else None,
        "freeFiles": found.f_favail if files else None,
    }
