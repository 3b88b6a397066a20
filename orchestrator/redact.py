"""What others wrote, made fit to be shown and kept: no secrets, no terminal sequences, no controls."""

import re
from typing import Any, NamedTuple, Self

REDACTED = "[redacted]"
MAX_LINE = 500

_SEQUENCE = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS: payload too
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    r"|\x1b[ -/]*[0-~]?"
)
# Controls but tab and newline, marks of direction and other invisible characters, surrogates.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_END = re.compile(r"\r\n|[\r\x85\u2028\u2029]")

_DONE = r"(?!\[redacted\])"
_PASSWORD = r"(?:passw(?:or)?d|passphrase)"  # noqa: S105
_KEY = (
    rf"(?:{_PASSWORD}|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|account[_-]?key"
    r"|authorization|client-(?:key|certificate)-data)"
)
_OPTION = rf"(?:{_PASSWORD}|token|api-key|access-key|secret-key|client-secret)"
_SCHEME = r"(?:bearer|basic|digest|negotiate|token)"
_QUOTED = rf"(?P<quote>\\?[\"']){_DONE}(?:(?!(?P=quote))(?:\\.|[^\\\n]))+"
_HARMLESS = rf"(?!(?:true|false|null|none|~|{_SCHEME})(?![^\s,;&}}\])]))"
_VALUE = rf"(?:{_QUOTED}|{_DONE}{_HARMLESS}[^\s,;&}}\])\"'\\]+)"
_LINE = rf"^(?P<margin>[ \t]*)(?:- +)*[\w./-]*?{_KEY}:[ \t]+"
_PEM = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----"

_OF_PASSWORDS = ("passw", "passphrase")
_OF_KEYS = (*_OF_PASSWORDS, "secret", "token", "key", "authorization", "client-certificate-data")


class _Rule(NamedTuple):
    """A pattern of a secret, and the words of which one stands in any text that it matches.

    What the pattern names `keep` and `quote` is kept.
    """

    words: tuple[str, ...]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, words: str | tuple[str, ...], pattern: str) -> Self:
        return cls((words,) if isinstance(words, str) else words, re.compile(pattern))


_RULES = (
    _Rule.of("private key-----", _PEM + r"(?s:.){0,16384}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----"),
    _Rule.of("private key-----", _PEM + r"(?:[A-Za-z0-9+/=\s]|\\[nr])*"),  # cut off
    _Rule.of("ls0tls1crudjtib", r"\bLS0tLS1CRUdJTiB(?!DRVJU)[A-Za-z0-9+/=]{8,}"),  # base64, no certificate
    _Rule.of("eyj", r"\beyJ[\w-]{14,}(?:\.[\w-]*){0,2}"),  # JWTs, and other JSON in base64
    _Rule.of("k8s-aws-v1.", r"\bk8s-aws-v1\.[\w-]+"),
    _Rule.of(("akia", "asia"), r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    _Rule.of(("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_\w{16,}"),
    _Rule.of(("github_pat_", "glpat-", "nvapi-"), r"\b(?:github_pat_|glpat-|nvapi-)[\w-]{16,}"),
    _Rule.of("aiza", r"\bAIza[\w-]{35}\b"),
    _Rule.of(
        "authorization",
        rf"(?i)(?P<keep>\bauthorization\\?[\"']?\s*[:=]\s*\\?[\"']?{_SCHEME}\s+){_DONE}[^\s,;\"'\\]+",
    ),
    _Rule.of("bearer", r"(?i)(?P<keep>\bbearer\s+)(?=[a-z_.~+/-]*\d|[\w.~+/-]{24})[\w.~+/-]{8,}=*"),
    _Rule.of(_OF_KEYS, rf"(?i)(?P<keep>{_KEY}\\?[\"']\s*:\s*){_VALUE}"),  # JSON, also within a string
    _Rule.of("auth", r"(?P<keep>[\"']auth\\?[\"']\s*:\s*\\?[\"'])[A-Za-z0-9+/]{8,}={0,2}"),  # Docker's own
    _Rule.of(_OF_KEYS, rf"(?i)(?P<keep>{_KEY}[ \t]*=[ \t]*){_VALUE}"),
    _Rule.of(_OF_PASSWORDS, rf"(?i)(?P<keep>{_PASSWORD}:[ \t]*){_VALUE}"),
    _Rule.of(_OF_KEYS, rf"(?im)(?P<keep>{_LINE})[|>][+-]?(?:\n(?P=margin)[ \t]+.*)+"),  # YAML, several lines
    _Rule.of(_OF_KEYS, rf"(?im)(?P<keep>{_LINE}){_VALUE}"),  # YAML, one pair a line
    _Rule.of(_OF_KEYS, rf"(?i)(?P<keep>[{{,][ \t]*[\w./-]{{0,60}}?{_KEY}:[ \t]+){_VALUE}"),  # YAML in braces
    _Rule.of(_OF_KEYS, rf"(?i)(?P<keep>(?<![\w-])--?[\w-]{{0,40}}?{_OPTION}[ \t]+)(?!-){_VALUE}"),
    _Rule.of("@", rf"(?P<keep>\b[a-z][a-z0-9+.-]{{0,20}}://[^\s/:@\"'<>]*:){_DONE}[^\s/\"'<>]+(?=@)"),
    _Rule.of(
        ("sig=", "x-amz-", "x-goog-"),
        rf"(?i)(?P<keep>[?&](?:sig|x-(?:amz|goog)-(?:signature|credential|security-token))=){_DONE}[^\s&\"']+",
    ),
)


_EVERY_WORD = {word for rule in _RULES for word in rule.words}
_WORDS = sorted(w for w in _EVERY_WORD if not any(part in w for part in _EVERY_WORD - {w}))


def strip_controls(text: str) -> str:
    """The text without terminal sequences, controls and invisible characters; lines and tabs stay."""
    if text.isprintable():
        return text
    return _INVISIBLE.sub("", _LINE_END.sub("\n", _SEQUENCE.sub("", text)))


def one_line(text: str) -> str:
    """The text without controls and with its lines joined, so that it cannot pass for lines of its own."""
    return strip_controls(text).replace("\n", " ")


def clean(text: str, limit: int = MAX_LINE) -> str:
    """The text as one line of at most `limit` characters, fit for any terminal."""
    line = " ".join(strip_controls(text[: 16 * limit]).split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def may_hold_secret(text: str) -> bool:
    """Whether `redact` would look closer: quick, and true of much that holds none."""
    lowered = text.lower()
    return any(word in lowered for word in _WORDS)


def redact(text: str) -> str:
    """The text, of any number of lines, without what looks like a secret and without controls."""
    text = strip_controls(text)
    if not may_hold_secret(text):
        return text
    lowered = text.lower()
    for words, pattern in _RULES:
        if any(word in lowered for word in words):
            text = pattern.sub(_hide, text)
    return text


def _hide(match: re.Match[str]) -> str:
    groups = match.groupdict("")
    return f"{groups.get('keep', '')}{groups.get('quote', '')}{REDACTED}"


_SECRET_NAME = re.compile(rf"(?i){_KEY}$")


def redact_value(value: Any) -> Any:
    """A JSON value whose strings are redacted, those under a telling name (`password`) altogether."""
    match value:
        case str():
            return redact(value)
        case dict():
            return {redact(str(name)): _redact_member(str(name), member) for name, member in value.items()}
        case list() | tuple():
            return [redact_value(item) for item in value]
        case _:
            return value


def _redact_member(name: str, member: Any) -> Any:
    hidden = isinstance(member, str) and member and _SECRET_NAME.search(name)
    return REDACTED if hidden else redact_value(member)
