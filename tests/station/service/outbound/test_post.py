# SPDX-License-Identifier: GPL-3.0-or-later
"""One POST to receivers that behave badly, over real sockets: it ends in time, and only an acknowledgement is one."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from station.ledger.ledger import Ledger
from station.service.outbound.post import Answer, Failure, tls_of
from tests.support.hooked import Hooked, hooked
from tests.support.receiver import Receiver, answer, receiver

Behaviour = Callable[[Receiver], Callable[[socket.socket], None]]


def raw(data: bytes) -> Behaviour:
    return lambda _to: lambda connection: connection.sendall(data)


def status(code: int, *, retry_after: str = "", location: str = "") -> Behaviour:
    return lambda _to: answer(code, retry_after=retry_after, location=location)


BEHAVIOURS: tuple[tuple[str, Behaviour, str], ...] = (
    ("says 200", status(200), ""),
    ("says 204", status(204), ""),
    ("wants an erase", lambda _to: answer(200, body=b'{"nextAction": "Erase", "serial": "1"}'), ""),
    ("sends ten megabytes", lambda to: to.flood, ""),
    ("sends ten megabytes of headers", lambda to: to.flood_of_headers, "no_http"),
    ("says nothing", lambda to: to.hang, "timeout"),
    ("drips", lambda to: to.drip, "timeout"),
    ("closes at once", lambda _to: lambda connection: connection.close(), "closed"),
    ("closes within its head", raw(b"HTTP/1.1 200 OK\r\nContent-"), "closed"),
    ("closes within its status", raw(b"HTTP/1."), "no_http"),
    ("speaks nonsense", raw(b"SSH-2.0-OpenSSH\r\n"), "no_http"),
    ("has an odd status", raw(b"HTTP/1.1 99999 x\r\n\r\n"), "no_http"),
    ("has a status that is no number", raw(b"HTTP/1.1 20x OK\r\n\r\n"), "no_http"),
    ("sends somewhere else", status(301, location="http://127.0.0.1:1/"), "redirect_301"),
    ("sends somewhere else with the body", status(307, location="/other"), "redirect_307"),
    ("is gone", status(410), "gone_410"),
    ("refuses", status(400), "refused_400"),
    ("wants a password", status(401), "refused_401"),
    ("is busy", status(429, retry_after="7"), "busy_429"),
    ("is broken", status(500), "broken_500"),
)


def sent(there: Hooked) -> Answer:
    return there.endpoint.send(there.endpoint.test_event("1"))


@pytest.mark.parametrize(("name", "behaviour", "code"), BEHAVIOURS, ids=[each[0] for each in BEHAVIOURS])
def test_what_a_receiver_does_is_told_and_ends_in_time(
    ledger: Ledger, listening: Receiver, name: str, behaviour: Behaviour, code: str
) -> None:
    listening.behave = behaviour(listening)
    begun = time.monotonic()
    found = sent(hooked(ledger, listening))
    assert found.code == code, name
    assert (found.failure is None) == (code == "")
    assert time.monotonic() - begun < 20, "the time of the settings is one second"
    assert listening.connections == 1, "nothing is asked a second time and nobody else is asked"


def test_how_long_a_busy_receiver_is_left_alone_is_bounded(ledger: Ledger, listening: Receiver) -> None:
    for said, wait_s in (("7", 7.0), ("999999999", 3600.0), ("-1", 0.0), ("1e3", 0.0), ("Fri, 1 Jan 2100", 0.0)):
        listening.behave = answer(503, retry_after=said)
        assert sent(hooked(ledger, listening)).wait_s == wait_s, said


def test_nobody_there_no_name_and_a_name_that_is_none(ledger: Ledger) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert sent(hooked(ledger, f"http://127.0.0.1:{port}/")).failure is Failure.NOT_CONNECTED

    def nobody(_host: str, _port: int) -> list[str]:
        raise OSError

    assert sent(hooked(ledger, "https://shop.invalid/", resolver=nobody)).failure is Failure.NO_ADDRESS
    assert sent(hooked(ledger, f"https://{'a' * 70}.example/")).failure is Failure.NO_ADDRESS


def test_the_environments_proxy_is_not_asked(
    ledger: Ledger, listening: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.upper(), proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert sent(hooked(ledger, listening)).failure is None
        assert (proxy.connections, listening.connections) == (0, 1)


def test_a_receiver_that_hangs_is_left_at_once_when_the_service_ends(ledger: Ledger, listening: Receiver) -> None:
    listening.behave = listening.hang
    there = hooked(ledger, listening, timeout_s=60.0)
    found: list[Answer] = []
    thread = threading.Thread(target=lambda: found.append(sent(there)))
    thread.start()
    while not listening.received:
        time.sleep(0.01)
    begun = time.monotonic()
    there.endpoint.stopped.set()
    thread.join(30)
    assert [each.failure for each in found] == [Failure.STOPPED]
    assert time.monotonic() - begun < 20


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`ca.pem`, and `server.pem` for localhost by it; `other.pem`, an authority that signed nothing."""
    folder = tmp_path_factory.mktemp("tls")
    make_certificates(folder)
    return folder


def make_certificates(folder: Path) -> None:
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def made(subject: str, key: ec.EllipticCurvePrivateKey, by: str, signer: ec.EllipticCurvePrivateKey) -> bytes:
        alternative = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
        built = (
            x509.CertificateBuilder()
            .subject_name(named(subject))
            .issuer_name(named(by))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=subject == by, path_length=None), critical=True)
            .add_extension(alternative, critical=False)
        )
        return built.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    ours, server, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    (folder / "ca.pem").write_bytes(made("ours", ours, "ours", ours))
    (folder / "other.pem").write_bytes(made("other", other, "other", other))
    key = server.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(made("server", server, "ours", ours) + key)


def test_a_certificate_must_be_of_the_named_authority_and_for_that_name(ledger: Ledger, certificates: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem")
    with receiver(tls=context) as to:

        def through(host: str, ca: str) -> str:
            there = hooked(
                ledger,
                f"https://{host}:{to.port}/hook",
                tls=tls_of(str(certificates / ca) if ca else ""),
                resolver=lambda _host, _port: ["127.0.0.1"],
                private=True,
                timeout_s=20.0,
            )
            return sent(there).code

        assert through("localhost", "ca.pem") == ""
        assert through("127.0.0.1", "ca.pem") == ""
        assert through("shop.example", "ca.pem") == "tls", "a certificate for another name"
        assert through("localhost", "other.pem") == "tls"
        assert through("localhost", "") == "tls", "nobody this machine knows"
        assert [each.headers["host"] for each in to.received] == [f"localhost:{to.port}", f"127.0.0.1:{to.port}"]
        to.behave = to.hang
        assert through_quickly(ledger, certificates, to) == "timeout"


def through_quickly(ledger: Ledger, certificates: Path, to: Receiver) -> str:
    url = f"https://localhost:{to.port}/hook"
    return sent(hooked(ledger, url, tls=tls_of(str(certificates / "ca.pem")))).code


def test_one_that_speaks_no_tls_or_never_shakes_hands_is_left(ledger: Ledger, listening: Receiver) -> None:
    there = hooked(ledger, f"https://localhost:{listening.port}/", tls=tls_of(""))
    assert sent(there).failure in (Failure.TIMEOUT, Failure.TLS)
    assert not os.environ.get("SSLKEYLOGFILE")
