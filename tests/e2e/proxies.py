"""Real proxies of Debian's, on the loopback, as an ordinary user: squid, and mitmproxy, which opens TLS."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.probes.servers import free_port

PACKAGES = ("squid", "mitmproxy", "openssl")
USER, PASSWORD = "me", "p4ss@w/rd"
OPEN = "http_access allow all"
CLOSED = "http_access deny all"
WITH_LOGIN = """
auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords
auth_param basic children 1 startup=1
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"""
_ACCOUNT = "proxy"  # which Debian has for this
_DEADLINE = 60.0  # seconds for a proxy to listen
_SQUID = """
http_port 127.0.0.1:{port}
visible_hostname proxy.example
cache deny all
access_log none
cache_log {folder}/cache.log
cache_store_log none
netdb_filename none
pid_filename none
pinger_enable off
coredump_dir {folder}
shutdown_lifetime 0 seconds
"""


@dataclass(frozen=True)
class Proxy:
    """A proxy that listens on this port of the loopback, with its files in the folder."""

    port: int
    folder: Path

    def url(self, login: str = "") -> str:
        """As HTTPS_PROXY has it; `login` is `user:password`, percent-encoded."""
        return f"http://{login}{'@' if login else ''}127.0.0.1:{self.port}"


@contextmanager
def squid(rules: str) -> Iterator[Proxy]:
    """Squid with these rules, which may ask for the password of USER."""
    with _folder() as folder:
        port, file = free_port(), folder / "squid.conf"
        file.write_text((_SQUID + rules).format(port=port, folder=folder))
        hashed = subprocess.run(
            ["openssl", "passwd", "-apr1", PASSWORD], capture_output=True, text=True, check=True
        )
        (folder / "passwords").write_text(f"{USER}:{hashed.stdout}")
        with _running(["/usr/sbin/squid", "-N", "-f", str(file)], Proxy(port, folder)) as proxy:
            yield proxy


@contextmanager
def mitmproxy(trusted: Path, *options: str) -> Iterator[Proxy]:
    """An intercepting proxy that trusts this authority and has one of its own, `mitmproxy-ca-cert.pem`."""
    with _folder() as folder:
        port = free_port()
        shutil.copy(trusted, folder / "trusted.pem")
        listen = ["--listen-host", "127.0.0.1", "--listen-port", str(port)]
        own = [f"confdir={folder}", f"ssl_verify_upstream_trusted_ca={folder}/trusted.pem"]
        settings = [word for setting in own for word in ("--set", setting)]
        command = ["/usr/bin/mitmdump", "--quiet", *listen, *settings, *options]
        with _running(command, Proxy(port, folder)) as proxy:
            yield proxy


@contextmanager
def _folder() -> Iterator[Path]:
    """One that the proxy's account may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="proxy-") as name:
        shutil.chown(name, _ACCOUNT)
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def _running(command: list[str], proxy: Proxy) -> Iterator[Proxy]:
    log = proxy.folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            cwd=proxy.folder,
            env={"HOME": str(proxy.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            user=_ACCOUNT,
            group=_ACCOUNT,
            extra_groups=[],
        )
    try:
        _wait(process, proxy.port, log)
        yield proxy
    finally:
        process.kill()
        process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + _DEADLINE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the proxy does not listen after {_DEADLINE:g} s: {log.read_text()}")
