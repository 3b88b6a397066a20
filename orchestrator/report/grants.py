"""The permissions of an audit as the docs show them: a table, and the roles to apply."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from orchestrator.permissions import Permission

_ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: {kind}
metadata: {{name: runai-preflight{namespace}}}
rules:
{rules}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {kind}Binding
metadata: {{name: runai-preflight{namespace}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: runai-preflight}}
subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: USER}}]"""


def render_grants(permissions: Iterable[Permission]) -> str:
    """A row for each permission, and a role for each scope, as Markdown."""
    permissions = tuple(permissions)
    table = ["| verbs | resource | scope | why |", "|---|---|---|---|", *map(_table_row, permissions)]
    roles = "\n---\n".join(_role(scope, permissions) for scope in ("cluster", "namespace"))
    words = "Ready to apply; set the namespace and the user:"
    return "\n".join([*table, "", words, "", "```yaml", roles, "```"])


def _table_row(permission: Permission) -> str:
    verbs = ", ".join(permission.verbs) + (" *" if permission.needed else "")
    names = f" {', '.join(permission.names)}" if permission.names else ""
    return f"| {verbs} | `{permission.noun}`{names} | {permission.scope} | {permission.why} |"


def _role(scope: str, permissions: Iterable[Permission]) -> str:
    rules = "\n".join(_rules(p for p in permissions if p.scope == scope))
    if scope == "cluster":
        return _ROLE.format(kind="ClusterRole", namespace="", rules=rules)
    return _ROLE.format(kind="Role", namespace=", namespace: preflight", rules=rules)


def _rules(permissions: Iterable[Permission]) -> Iterator[str]:
    """Permissions of one group that allow the same share a rule."""
    for (group, verbs, names), alike in groupby(sorted(permissions, key=_rule), key=_rule):
        resources = dict.fromkeys(_resource(permission) for permission in alike)
        fields = {
            "apiGroups": [group or '""'],
            "resources": resources,
            "verbs": verbs,
            "resourceNames": names,
        }
        told = (f"{field}: [{', '.join(values)}]" for field, values in fields.items() if values)
        yield f"  - {{{', '.join(told)}}}"


def _rule(permission: Permission) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return permission.group, permission.verbs, permission.names


def _resource(permission: Permission) -> str:
    return "/".join(filter(None, (permission.resource, permission.subresource)))
