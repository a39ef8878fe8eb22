# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden papers with attestation get their answers under the law in work too, before an edition is released."""

from datetime import datetime

from certs.verify.trust import Trust
from certs.verify.verifier import verify
from tests.support.papers import golden_attested
from tests.support.papers.paper_world import PaperWorld

DETAILS = {
    "attestation-forged": "signature_wrong",
    "attestation-of-another-challenge": "wrong_nonce",
    "attestation-revoked": "revoked",
    "attestation-raised": "valid",  # what the attestation really is; the paper tells more of it
}


def test_a_good_attestation_is_valid_on_a_real_phones_paper_and_every_other_is_told() -> None:
    scene = PaperWorld()
    found, beside = golden_attested.cases(scene)
    assert beside == {}
    assert set(found) == {"valid-attested", *DETAILS}
    for name, case in found.items():
        at = datetime.fromisoformat(case.at)
        told = verify(case.data, scene.trust(*case.trust), at=at)
        assert (told.answer.value, told.code) == (case.answer, case.code), name
        assert set(case.warnings) <= set(told.warnings)
        assert verify(case.data, Trust(), at=at).answer.value == case.without_root
        if name in DETAILS:
            assert told.checks[-1].detail == DETAILS[name]


def test_an_edition_that_knows_no_attestation_has_no_such_papers() -> None:
    assert golden_attested.cases(PaperWorld("2026.11")) == ({}, {})
