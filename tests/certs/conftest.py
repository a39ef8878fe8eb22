# SPDX-License-Identifier: GPL-3.0-or-later
"""One chain, one specimen chain and one finished paper for all tests of the room: keys and pages cost time."""

import asn1crypto.tsp  # noqa: F401 - it adds names to a table of asn1crypto that the first use of the table freezes
import pytest

from certs.issue import Paper, issue
from certs.keys.authority import Authority, create_authority, pem
from certs.record.issuer import FileSigner
from certs.record.record import Record, certificate_record, report_record
from certs.verify.trust import Trust
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, CREATED_AT, ISSUED_AT, ISSUER, iphone_job


@pytest.fixture(scope="session")
def authority() -> Authority:
    return create_authority(ISSUER, "bench-1", now=CREATED_AT)


@pytest.fixture(scope="session")
def specimen_authority() -> Authority:
    return create_authority(ISSUER, "demo", now=CREATED_AT, specimen=True)


@pytest.fixture(scope="session")
def signer(authority: Authority) -> FileSigner:
    return authority.trial_signer()


@pytest.fixture(scope="session")
def specimen_signer(specimen_authority: Authority) -> FileSigner:
    return specimen_authority.signer()


@pytest.fixture(scope="session")
def trust(authority: Authority) -> Trust:
    return Trust.from_pem(pem(authority.root.certificate))


@pytest.fixture(scope="session")
def record(signer: FileSigner) -> Record:
    return certificate_record(
        iphone_job(), ISSUER, signer.station, "basic", issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID
    )


@pytest.fixture(scope="session")
def report(signer: FileSigner) -> Record:
    return report_record(
        iphone_job(validated=False),
        ISSUER,
        signer.station,
        "basic",
        issued_at=ISSUED_AT,
        certificate_id=CERTIFICATE_ID,
    )


@pytest.fixture(scope="session")
def specimen_record(specimen_signer: FileSigner) -> Record:
    return certificate_record(
        iphone_job(emulated=True),
        ISSUER,
        specimen_signer.station,
        "basic",
        issued_at=ISSUED_AT,
        certificate_id=CERTIFICATE_ID,
    )


@pytest.fixture(scope="session")
def paper(record: Record, signer: FileSigner) -> Paper:
    return issue(record, signer)
