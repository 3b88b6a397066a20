"""What others wrote, made fit to be shown and kept: no secrets, no terminal sequences, no controls."""

import re
from typing import Any

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

_PASSWORD = r"(?:passw(?:or)?d|passphrase)"  # noqa: S105
_KEY = (
    rf"(?:{_PASSWORD}|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|account[_-]?key"
    r"|authorization|client-(?:key|certificate)-data)"
)
_SCHEME = r"(?:bearer|basic|digest|negotiate|token)"
_OPTION = rf"(?:{_PASSWORD}|token|api-key|access-key|secret-key|client-secret)"
_QUOTED = r"(?P<quote>\\?[\"'])(?!\[redacted\])(?:(?!(?P=quote))(?:\\.|[^\\\n]))+"
# A bare value; those that cannot be a secret, and what stands redacted already, are let be.
_BARE = rf"(?!(?:true|false|null|none|~|{_SCHEME})(?![^\s,;&}}\])])|\[redacted\])[^\s,;&}}\])\"'\\]+"
_VALUE = rf"(?:{_QUOTED}|{_BARE})"
_PEM = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----"

# `keep` stays as it is, and so does an opening `quote`.
_PAIRS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i)(?P<keep>\bauthorization\\?[\"']?\s*[:=]\s*\\?[\"']?{_SCHEME}\s+)(?!\[redacted\])[^\s,;\"'\\]+",
        r"(?i)(?P<keep>\bbearer\s+)(?=[^\s\d]*\d|\S{24})[\w.~+/-]{8,}=*",
        rf"(?i)(?P<keep>{_KEY}\\?[\"']\s*:\s*){_VALUE}",  # JSON, also within a string
        r"(?P<keep>[\"']auth\\?[\"']\s*:\s*\\?[\"'])[A-Za-z0-9+/]{8,}={0,2}",  # Docker's configuration
        rf"(?i)(?P<keep>{_KEY}[ \t]*=[ \t]*){_VALUE}",
        rf"(?i)(?P<keep>{_PASSWORD}:[ \t]*){_VALUE}",
        rf"(?im)(?P<keep>^(?P<margin>[ \t]*)(?:- +)*[\w./-]*?{_KEY}:[ \t]+)[|>][+-]?(?:\n(?P=margin)[ \t]+.*)+",
        rf"(?im)(?P<keep>^[ \t]*(?:- +)*[\w./-]*?{_KEY}:[ \t]+){_VALUE}",  # YAML, one pair a line
        rf"(?i)(?P<keep>[{{,][ \t]*[\w./-]{{0,60}}?{_KEY}:[ \t]+){_VALUE}",  # YAML, {in: braces}
        rf"(?i)(?P<keep>(?<![\w-])--?[\w-]{{0,40}}?{_OPTION}[ \t]+)(?!-){_VALUE}",
        r"(?P<keep>\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@\"'<>]*:)(?!\[redacted\]@)[^\s/\"'<>]+(?=@)",
        r"(?i)(?P<keep>[?&](?:sig|x-(?:amz|goog)-(?:signature|credential|security-token))=)(?!\[)[^\s&\"']+",
    )
)
_SECRETS = re.compile(
    rf"{_PEM}(?s:.){{0,16384}}?-----END [A-Z0-9 ]{{0,40}}PRIVATE KEY-----"
    rf"|{_PEM}(?:[A-Za-z0-9+/=\s]|\\[nr])*"  # cut off
    r"|\bLS0tLS1CRUdJTiB(?!DRVJU)[A-Za-z0-9+/=]{8,}"  # the same in base64, certificates excepted
    r"|\beyJ[\w-]{14,}(?:\.[\w-]*){0,2}"  # JWTs and other JSON in base64
    r"|\bk8s-aws-v1\.[\w-]+"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|nvapi-|xox[abprs]-)[\w-]{16,}"
    r"|\bAIza[\w-]{35}\b"
)


def strip_controls(text: str) -> str:
    """The text without terminal sequences, controls and invisible characters; lines and tabs stay."""
    return _INVISIBLE.sub("", _LINE_END.sub("\n", _SEQUENCE.sub("", text)))


def clean(text: str, limit: int = MAX_LINE) -> str:
    """The text as one line of at most `limit` characters, fit for any terminal."""
    line = " ".join(strip_controls(text[: 16 * limit]).split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def redact(text: str) -> str:
    """The text, of any number of lines, without what looks like a secret and without control characters."""
    text = _SECRETS.sub(REDACTED, strip_controls(text))
    for pair in _PAIRS:
        text = pair.sub(_hide, text)
    return text


def _hide(match: re.Match[str]) -> str:
    return f"{match['keep']}{match.groupdict().get('quote') or ''}{REDACTED}"


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
