"""Makes a volume for each claim of a StorageClass, binds it, and removes it with the claim."""

from orchestrator.simulator import clock
from orchestrator.simulator.engine import Engine
from orchestrator.simulator.resources import Object
from orchestrator.simulator.store import Event, Store, Stored

_NOBODY = "kubernetes.io/no-provisioner"


class Provisioner:
    """Volumes are bound at once; what pods write into them, the kubelet keeps in a folder for each claim."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store, self._engine = store, engine

    def handle(self, event: Event) -> None:
        """React to a claim that came or went; runs on the engine."""
        if event.old is None and event.new:
            self._provision(event.new)
        elif event.new is None and event.old:
            self._reclaim(event.old)

    def _provision(self, claim: Stored) -> None:
        class_ = self._class_of(claim)
        if class_ is None or claim.view["spec"].get("volumeName") or self._gone(claim):
            return
        name = f"pvc-{claim.uid}"
        self._store.create(_volume(name, claim, class_))

        def bind(obj: Object) -> None:
            obj["spec"]["volumeName"] = name
            obj["status"] = {"phase": "Bound", "accessModes": obj["spec"]["accessModes"]}

        self._store.update("persistentvolumeclaims", claim.name, bind, claim.namespace)

    def _gone(self, claim: Stored) -> bool:
        return self._store.find("persistentvolumeclaims", claim.name, claim.namespace) is None

    def _class_of(self, claim: Stored) -> Object | None:
        found = self._store.find("storageclasses", claim.view["spec"].get("storageClassName", ""))
        return found.view if found and found.view.get("provisioner") != _NOBODY else None

    def _reclaim(self, claim: Stored) -> None:
        volume = self._store.find("persistentvolumes", claim.view["spec"].get("volumeName", ""))
        if volume and volume.view["spec"].get("persistentVolumeReclaimPolicy") == "Delete":
            self._store.delete(volume.type, volume.name, "")


def _volume(name: str, claim: Stored, class_: Object) -> Object:
    spec = claim.view["spec"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "creationTimestamp": clock.now()},
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": spec["resources"]["requests"],
            "persistentVolumeReclaimPolicy": class_.get("reclaimPolicy", "Delete"),
            "storageClassName": spec["storageClassName"],
            "claimRef": {"namespace": claim.namespace, "name": claim.name, "uid": claim.uid},
            "csi": {"driver": class_["provisioner"], "volumeHandle": name},
        },
        "status": {"phase": "Bound"},
    }
