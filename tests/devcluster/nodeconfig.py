"""The configuration files of a node's daemons; JSON throughout where the format is YAML."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.devcluster import images, network, registry
from tests.devcluster.layout import CNI_PLUGINS
from tests.devcluster.pki import Credentials

_CONTAINERD = """\
version = 2
root = "{folder}/containerd"
state = "{folder}/containerd-state"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt"]

[grpc]
address = "{socket}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{pause}"
restrict_oom_score_adj = true
disable_apparmor = true
disable_hugetlb_controller = true
tolerate_missing_hugetlb_controller = true
stream_server_address = "127.0.0.1"

[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{plugins}"
conf_dir = "{folder}/cni"

[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "{folder}/registries"
"""


_KUBELET = {
    "apiVersion": "kubelet.config.k8s.io/v1beta1",
    "kind": "KubeletConfiguration",
    "authorization": {"mode": "Webhook"},
    "cgroupDriver": "cgroupfs",
    "enforceNodeAllocatable": ["pods"],
    "oomScoreAdj": 0,
    "failSwapOn": False,
    "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
    "imageGCHighThresholdPercent": 100,
    "serializeImagePulls": False,
    "nodeStatusUpdateFrequency": "1s",
    "clusterDomain": "cluster.local",
    "clusterDNS": [network.DNS_SERVICE],
}
_KUBE_PROXY = {
    "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
    "kind": "KubeProxyConfiguration",
    "mode": "iptables",
    "clusterCIDR": network.CLUSTER,
    "oomScoreAdj": 0,
    # Zero leaves the machine's own connection-tracking limits alone.
    "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
}


def containerd_socket(folder: Path) -> Path:
    """Return the socket that containerd listens on."""
    return folder / "containerd.sock"


def write_containerd(folder: Path, pods: str) -> Path:
    """Write containerd's settings, with those of the pods' network and of the local registry."""
    registry.write_hosts(folder / "registries")
    _write_pod_network(folder / "cni", pods)
    pause = f"{registry.ADDRESS}/{images.PAUSE}"
    config = folder / "containerd.toml"
    socket = containerd_socket(folder)
    config.write_text(_CONTAINERD.format(folder=folder, socket=socket, pause=pause, plugins=CNI_PLUGINS))
    return config


def write_kubelet(folder: Path, cgroup: str, identity: Credentials, authority: Credentials) -> Path:
    """Write the kubelet's settings."""
    settings = {
        **_KUBELET,
        "tlsCertFile": str(identity.certificate),
        "tlsPrivateKeyFile": str(identity.key),
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority.certificate)},
        },
        "cgroupRoot": cgroup,
    }
    return _write_json(folder / "kubelet.json", settings)


def write_kube_proxy(folder: Path, node: str, kubeconfig: Path) -> Path:
    """Write kube-proxy's settings."""
    names = {"hostnameOverride": node, "clientConnection": {"kubeconfig": str(kubeconfig)}}
    return _write_json(folder / "kube-proxy.json", {**_KUBE_PROXY, **names})


def _write_json(target: Path, settings: Mapping[str, Any]) -> Path:
    target.write_text(json.dumps(settings, indent=2))
    return target


def _write_pod_network(folder: Path, pods: str) -> None:
    """Give each pod a link of its own to the node: every packet is routed and sees the Service rules."""
    folder.mkdir()
    addresses = {
        "type": "host-local",
        "dataDir": str(folder / "addresses"),
        "ranges": [[{"subnet": pods}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    plugins = [{"type": "ptp", "ipam": addresses}, ports]
    config = {"cniVersion": "0.4.0", "name": "devcluster", "plugins": plugins}
    _write_json(folder / "10-devcluster.conflist", config)
