# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the pass is in the evidence already: a step that is begun again, after a crash too, goes on from there."""

from collections.abc import Iterator
from dataclasses import replace

from phones.evidence import Evidence, Outcome
from wipe import operators
from wipe.method import StepContext
from wipe.overwrite.pattern import Pattern
from wipe.overwrite.plan import OverwritePlan
from wipe.secret import commitment_to
from wipe.steps.overwriting.at_the_phone import MOMENT


def answered(context: StepContext, asked: str) -> Iterator[Evidence]:
    """What was answered under this name, the newest first."""
    return (
        piece
        for piece in reversed(context.evidence)
        if piece.moment is MOMENT and piece.asked == asked and piece.outcome is Outcome.ANSWERED
    )


def last(context: StepContext, asked: str, name: str) -> str:
    """The newest value of that name under that question; "" when there is none."""
    return next((piece.values[name] for piece in answered(context, asked) if name in piece.values), "")


def number(context: StepContext, asked: str, name: str) -> int:
    """The same as a number; 0 when there is none, or something else was said."""
    return operators.number(last(context, asked, name)) or 0


def has_pass(context: StepContext, asked: str, pass_number: int) -> bool:
    """Was this said of that pass?"""
    return any(piece.values.get("overwrite.pass") == str(pass_number) for piece in answered(context, asked))


def keep(context: StepContext, asked: str, **values: str | int) -> None:
    """A fact of the bench: `sent_bytes=1` is `overwrite.sent_bytes`."""
    named = {f"overwrite.{name.removesuffix('_')}": str(value) for name, value in values.items()}
    context.phone.record_host_fact(asked, named, MOMENT)


def is_committed(context: StepContext) -> bool:
    """Is the pass in the evidence the one of this secret? One that another program began under another is not gone on
    with: nothing that it wrote would be what we look for.
    """
    return last(context, "overwrite.planned", "overwrite.commitment") == commitment_to(context.secret)


def planned(context: StepContext) -> OverwritePlan:
    """The plan with the passes and patterns this job began with: it may be resumed under another configuration."""
    passes = number(context, "overwrite.planned", "overwrite.passes")
    if not passes:
        return context.overwrite
    pattern = last(context, "overwrite.planned", "overwrite.pattern")
    earlier = Pattern(pattern) if pattern in list(Pattern) else context.overwrite.earlier
    return replace(context.overwrite, passes=passes, earlier=earlier)
