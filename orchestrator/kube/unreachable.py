"""Why a request got no answer, in one sentence, and what to look at."""

import ssl
from typing import Any, NamedTuple

from orchestrator import errors
from orchestrator.kube.faults import attempt
from orchestrator.kube.paths import ResourcePath
from orchestrator.redact import clean


class _Cause(NamedTuple):
    """An exception that tells the cause; `what` is None where its own words do."""

    kind: type[BaseException]
    what: str | None
    hint: str


def unreachable(verb: str, path: ResourcePath, server: str, error: Exception) -> errors.Unreachable:
    """The error of a request that got no HTTP answer."""
    what, hint = _explain(error)
    message = f"{attempt(verb, path)}: no answer from {server}: {what}"
    return errors.Unreachable(message, verb=verb, resource=path.noun, hint=hint)


def is_lasting(error: BaseException) -> bool:
    """Whether asking again cannot help: a certificate is no less wrong a second later."""
    return any(isinstance(each, ssl.SSLCertVerificationError) for each in _chain(error))


def _explain(error: Exception) -> tuple[str, str]:
    chain = _chain(error)
    for cause in _causes():
        found = next((each for each in chain if isinstance(each, cause.kind)), None)
        if found:
            return cause.what or f"TLS: {_tls_words(found)}", cause.hint
    return clean(str(error)) or type(error).__name__, "Check the server's address in the kubeconfig."


def _causes() -> tuple[_Cause, ...]:
    """The causes that can be told, the telling ones before those that they come wrapped in."""
    from urllib3 import exceptions as http

    slow = "The API server is overloaded, or something in between drops packets."
    broken = "Try again; if it persists, look at the proxies and load balancers in between."
    return (
        _Cause(http.ProxyError, "the proxy cannot be reached", "Check proxy-url, HTTPS_PROXY and NO_PROXY."),
        _Cause(ssl.SSLCertVerificationError, None, "Check the cluster's certificate-authority and server."),
        _Cause(ssl.SSLError, None, "Check that the server's address is the https port of an API server."),
        _Cause(
            http.NameResolutionError,
            "its name cannot be resolved",
            "Check the server's address, DNS and the VPN.",
        ),
        _Cause(
            ConnectionRefusedError, "connection refused", "Check that an API server runs at that address."
        ),
        _Cause(ConnectionError, "the connection broke", broken),
        _Cause(http.ProtocolError, "the connection broke", broken),
        _Cause(http.ReadTimeoutError, "it took too long", slow),
        _Cause(http.ConnectTimeoutError, "connecting timed out", "Check the address, the VPN and firewalls."),
        _Cause(TimeoutError, "it took too long", slow),
    )


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and all that it was made of, outermost first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = _inner(error)
    return found


def _inner(error: BaseException) -> BaseException | None:
    """What urllib3 wrapped keeps itself in an attribute or an argument, not only as the cause."""
    kept: tuple[Any, ...] = (
        getattr(error, "original_error", None),
        error.__cause__,
        error.__context__,
        *error.args,
    )
    return next((each for each in kept if isinstance(each, BaseException)), None)


def _tls_words(error: BaseException) -> str:
    words = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
    return clean(str(words))
