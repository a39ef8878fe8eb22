# SPDX-License-Identifier: GPL-3.0-or-later
"""Can a pattern take longer than its text is long? Told from the pattern's own tree, not from a clock.

Python's engine tries one way after the other. It takes more than linear time only when one text can be walked in two
ways through two loops: then it tries every place at which one loop could end and the other begin. So the tree is made
an automaton, and three of its walks are followed at once (Weber and Seidl, "On the degree of ambiguity of finite
automata", 1991: a pattern is polynomially ambiguous exactly when states p and q and a word w exist with p→p, p→q and
q→q all by w). A loop at which a search may begin counts as a second one: the search begins at each place anew.

Bounded repeats of at most SHORT count as no loops; look-around is taken to hold; possessive loops do not give back
what they took, but a search begins inside them all the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product

# The tree of a pattern has no public name; it is the same in Python 3.11 to 3.14.
from re import _constants as names  # type: ignore[attr-defined]  # typeshed leaves it out
from re import _parser as parser  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import Any

SHORT, FEW = 512, 8
"""Repeats that are no loops: of one loop alone, and inside another, where they are written out."""
ALPHABET = (*map(chr, range(128)), "\x85", "\xa0", "é", "中", "٣", "\u2028")
"""One letter for each kind the product's patterns tell apart; wider alphabets behave like one of these."""

Letters = frozenset[str]


@dataclass(slots=True)
class Automaton:
    """States by number; `steps` by letters, `free` without one, `tested` without one if a condition holds."""

    steps: list[tuple[int, Letters, int]] = field(default_factory=list)
    free: list[tuple[int, int]] = field(default_factory=list)
    tested: list[tuple[int, int]] = field(default_factory=list)
    states: int = 0

    def state(self) -> int:
        """A new one."""
        self.states += 1
        return self.states - 1


def is_slow(pattern: "re.Pattern[Any]", *, searched: bool) -> bool:
    """May it take more than linear time? `searched`: it may begin anywhere, as with search, findall, sub, split."""
    text = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    flags = pattern.flags & ~re.DEBUG & ~(re.UNICODE if isinstance(pattern.pattern, bytes) else 0)
    tree = list(parser.parse(text, flags))
    made = Automaton()
    begin = made.state()
    if searched:
        begin = _search_from(made, begin, tree, flags)
    end = _add(made, begin, tree, flags, inside=False)
    return _is_ambiguous(made, end)


def _search_from(made: Automaton, begin: int, tree: list[Any], flags: int) -> int:
    """The places at which a search begins, as the pattern's first condition leaves them."""
    first: tuple[Any, Any] = tree[0] if tree else (names.ANY, None)
    kind, value = first
    if kind is names.AT and value in (names.AT_BEGINNING, names.AT_BEGINNING_STRING):
        if value is names.AT_BEGINNING_STRING or not flags & re.MULTILINE:
            return begin
        before: Letters = frozenset("\n")
    elif kind in (names.ASSERT, names.ASSERT_NOT) and value[0] < 0 and len(value[1]) == 1:
        inner_kind, inner_value = value[1][0]
        before = _letters(inner_kind, inner_value, flags)
        before = before if kind is names.ASSERT else frozenset(ALPHABET) - before
    else:
        before = frozenset()
    made.steps.append((begin, frozenset(ALPHABET), begin))
    if not before:
        return begin
    place = made.state()
    made.steps.append((begin, before, place))
    return place


def _add(made: Automaton, begin: int, tree: Any, flags: int, *, inside: bool) -> int:
    for kind, value in tree:
        begin = _piece(made, begin, kind, value, flags, inside=inside)
    return begin


def _piece(made: Automaton, begin: int, kind: Any, value: Any, flags: int, *, inside: bool) -> int:
    if kind in (names.MAX_REPEAT, names.MIN_REPEAT, names.POSSESSIVE_REPEAT):
        least, most, body = value
        return _repeat(made, begin, least, most, body, flags, inside=inside)
    if kind is names.SUBPATTERN:
        return _add(made, begin, value[3], flags, inside=inside)
    if kind is names.ATOMIC_GROUP:
        return _add(made, begin, value, flags, inside=inside)
    end = made.state()
    if kind is names.BRANCH:
        for branch in value[1]:
            made.free.append((_add(made, begin, branch, flags, inside=inside), end))
    elif kind in (names.AT, names.ASSERT, names.ASSERT_NOT):
        made.tested.append((begin, end))
    else:
        made.steps.append((begin, _letters(kind, value, flags), end))
    return end


def _repeat(made: Automaton, begin: int, least: int, most: Any, body: Any, flags: int, *, inside: bool) -> int:
    if most is not names.MAXREPEAT and most <= (1 if inside else SHORT):
        # No loop: walked once, and for whatever is optional there is a way past it.
        end = _add(made, begin, body, flags, inside=inside)
        made.free += [(begin, end)] if least == 0 and begin != end else []
        return end
    if most is not names.MAXREPEAT and most <= FEW:
        passed = []
        for number in range(most):
            passed += [begin] if number >= least else []
            begin = _add(made, begin, body, flags, inside=True)
        made.free += [(place, begin) for place in passed]
        return begin
    loop, end = made.state(), made.state()
    made.free.append((begin, loop))
    made.free.append((_add(made, loop, body, flags, inside=True), loop))
    (made.tested if least > 1 else made.free).append((loop, end))
    return end


def _letters(kind: Any, value: Any, flags: int) -> Letters:
    if kind is names.GROUPREF:
        return frozenset(ALPHABET)
    fold = bool(flags & re.IGNORECASE)
    if kind is names.ANY:
        return frozenset(letter for letter in ALPHABET if flags & re.DOTALL or letter != "\n")
    if kind is names.LITERAL:
        return _folded({chr(value)}, fold=fold)
    if kind is names.NOT_LITERAL:
        return frozenset(ALPHABET) - _folded({chr(value)}, fold=fold)
    if kind is names.IN:
        return _class(value, flags, fold=fold)
    raise NotImplementedError(kind)


def _folded(letters: Iterable[str], *, fold: bool) -> Letters:
    return frozenset(each for letter in letters for each in ((letter.lower(), letter.upper()) if fold else (letter,)))


_KINDS = {
    names.CATEGORY_DIGIT: r"\d",
    names.CATEGORY_NOT_DIGIT: r"\D",
    names.CATEGORY_SPACE: r"\s",
    names.CATEGORY_NOT_SPACE: r"\S",
    names.CATEGORY_WORD: r"\w",
    names.CATEGORY_NOT_WORD: r"\W",
}


def _class(items: Any, flags: int, *, fold: bool) -> Letters:
    found: set[str] = set()
    negated = False
    for kind, value in items:
        if kind is names.NEGATE:
            negated = True
        elif kind is names.LITERAL:
            found.add(chr(value))
        elif kind is names.RANGE:
            found |= {letter for letter in ALPHABET if value[0] <= ord(letter) <= value[1]}
        elif kind is names.CATEGORY:
            found |= set(re.findall(_KINDS[value], "".join(ALPHABET), flags & re.ASCII))
    letters = _folded(found, fold=fold)
    return frozenset(ALPHABET) - letters if negated else letters & frozenset(ALPHABET) | (letters - frozenset(ALPHABET))


Moves = dict[int, list[tuple[Letters, int]]]


def _is_ambiguous(made: Automaton, end: int) -> bool:
    """Are there p and q, q not past every failure, with p→p, p→q and q→q by one word?"""
    moves = _moves(made)
    done = {state for state in range(made.states) if end in _near(made.free, made.states)[state]}
    looping = [state for state in moves if _meet(moves, (state,), (state,))]
    pairs = [(p, q) for p, q in product(looping, looping) if p != q and q not in done]
    return any(_meet(moves, (p, p, q), (p, q, q)) for p, q in pairs) or any(
        _two_ways(moves, state) for state in looping if state not in done
    )


def _near(ways: list[tuple[int, int]], states: int) -> list[dict[int, int]]:
    """For each state: where one comes from it without a letter, and in how many ways (2: several)."""
    onward: dict[int, list[int]] = {}
    for begin, end in ways:
        onward.setdefault(begin, []).append(end)
    found = []
    for state in range(states):
        counted: dict[int, int] = {}
        todo: list[tuple[int, ...]] = [(state,)]
        while todo:
            path = todo.pop()
            counted[path[-1]] = min(2, counted.get(path[-1], 0) + 1)
            for end in onward.get(path[-1], ()):
                if end in path:  # a loop around a loop: where one round of the outer ends, nobody can tell
                    counted[end] = 2
                else:
                    todo.append((*path, end))
        found.append(counted)
    return found


def _moves(made: Automaton) -> Moves:
    """From each state over any free ways and one step; a step to which several free ways lead stands there twice."""
    after: dict[int, list[tuple[Letters, int]]] = {}
    for begin, letters, end in made.steps:
        after.setdefault(begin, []).append((letters, end))
    near = _near(made.free + made.tested, made.states)
    return {
        state: [step for inner, ways in near[state].items() for step in after.get(inner, ()) for _ in range(ways)]
        for state in range(made.states)
    }


def _meet(moves: Moves, begin: tuple[int, ...], end: tuple[int, ...]) -> bool:
    """Is there a word by which each of these states comes to its end?"""
    seen: set[tuple[int, ...]] = set()
    todo = [begin]
    while todo:
        for steps in product(*(moves[state] for state in todo.pop())):
            states = tuple(state for _, state in steps)
            if states in seen or not frozenset.intersection(*(letters for letters, _ in steps)):
                continue
            if states == end:
                return True
            seen.add(states)
            todo.append(states)
    return False


def _two_ways(moves: Moves, state: int) -> bool:
    """From this state back to it by one word in two ways: each round doubles them."""
    seen: set[tuple[int, int, bool]] = set()
    todo = [(state, state, False)]
    while todo:
        one, other, parted = todo.pop()
        for (number, (letters, a)), (another, (others, b)) in product(enumerate(moves[one]), enumerate(moves[other])):
            reached = (a, b, parted or a != b or (one == other and number != another))
            if not letters & others or reached in seen:
                continue
            if reached == (state, state, True):
                return True
            seen.add(reached)
            todo.append(reached)
    return False
