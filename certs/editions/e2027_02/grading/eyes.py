# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes with a ruler: what is asked of each face, and the letter that follows from it.

Nobody is asked for a letter here, but from how far a mark is seen, whether a fingernail catches in it, how many
millimetres a dent has. The letter stands in a literal table, so that two people who see the same give the same.
Distances: Back Market's published bands (20 cm, 50 cm) and our own 30 cm; the nail test: CTIA as sellers read it;
fewer than three pixels: DLS. Millimetres of dents are ours.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from certs.editions.e2027_02.grading.questions import COSMETIC, OperatorQuestion
from certs.editions.e2027_02.phones.evidence import Evidence
from phones.frozen import dataclass

FACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "front": ("mark", "nail", "dent", "crack", "pixels", "picture"),
        "back": ("mark", "nail", "dent", "crack"),
        "frame": ("mark", "nail", "dent"),
        "camera_glass": ("mark", "nail", "crack"),
    }
)
"""Face → what is asked of it."""
NEEDS_A_MARK = frozenset({"nail", "dent", "crack"})
"""Not asked of a face on which no mark is seen at 20 cm: there is nothing to catch a nail in."""
UNSEEN = "unseen"

LETTERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "mark": MappingProxyType({UNSEEN: "A", "at_20cm": "A", "at_30cm": "B", "at_50cm": "C"}),
        "nail": MappingProxyType({"smooth": "A", "catches": "C"}),
        "dent": MappingProxyType({"no_dent": "A", "to_1mm": "B", "to_5mm": "C", "over_5mm": "D"}),
        "crack": MappingProxyType({"whole": "A", "crack": "D"}),
        "pixels": MappingProxyType({"no_pixel": "A", "few_pixels": "B", "many_pixels": "C"}),
        "picture": MappingProxyType({"clean": "A", "lines": "E"}),
    }
)
"""What is asked → answer → the best letter that it allows. A face has the worst of its letters."""

BODY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "lifting": ("closed", "lifted"),
        "bent": ("straight", "to_1mm", "over_1mm"),
        "liquid": ("white", "coloured", "unknown", "none_there"),
        "tray": ("complete", "damaged", "missing", "none_there"),
        "screws": ("complete", "missing", "none_there"),
    }
)
"""What is asked of the body, with its choices; limits of these stand in the scheme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question. `face`: "" of the body. `kind`: what is asked, and which reference picture shows it."""

    face: str
    kind: str
    choices: tuple[str, ...]

    @property
    def key(self) -> str:
        """`ask.<key>` in words.toml, and its name in an answers file."""
        return "_".join(filter(None, ("eyes", self.face, self.kind)))

    @property
    def needs(self) -> str:
        """Key of the question about a mark without which this one is not asked; "" for none."""
        return f"eyes_{self.face}_mark" if self.face and self.kind in NEEDS_A_MARK else ""

    @property
    def question(self) -> OperatorQuestion:
        """As any other that is put to a person."""
        return OperatorQuestion(key=self.key, choices=self.choices)


ASKED: tuple[Asked, ...] = (
    *(
        Asked(face=face, kind=kind, choices=tuple(LETTERS[kind]))
        for face, kinds in FACES.items()
        for kind in sorted(kinds, key=NEEDS_A_MARK.__contains__)
    ),
    *(Asked(face="", kind=kind, choices=choices) for kind, choices in BODY.items()),
)
"""All questions, in the order in which a phone is turned."""


def face_letter(answers: Mapping[str, str], face: str) -> str:
    """A to E, the worst that any answer about that face gives; not_tested unless everything was answered that had to
    be. `answers`: key of a question → choice. Total: what is no choice has not been answered.
    """
    letters, whole = [], True
    unmarked = answers.get(f"eyes_{face}_mark") == UNSEEN
    for kind in FACES[face]:
        letter = LETTERS[kind].get(answers.get(f"eyes_{face}_{kind}", ""))
        if letter is not None:
            letters.append(letter)
        elif not (unmarked and kind in NEEDS_A_MARK):
            whole = False
    return max(letters) if whole else "not_tested"


def worst_answers(evidence: Iterable[Evidence]) -> Mapping[str, str]:
    """Of each question of a face the answer that allows the least, whoever gave it and whenever. An answer that is no
    choice is worse than all: somebody said something that nobody can read.
    """
    worst: dict[str, str] = {}
    for piece in evidence:
        for asked in ASKED:
            given = piece.values.get(asked.question.value_name)
            if asked.face and given is not None:
                worst[asked.key] = max(worst.get(asked.key, given), given, key=lambda each: _badness(asked.kind, each))
    return MappingProxyType(worst)


def measured_faces(evidence: Iterable[Evidence]) -> Mapping[str, str]:
    """Face → letter, or not_tested. Empty when nothing was asked of any face."""
    answers = worst_answers(evidence)
    return MappingProxyType({face: face_letter(answers, face) for face in FACES} if answers else {})


def _badness(kind: str, answer: str) -> int:
    letter = LETTERS[kind].get(answer)
    return len(COSMETIC) if letter is None else COSMETIC.index(letter)
