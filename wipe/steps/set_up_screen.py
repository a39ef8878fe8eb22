# SPDX-License-Identifier: GPL-3.0-or-later
"""What only a person can say of a phone at its set-up screen: that it is there, and whom it asks for.

Most Androids of 10 to 15 do not tell their shell whether they are protected after a reset, and some iPhones do not name
their lock; every phone shows both to whoever goes on from the first screen. What is answered is kept as stated.
"""

from collections.abc import Mapping
from types import MappingProxyType

from phones.evidence import Moment, Outcome
from wipe.method import StepContext, StepFailed
from wipe.readings import Readings
from wipe.rules import Test

_YES_NO = ("yes", "no")
_OWNER_ANSWERS = ("not_asked", "asked", "not_looked")
SEEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "setup_screen_seen": _YES_NO,
        "owner_account_seen": _OWNER_ANSWERS,
        "activation_owner_seen": _OWNER_ANSWERS,
        "signed_out_seen": _YES_NO,
        "recovery_wipe_seen": ("wiped", "refused"),
    }
)
"""What a person states of something that has just happened: `ask.<key>` in words.toml → choices."""


def ask_setup_screen(context: StepContext, moment: Moment) -> None:
    """Does the phone show its set-up screen? Keeps `statement.setup_screen`; nothing when nobody answers."""
    _keep(context, "setup_screen", _ask("setup_screen_seen", context), moment)


def ask_for_owner_account(context: StepContext, moment: Moment) -> None:
    """Does the phone ask for a former owner's account, PIN or pattern (factory reset protection)? Keeps
    `statement.owner_account`. Not asked where the phone itself has answered, each time, that it is not protected.
    """
    if _said(context, "locks.frp") != {"clear"}:
        _keep(context, "owner_account", _ask("owner_account_seen", context), moment)


def ask_for_activation_owner(context: StepContext, moment: Moment) -> None:
    """Does the iPhone ask for a former owner's Apple Account? Keeps `statement.activation_owner`. Not asked where
    the phone itself has answered, each time, that it is not locked.
    """
    if _said(context, "locks.activation_lock") != {"no"}:
        _keep(context, "activation_owner", _ask("activation_owner_seen", context), moment)


def ask_recovery_wipe(context: StepContext, moment: Moment) -> str | None:
    """What did the recovery menu say of the wipe? Keeps `statement.recovery_wipe`; None when nobody answers."""
    answer = _ask("recovery_wipe_seen", context)
    _keep(context, "recovery_wipe", answer, moment)
    return answer


def require_unprotected(context: StepContext) -> None:
    """Nothing more is done to a phone that has told that factory reset protection is on, as the rules count it.

    Raises: StepFailed frp_armed.
    """
    if _told(context, "locks.frp", "armed"):
        raise StepFailed("frp_armed")


def require_signed_out(context: StepContext) -> None:
    """Before the erase of an iPhone: it does not say that it is locked; where it does not name its lock, the person
    says that nobody is signed in on it.

    Raises: StepFailed activation_lock_on when the phone has told that it is locked; owner_signed_in when somebody is
    signed in, or nobody answers: an erase would lock the phone.
    """
    if _told(context, "locks.activation_lock", "yes"):
        raise StepFailed("activation_lock_on")
    if "unknown" in _said(context, "locks.activation_lock"):
        _keep(context, "signed_out", _ask("signed_out_seen", context), Moment.BEFORE)
        if _said(context, "statement.signed_out") != {"yes"}:
            raise StepFailed("owner_signed_in")


def _told(context: StepContext, name: str, text: str) -> bool:
    test = Test(moments=tuple(Moment), value=name, operator="equals", argument=text, any_time=True)
    return Readings(context.evidence).holds(test)


def _said(context: StepContext, name: str) -> set[str]:
    return {
        piece.values[name] for piece in context.evidence if piece.outcome is Outcome.ANSWERED and name in piece.values
    }


def _ask(key: str, context: StepContext) -> str | None:
    return context.operator.ask(
        key, port=context.phone.path, choices=SEEN[key], facts={}, timeout_s=context.deadlines.person_s
    )


def _keep(context: StepContext, what: str, answer: str | None, moment: Moment) -> None:
    if answer is not None:
        context.phone.keep_statement(f"operator.{what}", {f"statement.{what}": answer}, moment)
