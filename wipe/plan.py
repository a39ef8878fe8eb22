# SPDX-License-Identifier: GPL-3.0-or-later
"""What would be done to a phone, and what could be claimed, from its inspection alone. Touches nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from phones.port import Platform, Sighting
from phones.problem import Problem
from phones.words import say
from wipe.method import EraseMethod, Limits
from wipe.methods.card import is_lifted
from wipe.methods.choice import Choice, choose
from wipe.methods.table import CONDITIONS
from wipe.methods.weighing import Weighed, weigh
from wipe.operators import number
from wipe.overwrite.plan import FASTEST_BYTES_S, SLOWEST_BYTES_S, Forecast
from wipe.steps.card.steps import CLEARING
from wipe.steps.preconditions import Precondition


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step; `acts`: it changes the phone, or the memory card in it, for good."""

    name: str
    acts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCondition:
    """One precondition; `problem` is None when it is met."""

    code: str
    problem: Problem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`method` is "" when none fits or a wish is refused. `predicted`: level, nist, gb, r2 if everything goes well."""

    choice: Choice
    method: str
    steps: tuple[PlannedStep, ...]
    conditions: tuple[PlannedCondition, ...]
    predicted: Mapping[str, str]
    weighed: tuple[Weighed, ...] = ()  # every method for such a phone, and why it was taken or not
    forecast: Forecast | None = None
    awaits_attestation: bool = False  # after the erase the job waits for a hardware attestation

    @property
    def can_begin(self) -> bool:
        """Does a method fit, and is every precondition met?"""
        return bool(self.method) and all(condition.problem is None for condition in self.conditions)

    def to_json(self) -> dict[str, object]:
        """Plain JSON types."""
        return {
            "method": self.method,
            "can_begin": self.can_begin,
            "why": self.choice.why,
            "methods": {each.method: each.code for each in self.weighed},
            "card": self.choice.card,
            "awaits_attestation": self.awaits_attestation,
            "report_only": self.choice.is_report_only,
            "steps": [{"name": step.name, "acts": step.acts} for step in self.steps],
            "conditions": [
                {
                    "code": condition.code,
                    "met": condition.problem is None,
                    "problem": condition.problem.code.value if condition.problem else "",
                }
                for condition in self.conditions
            ],
            "predicted": dict(self.predicted),
        }

    def lines(self, language: str = "en") -> tuple[str, ...]:
        """The plan for a person, one fact a line."""
        lines = []
        if self.method:
            lines.append(say("plan.method", language, method=say(f"method.{self.method}", language)))
            lines += self.choice.lines(language)
            for place, step in enumerate(self.steps, start=1):
                key = "plan.step_acts" if step.acts else "plan.step"
                lines.append(say(key, language, place=place, step=say(f"step.{step.name}", language)))
        for condition in self.conditions:
            name = say(f"condition_name.{condition.code}", language)
            lines.append(say("plan.met" if condition.problem is None else "plan.unmet", language, name=name))
            if condition.problem is not None:
                lines += [f"  {condition.problem.reason(language)}", f"  {condition.problem.next_step(language)}"]
        if self.choice.card:
            lines.append(say(f"plan.card_{self.choice.card}", language))
        if self.forecast is not None:
            lines.append(self._forecast_line(self.forecast, language))
        if self.awaits_attestation:
            lines.append(say("plan.attestation", language))
        if self.method:
            words = {name: say(f"claim.{name}.{value}", language) for name, value in self.predicted.items()}
            lines.append(say("plan.predicted", language, **words))
        return tuple(lines)

    def _forecast_line(self, forecast: Forecast, language: str) -> str:
        return say(
            "plan.overwrite",
            language,
            gigabytes=f"{forecast.written_bytes / 1e9:.0f}",
            passes=forecast.passes,
            least=forecast.least_minutes,
            most=forecast.most_minutes,
            slowest=SLOWEST_BYTES_S // 1_000_000,
            fastest=FASTEST_BYTES_S // 1_000_000,
        )


def plan(
    values: Mapping[str, str],
    sighting: Sighting,
    limits: Limits,
    *,
    wanted: str | None = None,
    failed: Collection[str] = (),
    passes: int = 0,
    card: bool = False,
    challenge: bool = False,
) -> Plan:
    """The plan for a phone with these inspection values (in clear); `wanted` names a method, `failed` those that the
    phone has refused before, `passes` how often it is to be overwritten, `card` that the memory card in it is, too,
    `challenge` that a hardware attestation is waited for after the erase, which only an Android can give.

    Asks nothing of the phone and writes nothing.
    """
    choice = choose(values, sighting, wanted, failed=failed, passes=passes, card=card)
    weighed = weigh(choice, values, sighting, wanted, failed=failed, passes=passes)
    method, problem = choice.method, choice.problem
    if method is None:
        conditions = () if problem is None else (PlannedCondition(code=problem.code.value, problem=problem),)
        return Plan(choice=choice, method="", steps=(), conditions=conditions, predicted={}, weighed=weighed)
    return Plan(
        choice=choice,
        method=method.name,
        steps=tuple(PlannedStep(name=step.name, acts=step.acts or step.name in CLEARING) for step in method.steps),
        conditions=tuple(
            PlannedCondition(code=condition.code.value, problem=_unmet(condition, method, values, limits))
            for condition in CONDITIONS[method.name]
        ),
        predicted=choice.predicted,
        weighed=weighed,
        forecast=_forecast(values, max(1, passes)) if method.overwrites else None,
        awaits_attestation=challenge and method.platform is Platform.ANDROID,
    )


def _unmet(condition: Precondition, method: EraseMethod, values: Mapping[str, str], limits: Limits) -> Problem | None:
    problem = condition.find(values, limits)
    if problem is not None and method.overwrites_card and is_lifted(problem, values):
        return None
    return problem


def _forecast(values: Mapping[str, str], passes: int) -> Forecast | None:
    """None for a phone that does not say how much it holds."""
    total = number(values.get("storage.total_bytes", ""))
    return Forecast.of(total, passes) if total else None
