# SPDX-License-Identifier: GPL-3.0-or-later
"""RFC 6962 trees against the well-known vectors and against a second implementation, written from the text."""

import hashlib
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.log import merkle

# The eight inputs used by all implementations since Certificate Transparency's own, and the roots over the first n.
INPUTS = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mth(inputs: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not inputs:
        return sha(b"")
    if len(inputs) == 1:
        return sha(b"\x00" + inputs[0])
    k = half(len(inputs))
    return sha(b"\x01" + mth(inputs[:k]) + mth(inputs[k:]))


def path(m: int, inputs: list[bytes]) -> list[bytes]:
    """Section 2.1.1."""
    if len(inputs) == 1:
        return []
    k = half(len(inputs))
    if m < k:
        return [*path(m, inputs[:k]), mth(inputs[k:])]
    return [*path(m - k, inputs[k:]), mth(inputs[:k])]


def subproof(m: int, inputs: list[bytes], whole: bool) -> list[bytes]:
    """Section 2.1.2."""
    if m == len(inputs):
        return [] if whole else [mth(inputs)]
    k = half(len(inputs))
    if m <= k:
        return [*subproof(m, inputs[:k], whole), mth(inputs[k:])]
    return [*subproof(m - k, inputs[k:], False), mth(inputs[:k])]


def half(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def nodes_of(inputs: list[bytes]) -> Callable[[Iterable[tuple[int, int]]], dict[tuple[int, int], bytes]]:
    return lambda wanted: {(level, n): mth(inputs[n << level : (n + 1) << level]) for level, n in wanted}


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_published_ones(size: int) -> None:
    leaves = [merkle.leaf_hash(each) for each in INPUTS[:size]]
    assert merkle.root_of(leaves).hex() == ROOTS[size]
    assert mth(INPUTS[:size]).hex() == ROOTS[size]


def test_two_published_proofs_come_out() -> None:
    found = merkle.prove(merkle.inclusion_ranges(5, 8), nodes_of(INPUTS))
    assert [each.hex()[:8] for each in found] == ["bc1a0643", "ca854ea1", "d37ee418"]
    found = merkle.prove(merkle.consistency_ranges(6, 8), nodes_of(INPUTS))
    assert [each.hex()[:8] for each in found] == ["0ebc5d34", "ca854ea1", "d37ee418"]


def test_every_proof_of_every_small_tree_is_that_of_the_other_implementation_and_verifies() -> None:
    inputs = [bytes([each]) for each in range(40)]
    for size in range(1, 41):
        some, root = inputs[:size], mth(inputs[:size])
        for index in range(size):
            found = merkle.prove(merkle.inclusion_ranges(index, size), nodes_of(some))
            assert list(found) == path(index, some)
            assert merkle.included(merkle.leaf_hash(inputs[index]), index, size, found, root)
        for old in range(1, size + 1):
            found = merkle.prove(merkle.consistency_ranges(old, size), nodes_of(some))
            assert list(found) == subproof(old, some, True)
            assert found == merkle.consistency_of([merkle.leaf_hash(each) for each in some], old)
            assert merkle.consistent(old, size, found, mth(some[:old]), root)


@given(st.integers(1, 700), st.data())
def test_trees_of_any_size_prove_what_is_there_and_nothing_else(size: int, data: st.DataObject) -> None:
    inputs = [each.to_bytes(2, "big") for each in range(size)]
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = mth(inputs)
    proof = merkle.prove(merkle.inclusion_ranges(index, size), nodes_of(inputs))
    assert merkle.included(merkle.leaf_hash(inputs[index]), index, size, proof, root)
    other = data.draw(st.integers(0, size - 1))
    assert merkle.included(merkle.leaf_hash(inputs[other]), index, size, proof, root) == (other == index)
    assert merkle.included(merkle.leaf_hash(inputs[index]), other, size, proof, root) == (other == index)
    steps = merkle.prove(merkle.consistency_ranges(old, size), nodes_of(inputs))
    assert merkle.consistent(old, size, steps, mth(inputs[:old]), root)
    assert not merkle.consistent(old, size, steps, sha(b"another"), root)
    assert not merkle.consistent(old, size, steps, mth(inputs[:old]), sha(b"another"))
    assert not merkle.consistent(old, size, (*steps, root), mth(inputs[:old]), root)
    assert not merkle.included(merkle.leaf_hash(inputs[index]), index, size, (*proof, root), root)
    if proof:
        assert not merkle.included(merkle.leaf_hash(inputs[index]), index, size, proof[:-1], root)
    if steps:
        assert not merkle.consistent(old, size, steps[:-1], mth(inputs[:old]), root)


@given(
    st.integers(-5, 2**70),
    st.integers(-5, 2**70),
    st.lists(st.binary(min_size=32, max_size=32), max_size=70),
    st.binary(min_size=32, max_size=32),
)
def test_nonsense_proves_nothing_and_ends(index: int, size: int, proof: list[bytes], root: bytes) -> None:
    assert not merkle.included(sha(b"leaf"), index, size, proof, root)
    if not (index == size and not proof):
        assert not merkle.consistent(index, size, proof, sha(b"old"), root)


def test_the_empty_tree_is_the_beginning_of_every_tree_with_an_empty_proof_only() -> None:
    root = mth(INPUTS)
    assert merkle.consistent(0, 8, (), merkle.EMPTY_ROOT, root)
    assert not merkle.consistent(0, 8, (root,), merkle.EMPTY_ROOT, root)
    assert not merkle.consistent(0, 8, (), root, root)
    assert not merkle.consistent(8, 8, (), mth(INPUTS[:7]), root)
    assert not merkle.consistent(8, 7, (), root, root)
