"""`python -IS peak.py COMMAND...`: runs it, and prints the MiB of its largest process before what it printed.

A process counts as large as the one that started it was: this one is small.
"""

import resource
import subprocess
import sys


def main() -> None:
    done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=False)  # noqa: S603
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(f"{peak:.1f} ")
    sys.stdout.flush()
    sys.stdout.buffer.write(done.stdout)


if __name__ == "__main__":
    main()
