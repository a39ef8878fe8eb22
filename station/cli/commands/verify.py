# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe verify FILE...`: what a stranger runs. Loads no hardware library, no database, nothing of a station.

Asks nobody on any network: what counts besides the file is what `--trust` and `--status` bring. Of many files each gets
its answer as soon as it is known; what cannot be looked at is CANNOT TELL like anything else that cannot be told.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from phones.given_files import read_given, read_stream
from station.cli import cli_text, output
from station.cli.commands.options import json_option, jsonl_option
from station.cli.given_papers import LONGEST_SHOWN, STANDARD_INPUT, GivenPaper, given_papers
from station.text.language import current, os_reason, text

if TYPE_CHECKING:
    from certs.errors import VerificationError
    from certs.log.reading import Snapshot
    from certs.verify.trust import Trust
    from certs.verify.verification import Summary, Verification

HOLDS_NAMES = "E_HOLDS_PDF"
"""The answer whose detail is no note of the verifier but names, which are shown in every language."""
BESIDE_A_FILE = "AppleDouble"
"""What a Mac leaves beside each file of a share, under a name that ends like the file's."""
MAY_HOLD_A_PAPER = frozenset({HOLDS_NAMES, "E_ARCHIVE", "E_EMAIL", "E_ENCRYPTED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """A name under which nothing could be looked at. It answers like a paper of which nothing can be told."""

    fault: str

    exit_code = 6
    word = "CANNOT TELL"
    code = "verification"


Answered = tuple[GivenPaper, "Verification | Unchecked"]


@cli_text.command("verify")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--trust", "trusted", type=click.Path(path_type=Path), multiple=True, help=text("option.trust"))
@click.option("--status", type=click.Path(path_type=Path), help=text("option.status"))
@click.option("--imei", help=text("option.imei"))
@click.option("--offline", is_flag=True, default=True, help=text("option.offline"))
@click.option("-r", "--recursive", is_flag=True, help=text("option.recursive"))
@json_option()
@jsonl_option()
def command(
    files: tuple[str, ...],
    trusted: tuple[Path, ...],
    status: Path | None,
    imei: str | None,
    offline: bool,
    recursive: bool,
    as_json: bool,
    as_jsonl: bool,
) -> int:
    """Exit 0 VALID; 6 CANNOT TELL; 7 NOT VALID, SPECIMEN, REPORT; of several files the worst."""
    from certs.verify.trust import Trust
    from phones.cleaning import clean
    from phones.typed_number import is_a_number_of_a_phone

    del offline  # there is no other way
    if imei is not None and not is_a_number_of_a_phone(imei):
        raise click.UsageError(text("word.no_imei", got=clean(imei)))
    trust = Trust.from_files(trusted)
    standing = _status(trust, status)
    given = given_papers(files, recursive=recursive)
    first, second = next(given, None), next(given, None)
    alone = second is None and not recursive
    if alone and first is not None and first.fault:
        raise click.UsageError(first.fault)
    papers = (each for each in (first, second, *given) if each is not None)
    passed_over: list[str] = []
    answers = _answers(papers, trust, imei, standing, passed_over, alone=alone)
    if alone:
        return _tell_one(next(answers)[1], first, as_json=as_json, as_jsonl=as_jsonl, asked=imei is not None)
    return _tell_many(answers, passed_over, as_json=as_json, as_jsonl=as_jsonl, asked=imei is not None)


def _answers(
    papers: Iterator[GivenPaper],
    trust: "Trust",
    imei: str | None,
    standing: "Snapshot | None",
    passed_over: list[str],
    *,
    alone: bool,
) -> Iterator[Answered]:
    """Each paper's answer; names of files that were passed over go into `passed_over`.

    Raises: VerificationError, if a file that is `alone` cannot be read.
    """
    from certs.errors import VerificationError
    from certs.verify.verifier import verify, verify_file

    answered: set[str] = set()
    for paper in papers:
        if paper.fault:
            if not answered & paper.unless:
                answered.add(paper.place)
                yield paper, Unchecked(fault=paper.fault)
            continue
        try:
            if paper.path is None:
                found = verify(_standard_input(), trust, imei=imei, status=standing)
            else:
                found = verify_file(paper.path, trust, imei=imei, status=standing)
        except VerificationError as error:
            if alone:
                raise
            answered.add(paper.place)
            yield paper, Unchecked(fault=_why(error))
            continue
        if paper.found and _is_no_paper(paper, found):
            passed_over.append(paper.name)
        else:
            answered.add(paper.place)
            yield paper, found


def _is_no_paper(paper: GivenPaper, found: "Verification") -> bool:
    """A file of a folder that claims nothing: neither named as a PDF, nor one, nor seen to hold one."""
    from certs.verify.other_files import IN_BASE64

    if found.code == "E_NO_PDF" and found.checks[0].detail == BESIDE_A_FILE:
        return True
    if paper.name.lower().endswith(".pdf") or found.code in MAY_HOLD_A_PAPER:
        return False
    if found.checks and found.checks[0].detail == IN_BASE64:
        return False
    return len(found.checks) == 1 and found.exit_code == Unchecked.exit_code


def _standard_input() -> bytes:
    """Raises: VerificationError."""
    from certs.errors import VerificationError
    from certs.formats.pdf_signature import LARGEST_FILE

    try:
        return read_stream(sys.stdin.fileno(), LARGEST_FILE + 1)
    except (OSError, AttributeError) as error:  # started with it closed, or it is a folder
        raise VerificationError(subject=text("word.standard_input"), got=type(error).__name__) from error


def _why(error: "VerificationError") -> str:
    cause = error.__cause__
    return os_reason(cause) if isinstance(cause, OSError) else error.reason(current())


def _tell_one(
    found: "Verification | Unchecked", paper: GivenPaper | None, *, as_json: bool, as_jsonl: bool, asked: bool
) -> int:
    if as_json or as_jsonl:
        write = output.event if as_jsonl else output.document
        write("verification", _json(paper or GivenPaper(name=STANDARD_INPUT), found))
    elif not isinstance(found, Unchecked):
        _tell(found, asked=asked)
    return found.exit_code


def _tell_many(
    answers: Iterator[Answered], passed_over: list[str], *, as_json: bool, as_jsonl: bool, asked: bool
) -> int:
    from phones.cleaning import clean

    told: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    worst = 0
    for paper, found in answers:
        counts[_word(found)] += 1
        worst = max(worst, found.exit_code)
        if as_jsonl:
            output.event("verification", _json(paper, found))
        elif as_json:
            told.append(_json(paper, found))
        else:
            output.say(clean(paper.name, most=LONGEST_SHOWN), bold=True)
            if isinstance(found, Unchecked):
                _tell_unchecked(found)
            else:
                _tell(found, asked=asked)
    total = {
        "checked": counts.total(),
        "answers": dict(counts),
        "passed_over": len(passed_over),
        "exit_code": worst,
    }
    if as_jsonl:
        output.event("verification-total", total)
    elif as_json:
        output.document("verifications", {"files": told, "total": total})
    else:
        _tell_total(counts, len(passed_over))
    return worst


def _tell_unchecked(found: Unchecked) -> None:
    from phones.cleaning import clean

    output.say(f"{text('answer.cannot_tell')}  {found.code}", bold=True)
    output.say(text("word.not_checked", got=clean(found.fault, most=LONGEST_SHOWN).rstrip(".。")))
    output.say(f"  → {text('word.not_checked_next')}")


def _tell_total(counts: Counter[str], passed_over: int) -> None:
    words = [(text("answer." + word.lower().replace(" ", "_")), number) for word, number in counts.most_common()]
    said = ", ".join(f"{number} {word}" for word, number in words)
    output.say(text("word.papers_total", total=counts.total(), counts=said), bold=True)
    if passed_over:
        output.say(text("word.papers_passed_over", count=passed_over))


def _word(found: "Verification | Unchecked") -> str:
    return found.word if isinstance(found, Unchecked) else found.answer.value


def _status(trust: "Trust", file: Path | None) -> "Snapshot | None":
    """The exported log the reader holds. Raises: click.UsageError."""
    if file is None:
        return None
    from certs.errors import TrustFileError
    from certs.log.errors import LogReadError
    from certs.log.snapshot import LARGEST_SNAPSHOT
    from phones.cleaning import clean

    if trust.log_policy is None:
        raise click.UsageError(text("word.status_needs_policy"))
    try:
        return trust.status(read_given(file, LARGEST_SNAPSHOT + 1))
    except OSError as error:
        fault = os_reason(error)
    except TrustFileError as error:
        cause = error.__cause__
        fault = text(f"log_fault.{cause.fault}") if isinstance(cause, LogReadError) else error.reason(current())
    raise click.UsageError(text("word.status_unusable", file=clean(file.name), fault=fault.rstrip(".。")))


def _json(paper: GivenPaper, found: "Verification | Unchecked") -> dict[str, Any]:
    named = {"file": paper.path.name if paper.path else paper.name, "path": paper.name}
    if isinstance(found, Unchecked):
        said = text("word.not_checked", got=found.fault.rstrip(".。"))
        return {
            **named,
            "answer": found.word,
            "code": found.code,
            "sentence": said,
            "warnings": [],
            "exit_code": found.exit_code,
            "checks": [],
            "summary": None,
        }
    return {
        **named,
        "answer": found.answer.value,
        "code": found.code,
        "sentence": found.sentence(current()),
        "warnings": list(found.warnings),
        "exit_code": found.exit_code,
        "checks": [asdict(check) for check in found.checks],
        "summary": found.summary.to_json() if found.summary else None,
    }


def _tell(found: "Verification", *, asked: bool) -> None:
    output.say(f"{text('answer.' + found.answer.name.lower())}  {found.code}".rstrip(), bold=True)
    output.say(found.sentence(current()))
    if found.code:
        output.say(f"  → {text(f'next.{found.code}')}")
    for line in found.warning_sentences(current()):
        output.say(f"  ! {line}")
    for check in found.checks:
        # Notes of the verifier are English; `sentence` says in Chinese what they say. Names are names.
        detail = check.detail if current() == "en" or check.code == HOLDS_NAMES else ""
        output.say(f"  {text('verdict.' + check.verdict.value)} {check.name}  {check.code} {detail}".rstrip())
    if found.summary is not None:
        _tell_summary(found.summary, asked=asked)


def _tell_summary(what: "Summary", *, asked: bool) -> None:
    unverified = f" ({text('word.name_unverified')})" if what.issuer_is == "unverified" else ""
    output.say(f"{what.id}  {what.issuer}{unverified}  {what.issued_at}")
    output.say(
        text(
            "word.record_last4",
            maker=what.maker,
            model=what.marketing_name or what.model,
            serial=what.last_four["serial"],
            imei=what.last_four["imei1"] or "—",
        )
    )
    if what.seen_at is not None:
        output.say(text("word.seen_at", at=f"{what.seen_at:%Y-%m-%dT%H:%M:%SZ}"))
    for name, value in what.opened.items():
        output.say(f"  {name}: {value}")
    if not asked:
        output.say(text("word.dial"))
