"""REST paths of the Kubernetes API in the words of RBAC."""

from typing import NamedTuple
from urllib.parse import unquote

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_OF_ITS_OWN_NAMESPACE = ("status", "finalize")


class ResourcePath(NamedTuple):
    """What a path is about; `resource` is the path itself where that is no resource (`/version`)."""

    group: str
    resource: str
    namespace: str
    name: str
    subresource: str

    @property
    def noun(self) -> str:
        """The resource as a role names it, subresource included: `pods/log`."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    def verb(self, method: str, *, watched: bool = False) -> str:
        """The RBAC verb of an HTTP method on this path."""
        if method == "GET":
            return "watch" if watched else "get" if self.name or self.is_url else "list"
        verb = _VERBS[method]
        return "deletecollection" if verb == "delete" and not self.name else verb

    @property
    def is_url(self) -> bool:
        return self.resource.startswith("/")


def parse(path: str) -> ResourcePath:
    """`/apis/batch/v1/namespaces/x/jobs/y` → `("batch", "jobs", "x", "y", "")`."""
    parts = [unquote(part) for part in path.split("?", 1)[0].strip("/").split("/")]
    if parts[0] == "api" and len(parts) > 2:
        return _within("", parts[2:])
    if parts[0] == "apis" and len(parts) > 3:
        return _within(parts[1], parts[3:])
    return ResourcePath("", path, "", "", "")


def _within(group: str, parts: list[str]) -> ResourcePath:
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 2 and parts[2] not in _OF_ITS_OWN_NAMESPACE:
        namespace, parts = parts[1], parts[2:]
    resource, name, subresource, *_ = [*parts, "", ""]
    return ResourcePath(group, resource, namespace, name, subresource)
