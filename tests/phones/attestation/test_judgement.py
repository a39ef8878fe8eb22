# SPDX-License-Identifier: GPL-3.0-or-later
"""A good attestation passes; each fault has its own code, and what could not be looked at is never fine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from certs.formats import der
from phones.attestation.judgement import Code, Finding, judge
from phones.attestation.roots import shipped
from phones.verdict import Verdict
from tests.support.attestation import AT, AUTHORITY, HONEST, NONCE, judged, roots, statuses
from virtual_phones.android.attestation import FAILED as BOOT_FAILED
from virtual_phones.android.attestation import (
    SELF_SIGNED,
    SOFTWARE,
    STRONG_BOX,
    UNVERIFIED,
    Authority,
    Shape,
    joined,
    pem,
)

SERIAL, IMEI, OTHER_IMEI = "FAKESERIAL01", "004999000000001", "004999000000002"


def _shaped(shape: Shape) -> bytes:
    return joined(AUTHORITY.chain(HONEST, shape))


def test_a_good_chain_is_valid_in_both_spellings() -> None:
    for chain in (joined(AUTHORITY.chain(HONEST)), pem(AUTHORITY.chain(HONEST))):
        found = judged(chain)
        assert (found.code, found.verdict, found.level) == (Code.VALID, Verdict.PASSED, "tee")
        assert found.said is not None
        assert found.said.patch_level == 202610
        assert not found.said.names_a_phone
        assert found.matched == ()


def test_a_chain_of_a_security_chip_says_so() -> None:
    assert judged(statement=replace(HONEST, level=STRONG_BOX)).level == "strongbox"


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (judged(b""), Code.NO_CHAIN),
        (judged(statement=replace(HONEST, challenge=b"aB_-90000001")), Code.WRONG_NONCE),
        (judged(statement=replace(HONEST, challenge=b"")), Code.WRONG_NONCE),
        (judged(statement=replace(HONEST, level=SOFTWARE)), Code.SOFTWARE_LEVEL),
        (judged(statement=replace(HONEST, says_boot=False)), Code.BOOT_NOT_SAID),
        (judged(statement=replace(HONEST, locked=False)), Code.UNLOCKED_BOOT),
        (judged(statement=replace(HONEST, locked=False, boot_state=UNVERIFIED)), Code.UNLOCKED_BOOT),
        (judged(statement=replace(HONEST, boot_state=SELF_SIGNED)), Code.UNVERIFIED_BOOT),
        (judged(statement=replace(HONEST, boot_state=UNVERIFIED)), Code.UNVERIFIED_BOOT),
        (judged(statement=replace(HONEST, boot_state=BOOT_FAILED)), Code.UNVERIFIED_BOOT),
        (judged(statement=replace(HONEST, serial="FAKESERIAL02"), serial=SERIAL), Code.OTHER_PHONE),
        (judged(statement=replace(HONEST, imei=OTHER_IMEI), imeis=(IMEI,)), Code.OTHER_PHONE),
        (judged(joined(Authority("foreign").chain(HONEST))), Code.FOREIGN_ROOT),
        (judged(at=AT, root_set=roots(used_from="2026-11-30")), Code.ROOT_NOT_YET_VALID),
        (judged(at=AT, root_set=roots(used_until="2026-11-28")), Code.ROOT_NO_LONGER_VALID),
        (judged(_shaped(Shape(until=AT - timedelta(seconds=1)))), Code.EXPIRED),
        (judged(_shaped(Shape(from_=AT + timedelta(seconds=1)))), Code.NOT_YET_VALID),
        (judged(listed=statuses({"c0ffee5eed": {"status": "REVOKED", "reason": "KEY_COMPROMISE"}})), Code.REVOKED),
        (judged(listed=statuses({"c0ffee5eed": {"status": "SUSPENDED"}})), Code.SUSPENDED),
        (judged(listed=statuses(as_of=AT - timedelta(days=7, seconds=1))), Code.LIST_TOO_OLD),
        (judged(joined(AUTHORITY.extended(replace(HONEST, locked=False), HONEST))), Code.CHAIN_EXTENDED),
        (judged(joined(list(reversed(AUTHORITY.chain(HONEST))))), Code.SIGNATURE_WRONG),
    ],
)
def test_each_fault_has_its_own_code(found: Finding, code: Code) -> None:
    assert found.code is code
    assert found.verdict is not Verdict.PASSED


def test_without_a_list_nobody_knows() -> None:
    found = judge(joined(AUTHORITY.chain(HONEST)), nonce=NONCE, at=AT, roots=roots(), statuses=None)
    assert (found.code, found.verdict) == (Code.LIST_MISSING, Verdict.INDETERMINATE)


@pytest.mark.parametrize(
    "code",
    [
        Code.NO_CHAIN,
        Code.MALFORMED,
        Code.ALGORITHM_UNKNOWN,
        Code.BOOT_NOT_SAID,
        Code.LIST_MISSING,
        Code.LIST_TOO_OLD,
    ],
)
def test_what_could_not_be_looked_at_is_indeterminate(code: Code) -> None:
    assert Finding(code=code).verdict is Verdict.INDETERMINATE


def test_a_missing_list_hides_no_fault() -> None:
    unlocked = joined(AUTHORITY.chain(replace(HONEST, locked=False)))
    assert judge(unlocked, nonce=NONCE, at=AT, roots=roots(), statuses=None).code is Code.UNLOCKED_BOOT


def test_a_list_fetched_after_the_job_is_taken() -> None:
    assert judged(listed=statuses(as_of=AT + timedelta(days=400))).code is Code.VALID


def test_keys_of_a_factory_may_expire_and_those_sent_later_may_not() -> None:
    old = _shaped(Shape(factory=True, until=datetime(2026, 5, 24, tzinfo=UTC)))
    assert judged(old, root_set=roots(factory_keys=True)).code is Code.VALID
    assert judged(old, root_set=roots(factory_keys=False)).code is Code.EXPIRED
    remote = _shaped(Shape(until=datetime(2026, 5, 24, tzinfo=UTC)))
    assert judged(remote, root_set=roots(factory_keys=True)).code is Code.EXPIRED


def test_a_batch_key_that_may_not_sign_signs_all_the_same_and_those_above_do_not() -> None:
    assert judged(_shaped(Shape(batch_is_authority=False))).code is Code.VALID
    assert judged(_shaped(Shape(middle_is_authority=False))).code is Code.MAY_NOT_SIGN


def test_an_algorithm_we_do_not_know_is_no_fault_of_the_phone() -> None:
    sha256, sha224 = der.oid("1.2.840.10045.4.3.2"), der.oid("1.2.840.10045.4.3.1")
    found = judged(joined(AUTHORITY.chain(HONEST)).replace(sha256, sha224))
    assert (found.code, found.verdict) == (Code.ALGORITHM_UNKNOWN, Verdict.INDETERMINATE)


def test_what_is_attested_of_the_phone_is_compared_with_what_it_told() -> None:
    both = replace(HONEST, serial=SERIAL, imei=IMEI)
    assert judged(statement=both, serial=SERIAL, imeis=(OTHER_IMEI, IMEI)).matched == ("serial", "imei")
    nobody = judged(statement=both)  # the phone told nothing: valid, and nothing is matched
    assert (nobody.code, nobody.matched) == (Code.VALID, ())
    assert nobody.said is not None
    assert nobody.said.names_a_phone


def test_no_certificate_can_be_put_in_another_ones_place() -> None:
    chain, foreign = AUTHORITY.chain(HONEST), Authority("foreign").chain(HONEST)
    for number in range(len(chain)):
        mixed = [*chain[:number], foreign[number], *chain[number + 1 :]]
        assert judged(joined(mixed)).code in (Code.SIGNATURE_WRONG, Code.FOREIGN_ROOT)


def test_every_byte_that_is_cut_off_is_noticed() -> None:
    chain = joined(AUTHORITY.chain(HONEST))
    whole = [len(each.public_bytes(Encoding.DER)) for each in AUTHORITY.chain(HONEST)]
    ends = {sum(whole[:count]) for count in range(len(whole))}
    for length in range(len(chain)):
        found = judged(chain[:length])
        assert found.verdict is not Verdict.PASSED
        if length not in ends:
            assert found.code is Code.MALFORMED, length


def test_every_byte_that_is_changed_is_noticed() -> None:
    """All of the key's own certificate, and of every other each seventh byte; the signature of the root over itself is
    the one that nobody asks for: a root is its key.
    """
    chain = AUTHORITY.chain(HONEST)
    encoded = joined(chain)
    leaf = len(chain[0].public_bytes(Encoding.DER))
    root_at = len(encoded) - len(chain[-1].public_bytes(Encoding.DER))
    for at in (*range(leaf), *range(leaf, root_at, 7)):
        changed = encoded[:at] + bytes((encoded[at] ^ 0x01,)) + encoded[at + 1 :]
        assert judged(changed).verdict is not Verdict.PASSED, at


def test_no_virtual_root_is_in_the_shipped_set() -> None:
    assert judged(root_set=shipped()).code is Code.FOREIGN_ROOT
