# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden papers: good ones, and those of insiders who have a good key and lie in the content."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from certs.keys import profile
from certs.keys.authority import Holder
from certs.page.pdf_profile import PaperFile
from certs.page.pdf_syntax import Stream, Value
from certs.record.facts import Validation
from certs.record.issuer import Station, TrialSigner
from certs.record.openings import write_openings
from certs.record.record import Record
from tests.support.papers.forge import changed, forge, with_attachment
from tests.support.papers.golden_case import Case, bad, good, unclear
from tests.support.papers.paper_world import ARCHIVED, PaperWorld
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, IMEI, ISSUED_AT, iphone_job, spoiled

OTHER_PHONE = "356938035643817"


def cases(scene: PaperWorld) -> tuple[dict[str, Case], dict[str, bytes]]:
    """Papers by name."""
    signer, store = scene.signer, scene.authority.security_store()
    honest = scene.certificate(scene.job())
    report = scene.report(iphone_job(pieces=spoiled({"canary.still_there": "media", "canary.gone": ""})))
    valid = scene.paper(honest)

    def insider(record: bytes, **more: Any) -> bytes:
        return forge(record, signer, **{"store": store, **more})

    unlogged = ("W_NOT_LOGGED", "W_VALIDATION_UNSIGNED")
    papers = {
        "valid": good(valid, *unlogged),
        "valid-phone-in-hand": good(valid, imei=IMEI),
        "valid-own-key": good(scene.paper(scene.certificate(scene.job(own_key=True))), "W_NOT_LOGGED"),
        "valid-without-store": good(scene.paper(honest, store=None), "W_NO_REVOCATION"),
        "valid-archive": good(_archive(scene, IMEI)),
        "report": good(scene.paper(report), answer="REPORT"),
        "specimen": good(_specimen(scene), answer="SPECIMEN", without_root="SPECIMEN"),
        "unknown-issuer": unclear(_of_stranger(scene), "E_UNTRUSTED"),
        "another-phone": bad(valid, "E_DEVICE", imei=OTHER_PHONE, without_root="NOT VALID"),
        "from-the-future": bad(valid, "E_FUTURE", at="2026-02-20T00:00:00Z"),
        "claim-raised": bad(insider(changed(honest, _raise_grade)), "E_RULES"),
        "evidence-removed": bad(insider(changed(honest, _no_evidence)), "E_RULES"),
        "report-dressed-up": bad(insider(changed(report, _dress_up)), "E_RULES"),
        "emulated-under-station-key": bad(insider(changed(honest, _emulate)), "E_SPECIMEN"),
        "real-under-specimen-key": bad(_real_under_specimen(scene, honest), "E_SPECIMEN"),
        "issued-after-expiry": bad(insider(changed(honest, _date_late)), "E_EXPIRED"),
        "issued-before-station": bad(insider(changed(honest, _date_early)), "E_EXPIRED"),
        "signed-by-another-station": bad(
            forge(honest.data, scene.second_signer(), statement=scene.state(honest.data), store=store),
            "E_ISSUER",
        ),
        "another-company-named": bad(insider(changed(honest, _other_company)), "E_ISSUER"),
        "record-respelled": bad(insider(honest.data, attached=honest.data + b"\n"), "E_RECORD"),
        "record-not-canonical": bad(insider(honest.data, attached=_reordered(honest.data)), "E_RECORD"),
        "record-duplicate-key": bad(insider(honest.data, attached=_duplicated(honest.data)), "E_RECORD"),
        "record-unknown-field": bad(insider(honest.data, attached=_more_fields(honest)), "E_RECORD"),
        "record-swapped": bad(insider(honest.data, attached=report.data), "E_QR"),
        "statement-swapped": bad(insider(honest.data, statement=scene.state(report.data)), "E_QR"),
        "statement-of-another-key": bad(_statement_of_another(scene, honest), "E_QR"),
        "page-edited": bad(insider(honest.data, page=_other_page(honest)), "E_PAGE_MISMATCH"),
        "page-with-action": bad(insider(honest.data, edit=_with_action), "E_PAGE_MISMATCH"),
        "page-with-script": bad(insider(honest.data, edit=_with_script), "E_PAGE_MISMATCH"),
        "page-with-hidden-object": bad(insider(honest.data, edit=_with_hidden), "E_PAGE_MISMATCH"),
        "edition-unknown": unclear(insider(honest.data, attached=changed(honest, _later_edition)), "E_EDITION_UNKNOWN"),
        "edition-unnamed": unclear(insider(honest.data, attached=changed(honest, _no_edition)), "E_EDITION_UNKNOWN"),
        "edition-misspelt": bad(insider(honest.data, attached=changed(honest, _no_name)), "E_RECORD"),
        "page-with-object-stream": bad(insider(honest.data, edit=_with_object_stream), "E_PAGE_MISMATCH"),
        "insider-encrypted": bad(insider(honest.data, raw=_in_trailer(b"/Encrypt 2 0 R ")), "E_STRUCTURE"),
        "insider-hybrid-xref": bad(insider(honest.data, raw=_in_trailer(b"/XRefStm 15 ")), "E_STRUCTURE"),
        "insider-comment": bad(insider(honest.data, raw=_with_comment), "E_STRUCTURE"),
        "attachment-added": bad(insider(honest.data, edit=with_attachment), "E_ATTACHMENT"),
        "attachment-name-twice": bad(insider(honest.data, edit=_name_twice), "E_STRUCTURE"),
        "attachment-bomb": bad(insider(honest.data, edit=_bomb), "E_STRUCTURE"),
        "unknown-rules": unclear(insider(changed(honest, _unknown_rules)), "E_RULES_UNKNOWN"),
        "opening-changed": bad(_archive(scene, OTHER_PHONE), "E_OPENING"),
        "validation-of-another-decision": bad(_validation(scene, _grounds_added), "E_VALIDATION"),
        "validation-by-another-person": bad(_validation(scene, _another_validator), "E_VALIDATION"),
        "validation-by-station-key": bad(_validated_by_station(scene), "E_VALIDATION"),
        **_chains(scene, honest),
    }
    return papers, {}


# ------------------------------------------------------------ good ones


def _archive(scene: PaperWorld, imei: str) -> bytes:
    record = scene.certificate(scene.job(archived=True))
    opened = [replace(one, value=imei) if one.name == "imei1" else one for one in ARCHIVED]
    return scene.paper(record, openings=write_openings(CERTIFICATE_ID, opened))


def _specimen(scene: PaperWorld) -> bytes:
    signer = scene.specimen.signer()
    record = scene.certificate(iphone_job(emulated=True), signer=signer)
    return forge(record.data, signer, store=scene.specimen.security_store())


def _of_stranger(scene: PaperWorld) -> bytes:
    signer = scene.stranger.trial_signer()
    record = scene.certificate(iphone_job(), signer=signer)
    return forge(record.data, signer, store=scene.stranger.security_store())


# ------------------------------------------------------------ lies in the record


def _raise_grade(document: dict[str, Any]) -> None:
    document["grade"]["usability"] = "1"


def _no_evidence(document: dict[str, Any]) -> None:
    document["evidence"] = []


def _dress_up(document: dict[str, Any]) -> None:
    document["schema"] = "proofwipe/certificate/1"
    document["outcome"] = {"title": "certificate", "reasons": []}


def _emulate(document: dict[str, Any]) -> None:
    document["emulated"] = True


def _date_late(document: dict[str, Any]) -> None:
    document["issued_at"] = "2028-01-01T00:00:00Z"


def _date_early(document: dict[str, Any]) -> None:
    document["issued_at"] = "2020-01-01T00:00:00Z"


def _other_company(document: dict[str, Any]) -> None:
    document["issuer"]["name"] = "Another Company"


def _unknown_rules(document: dict[str, Any]) -> None:
    document["rules"]["version"] = "2099.01"


def _later_edition(document: dict[str, Any]) -> None:
    document["edition"] = "2999.01"


def _no_edition(document: dict[str, Any]) -> None:
    del document["edition"]


def _no_name(document: dict[str, Any]) -> None:
    document["edition"] = "../2026.11"


def _other_page(record: Record) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(record.data)
    document["device"]["marketing_name"] = "iPhone 15"
    return document


def _reordered(data: bytes) -> bytes:
    plain = json.loads(data)
    return json.dumps(dict(reversed(plain.items())), separators=(",", ":"), ensure_ascii=False).encode()


def _duplicated(data: bytes) -> bytes:
    return data[:-1] + b',"schema":"proofwipe/certificate/1"}'


def _more_fields(record: Record) -> bytes:
    return changed(record, lambda document: document.update(zzz="more"))


def _real_under_specimen(scene: PaperWorld, honest: Record) -> bytes:
    signer = scene.specimen.signer()

    def take_over(document: dict[str, Any]) -> None:
        document["station"]["key_id"] = signer.station.key_id

    return forge(changed(honest, take_over), signer)


def _statement_of_another(scene: PaperWorld, honest: Record) -> bytes:
    signer = scene.second_signer()

    def take_over(document: dict[str, Any]) -> None:
        document["station"]["key_id"] = signer.station.key_id

    stolen = changed(honest, take_over)
    return forge(honest.data, scene.signer, statement=scene.state(stolen, signer))


# ------------------------------------------------------------ things hidden in a validly signed file


def _with_catalog(paper: PaperFile, **more: Value) -> PaperFile:
    catalog: dict[str, Value] = {**copy.deepcopy(_catalog(paper)), **more}
    return PaperFile(objects=(catalog, *paper.objects[1:]), identity=paper.identity)


def _catalog(paper: PaperFile) -> dict[str, Value]:
    catalog = paper.objects[0]
    assert isinstance(catalog, dict)
    return catalog


def _with_action(paper: PaperFile) -> PaperFile:
    return _with_catalog(paper, OpenAction={"S": _catalog(paper)["Type"]})


def _with_script(paper: PaperFile) -> PaperFile:
    return _with_catalog(paper, AA={"WC": {"JS": b"app.alert(1)"}})


def _with_hidden(paper: PaperFile) -> PaperFile:
    return PaperFile(objects=(*paper.objects, Stream({}, b"hidden")), identity=paper.identity)


def _with_object_stream(paper: PaperFile) -> PaperFile:
    from certs.page.pdf_syntax import Name, Token

    held = Stream({"Type": Name("ObjStm"), "N": Token(b"1"), "First": Token(b"4")}, b"9 0 << >>")
    return PaperFile(objects=(*paper.objects, held), identity=paper.identity)


def _in_trailer(entry: bytes) -> Callable[[bytes], bytes]:
    return lambda unsigned: unsigned.replace(b"/Root 1 0 R ", b"/Root 1 0 R " + entry)


def _with_comment(unsigned: bytes) -> bytes:
    at = unsigned.rindex(b"endobj\n")
    return unsigned[:at] + b"endobj % more\n" + unsigned[at + 7 :]


def _name_twice(paper: PaperFile) -> PaperFile:
    return with_attachment(paper, "erase-record.json", b"{}")


def _bomb(paper: PaperFile) -> PaperFile:
    import zlib

    from certs.page.pdf_syntax import Name

    grown = with_attachment(paper, "more.txt", b"")
    last = Stream({"Filter": Name("FlateDecode")}, zlib.compress(bytes(50_000_000), 9))
    return PaperFile(objects=(*grown.objects[:-1], last), identity=paper.identity)


# ------------------------------------------------------------ validators


def _validation(scene: PaperWorld, change: Callable[[PaperWorld, Validation], Validation]) -> bytes:
    facts = scene.job(own_key=True)
    assert facts.validation is not None
    return scene.paper(scene.certificate(replace(facts, validation=change(scene, facts.validation))))


def _grounds_added(scene: PaperWorld, decided: Validation) -> Validation:
    del scene
    return replace(decided, grounds="also looked at the screen")


def _another_validator(scene: PaperWorld, decided: Validation) -> Validation:
    return replace(decided, by=replace(decided.by, name=f"{scene.validator.name} 2"))


def _validated_by_station(scene: PaperWorld) -> bytes:
    from certs.keys.validators import Validator

    facts = scene.job()
    station = Validator(certificate=scene.authority.station.certificate, key=scene.authority.station.key)
    decided = station.decide(
        scene.certificate(facts).read.content_digest(),
        accept=True,
        role="质检 quality",
        at=ISSUED_AT - timedelta(minutes=20),
        grounds="",
    )
    return scene.paper(scene.certificate(replace(facts, validation=decided)))


# ------------------------------------------------------------ certificates of another profile

ChangeExtension = Callable[[x509.ExtensionType], x509.ExtensionType]


def _same(value: x509.ExtensionType) -> x509.ExtensionType:
    return value


def _chains(scene: PaperWorld, honest: Record) -> dict[str, Case]:
    authority = scene.authority

    def station(above: Holder, change: ChangeExtension = _same) -> bytes:
        made = _rebuilt(authority.station.certificate, above, change)
        return _signed(made, authority.organisation.certificate)

    def organisation(above: Holder, change: ChangeExtension = _same) -> bytes:
        return _signed(authority.station.certificate, _rebuilt(authority.organisation.certificate, above, change))

    def _signed(own: x509.Certificate, above: x509.Certificate) -> bytes:
        names = Station(name="bench-1", certificate=own, organisation=above)
        return forge(honest.data, TrialSigner(names, authority.station.key))

    wrong_use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    longer = x509.BasicConstraints(ca=True, path_length=3)
    names = {
        "chain-wrong-use": station(authority.organisation, _swap(x509.ExtendedKeyUsage, wrong_use)),
        "chain-authority-signs": station(authority.organisation, _swap(x509.KeyUsage, profile.authority_usage())),
        "chain-specimen-policy": station(
            authority.organisation, _swap(x509.CertificatePolicies, profile.policies(specimen=True))
        ),
        "chain-station-issued-by-station": station(authority.station),
        "chain-organisation-too-long": organisation(authority.root, _swap(x509.BasicConstraints, longer)),
        "chain-root-only-named": organisation(
            Holder(certificate=authority.root.certificate, key=authority.station.key)
        ),
    }
    alone = {"chain-root-only-named": "CANNOT TELL"}  # who does not know the root cannot see that it did not sign
    return {name: bad(data, "E_CHAIN", without_root=alone.get(name, "NOT VALID")) for name, data in names.items()}


def _swap(kind: type[x509.ExtensionType], value: x509.ExtensionType) -> ChangeExtension:
    return lambda found: value if isinstance(found, kind) else found


def _rebuilt(certificate: x509.Certificate, above: Holder, change: ChangeExtension) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer_name=certificate.issuer,
        subject_name=certificate.subject,
        public_key=certificate.public_key(),
        serial_number=certificate.serial_number,
        not_valid_before=certificate.not_valid_before_utc,
        not_valid_after=certificate.not_valid_after_utc,
    )
    for extension in certificate.extensions:
        builder = builder.add_extension(change(extension.value), critical=extension.critical)
    return builder.sign(above.key, hashes.SHA256())
