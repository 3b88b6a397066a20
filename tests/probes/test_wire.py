"""Decoders of what strangers send: right on what is right, and Malformed, nothing else, on the rest."""

import datetime
from collections.abc import Callable
from contextlib import suppress
from email.utils import format_datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import NameOID
from dnslib import AAAA, CNAME, QTYPE, RCODE, RR, A, DNSRecord
from hypothesis import given
from hypothesis import strategies as st
from wire import Malformed, encode_query, parse_answer, parse_certificate, parse_date, parse_head, read_head


def only_malformed(decode: Callable[[], object]) -> None:
    """Whatever it is given, it answers or raises Malformed."""
    with suppress(Malformed):
        decode()


# HTTP


def receiving(*pieces: bytes) -> Callable[[int], bytes]:
    left = list(pieces)
    return lambda _: left.pop(0) if left else b""


def test_a_head_that_comes_in_pieces() -> None:
    head = read_head(receiving(b"HTT", b"P/1.1 200 OK\r\nDa", b"te: x\r\nSERVER:  y \r\n\r", b"\nbody"))
    assert (head.status, head.headers) == (200, {"date": "x", "server": "y"})


@pytest.mark.parametrize(
    "pieces",
    [
        (b"SSH-2.0-x\r\n",),
        (b"HTTP/1.1 200 OK\r\n",),
        (),
        (b"HTTP/1.1 20 OK\r\n\r\n",),
        (b"HTTP/2 200\r\n\r\n",),
        (b"HTTP/1.1\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\n", *[b"x" * 4096] * 17),
    ],
)
def test_what_is_no_head(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(Malformed):
        read_head(receiving(*pieces))


@given(st.binary())
def test_any_bytes_as_a_head(text: bytes) -> None:
    only_malformed(lambda: parse_head(text))
    only_malformed(lambda: parse_head(b"HTTP/1.1 " + text))


@given(st.datetimes(datetime.datetime(1971, 1, 1), datetime.datetime(9999, 1, 1)))
def test_every_date(moment: datetime.datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=datetime.UTC)
    assert parse_date(format_datetime(moment, usegmt=True)) == moment.timestamp()


@given(st.text(), st.lists(st.integers(0, 99999), min_size=5, max_size=5))
def test_any_text_as_a_date(text: str, numbers: list[int]) -> None:
    day, year, hour, minute, second = numbers
    only_malformed(lambda: parse_date(text))
    only_malformed(lambda: parse_date(f"Sun, {day} Nov {year} {hour}:{minute}:{second} GMT"))


# DNS


def answering(name: str, *records: RR, **header: int) -> bytes:
    reply = DNSRecord.parse(encode_query(name, 1, 7)).reply()
    reply.add_answer(*records)
    for field, value in header.items():
        setattr(reply.header, field, value)
    packed: bytes = reply.pack()
    return packed


def test_a_question_is_one_that_servers_understand() -> None:
    record = DNSRecord.parse(encode_query("app.run.ai", 28, 515))
    assert (record.header.id, record.header.rd, str(record.q.qname)) == (515, 1, "app.run.ai.")
    assert QTYPE[record.q.qtype] == "AAAA"
    assert record.ar[0].edns_len == 1232


def test_addresses_behind_an_alias() -> None:
    alias = RR("a.example", QTYPE.CNAME, rdata=CNAME("b.example"), ttl=1)
    reply = answering("a.example", alias, RR("b.example", QTYPE.A, rdata=A("192.0.2.1"), ttl=1))
    answer = parse_answer(reply, "A.example", 1, 7)
    assert answer
    assert (answer.code, answer.addresses, answer.truncated) == ("answer", ["192.0.2.1"], False)


def test_ipv6_addresses() -> None:
    query = DNSRecord.parse(encode_query("a.example", 28, 7)).reply()
    query.add_answer(RR("a.example", QTYPE.AAAA, rdata=AAAA("2001:db8::1"), ttl=1))
    answer = parse_answer(query.pack(), "a.example", 28, 7)
    assert answer
    assert answer.addresses == ["2001:db8::1"]


def test_an_error_of_its_own_number() -> None:
    answer = parse_answer(answering("a.example", rcode=RCODE.NOTAUTH), "a.example", 1, 7)
    assert answer
    assert answer.code == "rcode-9"


def test_answers_to_others_are_none() -> None:
    reply = answering("a.example", RR("a.example", QTYPE.A, rdata=A("192.0.2.1"), ttl=1))
    assert parse_answer(reply, "a.example", 1, 8) is None
    assert parse_answer(reply, "b.example", 1, 7) is None
    assert parse_answer(reply, "a.example", 28, 7) is None


@pytest.mark.parametrize("name", ["a..b", "x" * 64, ".".join(["x" * 60] * 5), "", "ünï.example"])
def test_names_that_dns_cannot_carry(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the codec's where the name is not ASCII
        encode_query(name, 1, 7)


HEADER = b"\x00\x07\x80\x00\x00\x01\x00\x01\x00\x00\x00\x00"


@pytest.mark.parametrize(
    "body",
    [b"\xc0\x0c", b"\xc0\x0e\xc0\x0c", b"\xc0\xff", b"\x01a\xc0\x0c" * 3, b"\x40" + b"a" * 70, b"\x3fab"],
    ids=["self", "pair", "forward", "chain", "long label", "short label"],
)
def test_names_that_never_end(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_answer(HEADER + body + bytes(8), "a.example", 1, 7)


@given(st.binary(max_size=200), st.sampled_from([b"", HEADER, encode_query("a.example", 1, 7)[:2] + b"\x80"]))
def test_any_bytes_as_an_answer(text: bytes, start: bytes) -> None:
    only_malformed(lambda: parse_answer(start + text, "a.example", 1, 7))


@given(st.data())
def test_a_damaged_answer(data: st.DataObject) -> None:
    reply = bytearray(answering("a.example", RR("a.example", QTYPE.A, rdata=A("192.0.2.1"), ttl=1)))
    for _ in range(data.draw(st.integers(0, 4))):
        reply[data.draw(st.integers(0, len(reply) - 1))] = data.draw(st.integers(0, 255))
    whole = bytes(reply[: data.draw(st.integers(0, len(reply)))])
    only_malformed(lambda: parse_answer(whole, "a.example", 1, 7))


@given(st.ip_addresses(v=4))
def test_every_address(address: object) -> None:
    reply = answering("a.example", RR("a.example", QTYPE.A, rdata=A(str(address)), ttl=1))
    answer = parse_answer(reply, "a.example", 1, 7)
    assert answer
    assert answer.addresses == [str(address)]


# X.509


@pytest.mark.parametrize("year", [1969, 1999, 2049, 2051])
def test_whom_a_certificate_names(year: int) -> None:
    moment = datetime.datetime(year, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    names = parse_certificate(certificate(moment))
    assert names == {
        "issuer": {"organization": "Inspection Inc", "commonName": "Zoë's root"},
        "subject": {"commonName": "*.run.ai"},
        "notBefore": f"{year}-02-03T04:05:06Z",
        "notAfter": "2100-01-01T00:00:00Z",
    }


def certificate(not_before: datetime.datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = [(NameOID.COUNTRY_NAME, "CH"), (NameOID.ORGANIZATION_NAME, "Inspection Inc")]
    issuer.append((NameOID.COMMON_NAME, "Zoë's root"))
    builder = x509.CertificateBuilder(
        x509.Name([x509.NameAttribute(*pair) for pair in issuer]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "*.run.ai")]),
        key.public_key(),
        1,
        not_before,
        datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC),
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@given(st.binary())
def test_any_bytes_as_a_certificate(text: bytes) -> None:
    only_malformed(lambda: parse_certificate(text))


DER = certificate(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))


@given(st.data())
def test_a_damaged_certificate(data: st.DataObject) -> None:
    der = bytearray(DER)
    for _ in range(data.draw(st.integers(0, 4))):
        der[data.draw(st.integers(0, 300))] = data.draw(st.integers(0, 255))
    only_malformed(lambda: parse_certificate(bytes(der[: data.draw(st.integers(0, len(der)))])))
