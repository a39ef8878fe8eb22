# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a phone is, and whether two readings are of the same one: one answer for everybody who asks."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from itertools import combinations, permutations, product
from types import MappingProxyType

from certs.editions.e2027_02.phones.allowed import MALFORMED
from certs.editions.e2027_02.phones.commitment import commit
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.identifiers import IDENTIFIERS, Identifier, ON_PAPER
from certs.editions.e2027_02.phones.verdict import Verdict

IDENTIFIERS_NEEDED = 2

Reading = Mapping[str, str]
"""Value name → text, in clear or as commitments of one salt. Values that are no identifiers may stand beside them."""

_OF_ONE_LABEL: tuple[tuple[Identifier, ...], ...] = tuple(
    tuple(each for each in IDENTIFIERS if each.label == label)
    for label in dict.fromkeys(each.label for each in IDENTIFIERS if each.counts_as)
)
_LABELS: Mapping[str, str] = MappingProxyType(
    {name: row.label for rows in _OF_ONE_LABEL for row in rows for name in row.values}
)
_ON_PAPER = frozenset(each.name for each in ON_PAPER)
_COUNTS_AS: Mapping[str, str] = MappingProxyType({each.name: each.counts_as for each in IDENTIFIERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two readings, or two sets of readings, say of each other, by names of `phones.identifiers`.

    `agreeing`: identifiers known to both, with the numbers that were equal. `differing`: those that contradict.
    """

    agreeing: Mapping[str, frozenset[str]]
    differing: frozenset[str]

    @property
    def verdict(self) -> Verdict:
        """PASSED: two independent identifiers agree and none differs. FAILED: one differs. Else INDETERMINATE."""
        if self.differing:
            return Verdict.FAILED
        said: dict[str, set[str]] = {}
        for name, numbers in self.agreeing.items():
            said.setdefault(_COUNTS_AS[name], set()).update(numbers)
        # One number said in two places, as serial and as IMEI say, is one identifier: two need two numbers.
        pairs = combinations(said.values(), IDENTIFIERS_NEEDED)
        enough = any(len(one | other) >= IDENTIFIERS_NEEDED for one, other in pairs)
        return Verdict.PASSED if enough else Verdict.INDETERMINATE

    @property
    def nothing_differs(self) -> bool:
        """Something agrees and nothing differs: enough to find a phone again, not to prove that it is the same."""
        return bool(self.agreeing) and not self.differing


def compare(before: Reading, after: Reading) -> Comparison:
    """Two readings, in whichever order. Numbers of one label fit in either order: which IMEI is called the first may
    change with the SIM, the mode and the question.
    """
    agreeing: dict[str, frozenset[str]] = {}
    differing: set[str] = set()
    for rows in _OF_ONE_LABEL:
        same, other = _compare_label(rows, before, after)
        agreeing |= same
        differing |= other
    return Comparison(agreeing=agreeing, differing=frozenset(differing))


def compare_all(before: Iterable[Reading], after: Iterable[Reading]) -> Comparison:
    """Every reading of the one set with every reading of the other: what agrees anywhere and what differs anywhere."""
    befores, afters = tuple(before), tuple(after)
    agreeing: dict[str, frozenset[str]] = {}
    differing: set[str] = set()
    for rows in _OF_ONE_LABEL:
        for one, other in product(_told(rows, befores), _told(rows, afters)):
            same, different = _compare_label(rows, one, other)
            for name, numbers in same.items():
                agreeing[name] = agreeing.get(name, frozenset()) | numbers
            differing |= different
    return Comparison(agreeing=agreeing, differing=frozenset(differing))


def contradict(readings: Iterable[Reading]) -> bool:
    """Does any reading differ from any other? Each is held against those before it, which agree: there are few of
    those, however many readings a hostile record holds.
    """
    kept = tuple(readings)
    return any(
        _compare_label(rows, told[earlier], told[later])[1]
        for rows, told in ((rows, _told(rows, kept)) for rows in _OF_ONE_LABEL)
        for later in range(len(told))
        for earlier in range(later)
    )


def _told(rows: tuple[Identifier, ...], readings: Iterable[Reading]) -> list[Reading]:
    """What the readings say of the identifiers of one label, each different answer once."""
    names = [name for row in rows for name in row.values]
    answers = (tuple((name, reading[name]) for name in names if _is_known(reading.get(name))) for reading in readings)
    return [dict(answer) for answer in dict.fromkeys(answers) if answer]


def _compare_label(
    rows: tuple[Identifier, ...], before: Reading, after: Reading
) -> tuple[dict[str, frozenset[str]], set[str]]:
    """What agrees and what differs among the identifiers of one label.

    As they stand; or in another order in which nothing differs and something agrees.
    """
    orders = [_pairs(rows, order, before, after) for order in permutations(rows)]
    fitting = [pairs for pairs in orders if pairs and all(old == new for _, old, new in pairs)]
    chosen = max(fitting, key=len) if fitting else orders[0]
    agreeing: dict[str, frozenset[str]] = {}
    for name, number, _ in (pair for pair in chosen if pair[1] == pair[2]):
        agreeing[name] = agreeing.get(name, frozenset()) | {number}
    return agreeing, {name for name, old, new in chosen if old != new}


def _pairs(
    rows: tuple[Identifier, ...], order: tuple[Identifier, ...], before: Reading, after: Reading
) -> list[tuple[str, str, str]]:
    """Name, old and new number of each value that both know, `order` taken for the order after."""
    return [
        (row.name, before[here], after[there])
        for row, other in zip(rows, order, strict=True)
        for here, there in zip(row.values, other.values, strict=True)
        if _is_known(before.get(here)) and _is_known(after.get(there))
    ]


def _is_known(text: str | None) -> bool:
    return text not in (None, "", MALFORMED, "unknown")


def identifying(values: Reading) -> dict[str, str]:
    """Those of these values that say who the phone is."""
    return {name: values[name] for name in _LABELS.keys() & values.keys() if _is_known(values[name])}


def committed(values: Reading, salt: bytes) -> dict[str, str]:
    """What these values say of who the phone is, as commitments with that salt."""
    return {name: commit(_LABELS[name], text, salt) for name, text in identifying(values).items()}


def is_same_phone(before: Reading, after: Reading) -> Verdict:
    """Are two readings of one phone? See `Comparison.verdict`."""
    return compare(before, after).verdict


def is_identified(reading: Reading) -> bool:
    """Does one reading name its phone well enough to know it again?"""
    return is_same_phone(reading, reading) is Verdict.PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneIdentity:
    """What the ledger knows of a phone, in clear; papers carry the last four digits and commitments.

    `numbers`: name of an identifier that stands on papers (`phones.identifiers.ON_PAPER`) → its text; unknown ones
    are left out. Raises: ValueError for another name, or an empty text.
    """

    maker: str = ""
    model: str = ""
    marketing_name: str = ""
    numbers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.numbers.keys() <= _ON_PAPER or not all(self.numbers.values()):
            raise ValueError("numbers: a name that stands on no paper, or no number")

    @classmethod
    def from_values(cls, values: Reading) -> "PhoneIdentity":
        """From values in clear as a reader gave them (`Answer.values`)."""

        def text(name: str) -> str:
            found = values.get(name, "")
            return found if _is_known(found) else ""

        return cls(
            maker=text("product.maker"),
            model=text("product.model"),
            marketing_name=text("product.marketing_name"),
            numbers={each.name: number for each in ON_PAPER if (number := text(each.value))},
        )

    @classmethod
    def from_json(cls, document: object) -> "PhoneIdentity":
        """The inverse of `to_json`; what is missing is unknown. Raises: ValueError naming what does not fit."""
        if not isinstance(document, Mapping):
            raise ValueError("phone: not an object")  # noqa: TRY004 - what does not fit is one kind of error
        known = {"maker", "model", "marketing_name", *(each.name for each in ON_PAPER)}
        for name, text in document.items():
            if name not in known or not isinstance(text, str):
                raise ValueError(f"phone: {name}")
        return cls(
            maker=document.get("maker", ""),
            model=document.get("model", ""),
            marketing_name=document.get("marketing_name", ""),
            numbers={each.name: document[each.name] for each in ON_PAPER if document.get(each.name)},
        )

    def to_json(self) -> dict[str, object]:
        """Plain JSON for the ledger: one flat object, "" for what is unknown."""
        return {
            "maker": self.maker,
            "model": self.model,
            "marketing_name": self.marketing_name,
            **{each.name: self.number(each.name) for each in ON_PAPER},
        }

    def number(self, name: str) -> str:
        """The identifier of this name (`serial`, `imei1`, …), or "" when it is not known."""
        return self.numbers.get(name, "")

    @property
    def serial(self) -> str:
        """The serial number, or ""."""
        return self.number("serial")

    @property
    def reading(self) -> dict[str, str]:
        """The numbers under the names of the values they were read as, to be compared."""
        return {each.value: number for each in ON_PAPER if (number := self.number(each.name))}

    @property
    def display_name(self) -> str:
        """What a person calls it."""
        return self.marketing_name or f"{self.maker} {self.model}".strip()

    def called_by(self, usb_serial: str = "") -> frozenset[str]:
        """Every number a person may call this phone by, the one USB shows too, as `plain` spells them."""
        numbers = (*(self.number(each.name) for each in ON_PAPER if each.called_by), usb_serial)
        return frozenset(plain(number) for number in numbers if number)


def plain(number: str) -> str:
    """A serial, IMEI or UDID without what people leave out or write differently."""
    return number.replace("-", "").replace(" ", "").lower()
