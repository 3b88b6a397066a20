"""`list_node KUBECONFIG COUNT`: the nodes, as the official client lists them."""

import sys

from kubernetes import client, config


def main() -> None:
    kubeconfig, count = sys.argv[1:]
    config.load_kube_config(kubeconfig)
    found = len(client.CoreV1Api().list_node().items)
    if found < int(count):
        sys.exit(f"only {found} nodes are listed")


if __name__ == "__main__":
    main()
