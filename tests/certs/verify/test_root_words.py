# SPDX-License-Identifier: GPL-3.0-or-later
"""A root's fingerprint as words: the well-known lists, all bits of a word, and no two fingerprints alike."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.verify.root_words import BITS, root_words
from phones import package_data

FINGERPRINTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
PUBLISHED = {
    # What everybody's copy of BIP-39 hashes to [read: bitcoin/bips, bip-0039/english.txt, chinese_simplified.txt]
    "english.txt": "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
    "chinese_simplified.txt": "5c5942792bd8340cb8b27cd592f1015edf56a8c5b26276ee18a482428e7c5726",
}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_lists_are_those_that_everybody_has(name: str) -> None:
    data = package_data.path("certs", "verify", "bip39", name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == PUBLISHED[name]
    assert len(set(data.decode().split())) == 2048


def test_the_words_of_a_fingerprint_are_always_the_same() -> None:
    assert root_words("00" * 32) == ("abandon",) * 12
    assert root_words("ff" * 32) == ("zoo",) * 12
    assert root_words("00" * 32, "zh") == ("的",) * 12
    # 01000000000 01000000000 …: word 512, on line 513 of the list
    assert root_words("40080100200400801002004008010020" * 2)[:2] == ("divorce", "divorce")


@given(fingerprint=FINGERPRINTS, bit=st.integers(min_value=0, max_value=BITS - 1))
def test_each_of_the_132_bits_changes_one_word_in_both_languages(fingerprint: str, bit: int) -> None:
    other = (int(fingerprint, 16) ^ 1 << (255 - bit)).to_bytes(32, "big").hex()
    for language in ("en", "zh"):
        one, two = root_words(fingerprint, language), root_words(other, language)
        assert [place for place in range(12) if one[place] != two[place]] == [bit // 11]


@pytest.mark.parametrize("wrong", ["", "00", "zz" * 32, "00" * 33])
def test_what_is_no_fingerprint_has_no_words(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        root_words(wrong)
