# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page's Python says of a scanned code, without a browser."""

import importlib.util
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from certs.keys.authority import pem
from certs.keys.revocation_lists import ROOT_LIST_LIFE, Reason, Revoked, write_list
from certs.record.statement import qr_text
from tests.support.papers.paper_world import PaperWorld
from tests.support.papers.synthetic_jobs import OPENED_AT

LATER = OPENED_AT + timedelta(days=90)
FILE = Path(__file__).parents[2] / "offline_page" / "python" / "proofwipe_page.py"


@pytest.fixture(scope="module")
def scene() -> PaperWorld:
    return PaperWorld()


@pytest.fixture(scope="module")
def judge(scene: PaperWorld) -> Callable[..., tuple[str, str]]:
    found = importlib.util.spec_from_file_location("proofwipe_page", FILE)
    assert found is not None
    assert found.loader is not None
    page: Any = importlib.util.module_from_spec(found)
    found.loader.exec_module(page)
    record = scene.certificate(scene.job())
    question = json.dumps({"text": qr_text(scene.state(record.data)), "imei": "", "source": "site"})
    chain = [
        pem(each.certificate) for each in (scene.authority.root, scene.authority.organisation, scene.authority.station)
    ]

    def judged(*more: bytes) -> tuple[str, str]:
        answer = json.loads(page.judge_statement(question, [*chain, *more]))
        return answer["answer"], answer["code"]

    return judged


def of_the_root(scene: PaperWorld, certificate: x509.Certificate) -> bytes:
    root = scene.authority.root
    one = Revoked(serial=certificate.serial_number, at=LATER, reason=Reason.KEY_COMPROMISE)
    return write_list(root.certificate, root.key, (one,), number=9, now=LATER, life=ROOT_LIST_LIFE)


def test_a_code_of_a_revoked_station_or_organisation_is_not_genuine(
    scene: PaperWorld, judge: Callable[..., tuple[str, str]]
) -> None:
    """Nothing on paper proves that it was printed before the revocation."""
    authority = scene.authority
    station, validator = authority.station.certificate, scene.validator.certificate
    assert judge() == ("CODE GENUINE", "")
    assert judge(scene.revoked(station, LATER)) == ("NOT VALID", "E_REVOKED")
    assert judge(of_the_root(scene, authority.organisation.certificate)) == ("NOT VALID", "E_REVOKED")
    assert judge(scene.revoked(validator, LATER)) == ("CODE GENUINE", ""), "somebody else's revocation"
    assert judge(of_the_root(scene, station)) == ("CODE GENUINE", ""), "not the root's to revoke"
    assert judge(b"\x30\x03\x02\x01\x01", b"log nonsense\n") == ("CODE GENUINE", "")
