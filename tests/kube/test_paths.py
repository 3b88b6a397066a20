import pytest

from orchestrator.kube.paths import parse


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/nodes", ("", "nodes", "", "", "")),
        ("/api/v1/nodes/a.b", ("", "nodes", "", "a.b", "")),
        ("/api/v1/namespaces", ("", "namespaces", "", "", "")),
        ("/api/v1/namespaces/x", ("", "namespaces", "", "x", "")),
        ("/api/v1/namespaces/x/finalize", ("", "namespaces", "", "x", "finalize")),
        ("/api/v1/namespaces/x/pods", ("", "pods", "x", "", "")),
        ("/api/v1/namespaces/x/pods/y/log?limitBytes=1", ("", "pods", "x", "y", "log")),
        ("/apis/batch/v1/namespaces/x/jobs/y", ("batch", "jobs", "x", "y", "")),
        (
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab",
            ("rbac.authorization.k8s.io", "clusterroles", "", "a:b", ""),
        ),
        ("/version", ("", "/version", "", "", "")),
        ("/apis", ("", "/apis", "", "", "")),
    ],
)
def test_a_path_is_told_in_the_words_of_rbac(path: str, expected: tuple[str, ...]) -> None:
    assert parse(path) == expected


@pytest.mark.parametrize(
    ("method", "path", "verb"),
    [
        ("GET", "/api/v1/nodes", "list"),
        ("GET", "/api/v1/nodes/n", "get"),
        ("GET", "/version", "get"),
        ("POST", "/api/v1/namespaces/x/pods", "create"),
        ("PATCH", "/api/v1/namespaces/x/pods/y", "patch"),
        ("DELETE", "/api/v1/namespaces/x/pods/y", "delete"),
        ("DELETE", "/api/v1/namespaces/x/pods", "deletecollection"),
    ],
)
def test_a_method_is_a_verb_of_rbac(method: str, path: str, verb: str) -> None:
    assert parse(path).verb(method) == verb


def test_a_watched_list_is_the_verb_watch() -> None:
    assert parse("/api/v1/nodes").verb("GET", watched=True) == "watch"


def test_a_subresource_belongs_to_the_noun() -> None:
    assert parse("/api/v1/namespaces/x/pods/y/log").noun == "pods/log"
