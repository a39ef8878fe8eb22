# SPDX-License-Identifier: GPL-3.0-or-later
"""Level A on paper: judged again by `verify` from the record alone, and never believed where the chain is not good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from certs.editions import in_work, read_record
from certs.editions.interface import Fault, moment
from certs.issue import issue
from certs.keys.authority import Authority, create_authority, pem
from certs.record.record import Record, certificate_record
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from phones.evidence import Evidence, digest_of
from station.papers.paper_issuer import facts_of
from tests.station.work.test_attesting import lived
from tests.support.attestation_desk import COMPANY, FakeDesk
from tests.support.direct_bench import VirtualClock
from tests.support.papers.forge import changed, forge
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUER
from wipe.attested import attestation_of

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def attested() -> Record:
    """A virtual phone's certificate with level A."""
    job = lived(FakeDesk()).job
    issuer = replace(ISSUER, name="Test Bench")
    facts = facts_of(job, in_work())
    return certificate_record(
        facts,
        issuer,
        COMPANY.signer().station,
        "basic",
        issued_at=facts.finished_at + timedelta(hours=1),
        certificate_id=CERTIFICATE_ID,
    )


def answered(pdf: bytes, record: Record, company: Authority = COMPANY) -> tuple[Answer, str, tuple[str, ...]]:
    at = moment(record.read.facts.issued_at) + timedelta(days=1)
    found = verify(pdf, Trust.from_pem(pem(company.root.certificate)), at=at)
    return found.answer, found.code, found.warnings


def test_a_good_chain_is_level_a_on_the_paper_and_verify_computes_it_again(attested: Record) -> None:
    pdf = issue(attested, COMPANY.signer()).pdf
    answer, code, warnings = answered(pdf, attested)
    assert (answer, code) == (Answer.SPECIMEN, "")
    at = moment(attested.read.facts.issued_at) + timedelta(days=1)
    summary = verify(pdf, Trust.from_pem(pem(COMPANY.root.certificate)), at=at).summary
    assert summary is not None
    assert (summary.attestation, summary.level) == ("valid", "E2")
    assert "W_ATTESTATION_ROOTS" in warnings


def with_values(document: dict[str, Any], asked: str, change: Callable[[dict[str, str]], None]) -> None:
    """Change kept values as somebody would who holds the station's key: the digest fits again."""
    for piece in document["evidence"]:
        if piece["asked"] == asked:
            change(piece["values"])
            piece["digest"] = digest_of(piece["values"])


def _another_nonce(document: dict[str, Any]) -> None:
    with_values(document, "attestation.handed_in", lambda values: values.update({"command.nonce": "f" * 32}))


def _cut(document: dict[str, Any]) -> None:
    def cut(values: dict[str, str]) -> None:
        last = max(name for name in values if name.startswith("attestation.chain."))
        values[last] = values[last][:-8]

    with_values(document, "attestation.handed_in", cut)


def _no_chain(document: dict[str, Any]) -> None:
    def empty(values: dict[str, str]) -> None:
        for name in [name for name in values if name.startswith("attestation.chain.")]:
            del values[name]
        values["attestation.state"] = "not_given"

    with_values(document, "attestation.handed_in", empty)


def _revoked(document: dict[str, Any]) -> None:
    with_values(
        document, "attestation.grounds", lambda values: values.update({"attestation.listed": "c0ffee5eed:REVOKED"})
    )


def _no_list(document: dict[str, Any]) -> None:
    with_values(document, "attestation.grounds", lambda values: values.update({"attestation.list_fetched": "none"}))


def _old_list(document: dict[str, Any]) -> None:
    with_values(
        document, "attestation.grounds", lambda values: values.update({"attestation.list_fetched": "2026-01-01"})
    )


def _no_grounds(document: dict[str, Any]) -> None:
    document["evidence"] = [piece for piece in document["evidence"] if piece["asked"] != "attestation.grounds"]


def _other_roots(document: dict[str, Any]) -> None:
    with_values(document, "attestation.grounds", lambda values: values.update({"attestation.roots_sha256": "ab" * 32}))


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (_another_nonce, "wrong_nonce"),
        (_cut, "malformed"),
        (_no_chain, "no_chain"),
        (_revoked, "revoked"),
        (_no_list, "list_missing"),
        (_old_list, "list_too_old"),
        (_no_grounds, "foreign_root"),
        (_other_roots, "roots_unknown"),
    ],
)
def test_a_record_that_claims_level_a_without_a_good_chain_is_not_valid(
    change: Change, detail: str, attested: Record
) -> None:
    data = changed(attested, change)
    answer, code, _ = answered(forge(data, COMPANY.signer()), attested)
    assert (answer, code) == (Answer.NOT_VALID, "E_ATTESTATION")
    fault = law_fault(data)
    assert (fault.code, fault.detail) == ("E_ATTESTATION", detail)


def law_fault(data: bytes) -> Fault:
    fault = read_record(data).fault()
    assert fault is not None
    return fault


def test_a_record_whose_attestation_is_hidden_or_improved_is_not_valid(attested: Record) -> None:
    def hide(document: dict[str, Any]) -> None:
        document["erase"]["attestation"] = None

    def improve(document: dict[str, Any]) -> None:
        document["erase"]["attestation"]["hardware"] = "strongbox"

    for change in (hide, improve):
        assert answered(forge(changed(attested, change), COMPANY.signer()), attested)[1] == "E_ATTESTATION"


def test_a_set_of_roots_that_another_organisation_signed_counts_for_nothing(attested: Record) -> None:
    """The liar has a good station key and a root of their own: the set must be of who answers for the paper."""
    stranger = create_authority(replace(ISSUER, name="Test Bench"), "test", now=VirtualClock().now(), specimen=True)

    def sign_for(document: dict[str, Any]) -> None:
        document["station"]["key_id"] = stranger.signer().station.key_id

    pdf = forge(changed(attested, sign_for), stranger.signer())
    answer, code, _ = answered(pdf, attested, stranger)
    assert (answer, code) == (Answer.NOT_VALID, "E_ATTESTATION")


def test_an_android_chain_says_nothing_of_an_iphone(attested: Record) -> None:
    pieces: Any = attested.read.plain["evidence"]
    evidence = [Evidence.from_json(piece) for piece in pieces]
    assert attestation_of(evidence, method="android_harness") is not None
    assert attestation_of(evidence, method="apple_mcinstall") is None
