"""Observes name resolution as a pod has it: the cluster's DNS, the search list, outside resolvers."""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce

if __name__ == "__main__":
    announce("dns")  # before the imports, which take longer than the interpreter's own start

import time
from functools import partial

from dnsclient import Server, ask, ask_tcp, ask_udp, look_up, milliseconds, timed
from shared import Fault, Observation, read, run
from tasks import parallel, start
from wire import AAAA, A

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from shared import Json

SERVICE = "kubernetes.default.svc"  # the API's own
USUAL_DOMAIN = "cluster.local"
DNS_PORT = 53
USUAL_NAMESERVER = "127.0.0.1"  # what the C libraries ask where resolv.conf names none
MAX_NAMESERVERS = 3  # those that the C libraries ask
MAX_NDOTS = 15
LOOKUP_TIMEOUT = 8.0  # seconds
OUTSIDE = ("names", "resolvers")  # their addresses are detail
SILENT = ("timeout", "unreachable")


class Configuration:
    """What /etc/resolv.conf says."""

    def __init__(self, text: str) -> None:
        self.nameservers: list[str] = []
        self.search: list[str] = []
        self.options: list[str] = []
        for words in (line.split() for line in text.splitlines()):
            if words[:1] == ["nameserver"]:
                self.nameservers += words[1:2]
            elif words[:1] in (["search"], ["domain"]):
                self.search = words[1:]
            elif words[:1] == ["options"]:
                self.options += words[1:]

    def summary(self) -> Json:
        """What checks want to know of it."""
        return {
            "nameservers": self.nameservers,
            "search": self.search,
            "ndots": self.ndots,
            "options": self.options,
        }

    @property
    def ndots(self) -> int:
        """Dots that a name needs to be tried as it is before the search list."""
        values = [option[6:] for option in self.options if option.startswith("ndots:")]
        return min(int(values[-1]), MAX_NDOTS) if values and values[-1].isdigit() else 1

    @property
    def cluster_domain(self) -> str:
        """The domain of the cluster's Services, which the kubelet puts into the search list after `svc.`."""
        found = [domain[4:].rstrip(".") for domain in self.search if domain.startswith("svc.")]
        return found[0] if found else USUAL_DOMAIN

    def candidates(self, name: str) -> list[str]:
        """The absolute names that stand for this name, in the order in which they are tried."""
        if name.endswith("."):
            return [name]
        absolute, searched = [name + "."], [f"{name}.{domain.rstrip('.')}." for domain in self.search]
        return absolute + searched if name.count(".") >= self.ndots else searched + absolute


def resolve(name: str) -> Json:
    """The name through the C library, as an outcome like those of single questions."""
    started = time.monotonic()
    addresses: list[str] = []
    code = "answer"
    try:
        addresses = sorted({address.host for address in look_up(name, 0, LOOKUP_TIMEOUT)})
    except Fault as fault:
        code = fault.code
    return {"code": code, "ms": milliseconds(started), "addresses": addresses}


def ask_in_turn(servers: list[Server], name: str, kind: int = A) -> Json:
    """The first answer of the servers, asked in their order as long as they are silent."""
    outcome: Json = {}
    for server in servers:
        outcome = {"server": server.address, **ask(server, name, kind)}
        if outcome["code"] not in SILENT:
            break
    return outcome


def walk(servers: list[Server], names: list[str]) -> Json:
    """Ask for names in turn, IPv4 and IPv6, until one has an address, and count the questions."""
    started = time.monotonic()
    queries = 0
    codes = [""]
    for name in names:
        outcomes = parallel(partial(ask_in_turn, servers, name), (A, AAAA))
        queries += len(outcomes)
        codes = [outcome["code"] for outcome in outcomes]
        if "answer" in codes or set(codes) & set(SILENT):
            break
    code = "answer" if "answer" in codes else codes[0]
    return {"code": code, "queries": queries, "ms": milliseconds(started)}


def observe_cluster(servers: list[Server], name: str) -> Json:
    """The cluster's own name from each nameserver, and through the C library."""
    lookup = start(partial(resolve, name))
    asked = parallel(lambda server: {"server": server.address, **ask(server, name)}, servers)
    return {"name": name, "servers": asked, "getaddrinfo": lookup(None)}


def observe_search_cost(servers: list[Server], configuration: Configuration, name: str) -> Json:
    """What the search list costs an outside name, against the same name with its dot."""
    ways = configuration.candidates(name.rstrip(".")), [name.rstrip(".") + "."]
    relative, absolute = parallel(partial(walk, servers), ways)
    return {"name": name, "relative": relative, "absolute": absolute}


def observe_resolver(resolver: Json) -> Json:
    """An outside resolver over UDP and over TCP; one given by name is resolved first."""
    try:
        host, query = str(resolver["address"]), str(resolver["query"])
        port = int(resolver.get("port", DNS_PORT))
    except (KeyError, TypeError, ValueError):
        raise Fault("bad-parameters", "a resolver needs an address, a query and perhaps a port") from None
    found = resolve(host)
    if not found["addresses"]:
        return {"resolver": host, "port": port, "query": query, "stage": "resolve", **found}
    server = Server(found["addresses"][0], port)
    udp, tcp = parallel(lambda send: timed(partial(send, server, query)), (ask_udp, ask_tcp))
    return {
        "resolver": host,
        "port": port,
        "query": query,
        "stage": "query",
        "server": server.address,
        "udp": udp,
        "tcp": tcp,
    }


def without_addresses(value: object) -> object:
    """The same, without what outside names resolved to: that is detail."""
    if isinstance(value, dict):
        return {
            key: without_addresses(one) for key, one in value.items() if key not in ("addresses", "server")
        }
    return [without_addresses(one) for one in value] if isinstance(value, list) else value


def observe(observation: Observation) -> None:
    """Everything that a pod can tell of its name resolution, all questions at the same time."""
    parameter, data = observation.parameter, observation.data
    names: list[str] = parameter("names", [])
    hosts: list[str] = parameter("hosts", [])
    resolvers: list[Json] = parameter("resolvers", [])
    port = parameter("port", DNS_PORT)
    text = read(parameter("resolvConf", "/etc/resolv.conf")) or ""
    observation.detail["resolvConf"] = text
    configuration = Configuration(text)
    data.update(configuration.summary())
    addresses = configuration.nameservers[:MAX_NAMESERVERS] or [USUAL_NAMESERVER]
    servers = [Server(address, port) for address in addresses]
    cluster_name = parameter("clusterName", f"{SERVICE}.{configuration.cluster_domain}")
    questions: dict[str, Callable[[], object]] = {
        "cluster": partial(observe_cluster, servers, cluster_name),
        "names": lambda: parallel(lambda name: {"name": name, **ask_in_turn(servers, name)}, names),
        "hosts": lambda: parallel(lambda host: {"name": host, **resolve(host)}, hosts),
        "searchCost": lambda: observe_search_cost(servers, configuration, names[0]) if names else None,
        "resolvers": lambda: parallel(observe_resolver, resolvers),
    }
    answers = {stage: start(question) for stage, question in questions.items()}
    for observation.stage, wait in answers.items():
        data[observation.stage] = wait(None)
    observation.detail.update({stage: data[stage] for stage in OUTSIDE})
    data.update({stage: without_addresses(data[stage]) for stage in OUTSIDE})


if __name__ == "__main__":
    run("dns", observe)
