"""Whether a DNS server outside the cluster answers, over UDP or TCP."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from orchestrator.checks.during import During, time_of
from orchestrator.checks.verdicts import answers, entries, failed, judge_answer, passed, unknown, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict

PROBE = "dns"
_HEARD = frozenset({"nodata", "nxdomain", "refused", "servfail", "truncated"})


class Expect(Model):
    """The server, by address or name, and the name that it is asked for."""

    address: str = Field(pattern=r"^[A-Za-z0-9.:-]+$")
    port: int = Field(default=53, ge=1, le=65535)
    query: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    during: During

    @cached_property
    def server(self) -> str:
        return f"{self.address}:{self.port}"

    @cached_property
    def when(self) -> str:
        return time_of(self.during)


class Reply(Tolerant):
    code: str


class Exchange(Tolerant):
    """What the dns probe heard from the server; `code` is set when its name was not resolved."""

    stage: str
    code: str | None = None
    udp: Reply | None = None
    tcp: Reply | None = None

    def __str__(self) -> str:
        if self.code:
            return f"its name is not resolved: {self.code}"
        told = {"UDP": self.udp, "TCP": self.tcp}
        return ", ".join(f"{way}: {reply.code if reply else 'not asked'}" for way, reply in told.items())


class Resolver(Requirement):
    check: Literal["resolver"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        resolver = self.expect.model_dump(include={"address", "port", "query"})
        yield Question(probe=PROBE, parameters={"resolvers": [resolver]})

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = answers(evidence, PROBE)
        return (judge_answer(answer, self.expect.address, self._judge_target) for answer in found)

    def _judge_target(self, subject: Subject, data: dict[str, Any]) -> Verdict:
        exchange = self._exchange(data)
        if exchange is None:
            return unknown(subject, f"the dns probe did not ask {self.expect.address}")
        return self._weigh(subject, exchange)

    def _exchange(self, data: dict[str, Any]) -> Exchange | None:
        asked = {"resolver": self.expect.address, "port": self.expect.port, "query": self.expect.query}
        mine = (entry for entry in entries(data, "resolvers") if entry.items() >= asked.items())
        return next(map(Exchange.model_validate, mine), None)

    def _weigh(self, subject: Subject, exchange: Exchange) -> Verdict:
        server, when = self.expect.server, self.expect.when
        seen = {"observed": exchange.model_dump(exclude_none=True), "expected": f"{server} answers ({when})"}
        heard = {reply.code for reply in (exchange.udp, exchange.tcp) if reply}
        if "answer" in heard:
            return passed(subject, f"the DNS server {server} answers ({exchange})", **seen)
        if heard & _HEARD:
            message = (
                f"the DNS server {server} answers, but has no address of {self.expect.query} ({exchange})"
            )
            return warned(subject, f"{message}: something else may answer in its place", **seen)
        message = f"the DNS server {server}, needed at {when}, does not answer ({exchange})"
        return failed(subject, message, **seen)
