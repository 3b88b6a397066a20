"""`python -m orchestrator.simulator`: a simulated cluster in a process of its own, for demos and tests."""

import argparse
import gc
import os
import signal
import sys
import threading
from pathlib import Path

from orchestrator.errors import PreflightError
from orchestrator.simulator import description, fleet
from orchestrator.simulator.description import Description
from orchestrator.simulator.server import Simulator


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, Ctrl-C or the end of standard input; prints the URL first."""
    # Objects are large trees without cycles: walking a fleet's again and again is a fifth of the work.
    gc.set_threshold(50_000, 50, 50)
    options = _parser().parse_args(arguments)
    try:
        cluster = _describe(options.cluster, options.nodes)
    except PreflightError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 - a command's output
        return int(error.exit_code)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    threading.Thread(target=_await_end_of_input, args=(stop,), daemon=True).start()
    with Simulator(cluster) as simulator:
        if options.kubeconfig:
            simulator.kubeconfig(options.kubeconfig)
        print(simulator.url, flush=True)  # noqa: T201 - a command's output
        stop.wait()
    return 0


def _describe(path: Path | None, nodes: int) -> Description:
    if path is None and not nodes:
        return description.load_demo()
    described = description.load(path) if path else Description()
    described.objects += fleet.nodes(nodes)
    return described


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m orchestrator.simulator", description=__doc__)
    parser.add_argument("--cluster", type=Path, help="YAML file or folder; left out: the demo cluster")
    parser.add_argument("--kubeconfig", type=Path, help="write a kubeconfig with the token to this file")
    parser.add_argument("--nodes", type=int, default=0, help="add this many realistic GPU nodes")
    return parser


def _await_end_of_input(stop: threading.Event) -> None:
    # Not sys.stdin: a daemon thread that holds its lock would abort the interpreter's exit.
    while os.read(0, 4096):
        pass
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
