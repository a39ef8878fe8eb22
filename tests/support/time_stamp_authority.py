# SPDX-License-Identifier: GPL-3.0-or-later
"""A time-stamping authority on loopback: OpenSSL's `ts` answers, so that tokens are not of our own making.

With `mood` it misbehaves as an authority, or something between it and us, could.
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SILENT_S = 60
"""Longer than anybody's patience: a test tells one from the other however busy the machine is."""
MOODS = ("honest", "silent", "dripping", "refusing", "garbage", "replaying", "wrong_type", "endless", "not_found")
_CONFIG = """
[tsa]
default_tsa = it
[it]
dir = {folder}
serial = $dir/serial
signer_cert = $dir/tsa.pem
certs = $dir/root.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class TimeStampAuthority:
    """Where it is and how it behaves; `asked` counts its queries."""

    folder: Path
    url: str
    mood: str = "honest"
    asked: int = 0
    first: bytes = field(default=b"", repr=False)
    over: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def root(self) -> bytes:
        """Its root certificate, PEM."""
        return (self.folder / "root.pem").read_bytes()

    def answer(self, query: bytes) -> bytes:
        """What OpenSSL says to a query."""
        number = f"{threading.get_ident()}-{self.asked}"
        asked, said = self.folder / f"{number}.tsq", self.folder / f"{number}.tsr"
        asked.write_bytes(query)
        subprocess.run(
            [
                "openssl",
                "ts",
                "-reply",
                "-config",
                str(self.folder / "ts.conf"),
                "-section",
                "it",
                "-queryfile",
                str(asked),
                "-out",
                str(said),
            ],
            check=True,
            capture_output=True,
            timeout=90,
        )
        return said.read_bytes()


@contextmanager
def time_stamp_authority(folder: Path, now: datetime) -> Iterator[TimeStampAuthority]:
    """Run one while the block lasts. `now`: aware, when its certificates begin."""
    authority = TimeStampAuthority(folder=folder, url="")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(authority))
    authority.url = f"http://127.0.0.1:{server.server_port}/tsr"
    _certify(folder, f"http://127.0.0.1:{server.server_port}/tsa.crl", now)
    (folder / "ts.conf").write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        authority.over.set()
        server.shutdown()
        thread.join(90)
        server.server_close()


def _handler(authority: TimeStampAuthority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send((authority.folder / "tsa.crl").read_bytes(), "application/pkix-crl")

        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked += 1
            if authority.mood == "silent":
                authority.over.wait(SILENT_S)
                return
            if authority.mood == "dripping":
                self._drip()
                return
            if authority.mood == "not_found":
                self.send_error(404)
                return
            kind = "text/html" if authority.mood == "wrong_type" else "application/timestamp-reply"
            self._send(self._body(query), kind)

        def _body(self, query: bytes) -> bytes:
            if authority.mood == "refusing":
                return bytes.fromhex("30053003020102")
            if authority.mood == "garbage":
                return b"\x30\x82\xff\xff"
            if authority.mood == "endless":
                return bytes(200_000)
            if authority.mood == "replaying" and authority.first:
                return authority.first
            said = authority.answer(query)
            authority.first = authority.first or said
            return said

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _drip(self) -> None:
            """A byte now and then: each read is in time, all of them are not."""
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/timestamp-reply\r\n\r\n")
            for _ in range(10 * SILENT_S):
                try:
                    self.wfile.write(b"\x30")
                    self.wfile.flush()
                except OSError:
                    return
                if authority.over.wait(0.1):
                    return

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    return Handler


def _certify(folder: Path, list_url: str, now: datetime) -> None:
    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    root_name, name = (
        x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Clock"), x509.NameAttribute(NameOID.COMMON_NAME, kind)]
        )
        for kind in ("Clock Root", "Clock Stamper")
    )
    root = (
        _builder(root_name, root_name, root_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(list_url)], None, None, None)
    stamper = (
        _builder(name, root_name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root_name)
        .last_update(now)
        .next_update(now + timedelta(days=300))
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    for file, content in {
        "root.pem": root.public_bytes(serialization.Encoding.PEM),
        "tsa.pem": stamper.public_bytes(serialization.Encoding.PEM),
        "tsa.key": key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        "tsa.crl": listed.public_bytes(serialization.Encoding.DER),
    }.items():
        (folder / file).write_bytes(content)


def _builder(name: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=3000))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
