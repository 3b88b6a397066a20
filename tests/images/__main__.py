"""What each layer of our images holds: `python -m tests.images [FOLDER OF A PYTHON'S bin]`."""

import gzip
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.devcluster.oci import pack_layer
from tests.images.dockerfile import FILE, Build, read

TARGETS = ("probe", "driver")


def measure(build: Build, target: str, work: Path) -> Iterator[tuple[str, int, int]]:
    """Of each layer, the lowest first: the step that makes it, bytes unpacked, bytes compressed by gzip."""
    for step, content in build.layers(target):
        tar = pack_layer(content, work / "layer.tar")
        yield step, tar.stat().st_size, len(gzip.compress(tar.read_bytes(), 6))


def main(bin_folder: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        build = Build(read(FILE.read_text()), work, bin_folder)
        for target in TARGETS:
            for step, unpacked, compressed in measure(build, target, work):
                size = f"{unpacked / 1e6:6.1f} MB  {compressed / 1e6:6.2f} MB by gzip"
                sys.stdout.write(f"{target:6} {size}  {step}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if sys.argv[1:] else Path(sys.base_prefix, "bin")))
