"""The command line: `python -m tests.devcluster build|up|down|status`, as root."""

import argparse
import sys

from tests.devcluster.build import build
from tests.devcluster.cluster import Cluster, unwind_on_sigterm
from tests.devcluster.console import DevclusterError, note


def main() -> int:
    """Do what the command line asks; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.devcluster", description=__doc__)
    parser.add_argument("command", choices=("build", "up", "down", "status"))
    unwind_on_sigterm()
    try:
        _run(parser.parse_args().command)
    except DevclusterError as error:
        note(str(error))
        return 1
    return 0


def _run(command: str) -> None:
    cluster = Cluster()
    if command == "build":
        note(f"everything is built in {build()}")
    elif command == "up":
        cluster.up()
        sys.stdout.write(f"{cluster.kubeconfig}\n")
    elif command == "down":
        cluster.down()
    else:
        sys.stdout.write(f"{cluster.status()}\n")


if __name__ == "__main__":
    sys.exit(main())
