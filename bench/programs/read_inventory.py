"""`read_inventory KUBECONFIG COUNT`: the inventory, as an audit reads it."""

import sys
from pathlib import Path

from orchestrator.inventory.read import read_inventory
from orchestrator.kube.connect import ConnectOptions, connect


def main() -> None:
    kubeconfig, count = sys.argv[1:]
    with connect(ConnectOptions(kubeconfig=Path(kubeconfig))) as api:
        _, inventory = read_inventory(api)
    if len(inventory.nodes) < int(count):
        sys.exit(f"only {len(inventory.nodes)} nodes were read")


if __name__ == "__main__":
    main()
