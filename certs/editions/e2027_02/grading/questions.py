# SPDX-License-Identifier: GPL-3.0-or-later
"""What only eyes and hands can answer; asked on the console or given by file. No answer means not tested."""

from phones.frozen import dataclass

COSMETIC = ("A", "B", "C", "D", "E")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorQuestion:
    """`ask.<key>` in words.toml; the answer is kept as `value_name`."""

    key: str
    choices: tuple[str, ...]

    @property
    def value_name(self) -> str:
        """Name of the kept value."""
        return f"statement.{self.key}"


QUESTIONS: tuple[OperatorQuestion, ...] = (
    OperatorQuestion(key="battery_swollen", choices=("no", "yes")),
    OperatorQuestion(key="cosmetic_front", choices=COSMETIC),
    OperatorQuestion(key="cosmetic_back", choices=COSMETIC),
    OperatorQuestion(key="cosmetic_frame", choices=COSMETIC),
    OperatorQuestion(key="screen", choices=("ok", "defect")),
    OperatorQuestion(key="touch", choices=("ok", "defect")),
    OperatorQuestion(key="buttons", choices=("ok", "defect")),
    OperatorQuestion(key="sound", choices=("ok", "defect")),
    OperatorQuestion(key="cameras", choices=("ok", "defect")),
    OperatorQuestion(key="charging", choices=("ok", "defect")),
    OperatorQuestion(key="parts", choices=("original", "replaced")),
)
