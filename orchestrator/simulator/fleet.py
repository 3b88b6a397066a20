"""Realistic nodes by the thousand, as large as real ones are listed (about 10 KB of JSON each)."""

from orchestrator.simulator.resources import Object

_CREATED = "2023-05-04T08:00:00Z"
_IMAGES = 24
_MIB = 1024 * 1024


def nodes(count: int, *, gpus: int = 8) -> list[Object]:
    """`count` Ready A100 nodes called node-00000 and so on."""
    return [_node(number, gpus) for number in range(count)]


def _node(number: int, gpus: int) -> Object:
    name = f"node-{number:05d}"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": _labels(name, gpus),
            "annotations": {
                "node.alpha.kubernetes.io/ttl": "300",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
                "csi.volume.kubernetes.io/nodeid": f'{{"csi.example.com":"{name}"}}',
            },
            "creationTimestamp": _CREATED,
            "managedFields": _managed_fields(name, gpus),
        },
        "spec": {
            "podCIDR": f"10.{number >> 8 & 255}.{number & 255}.0/24",
            "podCIDRs": [f"10.{number >> 8 & 255}.{number & 255}.0/24"],
            "providerID": f"example:///zone-a/{name}",
            "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}],
        },
        "status": _status(name, number, gpus),
    }


def _labels(name: str, gpus: int) -> dict[str, str]:
    return {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "gpu-8x-a100",
        "topology.kubernetes.io/region": "region-1",
        "topology.kubernetes.io/zone": "region-1a",
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.count": str(gpus),
        "nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB",
        "nvidia.com/gpu.memory": "81920",
        "nvidia.com/gpu.family": "ampere",
        "nvidia.com/gpu.machine": "PowerEdge-XE8545",
        "nvidia.com/gpu.compute.major": "8",
        "nvidia.com/gpu.compute.minor": "0",
        "nvidia.com/cuda.driver.major": "525",
        "nvidia.com/cuda.driver.minor": "105",
        "nvidia.com/cuda.driver.rev": "17",
        "nvidia.com/cuda.runtime.major": "12",
        "nvidia.com/cuda.runtime.minor": "0",
        "nvidia.com/gfd.timestamp": "1683187200",
        "nvidia.com/mig.capable": "true",
        "nvidia.com/mig.strategy": "single",
        "feature.node.kubernetes.io/pci-10de.present": "true",
        "feature.node.kubernetes.io/system-os_release.ID": "ubuntu",
    }


def _status(name: str, number: int, gpus: int) -> Object:
    resources = {
        "cpu": "96",
        "ephemeral-storage": "1038141728Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": "1056270264Ki",
        "nvidia.com/gpu": str(gpus),
        "pods": "110",
    }
    address = f"192.168.{number >> 8 & 255}.{number & 255}"
    return {
        "capacity": resources,
        "allocatable": {**resources, "cpu": "95500m", "memory": "1040000000Ki"},
        "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
        "conditions": _conditions(),
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "images": [_image(index) for index in range(_IMAGES)],
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": f"{number:08x}-0000-4000-8000-000000000001",
            "containerRuntimeVersion": "containerd://1.6.20",
            "kernelVersion": "5.15.0-1034-generic",
            "kubeProxyVersion": "v1.23.17",
            "kubeletVersion": "v1.23.17",
            "machineID": f"{number:032x}",
            "operatingSystem": "linux",
            "osImage": "Ubuntu 22.04.2 LTS",
            "systemUUID": f"{number:08x}-0000-4000-8000-000000000002",
        },
    }


def _conditions() -> list[Object]:
    rows = (
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status. AppArmor enabled"),
    )
    return [
        {
            "type": type_,
            "status": status,
            "reason": reason,
            "message": message,
            "lastHeartbeatTime": _CREATED,
            "lastTransitionTime": _CREATED,
        }
        for type_, status, reason, message in rows
    ]


def _image(index: int) -> Object:
    digest = f"{index:064x}"
    repository = f"registry.example.com/platform/component-{index:02d}"
    return {
        "names": [f"{repository}@sha256:{digest}", f"{repository}:v1.{index}.0"],
        "sizeBytes": index * _MIB,
    }


def _managed_fields(name: str, gpus: int) -> list[Object]:
    labels: Object = {"f:labels": {f"f:{label}": {} for label in _labels(name, gpus)}}
    conditions: Object = {
        f'k:{{"type":"{condition["type"]}"}}': {f"f:{field}": {} for field in condition}
        for condition in _conditions()
    }
    return [
        _entry("kubelet", {"f:metadata": labels}, ""),
        _entry(
            "kube-controller-manager", {"f:spec": {"f:podCIDR": {}, "f:podCIDRs": {}, "f:taints": {}}}, ""
        ),
        _entry("kubelet", {"f:status": {"f:conditions": conditions, "f:images": {}}}, "status"),
    ]


def _entry(manager: str, fields: Object, subresource: str) -> Object:
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": _CREATED,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        **({"subresource": subresource} if subresource else {}),
    }
