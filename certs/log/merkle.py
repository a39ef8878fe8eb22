# SPDX-License-Identifier: GPL-3.0-or-later
"""Merkle trees as in RFC 6962 section 2.1 (SHA-256): hashes, roots, proofs and their verification. Pure functions.

A node is `(level, number)`: the root of the complete subtree over leaves number * 2^level up to (number + 1) * 2^level.
A tree of any size is a fold of complete subtrees, so a log need store nothing but nodes.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
Node = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees beside each other."""
    return hashlib.sha256(b"\1" + left + right).digest()


def grow(frontier: list[bytes], size: int, leaf: bytes) -> list[bytes]:
    """Add a leaf hash to the tree of `size` leaves, in place.

    `frontier`: hashes of its complete subtrees, largest first. Returns the hashes of the nodes that the new leaf
    completes, level 0 (the leaf) upwards.
    """
    completed = [leaf]
    while size & 1:
        leaf = node_hash(frontier.pop(), leaf)
        completed.append(leaf)
        size >>= 1
    frontier.append(leaf)
    return completed


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees beside each other, largest first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier: list[bytes] = []
    for size, leaf in enumerate(leaves):
        grow(frontier, size, leaf)
    return fold(frontier)


def subtrees(start: int, end: int) -> list[Node]:
    """The complete subtrees of leaves `start` up to `end`, left to right. `start` must suit the largest of them."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Leaf ranges whose roots are the inclusion proof of leaf `index`, its sibling first."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    ranges, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, size: int) -> list[tuple[int, int]]:
    """Leaf ranges whose roots are the consistency proof from `old` leaves to `size` leaves."""
    if not 0 <= old <= size:
        raise ValueError("not a smaller tree")
    if old in (0, size):
        return []
    ranges, start, end = [], 0, size
    whole = True  # the old tree is a subtree of its own so far: its root is known to whoever asks
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def prove(ranges: Iterable[tuple[int, int]], fetch: Callable[[list[Node]], dict[Node, bytes]]) -> tuple[bytes, ...]:
    """Roots of leaf ranges; all nodes are asked for at once."""
    wanted = [subtrees(*each) for each in ranges]
    found = fetch([node for nodes in wanted for node in nodes])
    return tuple(fold([found[node] for node in nodes]) for nodes in wanted)


def consistency_of(hashes: Sequence[bytes], old: int) -> tuple[bytes, ...]:
    """The consistency proof from the first `old` leaf hashes to all of them, for whoever holds them all."""
    return tuple(root_of(hashes[start:end]) for start, end in consistency_ranges(old, len(hashes)))


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Is the leaf hash at `index` in the tree of `size` leaves with that root? (RFC 9162 section 2.1.3.2.)"""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and found == root


def consistent(old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Is the tree of `old` leaves a beginning of the tree of `size` leaves? (RFC 9162 section 2.1.4.2.)

    The empty tree is a beginning of every tree, with an empty proof.
    """
    if not 0 <= old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == root


def _split(count: int) -> int:
    """The largest power of two below `count` (2 or more)."""
    return 1 << (count - 1).bit_length() - 1
