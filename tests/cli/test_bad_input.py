"""What a user can get wrong: one sentence on stderr, exit code 2, no traceback, nothing on stdout."""

import json
import socket
from pathlib import Path

import pytest

from orchestrator.profile.load import load, shipped_names
from orchestrator.simulator.server import Simulator
from tests.cli.conftest import Done, Tool, failed

SHIPPED = ", ".join(shipped_names())
KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
SECRET_HINT = "such a name has lower-case letters, digits, - and ., the last two only in between"
FILES = {
    "empty.yaml": "",
    "empty.pem": "",
    "text.pem": "no certificate",
    "key.pem": KEY,
    "large.pem": "x" * (512 * 1024 + 1),
    "broken.yaml": "a: [",
    "list.yaml": "- a\n",
    "unknown.yaml": "apiVersion: runai-preflight/v1\nkind: Profile\nextends: runai-2.7\nname: x\nbogus: 1\n",
    "broken.json": "{",
    "report.json": '{"apiVersion": "runai-preflight/v1", "kind": "Report"}',
    "future.json": '{"apiVersion": "runai-preflight/v9", "kind": "Evidence"}',
    "kubeconfig-broken": "clusters: [",
    "kubeconfig-empty": "",
}
NAME_HINT = "give the name alone, such as runai.example.com, without https:// and without a path"
EVIDENCE_HINT = "give a JSON file that runai-preflight has written with kind: Evidence"
PROXY = "--proxy must be a URL such as http://proxy.example:3128"


@pytest.fixture
def files(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "folder").mkdir()


@pytest.mark.usefixtures("files", "simulator")
@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (
            "audit --profile nope",
            "there is no profile 'nope'",
            f"give one of {SHIPPED}, or the path of a YAML file",
        ),
        ("audit --profile ", "there is no profile ''", f"give one of {SHIPPED}, or the path of a YAML file"),
        (
            "audit --feature production --feature no-production",
            "--feature production and --feature no-production contradict each other",
            None,
        ),
        (
            "audit --image ",
            "--image '' is not an image reference such as registry.example/python:3.12",
            None,
        ),
        (
            "audit --output-file ",
            ".: cannot be written: its folder is missing or read-only, or it is one itself",
            None,
        ),
        (
            "audit --pull-secret \N{LATIN CAPITAL LETTER U WITH DIAERESIS}",
            "--pull-secret '\N{LATIN CAPITAL LETTER U WITH DIAERESIS}' is no name of a Secret",
            SECRET_HINT,
        ),
        ("audit --proxy-secret a_b", "--proxy-secret 'a_b' is no name of a Secret", SECRET_HINT),
        ("audit --scheduler Mine", "--scheduler 'Mine' is no name of a scheduler", SECRET_HINT),
        (f"audit --queue {'q' * 64}", f"--queue {'q' * 64!r} is no name of a queue", SECRET_HINT),
        ("demo --cluster empty.yaml", "empty.yaml: describes no cluster: it is empty", None),
        ("audit --profile nope.yaml", "there is no profile file nope.yaml", None),
        ("audit --profile list.yaml", "list.yaml:1: not a mapping with the fields of a profile", None),
        ("audit --profile unknown.yaml", "unknown.yaml:5: bogus: there is no such field", None),
        (
            "audit --feature nope",
            "profile runai-2.7 has no feature 'nope'",
            f"it has: {', '.join(sorted(load('runai-2.7').features))}",
        ),
        (
            "audit --only nope.*",
            "no requirement of profile runai-2.7 matches 'nope.*'",
            "see runai-preflight profiles show runai-2.7",
        ),
        ("audit --skip *", "--only and --skip leave no requirement to judge", None),
        ("audit --proxy ftp://proxy", PROXY, None),
        ("audit --proxy proxy.example:3128", PROXY, None),
        ("audit --proxy http://[::1", PROXY, None),
        ("audit --proxy http://proxy:99999", PROXY, None),
        (
            "audit --proxy http://user:secret@proxy:3128",
            "--proxy holds credentials, and what a probe is given can be read by others in the namespace",
            "put HTTPS_PROXY and NO_PROXY into a Secret and name it with --proxy-secret",
        ),
        ("audit --ca-file none.pem", "--ca-file none.pem cannot be read: No such file or directory", None),
        ("audit --ca-file folder", "--ca-file folder cannot be read: Is a directory", None),
        ("audit --ca-file empty.pem", "--ca-file empty.pem holds no PEM certificates", None),
        ("audit --ca-file text.pem", "--ca-file text.pem holds no PEM certificates", None),
        (
            "audit --ca-file key.pem",
            "--ca-file key.pem holds a private key: give the certificates only",
            None,
        ),
        ("audit --ca-file large.pem", "--ca-file large.pem is larger than 512 KiB: give only your own", None),
        ("audit --domain https://x.example", "--domain 'https://x.example' is no host name", NAME_HINT),
        ("audit --domain ", "--domain '' is no host name", NAME_HINT),
        (
            "host --probe fraction",
            "--probe fraction makes no sense on a machine alone",
            "audit --probe fraction runs it",
        ),
        ("host --probe storage", "--probe storage needs a folder to try", "--folder DIR names it"),
        ("host --cluster-domain *.x.example", "--cluster-domain '*.x.example' is no host name", NAME_HINT),
        ("plan --cluster-domain 2001:db8::1", "--cluster-domain '2001:db8::1' is no host name", NAME_HINT),
        (
            f"audit --cluster-domain {'a' * 64}.example",
            f"--cluster-domain '{'a' * 64}.example' is no host name",
            NAME_HINT,
        ),
        (
            f"audit --domain {'a.' * 126}aa",
            f"--domain '{'a.' * 126}aa' is no host name",
            NAME_HINT,
        ),
        (
            "audit --tls-certificate none.pem",
            "--tls-certificate none.pem cannot be read: No such file or directory",
            None,
        ),
        ("audit --tls-certificate text.pem", "--tls-certificate text.pem holds no PEM certificates", None),
        (
            "render --tls-certificate key.pem",
            "--tls-certificate key.pem holds a private key: give the certificates only",
            None,
        ),
        (
            "audit --image-pull-policy Sometimes",
            "--image-pull-policy is 'Sometimes', not one of Always, IfNotPresent, Never",
            None,
        ),
        (
            "audit --image python\u00a03",
            "--image 'python\\xa03' is not an image reference such as registry.example/python:3.12",
            None,
        ),
        (
            "doctor --image Python:3.12",
            "--image 'Python:3.12' is not an image reference such as registry.example/python:3.12",
            None,
        ),
        ("audit -n kube/system", "--namespace 'kube/system' is no name of a namespace", None),
        (
            "audit --kubeconfig none",
            "There is no kubeconfig none.",
            "Check the path given as --kubeconfig.",
        ),
        ("evaluate none.json", "none.json: cannot be read: No such file or directory", None),
        ("evaluate folder", "folder: cannot be read: Is a directory", None),
        ("evaluate report.json", "report.json: this is a document of kind Report: use `report`", None),
        ("report future.json", "future.json: this is a document of kind Evidence: use `evaluate`", None),
        (
            "evaluate future.json",
            "future.json: not a document of kind Evidence: apiVersion: Input should be 'runai-preflight/v1'",
            EVIDENCE_HINT,
        ),
        (
            "evaluate broken.json",
            (
                "broken.json: not a document of kind Evidence: "
                "Invalid JSON: EOF while parsing an object at line 1 column 1"
            ),
            EVIDENCE_HINT,
        ),
        (
            "plan --evidence broken.json",
            (
                "broken.json: not a document of kind Evidence: "
                "Invalid JSON: EOF while parsing an object at line 1 column 1"
            ),
            EVIDENCE_HINT,
        ),
        (
            "report broken.json",
            (
                "broken.json: not a document of kind Report: "
                "Invalid JSON: EOF while parsing an object at line 1 column 1"
            ),
            "give a JSON file that runai-preflight has written with kind: Report",
        ),
        (
            "profiles show nope",
            "there is no profile 'nope'",
            f"give one of {SHIPPED}, or the path of a YAML file",
        ),
        ("profiles check list.yaml", "list.yaml:1: not a mapping with the fields of a profile", None),
        (
            "explain nope.version",
            "no profile has a requirement 'nope.version'",
            "see runai-preflight profiles show NAME",
        ),
        (
            "explain kubernetes.verison",
            "no profile has a requirement 'kubernetes.verison'",
            (
                "did you mean inference.kubernetes, kubernetes.distribution, kubernetes.version, "
                "registry.kubernetes?"
            ),
        ),
        ("demo --cluster none.yaml", "none.yaml: cannot be read: No such file or directory", None),
        ("demo --cluster folder", "folder: no .yaml, .yml or .json file in this folder", None),
        ("demo --cluster list.yaml", "list.yaml:1: neither a Kubernetes object nor a simulation", None),
    ],
)
def test_one_sentence(arguments: str, message: str, hint: str | None, tool: Tool) -> None:
    failed(tool(*arguments.split(" ")), message, hint)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("bogus", "No such command 'bogus'."),
        ("audit --bogus", "No such option: --bogus"),
        ("audit -o xml", "Invalid value for '--output' / '-o'"),
        ("audit --cloud moon", "Invalid value for '--cloud'"),
        ("audit --timeout 5", "Invalid value for '--timeout'"),
        ("audit --timeout soon", "Invalid value for '--timeout'"),
        ("audit --timeout 86401", "Invalid value for '--timeout'"),
        ("demo --timeout 99999999999999999999999", "Invalid value for '--timeout'"),
        ("audit --request-timeout 601", "Invalid value for '--request-timeout'"),
        ("audit --request-timeout nan", "Invalid value for '--request-timeout'"),
        ("audit --request-timeout inf", "Invalid value for '--request-timeout'"),
        ("audit --request-timeout 0", "Invalid value for '--request-timeout'"),
        ("evaluate", "Missing argument 'EVIDENCE'"),
        ("explain", "Missing argument 'ID'"),
        ("audit too much", "Got unexpected extra argument"),
    ],
)
def test_what_the_parser_refuses(arguments: str, words: str, tool: Tool) -> None:
    done = tool(*arguments.split(), COLUMNS="200")
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def refused(done: Done, *words: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    for each in words:
        assert each in done.stderr


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kubeconfig-broken", "kubeconfig-broken"),
        ("kubeconfig-empty", "kubeconfig-empty"),
        ("folder", "folder"),
    ],
)
def test_a_kubeconfig_that_is_none(name: str, words: str, tool: Tool) -> None:
    refused(tool("audit", "--kubeconfig", name), words)


def test_no_kubeconfig_at_all(tool: Tool) -> None:
    failed(
        tool("audit"),
        "There is no kubeconfig: none was given, KUBECONFIG is not set, and there is no ~/.kube/config.",
        "Give one with --kubeconfig FILE, or run inside a pod that has a service account.",
    )


@pytest.mark.usefixtures("simulator")
def test_an_unknown_context_and_those_that_there_are(tool: Tool) -> None:
    refused(tool("audit", "--context", "nope"), "nope", "simulated")


def test_a_server_that_is_not_there(tool: Tool, simulator: Simulator, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = json.loads((tmp_path / "kubeconfig").read_text())
    config["clusters"][0]["cluster"]["server"] = f"http://127.0.0.1:{port}"
    (tmp_path / "elsewhere").write_text(json.dumps(config))
    done = tool("audit", "--kubeconfig", "elsewhere", "--request-timeout", "1")
    refused(done, f"no answer from http://127.0.0.1:{port}: connection refused", "hint: ")


def test_credentials_that_are_refused(tool: Tool, simulator: Simulator, tmp_path: Path) -> None:
    config = json.loads((tmp_path / "kubeconfig").read_text())
    config["users"][0]["user"]["token"] = "stale"
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    done = tool("audit")
    refused(done, "Unauthorized (401)", "hint: ")
    assert "stale" not in done.stderr


def test_a_namespace_that_there_is_not(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", "-n", "nowhere", "--only", "dns.cluster", "-o", "json")
    assert done.returncode == 3
    for cell in json.loads(done.stdout)["ledger"]:
        assert cell["reason"] == "Rejected"
        assert cell["message"].endswith('Not Found (404): namespaces "nowhere" not found')


def test_a_run_too_short_for_its_probes_creates_nothing(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", "--timeout", "30")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[1:] == [
        "error: --timeout 30 is too short for probes that may take 45 s each",
        "hint: give at least 65",
    ]
    assert simulator.requests["create", "jobs"] == 0
