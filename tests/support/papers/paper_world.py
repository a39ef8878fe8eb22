# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole small world in memory for tests and golden files: an issuer with all its keys, a transparency log with a
witness, a time-stamping authority, and a reader's trust in them. Keys live as long as the scene.

The log here is a list and textbook recursion, so that proofs are not checked by the code that made them.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from certs import editions
from certs.formats.dss import SecurityStore
from certs.keys.authority import Authority, Holder, create_authority, create_station, create_validator, pem
from certs.keys.revocation_lists import ORGANISATION_LIST_LIFE, Reason, Revoked, write_list
from certs.keys.validators import Validator
from certs.log.entries import Close, Entry, Issue, Start
from certs.log.leaves import leaf_of
from certs.log.notes import checkpoint_text
from certs.log.proofs import format_proof
from certs.log.snapshot import write as write_snapshot
from certs.record.facts import JobFacts, LogPlace
from certs.record.issuer import FileSigner, Station, TrialSigner
from certs.record.record import Record, certificate_record, report_record
from certs.record.sealing import Opening
from certs.record.statement import sign_statement
from certs.verify.trust import Trust
from tests.support.papers.forge import forge
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, IMEI, ISSUED_AT, ISSUER, OPENED_AT, iphone_job
from transparency.signing import NoteKey, witness_key

ORIGIN = "log.example-phones.cn/erasures"
TAG = "5c" * 16
CREATED_AT = OPENED_AT - timedelta(days=30)
WITNESSED_AT = ISSUED_AT + timedelta(minutes=2)
VALIDATOR = "王芳 Wang Fang"
ARCHIVED = (
    Opening(name="acquisition.seller", salt=b"\x11" * 16, value="个人卖家 private seller"),
    Opening(name="imei1", salt=b"\x22" * 16, value=IMEI),
)


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1, word for word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:middle]) + root_of(leaves[middle:])).digest()


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 2.1.1, sibling first."""
    if len(leaves) == 1:
        return []
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    if index < middle:
        return [*path_of(index, leaves[:middle]), root_of(leaves[middle:])]
    return [*path_of(index - middle, leaves[middle:]), root_of(leaves[:middle])]


@dataclass(slots=True)
class MemoryLog:
    """Leaves and the keys that sign for them."""

    key: NoteKey
    witness: NoteKey
    leaves: list[bytes] = field(default_factory=list)

    def add(self, *entries: Entry) -> int:
        """Append; the index of the first."""
        self.leaves += [entry.to_bytes() for entry in entries]
        return len(self.leaves) - len(entries)

    def checkpoint(self, cosigned_at: datetime | None = WITNESSED_AT, size: int | None = None) -> str:
        """The signed note, with the witness's line unless `cosigned_at` is None."""
        held = self.leaves[: len(self.leaves) if size is None else size]
        text = checkpoint_text(self.key.name, len(held), root_of(held))
        lines = [self.key.sign(text).line]
        if cosigned_at is not None:
            lines.append(self.witness.cosign(text, at=cosigned_at).line)
        return text + "\n" + "\n".join(lines) + "\n"

    def proof(self, index: int, cosigned_at: datetime | None = WITNESSED_AT) -> bytes:
        """A tlog-proof."""
        return format_proof(index, path_of(index, self.leaves), self.checkpoint(cosigned_at))

    def snapshot(self, cosigned_at: datetime | None = WITNESSED_AT) -> bytes:
        """The whole log in one file."""
        return b"".join(write_snapshot(self.checkpoint(cosigned_at), self.leaves))


class PaperWorld:
    """Everybody who has a part in a paper. `edition`: whose law makes the records; the one in work if none is named."""

    def __init__(self, edition: str = "") -> None:
        self.edition = edition or editions.in_work()
        self.authority: Authority = create_authority(ISSUER, "bench-1", now=CREATED_AT)
        self.signer: FileSigner = self.authority.trial_signer()
        self.log_key = NoteKey(ORIGIN, Ed25519PrivateKey.generate())
        self.witness = witness_key("witness.example.org", Ed25519PrivateKey.generate())
        self.namesake_log = NoteKey(ORIGIN, Ed25519PrivateKey.generate())
        self.other_log = NoteKey("other.example", Ed25519PrivateKey.generate())
        self.scheme = "basic"

    # ------------------------------------------------------------ keys

    @cached_property
    def specimen(self) -> Authority:
        """A demo chain."""
        return create_authority(ISSUER, "demo", now=CREATED_AT, specimen=True)

    @cached_property
    def stranger(self) -> Authority:
        """Another issuer of the same name."""
        return create_authority(ISSUER, "bench-2", now=CREATED_AT)

    @cached_property
    def validator(self) -> Validator:
        """王芳 with a key of her own."""
        holder = create_validator(self.authority.organisation, ISSUER, VALIDATOR, now=CREATED_AT)
        return Validator(certificate=holder.certificate, key=holder.key)

    @cached_property
    def time_stamper(self) -> tuple[Holder, x509.Certificate, rsa.RSAPrivateKey]:
        """A time-stamping authority: its root, its certificate and its key."""
        return new_time_stamper("Example Time")

    def second_signer(self) -> FileSigner:
        """Another station of the same organisation."""
        station = create_station(self.authority.organisation, ISSUER, "bench-1", now=CREATED_AT)
        names = Station(
            name="bench-1", certificate=station.certificate, organisation=self.authority.organisation.certificate
        )
        return TrialSigner(names, station.key)

    # ------------------------------------------------------------ the reader

    def trust(self, *names: str) -> Trust:
        """Trust in what is named: "root.pem", "log.policy", "tsa.pem", "revoked.crl" ..."""
        files = self.trust_files()
        return Trust.from_bytes((name, files[name]) for name in names)

    def trust_files(self) -> dict[str, bytes]:
        """Every trust file by name."""
        log = f"log {self.log_key.public}\n"
        return {
            "root.pem": pem(self.authority.root.certificate),
            "tsa.pem": pem(self.time_stamper[0].certificate),
            "log.policy": f"{log}witness w {self.witness.public}\nquorum w\n".encode(),
            "unwitnessed.policy": f"{log}quorum none\n".encode(),
            "other-log.policy": f"log {self.other_log.public}\nquorum none\n".encode(),
            "revoked.crl": self.revoked(self.authority.station.certificate, OPENED_AT + timedelta(days=2)),
            "revoked-before.crl": self.revoked(self.authority.station.certificate, OPENED_AT - timedelta(days=2)),
            "revoked-validator.crl": self.revoked(self.validator.certificate, OPENED_AT - timedelta(days=2)),
        }

    def revoked(self, certificate: x509.Certificate, at: datetime, *, now: datetime | None = None) -> bytes:
        """The organisation's list with one certificate on it."""
        one = Revoked(serial=certificate.serial_number, at=at, reason=Reason.KEY_COMPROMISE)
        above = self.authority.organisation
        return write_list(
            above.certificate,
            above.key,
            (one,),
            number=9,
            now=now or at + timedelta(days=3),
            life=ORGANISATION_LIST_LIFE,
        )

    # ------------------------------------------------------------ records

    def job(
        self, *, log: MemoryLog | None = None, own_key: bool = False, archived: bool = False, **more: Any
    ) -> JobFacts:
        """An honest iPhone's job; begun in `log`, validated by 王芳's own key, with sealed fields."""
        facts = iphone_job(**more)
        if log is not None:
            facts = replace(facts, log=self.begin(log, emulated=facts.emulated))
        if archived:
            facts = replace(facts, openings=ARCHIVED)
        if own_key:
            content = self.certificate(facts).read.content_digest()
            at = OPENED_AT + timedelta(minutes=40)
            facts = replace(
                facts, validation=self.validator.decide(content, accept=True, role="质检 quality", at=at, grounds="")
            )
        return facts

    def new_log(self) -> MemoryLog:
        """A log in which somebody else's job stands already."""
        log = MemoryLog(key=self.log_key, witness=self.witness)
        log.add(self._start("ab", "aa" * 16))
        return log

    def begin(self, log: MemoryLog, *, emulated: bool = False) -> LogPlace:
        """The job's START, and its place."""
        before = log.checkpoint(OPENED_AT - timedelta(minutes=5)).split("\n")
        anchor = tuple(line for line in before if line)
        attempt = 1 + sum(TAG.encode() in leaf and b'"start"' in leaf for leaf in log.leaves)
        start = log.add(self._start(f"{attempt:02x}", TAG, attempt=attempt, emulated=emulated))
        return LogPlace(origin=ORIGIN, device_tag=TAG, start=start, attempt=attempt, anchor=anchor)

    def begin_entry(self, number: int) -> Start:
        """The START of some other phone's job."""
        return self._start(f"other {number}", f"{number:032x}")

    def _start(self, job: str, tag: str, *, attempt: int = 1, emulated: bool = False) -> Start:
        return Start(
            at=OPENED_AT,
            job=hashlib.sha256(job.encode()).hexdigest(),
            tag=tag,
            station=self.signer.station.key_id,
            attempt=attempt,
            emulated=emulated,
        )

    def certificate(
        self,
        facts: JobFacts,
        *,
        certificate_id: str = CERTIFICATE_ID,
        signer: FileSigner | None = None,
        issued_at: datetime = ISSUED_AT,
        scheme: str | None = None,
    ) -> Record:
        """A certificate's record. `scheme`: another than the world's, "" for what follows from the evidence."""
        station = (signer or self.signer).station
        return certificate_record(
            facts,
            ISSUER,
            station,
            self.scheme if scheme is None else scheme,
            issued_at=issued_at,
            certificate_id=certificate_id,
            edition=self.edition,
        )

    def report(self, facts: JobFacts) -> Record:
        """A report's record."""
        return report_record(
            facts,
            ISSUER,
            self.signer.station,
            self.scheme,
            issued_at=ISSUED_AT,
            certificate_id=CERTIFICATE_ID,
            edition=self.edition,
        )

    # ------------------------------------------------------------ papers

    def state(self, record: bytes, signer: FileSigner | None = None) -> bytes:
        """A signed statement."""
        return sign_statement(editions.read_record(record).statement(), signer or self.signer)

    def enter(self, log: MemoryLog, record: Record, statement: bytes) -> int:
        """The paper's own entries; the index of the one it stands on."""
        leaf = leaf_of(record.read, statement)
        if leaf is None:
            raise ValueError("a record of no log")
        index = log.add(leaf)
        if isinstance(leaf, Issue):
            log.add(Close(at=leaf.at, start=leaf.start, outcome="certificate", id=leaf.id))
        return index

    def logged(
        self, log: MemoryLog, record: Record, *, cosigned_at: datetime | None = WITNESSED_AT, **more: Any
    ) -> bytes:
        """An honest paper in `log`."""
        statement = self.state(record.data)
        index = self.enter(log, record, statement)
        return self.paper(record, statement=statement, proof=log.proof(index, cosigned_at), **more)

    def paper(self, record: Record, **more: Any) -> bytes:
        """An honest paper with the chain's store, unless told otherwise."""
        return forge(record.data, self.signer, **{"store": self.authority.security_store(), **more})

    def stamp(self, at: datetime) -> "Stamper":
        """What time-stamps a signature at that moment."""
        return Stamper(self.time_stamper, at)

    def store(self, *lists: bytes) -> SecurityStore:
        """The chain's store with other lists of the organisation."""
        own = self.authority.security_store()
        return SecurityStore(certificates=own.certificates, revocation_lists=(self.authority.root_list, *lists))


@dataclass(frozen=True)
class Stamper:
    """Turns a signature into a token; the token is made by pyHanko."""

    holder: tuple[Holder, x509.Certificate, rsa.RSAPrivateKey]
    at: datetime

    def __call__(self, signature: bytes) -> bytes:
        """A token over these bytes."""
        from asn1crypto import keys
        from asn1crypto import x509 as asn1
        from pyhanko.sign.timestamps import DummyTimeStamper

        _, certificate, key = self.holder
        encoded = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        stamper = DummyTimeStamper(
            asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
            keys.PrivateKeyInfo.load(encoded),
            fixed_dt=self.at,
        )
        token = asyncio.run(stamper.async_timestamp(hashlib.sha256(signature).digest(), "sha256"))
        return bytes(token.dump())


def new_time_stamper(
    name: str, use: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING
) -> tuple[Holder, x509.Certificate, rsa.RSAPrivateKey]:
    """Root, certificate and key of an authority whose certificate is for `use`."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    root_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{name} Root")])
    root = _certificate(
        root_name,
        root_name,
        root_key.public_key(),
        root_key,
        root_key.public_key(),
        ((x509.BasicConstraints(ca=True, path_length=0), True),),
    )
    own = _certificate(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{name} 1")]),
        root_name,
        key.public_key(),
        root_key,
        root_key.public_key(),
        ((x509.ExtendedKeyUsage([use]), True),),
    )
    return Holder(certificate=root, key=root_key), own, key


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    key: ec.EllipticCurvePrivateKey,
    above: ec.EllipticCurvePublicKey,
    extensions: tuple[tuple[Any, bool], ...],
) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=public,
        serial_number=x509.random_serial_number(),
        not_valid_before=CREATED_AT,
        not_valid_after=CREATED_AT + timedelta(days=3650),
    )
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(key, hashes.SHA256())
