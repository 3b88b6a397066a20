"""What the user says of the installation: where it is kept, what it is judged by, and what it never holds."""

import datetime
import json
import ssl
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from orchestrator.simulator.server import Simulator
from tests.cli.conftest import Done, Tool, failed
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes

JUDGED = ("-p", "runai-2.9", "-o", "json")
NAMED = (*JUDGED, "--only", "cluster.domain-name")
REACHED = (*JUDGED, "--only", "egress.control-plane")
DATES = (*JUDGED, "--only", "cluster.tls-dates", "--only", "cluster.tls-names")


def findings(done: Done) -> list[tuple[str, str]]:
    assert done.stdout, done.stderr
    return [(each["status"], each["message"]) for each in json.loads(done.stdout)["findings"]]


def certificate(
    path: Path, *names: str, address: str = "", days: int = 100, common_name: str = "c.example"
) -> None:
    """Write a self-signed certificate that is valid from yesterday on."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    builder = builder.not_valid_before(now - datetime.timedelta(days=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=days, hours=1))
    if names:
        addresses = [x509.IPAddress(ip_address(address))] if address else []
        extension = x509.SubjectAlternativeName([*map(x509.DNSName, names), *addresses])
        builder = builder.add_extension(extension, critical=False)
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def evidence(path: Path) -> Any:
    return json.loads(path.read_text())


def test_without_a_setting_its_requirements_are_skipped(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", *NAMED, "--no-probes")
    assert findings(done) == [("skip", "does not apply: --cluster-domain is not given")]


def test_settings_are_judged_and_kept_in_the_evidence(
    tool: Tool, simulator: Simulator, tmp_path: Path
) -> None:
    settings = ("--cluster-domain", "Runai.Example.com.", "--domain", "app.example")
    done = tool("audit", *NAMED, "--no-probes", *settings, "--save-evidence", "e.json")
    told = [("pass", "runai.example.com is a domain name")]
    assert findings(done) == told
    kept = {"domain": "app.example", "cluster-domain": "runai.example.com"}
    assert json.loads(done.stdout)["run"]["settings"] == kept
    assert evidence(tmp_path / "e.json")["run"]["settings"] == kept
    assert findings(tool("evaluate", "e.json", *NAMED)) == told


def test_evaluate_may_be_told_something_else(tool: Tool, simulator: Simulator) -> None:
    tool("audit", *NAMED, "--no-probes", "--cluster-domain", "c.example", "--save-evidence", "e.json")
    done = tool("evaluate", "e.json", *NAMED, "--cluster-domain", "10.0.0.1")
    assert done.returncode == 1
    assert findings(done) == [("fail", "10.0.0.1 is an IP address, not a domain name")]


def test_the_probes_ask_about_what_is_given(
    tool: Tool, start_simulator: StartSimulator, environment: dict[str, str], tmp_path: Path
) -> None:
    entry = {"endpoint": "app.example:443", "via": "direct", "stage": "http", "code": "ok", "status": 200}
    results = [{"probe": "egress", "data": {"endpoints": [entry]}}, {"probe": "node", "data": {}}]
    simulator = start_simulator(cluster(*nodes(1), results=results))
    environment["KUBECONFIG"] = str(simulator.kubeconfig(tmp_path / "kubeconfig"))
    done = tool("audit", *REACHED, "--domain", "app.example")
    assert findings(done) == [("pass", "app.example:443 is reached")]


def test_plan_and_render_ask_about_it_too(tool: Tool, simulator: Simulator) -> None:
    asked = ("-p", "runai-2.9", "--only", "egress.control-plane")
    planned = json.loads(tool("plan", *asked, "-o", "json", "--domain", "app.example").stdout)
    assert planned["parameters"]["egress"]["endpoints"] == [
        {"host": "app.example", "port": 443, "protocol": "https", "path": "/"}
    ]
    assert json.loads(tool("plan", *asked, "-o", "json").stdout)["parameters"] == {}
    assert "app.example" in tool("render", *asked, "--domain", "app.example").stdout


def test_a_plan_for_saved_evidence_asks_about_what_was_given_then(tool: Tool, simulator: Simulator) -> None:
    asked = ("-p", "runai-2.9", "--only", "egress.control-plane", "-o", "json")
    tool("audit", *asked, "--no-probes", "--domain", "app.example", "--save-evidence", "e.json")
    planned = json.loads(tool("plan", "--evidence", "e.json", *asked).stdout)
    assert planned["parameters"]["egress"]["endpoints"][0]["host"] == "app.example"


def test_a_host_is_judged_by_it_as_well(tool: Tool) -> None:
    done = tool("host", *NAMED, "--cluster-domain", "10.0.0.1")
    assert findings(done) == [("fail", "10.0.0.1 is an IP address, not a domain name")]


def test_a_certificate_is_judged_by_its_dates_and_names(
    tool: Tool, simulator: Simulator, tmp_path: Path
) -> None:
    certificate(tmp_path / "c.pem", "c.example", "*.c.example", days=20)
    given = ("--tls-certificate", "c.pem", "--cluster-domain", "c.example")
    done = tool("audit", *DATES, "--no-probes", *given, "--save-evidence", "e.json")
    (kept,) = evidence(tmp_path / "e.json")["run"]["certificates"]
    day = kept["notAfter"].partition("T")[0]
    told = [("warn", f"it expires in 20 days, on {day}"), ("pass", "it is for c.example")]
    assert findings(done) == told
    (tmp_path / "c.pem").unlink()
    assert findings(tool("evaluate", "e.json", *DATES)) == told


def test_of_a_certificate_only_facts_are_kept(tool: Tool, simulator: Simulator, tmp_path: Path) -> None:
    certificate(tmp_path / "c.pem", "c.example")
    tool("audit", *DATES, "--no-probes", "--tls-certificate", "c.pem", "--save-evidence", "e.json")
    (kept,) = evidence(tmp_path / "e.json")["run"]["certificates"]
    assert kept.keys() == {"subject", "issuer", "names", "notBefore", "notAfter"}
    told = (kept["subject"], kept["issuer"], kept["names"])
    assert told == ("CN=c.example", "CN=c.example", ["c.example"])
    assert "CERTIFICATE" not in (tmp_path / "e.json").read_text()


def test_every_certificate_of_the_file_counts(tool: Tool, simulator: Simulator, tmp_path: Path) -> None:
    certificate(tmp_path / "own.pem", "c.example")
    certificate(tmp_path / "above.pem", common_name="Corporate CA", days=0)
    whole = (tmp_path / "own.pem").read_text() + (tmp_path / "above.pem").read_text()
    (tmp_path / "c.pem").write_text(whole)
    done = tool("audit", *DATES, "--no-probes", "--tls-certificate", "c.pem")
    statuses = [(each["status"], each["subject"]["name"]) for each in json.loads(done.stdout)["findings"]]
    assert statuses[:2] == [("pass", "CN=c.example"), ("warn", "CN=Corporate CA")]


def test_a_certificate_without_alternative_names_is_for_nobody(
    tool: Tool, simulator: Simulator, tmp_path: Path
) -> None:
    certificate(tmp_path / "c.pem")
    given = ("--tls-certificate", "c.pem", "--cluster-domain", "c.example")
    done = tool("audit", *DATES, "--no-probes", *given)
    assert findings(done)[1] == ("fail", "it is for no host name, not for c.example")


def test_a_certificate_given_later_is_judged_by_the_time_of_the_run(
    tool: Tool, simulator: Simulator, tmp_path: Path
) -> None:
    tool("audit", *DATES, "--no-probes", "--save-evidence", "e.json")
    saved = evidence(tmp_path / "e.json")
    saved["run"] |= {"startedAt": "2020-01-01T00:00:00Z", "endedAt": "2020-01-01T00:01:00Z"}
    (tmp_path / "e.json").write_text(json.dumps(saved))
    certificate(tmp_path / "c.pem", "c.example")
    ((status, message), _) = findings(tool("evaluate", "e.json", *DATES, "--tls-certificate", "c.pem"))
    assert (status, message.partition("before ")[0]) == ("fail", "it is not valid ")


@pytest.mark.usefixtures("simulator")
def test_a_file_with_the_key_in_it_is_refused(tool: Tool, tmp_path: Path) -> None:
    certificate(tmp_path / "c.pem", "c.example")
    key = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"
    (tmp_path / "c.pem").write_text((tmp_path / "c.pem").read_text() + key)
    message = "--tls-certificate c.pem holds a private key: give the certificates only"
    failed(tool("audit", "--tls-certificate", "c.pem"), message)


def test_the_secret_of_the_certificate_is_never_asked_for_whole(
    tool: Tool, start_simulator: StartSimulator, environment: dict[str, str], tmp_path: Path
) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "runai-cluster-domain-tls-secret",
            "namespace": "runai",
            "annotations": {"a": "b"},
        },
        "data": {"tls.key": "c2VjcmV0LWtleQ=="},
    }
    simulator = start_simulator(cluster(*nodes(1), secret))
    environment["KUBECONFIG"] = str(simulator.kubeconfig(tmp_path / "kubeconfig"))
    only = (*JUDGED, "--only", "cluster.tls-secret", "--save-evidence", "e.json")
    assert findings(tool("audit", *only))[0][0] == "pass"
    assert evidence(tmp_path / "e.json")["inventory"]["objects"]["cluster-tls-secret"] == [
        {"metadata": {"name": "runai-cluster-domain-tls-secret", "namespace": "runai"}}
    ]
    assert simulator.requests["get", "secrets"] == 1


def test_addresses_are_among_the_names(tool: Tool, simulator: Simulator, tmp_path: Path) -> None:
    certificate(tmp_path / "c.pem", "c.example", address="10.0.0.7")
    tool("audit", *DATES, "--no-probes", "--tls-certificate", "c.pem", "--save-evidence", "e.json")
    (kept,) = evidence(tmp_path / "e.json")["run"]["certificates"]
    assert kept["names"] == ["c.example", "10.0.0.7"]


@pytest.mark.parametrize(
    ("good", "bad"),
    [(b"san.", b"\xff\xfe\xfd."), (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x04")],
    ids=["name", "version"],
)
@pytest.mark.usefixtures("simulator")
def test_a_certificate_that_cannot_be_read(good: bytes, bad: bytes, tool: Tool, tmp_path: Path) -> None:
    certificate(tmp_path / "c.pem", "san.example")
    der = ssl.PEM_cert_to_DER_cert((tmp_path / "c.pem").read_text())
    (tmp_path / "c.pem").write_text(ssl.DER_cert_to_PEM_cert(der.replace(good, bad)))
    done = tool("audit", "--tls-certificate", "c.pem")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: --tls-certificate c.pem holds a certificate that cannot be read: ")


def test_certificates_are_parsed_only_where_one_is_given(environment: dict[str, str]) -> None:
    code = (
        "import sys; from orchestrator.cli.given import read_given; "
        "read_given('a.example', 'b.example', None); sys.exit('cryptography' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
