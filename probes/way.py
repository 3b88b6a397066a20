"""One way to one endpoint, stage by stage until one fails: resolve, tcp, proxy, tls, then what is asked."""

from __future__ import annotations

import socket
import ssl
import time
from functools import partial

from dnsclient import Address, look_up
from shared import Fault
from tasks import Deadline
from wire import Malformed, parse_certificate, read_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from endpoint import Endpoint, Proxy
    from shared import Json, T
    from wire import Head

HERE = __file__.rpartition("/")[0] or "."
USER_AGENT = "runai-preflight"
TELLING = ("refused", "timeout", "unreachable")  # when several addresses fail, the first of these is the code
PROXY_CODES = {
    403: "proxy-forbidden",
    407: "proxy-auth-required",
    **dict.fromkeys((400, 404, 405, 501), "proxy-not-proxy"),  # what web servers say to CONNECT
}
VERIFY_CODES = {
    **dict.fromkeys((2, 19, 20, 21), "unknown-issuer"),
    9: "cert-not-yet-valid",
    10: "cert-expired",
    18: "self-signed",
    **dict.fromkeys((62, 64), "hostname-mismatch"),
}
CUT_OFF = ("UNEXPECTED_EOF_WHILE_READING",)
NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
    "UNEXPECTED_MESSAGE",
)


def beside(path: str) -> str:
    """A relative path leads from this file: what travels with the probes lies there."""
    return path if not path or path.startswith("/") else f"{HERE}/{path}"


def trust_store() -> str | None:
    """Where this image keeps the authorities it trusts; null means that it has none."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath


class Trust:
    """The TLS contexts of a run: one verifies as the pod's programs do, the other only looks."""

    def __init__(self, ca_file: str) -> None:
        self.verifying = ssl.create_default_context()
        # Python 3.13 asks more of a chain than Go and curl do, which are what reaches out for Run:ai.
        self.verifying.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if ca_file:
            try:
                self.verifying.load_verify_locations(ca_file)
            except OSError as error:
                raise Fault("bad-parameters", f"the CA file {ca_file} cannot be used: {error}") from None
        self.blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.blind.check_hostname = False
        self.blind.verify_mode = ssl.CERT_NONE


class Way:
    """Directly or through a proxy; `entry` has the stage and the certificate's issuer, `detail` the rest."""

    def __init__(self, endpoint: Endpoint, proxy: Proxy | None, trust: Trust, deadline: Deadline) -> None:
        self.endpoint = endpoint
        self.proxy = proxy
        self.deadline = deadline
        self.entry: Json = {"stage": "resolve"}
        self.detail: Json = {"ms": {}}
        self._trust = trust

    def reach(self, use: Callable[[socket.socket], T]) -> T:
        """What `use` makes of the stream that leads there, encrypted where the protocol is https."""
        target = self.proxy or self.endpoint
        addresses = self.stage("resolve", lambda: look_up(target.host, target.port, self.deadline.left()))
        with self.stage("tcp", lambda: self._connect(addresses)) as plain:
            if self.proxy:
                self.stage("proxy", lambda: self._tunnel(plain))
            if self.endpoint.protocol != "https":
                return use(plain)
            with self.stage("tls", lambda: self._encrypt(plain)) as secure:
                return use(secure)

    def stage(self, name: str, step: Callable[[], T]) -> T:
        """Take the step under this name; how long it took goes into the detail."""
        self.entry["stage"] = name
        started = time.monotonic()
        try:
            return step()
        finally:
            self.detail["ms"][name] = round((time.monotonic() - started) * 1000, 1)

    def _connect(self, addresses: list[Address]) -> socket.socket:
        failures: dict[str, str] = {}
        for left, address in zip(range(len(addresses), 0, -1), addresses):
            try:
                connection = _connect_to(address, Deadline(self.deadline.left() / left))
            except OSError as error:
                failures[address.host] = _connect_code(error)
                self.detail["failures"] = failures
                continue
            self.detail["address"] = address.host
            self.detail["mss"] = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
            return connection
        code = next(code for code in TELLING if code in failures.values())
        told = ", ".join(f"{host}: {failure}" for host, failure in failures.items())
        raise Fault("proxy-refused" if self.proxy and code == "refused" else code, told)

    def _tunnel(self, plain: socket.socket) -> None:
        authorization = self.proxy and self.proxy.authorization
        extra = {"Proxy-Authorization": authorization} if authorization else {}
        codes = {"timeout": "timeout", "reset": "proxy-error", "garbage": "proxy-not-proxy"}
        head = self.exchange(plain, f"CONNECT {self.endpoint}", {"Host": str(self.endpoint), **extra}, codes)
        self.detail["proxyStatus"] = head.status
        if head.status // 100 != 2:
            code = PROXY_CODES.get(head.status, "proxy-error")
            raise Fault(code, f"the proxy answered CONNECT with {head.status}")

    def _encrypt(self, plain: socket.socket) -> ssl.SSLSocket:
        try:
            peer = Address(plain.family, plain.getpeername())
            secure = self._handshake(plain, self._trust.verifying)
        except ssl.SSLCertVerificationError as error:
            self.detail["verified"] = False
            self._look_at_certificate(peer)
            code = VERIFY_CODES.get(error.verify_code, "cert-invalid")
            raise Fault(code, error.verify_message) from None
        except socket.timeout:
            raise Fault("tls-timeout", "the TLS handshake got no answer") from None
        except OSError as error:
            raise Fault(_tls_code(error), str(error)) from None
        self.detail["verified"] = True
        self._note_certificate(secure)
        return secure

    def _handshake(self, plain: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        plain.settimeout(self.deadline.for_socket())
        return context.wrap_socket(plain, server_hostname=self.endpoint.host.rstrip("."))

    def _look_at_certificate(self, peer: Address) -> None:
        """Connect once more without verifying: a failed handshake does not show the certificate."""
        try:
            with self._connect([peer]) as plain:
                if self.proxy:
                    self._tunnel(plain)
                with self._handshake(plain, self._trust.blind) as secure:
                    self._note_certificate(secure)
        except (OSError, Fault) as error:
            self.detail["certificate"] = f"could not be looked at: {error}"

    def _note_certificate(self, secure: ssl.SSLSocket) -> None:
        self.detail["tls"] = secure.version()
        try:
            certificate = parse_certificate(secure.getpeercert(binary_form=True) or b"")
        except Malformed as error:
            self.detail["certificate"] = str(error)
            return
        issuer = certificate["issuer"]
        names = filter(None, (issuer.get("organization"), issuer.get("commonName")))
        self.entry["issuer"] = " / ".join(names) or "nameless"
        self.detail["certificate"] = certificate

    def exchange(
        self, stream: socket.socket, line: str, headers: dict[str, str], codes: dict[str, str]
    ) -> Head:
        """Send a request and read the answer's head; the `codes` name a timeout, a reset and garbage."""
        fields = {**headers, "User-Agent": USER_AGENT}
        request = f"{line} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        try:
            stream.settimeout(self.deadline.for_socket())
            stream.sendall(f"{request}\r\n".encode("ascii"))
            return read_head(partial(self._receive, stream))
        except socket.timeout:
            raise Fault(codes["timeout"], "no HTTP answer came in time") from None
        except OSError as error:
            raise Fault(codes["reset"], str(error)) from None
        except Malformed as error:
            raise Fault(codes["garbage"], str(error)) from None

    def _receive(self, stream: socket.socket, count: int) -> bytes:
        stream.settimeout(self.deadline.for_socket())
        piece = stream.recv(count)
        if not piece:
            raise ConnectionError("the connection was closed before the answer's head had come")
        return piece


def _connect_to(address: Address, deadline: Deadline) -> socket.socket:
    connection = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        connection.settimeout(deadline.for_socket())
        connection.connect(address.target)
    except OSError:
        connection.close()
        raise
    return connection


def _connect_code(error: OSError) -> str:
    if isinstance(error, (socket.timeout, TimeoutError)):
        return "timeout"
    return "refused" if isinstance(error, ConnectionRefusedError) else "unreachable"


def _tls_code(error: OSError) -> str:
    if not isinstance(error, ssl.SSLError) or isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "tls-reset"
    if error.reason in CUT_OFF:
        return "tls-reset"
    return "not-tls" if error.reason in NOT_TLS else "tls-error"
