# SPDX-License-Identifier: GPL-3.0-or-later
"""What would be done to a phone, and what could be claimed, from its inspection alone. Touches nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from phones.clock import utc_now
from phones.evidence import Evidence, Moment, Outcome, digest_of
from phones.port import Sighting
from phones.problem import Problem, ProblemCode
from phones.words import say
from wipe import claims as claim
from wipe.method import EraseMethod, Limits
from wipe.methods.table import CONDITIONS, choose
from wipe.readings import Readings
from wipe.rules import load


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step; `acts`: it changes the phone for good."""

    name: str
    acts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCondition:
    """One precondition; `problem` is None when it is met."""

    code: str
    problem: Problem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`method` is "" when none fits. `predicted`: level, nist, gb, r2 if everything goes well."""

    method: str
    steps: tuple[PlannedStep, ...]
    conditions: tuple[PlannedCondition, ...]
    predicted: Mapping[str, str]

    @property
    def can_begin(self) -> bool:
        """Does a method fit, and is every precondition met?"""
        return bool(self.method) and all(condition.problem is None for condition in self.conditions)

    def to_json(self) -> dict[str, object]:
        """Plain JSON types."""
        return {
            "method": self.method,
            "can_begin": self.can_begin,
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
            for place, step in enumerate(self.steps, start=1):
                key = "plan.step_acts" if step.acts else "plan.step"
                lines.append(say(key, language, place=place, step=say(f"step.{step.name}", language)))
        for condition in self.conditions:
            name = say(f"condition_name.{condition.code}", language)
            lines.append(say("plan.met" if condition.problem is None else "plan.unmet", language, name=name))
            if condition.problem is not None:
                lines += [f"  {condition.problem.reason(language)}", f"  {condition.problem.next_step(language)}"]
        if self.method:
            words = {name: say(f"claim.{name}.{value}", language) for name, value in self.predicted.items()}
            lines.append(say("plan.predicted", language, **words))
        return tuple(lines)


def plan(values: Mapping[str, str], sighting: Sighting, limits: Limits, *, wanted: str | None = None) -> Plan:
    """The plan for a phone with these inspection values (in clear); `wanted` names a method.

    Asks nothing of the phone and writes nothing.
    """
    method = choose(values, sighting, wanted)
    if method is None:
        problem = Problem(code=ProblemCode.METHOD_NOT_AVAILABLE, facts={"method": wanted or "-"})
        condition = PlannedCondition(code=problem.code.value, problem=problem)
        return Plan(method="", steps=(), conditions=(condition,), predicted={})
    return Plan(
        method=method.name,
        steps=tuple(PlannedStep(name=step.name, acts=step.acts) for step in method.steps),
        conditions=tuple(
            PlannedCondition(code=condition.code.value, problem=condition.find(values, limits))
            for condition in CONDITIONS[method.name]
        ),
        predicted=_predict(method, values),
    )


def _predict(method: EraseMethod, values: Mapping[str, str]) -> Mapping[str, str]:
    """What the method promises, or more where what the phone says of itself before already allows it."""
    if method.predicted["level"] == "E1":
        return method.predicted
    rules = load()
    before = Evidence(
        number=0,
        at=utc_now(),
        moment=Moment.BEFORE,
        port="",
        link="plan",
        asked="plan",
        outcome=Outcome.ANSWERED,
        values=dict(values),
        digest=digest_of(values),
    )
    found = claim.conditions(Readings((before,)), method=method.name, rules=rules)
    predicted = dict(method.predicted)
    if claim.allow_purge(found):
        predicted["nist"] = "purge"
    if claim.keys_destroyed(found, method=method.name, rules=rules):
        predicted["level"] = "E3"
    return predicted
