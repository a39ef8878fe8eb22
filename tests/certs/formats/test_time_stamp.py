# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens made by other software are read; a changed token never counts for more than it did."""

from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.formats import cms
from certs.formats.time_stamp import TokenError, check_token
from certs.formats.x509_facts import CertificateFacts, read_certificate
from tests.support.papers.paper_world import PaperWorld, Stamper, new_time_stamper
from tests.support.papers.synthetic_jobs import ISSUED_AT

OVER = b"a signature"
AT = ISSUED_AT + timedelta(seconds=7)


@pytest.fixture(scope="module")
def scene() -> PaperWorld:
    return PaperWorld()


@pytest.fixture(scope="module")
def pinned(scene: PaperWorld) -> tuple[CertificateFacts, ...]:
    return scene.trust("tsa.pem").time_stampers


@pytest.fixture(scope="module")
def token(scene: PaperWorld) -> bytes:
    return scene.stamp(AT)(OVER)


def test_a_token_of_other_software_is_read(token: bytes, pinned: tuple[CertificateFacts, ...]) -> None:
    stamp = check_token(token, OVER, pinned)
    assert (stamp.at, stamp.pinned, stamp.nonce is not None) == (AT, True, True)
    assert not check_token(token, OVER, ()).pinned


def test_a_token_about_something_else_or_of_a_time_before_its_signer_does_not_stand(
    scene: PaperWorld, token: bytes, pinned: tuple[CertificateFacts, ...]
) -> None:
    with pytest.raises(TokenError, match="other bytes"):
        check_token(token, OVER + b".", pinned)
    with pytest.raises(TokenError, match="not valid then"):
        check_token(scene.stamp(ISSUED_AT - timedelta(days=900))(OVER), OVER, pinned)


def test_a_signer_that_is_no_time_stamping_authority_does_not_stand() -> None:
    impostor = Stamper(new_time_stamper("Mail", ExtendedKeyUsageOID.EMAIL_PROTECTION), AT)
    with pytest.raises(TokenError, match="may not stamp"):
        check_token(impostor(OVER), OVER, ())


@settings(max_examples=400)
@given(at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_a_flipped_byte_never_gives_another_answer(
    token: bytes, pinned: tuple[CertificateFacts, ...], at: int, flip: int
) -> None:
    place = at % len(token)
    changed = token[:place] + bytes((token[place] ^ flip,)) + token[place + 1 :]
    try:
        stamp = check_token(changed, OVER, pinned)
    except TokenError:
        return
    assert stamp.at == AT
    assert not stamp.pinned or stamp == check_token(token, OVER, pinned)


@given(st.binary(max_size=300))
def test_foreign_bytes_are_refused_in_one_way(data: bytes) -> None:
    with pytest.raises(TokenError):
        check_token(data, OVER, ())


def test_a_container_has_room_for_one_token_and_nothing_else(scene: PaperWorld, token: bytes) -> None:
    held = cms.sign(bytes(32), scene.signer, token_room=len(token) + 200, stamp=lambda _: token)
    assert cms.read(held).token == token
    assert len(held) == cms.container_bytes(scene.signer.station, len(token) + 200)
    certificate = read_certificate(cms.read(held).station)
    assert cms.is_signed(cms.read(held), certificate)
    for changed in (held[:-1] + b"\x01", held + b"\x01", held[:-1] + b"\x30"):
        with pytest.raises(cms.CmsError):
            cms.read(changed)
    with pytest.raises(cms.CmsError):
        cms.sign(bytes(32), scene.signer, token_room=len(token), stamp=lambda _: token)
    with pytest.raises(cms.CmsError):
        cms.sign(bytes(32), scene.signer, token_room=100)
