# SPDX-License-Identifier: GPL-3.0-or-later
"""How `verify` tells an answer: to people one answer, the phone and one thing to do, all the rest with `-v`; to
programs everything.
"""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from phones.words import has
from station.cli import output
from station.cli.given_papers import LONGEST_SHOWN, GivenPaper
from station.text.language import current, text

if TYPE_CHECKING:
    from certs.verify.plain_answer import Plain
    from certs.verify.trust import Trust
    from certs.verify.verification import Summary, Verification
    from station.documents.verification import FileAnswered

    T = TypeVar("T", bound=FileAnswered)

HOLDS_NAMES = "E_HOLDS_PDF"
"""The answer whose detail is no note of the verifier but names, which are shown in every language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """A name under which nothing could be looked at. It answers like a paper of which nothing can be told."""

    fault: str

    exit_code = 6
    word = "CANNOT TELL"
    code = "verification"


def as_data(kind: "type[T]", paper: GivenPaper, found: "Verification | Unchecked") -> "T":
    """The answer for programs, as that type of document."""
    file, plain = paper.path.name if paper.path else paper.name, _plain(found)
    if isinstance(found, Unchecked):
        said = text("word.not_checked", got=found.fault.rstrip(".。"))
        return kind.unread(plain, file=file, path=paper.name, sentence=said, code=found.code)
    return kind.of(found, plain, file=file, path=paper.name)


def tell(found: "Verification | Unchecked", *, verbose: bool, asked: bool) -> str:
    """Print the answer; returns its headline. `asked`: a number was given to compare."""
    plain = _plain(found)
    headline = plain.headline(current())
    output.say(f"{headline}  {plain.code}".rstrip(), bold=True)
    if isinstance(found, Unchecked):
        from phones.cleaning import clean

        output.say(f"  {text('word.not_checked', got=clean(found.fault, most=LONGEST_SHOWN).rstrip('.。'))}")
    elif not plain.answer.is_good:
        output.say(f"  {plain.sentence(current())}")
        for names in (check.detail for check in found.checks if check.code == HOLDS_NAMES):
            output.say(f"  {names}")
    if not isinstance(found, Unchecked) and found.summary is not None:
        _tell_paper(found.summary, plain)
    output.say(f"  → {_next(plain, asked=asked)}")
    for code in plain.dangers:
        output.say(f"  ! {text(f'verify.{code}')} → {text(f'next.{code}')}")
    if plain.gaps:
        output.say(f"  {plain.not_looked_up(current())}")
    if verbose and not isinstance(found, Unchecked):
        _tell_all(found)
    return headline


def tell_more(notes: int) -> None:
    """One line of what `-v` would show."""
    output.say(f"  {text('word.more_with_notes', notes=notes) if notes else text('word.more_with_v')}")


def tell_trust(trust: "Trust") -> None:
    """Whom the reader pinned, in words to compare by eye: a good answer is worth what this comparison was worth."""
    if not trust.roots:
        return
    from certs.formats.x509_facts import ORGANISATION_NAME
    from certs.verify.root_words import root_words

    for root in trust.roots:
        words = " ".join(root_words(root.fingerprint, current()))
        output.say(text("word.trusted_root", name=root.name(ORGANISATION_NAME) or "", words=words))


def tell_total(headlines: Counter[str], passed_over: int) -> None:
    """How many got which answer."""
    output.say(text("word.papers_total", total=headlines.total()), bold=True)
    for headline, number in headlines.most_common():
        output.say(f"  {number:>5}  {headline}")
    if passed_over:
        output.say(text("word.papers_passed_over", count=passed_over))


def _plain(found: "Verification | Unchecked") -> "Plain":
    from certs.verify.plain_answer import not_checked, plain_of

    return not_checked() if isinstance(found, Unchecked) else plain_of(found)


def _next(plain: "Plain", *, asked: bool) -> str:
    if plain.answer == "genuine" and not asked:
        return text("word.dial")
    return plain.next_step(current())


def _tell_paper(what: "Summary", plain: "Plain") -> None:
    """What the paper is about, and whose it is: a name proves nothing before its root is pinned."""
    from certs.verify.plain_answer import numbers_of

    if plain.phone is not None:
        numbers = numbers_of(plain.phone, current())
        output.say("  " + text("word.phone_on_paper", phone=plain.phone.name, numbers=numbers))
    issuer = text("word.name_unverified", name=what.issuer) if what.issuer_is == "unverified" else what.issuer
    output.say("  " + text("word.paper_of", id=what.id, issuer=issuer, on=what.issued_at[:10]))
    for name, value in what.opened.items():
        output.say(f"  {name}: {value}")


def _tell_all(found: "Verification") -> None:
    """What `-v` adds: the verifier's own word, every warning with its next step, every check, when it was seen."""
    output.say(f"  {text('answer.' + found.answer.name.lower())}  {found.code}".rstrip())
    output.say(f"  {found.sentence(current())}")
    for code in found.warnings:
        output.say(f"  - {text(f'verify.{code}')} → {text(f'next.{code}')}  {code}")
    for check in found.checks:
        # Notes of the verifier are English; `sentence` says in Chinese what they say. Names are names.
        detail = check.detail if current() == "en" or check.code == HOLDS_NAMES else ""
        # Open without a code, a check had nothing to look at: nobody has to worry about that.
        verdict = "unmade" if check.verdict == "indeterminate" and not check.code else check.verdict.value
        output.say(f"  {text(f'verdict.{verdict}')} {check.name}  {check.code} {detail}".rstrip())
    if found.summary is not None:
        for reason in found.summary.reasons:  # of an edition that says reasons we have no words for, its code
            output.say(f"  {text(f'reason.{reason}') if has(f'reason.{reason}') else ''}  {reason}")
        if found.summary.seen_at is not None:
            output.say(f"  {text('word.seen_at', at=f'{found.summary.seen_at:%Y-%m-%dT%H:%M:%SZ}')}")
