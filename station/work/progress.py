# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen may show of a job."""

from dataclasses import dataclass

from phones.long_act import ActProgress
from phones.problem import Problem
from station.ledger.stages import Stage
from station.text.language import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a screen may show of a job; holds no data of the phone's owner."""

    job: str
    port: str
    stage: Stage
    key: str  # `progress.<key>` in words.toml
    model: str = ""  # what people call such a phone, once it is known
    problems: tuple[Problem, ...] = ()
    act: ActProgress | None = None  # of a long act that is under way
    check: str = ""  # the act of checking that is under way, `checking.<check>` in words.toml
    check_s: float | None = None  # how long that waits for a person at most, from now on

    @property
    def sentence(self) -> str:
        """What happens, for people."""
        said = text(f"progress.{self.key}", job=self.job)
        return f"{said}: {text(f'checking.{self.check}')}" if self.check else said
