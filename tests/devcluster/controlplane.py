"""etcd, the API server, the controller manager and the scheduler, on this machine."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.devcluster import daemons, network
from tests.devcluster.layout import BIN, KUBECONFIG, RUN
from tests.devcluster.pki import Authority, Credentials, write_kubeconfig

SERVER = f"https://{network.HOST}:6443"
API_SERVER = "kube-apiserver"
_CONTROLLERS = "kube-controller-manager"
_SCHEDULER = "kube-scheduler"
_ETCD = "http://127.0.0.1:23790"
_ETCD_PEER = "http://127.0.0.1:23800"
_ISSUER = "https://kubernetes.default.svc.cluster.local"
_FEATURE_GATES = "TTLAfterFinished=true"
_SERVICE_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
_HOSTS = ("127.0.0.1", network.HOST, network.FIRST_SERVICE, *_SERVICE_NAMES, _ISSUER.removeprefix("https://"))

Options = Mapping[str, str | Path]


def options(values: Options) -> list[str]:
    """Return command-line options, `--name=value` each."""
    return [f"--{name}={value}" for name, value in values.items()]


def start_etcd() -> None:
    """Start the store; the cluster is thrown away with it, so nothing is ever forced to disk."""
    values: Options = {
        "name": "devcluster",
        "data-dir": RUN / "etcd",
        "listen-client-urls": _ETCD,
        "advertise-client-urls": _ETCD,
        "listen-peer-urls": _ETCD_PEER,
        "initial-advertise-peer-urls": _ETCD_PEER,
        "initial-cluster": f"devcluster={_ETCD_PEER}",
        "log-level": "warn",
    }
    daemons.start("etcd", ["etcd", "--unsafe-no-fsync", *options(values)])


def start_api_server(authority: Authority) -> None:
    """Start the API server and write the administrator's kubeconfig; `wait` before it is used."""
    administrator = authority.issue("admin", "admin", ["system:masters"])
    write_kubeconfig(KUBECONFIG, SERVER, authority.credentials, administrator)
    values = {
        **_serving_options(authority),
        **_kubelet_options(authority),
        **_service_account_options(authority),
        **_front_proxy_options(authority),
        "etcd-servers": _ETCD,
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "allow-privileged": "true",
        "enable-aggregator-routing": "true",
        "default-not-ready-toleration-seconds": "20",
        "default-unreachable-toleration-seconds": "20",
        "feature-gates": _FEATURE_GATES,
    }
    daemons.start(API_SERVER, [str(BIN / API_SERVER), *options(values)])


def start_controllers(authority: Authority) -> None:
    """Start the controller manager and the scheduler; they end at once when the API server is not ready."""
    manager, scheduler = (_component_kubeconfig(name, authority) for name in (_CONTROLLERS, _SCHEDULER))
    daemons.start(_CONTROLLERS, [str(BIN / _CONTROLLERS), *options(_controller_options(manager, authority))])
    values: Options = {"kubeconfig": scheduler, "leader-elect": "false", "port": "0"}
    daemons.start(_SCHEDULER, [str(BIN / _SCHEDULER), *options(values)])


def wait() -> None:
    """Wait until the API server says that it is ready."""
    daemons.wait_until("the API server is ready", _is_ready, API_SERVER, timeout=90)


def _is_ready() -> bool:
    command = [str(BIN / "kubectl"), f"--kubeconfig={KUBECONFIG}", "get", "--raw=/readyz"]
    return subprocess.run(command, capture_output=True, env={}).stdout == b"ok"


def _component_kubeconfig(name: str, authority: Authority) -> Path:
    client = authority.issue(name, f"system:{name}")
    return write_kubeconfig(RUN / f"{name}.kubeconfig", SERVER, authority.credentials, client)


def _serving_options(authority: Authority) -> Options:
    serving = authority.issue("apiserver", "kube-apiserver", hosts=_HOSTS)
    return {
        "bind-address": "0.0.0.0",
        "advertise-address": network.HOST,
        "secure-port": "6443",
        "tls-cert-file": serving.certificate,
        "tls-private-key-file": serving.key,
        "client-ca-file": authority.credentials.certificate,
        "service-cluster-ip-range": network.SERVICES,
    }


def _kubelet_options(authority: Authority) -> Options:
    client = authority.issue("apiserver-kubelet-client", "apiserver-kubelet-client", ["system:masters"])
    return {
        "kubelet-certificate-authority": authority.credentials.certificate,
        "kubelet-client-certificate": client.certificate,
        "kubelet-client-key": client.key,
        "kubelet-preferred-address-types": "InternalIP,Hostname",
    }


def _service_account_options(authority: Authority) -> Options:
    private, public = authority.signing_pair("service-account")
    return {
        "service-account-issuer": _ISSUER,
        "service-account-signing-key-file": private,
        "service-account-key-file": public,
        "api-audiences": _ISSUER,
    }


def _front_proxy_options(authority: Authority) -> Options:
    client = authority.issue("front-proxy-client", "front-proxy-client")
    return {
        "proxy-client-cert-file": client.certificate,
        "proxy-client-key-file": client.key,
        "requestheader-client-ca-file": authority.credentials.certificate,
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-username-headers": "X-Remote-User",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    }


def _controller_options(kubeconfig: Path, authority: Authority) -> Options:
    root: Credentials = authority.credentials
    return {
        "kubeconfig": kubeconfig,
        "use-service-account-credentials": "true",
        "service-account-private-key-file": authority.private_key("service-account"),
        "root-ca-file": root.certificate,
        "cluster-signing-cert-file": root.certificate,
        "cluster-signing-key-file": root.key,
        "allocate-node-cidrs": "false",
        "leader-elect": "false",
        "port": "0",
        "pvclaimbinder-sync-period": "1s",
        "kube-api-qps": "200",
        "kube-api-burst": "400",
        "node-monitor-period": "2s",
        "node-monitor-grace-period": "12s",
        "feature-gates": _FEATURE_GATES,
    }
