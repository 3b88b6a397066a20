import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.redact import REDACTED, clean, redact, redact_value, strip_controls

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7\nq8mNfgh2\n-----END RSA PRIVATE KEY-----"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJvcHMifQ.c2lnbmF0dXJl"
DIGEST = "sha256:9b2c1f0e5a7d4c3b8e6f1a2d3c4b5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted]"),
        ('curl -H "Authorization: Basic dXNlcjpwYXNz" x', 'curl -H "Authorization: Basic [redacted]" x'),
        ("sent bearer 0123456789abcdef to it", "sent bearer [redacted] to it"),
        (f"got {JWT}, refused", "got [redacted], refused"),
        ("cut off: eyJhbGciOiJSUzI1NiIsImtpZ", "cut off: [redacted]"),
        ("token=abc&x=1", "token=[redacted]&x=1"),
        ("DB_PASSWORD=hunter2 make", "DB_PASSWORD=[redacted] make"),
        ("password = 'hunter 2'", "password = '[redacted]'"),
        ("login with password: hunter2 failed", "login with password: [redacted] failed"),
        ("  clientSecret: s3cr3t", "  clientSecret: [redacted]"),
        ("- token: abc", "- token: [redacted]"),
        ("{user: ops, password: hunter2}", "{user: ops, password: [redacted]}"),
        ('{"apiKey": "k\\"ey", "host": "h"}', '{"apiKey": "[redacted]", "host": "h"}'),
        ('{\\"token\\":\\"abc\\",\\"host\\":\\"h\\"}', '{\\"token\\":\\"[redacted]\\",\\"host\\":\\"h\\"}'),
        ('{"auths":{"nvcr.io":{"auth":"JG9hdXRodG9rZW4="}}}', '{"auths":{"nvcr.io":{"auth":"[redacted]"}}}'),
        ("secret: |\n  line one\n  line two\nnext: 1", "secret: [redacted]\nnext: 1"),
        ("docker login --password hunter2 -u ops", "docker login --password [redacted] -u ops"),
        ("http://ops:hunter2@proxy:3128/", "http://ops:[redacted]@proxy:3128/"),
        ("https://b.blob/c?sv=1&sig=aB%2F1&se=2", "https://b.blob/c?sv=1&sig=[redacted]&se=2"),
        (f"key:\n{PEM}\nend", "key:\n[redacted]\nend"),
        (PEM.replace("\n", "\\n"), REDACTED),
        (PEM[:50], REDACTED),
        (f"key {base64.b64encode(PEM.encode()).decode()}", "key [redacted]"),
        ("    client-key-data: LS0tLS1CRUdJTiBFQyB", "    client-key-data: [redacted]"),
        ("AWS key AKIAIOSFODNN7EXAMPLE", "AWS key [redacted]"),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfi", "aws_secret_access_key = [redacted]"),
        ("k8s-aws-v1.aHR0cHM6Ly9zdHM", "[redacted]"),
        ("nvapi-0123456789abcdefghij", "[redacted]"),
        ("ghp_0123456789abcdefghij0123456789abcdef", "[redacted]"),
    ],
)
def test_secrets_are_taken_out_and_what_surrounds_them_stays(text: str, told: str) -> None:
    assert redact(text) == told


@pytest.mark.parametrize(
    "text",
    [
        DIGEST,
        f"docker.io/library/python@{DIGEST}",
        "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "uid: 6f1e9c1a-58a4-4c0c-9b0e-2b7f0b0f3d11",
        "ip-10-0-1-12.eu-west-1.compute.internal",
        "gke-asia-east1-token-pool-0b1c2d3e-x7k9",
        "aws:///us-east-1a/i-0abcd1234ef567890",
        "registry.example:5000/vault-secret:v1.2",
        'secret "runai-reg-creds" not found',
        "failed to fetch oauth token: unexpected status: 403 Forbidden",
        'Www-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
        "Bearer authentication is not supported",
        "automountServiceAccountToken: false",
        "token: null",
        "secretName: runai-cluster-domain-tls-secret",
        "secrets:\n  - name: a",
        "MountVolume.SetUp failed for volume kube-api-access : configmap not registered",
        "https://10.0.0.1:6443/api/v1/nodes?limit=500",
        "git@github.com:run-ai/docs.git",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t",
        "--discovery-token-ca-cert-hash " + DIGEST,
        "the token's lifetime; keyboard; tokenize; passwordless",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07rest", "rest"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1bcreset", "reset"),
        ("a\x00b\x08c\x7f", "abc"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("tab\tand\r\nlines\rstay\u2028so", "tab\tand\nlines\nstay\nso"),
        ("größe 東京 ✓", "größe 東京 ✓"),
    ],
)
def test_terminal_sequences_and_controls_are_stripped(text: str, told: str) -> None:
    assert strip_controls(text) == told


def test_a_secret_cannot_hide_behind_a_control_character() -> None:
    assert redact("pass\u200bword=hun\x1b[0mter2") == "password=[redacted]"


def test_clean_makes_one_bounded_line() -> None:
    assert clean("  a\n\n b\t\x1b[1mc ") == "a b c"
    assert clean("x" * 10, limit=10) == "x" * 10
    assert clean("x" * 11, limit=10) == "xxxxxxx..."


def test_values_are_redacted_at_any_depth_and_by_their_names() -> None:
    inner = {"apiKey": "k", "ok": True}
    value = {"proxy": ["http://u:p@h"], "password": "x y", "token": None, "n": 3, "in": inner}
    assert redact_value(value) == {
        "proxy": ["http://u:[redacted]@h"],
        "password": REDACTED,
        "token": None,
        "n": 3,
        "in": {"apiKey": REDACTED, "ok": True},
    }


PIECES = [
    *(
        "password",
        "token",
        "secret:",
        "Authorization: ",
        "Bearer ",
        "Basic ",
        "--",
        "sig=",
        "://",
        "@",
        "u:p",
    ),
    *(
        "=",
        ": ",
        ":",
        "\n",
        "  ",
        "- ",
        "{",
        "}",
        ", ",
        '"',
        "'",
        "\\",
        "|",
        "[",
        "]",
        ".",
        ";",
        "/",
        "?",
        "&",
    ),
    *(
        "\x1b[31m",
        "\x1b",
        "\x9b",
        "\r",
        "\u202e",
        "\ud800",
        REDACTED,
        JWT,
        PEM,
        PEM[:40],
        "AKIAIOSFODNN7EXAMPLE",
    ),
    *("abc123", "a" * 30, "true", "null", "auth", "LS0tLS1CRUdJTiB", "x-amz-signature=", "glpat-", "ghp_"),
]
FOREIGN = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14).map("".join)


@settings(deadline=None)
@given(FOREIGN)
def test_redacting_again_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@settings(deadline=None)
@given(FOREIGN, st.integers(min_value=10, max_value=60))
def test_clean_never_exceeds_its_limit_and_is_stable(text: str, limit: int) -> None:
    line = clean(text, limit)
    assert len(line) <= limit
    assert strip_controls(line) == line
    assert line.splitlines() in ([], [line])
    assert clean(line, limit) == line


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FOREIGN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FOREIGN, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=50)
@given(JSON)
def test_redacting_a_value_again_changes_nothing(value: object) -> None:
    once = redact_value(value)
    assert redact_value(once) == once
