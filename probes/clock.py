"""This machine's clock against the Date header of an HTTP server."""

from __future__ import annotations

import math
import socket
import time

from tasks import Deadline
from wire import Malformed, parse_date, read_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

REQUEST_TIMEOUT = 3.0  # seconds
BUDGET = 1.2  # seconds of asking: enough to see one second begin
INTERVAL = 0.1  # seconds between requests
PRECISE = 0.1  # seconds of uncertainty that end the asking early


class Reference:
    """An HTTP server that tells the time: the host, its port and whether it speaks TLS."""

    def __init__(self, host: str, port: int, tls: bool) -> None:
        self.host = host
        self.port = port
        self.tls = tls

    @classmethod
    def parse(cls, url: str) -> Reference:
        """The server of an http or https URL; ValueError for anything else."""
        from urllib.parse import urlsplit

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("clockReference must be an http or https URL")
        tls = parts.scheme == "https"
        return cls(parts.hostname, parts.port or (443 if tls else 80), tls)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def connect(self) -> socket.socket:
        """A connection; the certificate is not verified, for nothing secret is sent or believed."""
        plain = socket.create_connection((self.host, self.port), REQUEST_TIMEOUT)
        if not self.tls:
            return plain
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            return context.wrap_socket(plain, server_hostname=self.host)
        except OSError:
            plain.close()
            raise

    def ask(self) -> tuple[float, float]:
        """The least and the most, in seconds, that this clock can be ahead of the server's."""
        with self.connect() as connection:
            request = f"HEAD / HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n"
            sent = time.time()
            connection.sendall(request.encode("ascii"))
            head = read_head(connection.recv)
            received = time.time()
        date = parse_date(head.headers.get("date", ""))
        return sent - (date + 1), received - date  # the header's second may just have begun, or be over


def observe_skew(reference: Reference) -> Json:
    """Seconds that this clock is ahead, ± the uncertainty; null with the reason where it cannot be told."""
    budget = Deadline(BUDGET)
    low, high = -math.inf, math.inf
    try:
        while high - low > 2 * PRECISE and (budget.left() or high == math.inf):
            least, most = reference.ask()
            low, high = max(low, least), min(high, most)
            time.sleep(INTERVAL)
    except (OSError, Malformed) as error:
        if high == math.inf:
            reason = f"{reference} did not tell the time: {error or type(error).__name__}"
            return {"skewSeconds": None, "reference": str(reference), "reason": reason}
    # Behind one address several servers may disagree: then the span between them is the uncertainty.
    return {
        "skewSeconds": round((low + high) / 2, 3),
        "uncertaintySeconds": round(abs(high - low) / 2, 3),
        "reference": str(reference),
    }
