# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe verify FILE...`: what a stranger runs. Loads no hardware library, no database, nothing of a station.

Asks nobody on any network: what counts besides the file is what `--trust` and `--status` bring. Of many files each gets
its answer as soon as it is known; what cannot be looked at is CANNOT TELL like anything else that cannot be told.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from phones.given_files import read_given, read_stream
from station.cli import cli_text, output
from station.cli.commands.options import json_option, jsonl_option
from station.cli.given_papers import LONGEST_SHOWN, STANDARD_INPUT, GivenPaper, given_papers
from station.cli.paper_answers import HOLDS_NAMES, Unchecked, as_data, tell, tell_more, tell_total, tell_trust
from station.text.language import current, os_reason, text

if TYPE_CHECKING:
    from certs.errors import VerificationError
    from certs.log.reading import Snapshot
    from certs.verify.trust import Trust
    from certs.verify.verification import Verification
    from station.documents.verification import FileAnswered

BESIDE_A_FILE = "AppleDouble"
"""What a Mac leaves beside each file of a share, under a name that ends like the file's."""
MAY_HOLD_A_PAPER = frozenset({HOLDS_NAMES, "E_ARCHIVE", "E_EMAIL", "E_ENCRYPTED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """How the answers are told. `asked`: a number of a phone was given."""

    verbose: bool
    as_json: bool
    as_jsonl: bool
    asked: bool


Answered = tuple[GivenPaper, "Verification | Unchecked"]


@cli_text.command("verify")
@click.argument("files", metavar="FILE...", nargs=-1)
@click.option("--trust", "trusted", type=click.Path(path_type=Path), multiple=True, help=text("option.trust"))
@click.option("--status", type=click.Path(path_type=Path), help=text("option.status"))
@click.option("--imei", help=text("option.imei"))
@click.option("--code", "scanned", help=text("option.code"))
@click.option("--offline", is_flag=True, default=True, help=text("option.offline"))
@click.option("-r", "--recursive", is_flag=True, help=text("option.recursive"))
@click.option("-v", "--verbose", is_flag=True, help=text("option.verify_verbose"))
@json_option()
@jsonl_option()
@click.pass_context
def command(
    context: click.Context,
    files: tuple[str, ...],
    trusted: tuple[Path, ...],
    status: Path | None,
    imei: str | None,
    scanned: str | None,
    offline: bool,
    recursive: bool,
    verbose: bool,
    as_json: bool,
    as_jsonl: bool,
) -> int:
    """Exit 0 VALID, or a genuine code; 6 CANNOT TELL; 7 NOT VALID, SPECIMEN, REPORT; of several files the worst."""
    from certs.verify.trust import Trust

    del offline  # there is no other way
    _check_number(imei)
    if scanned is not None:
        if files or status or recursive:
            raise click.UsageError(text("word.code_alone"))
        return _code(scanned, trusted, imei or "", as_json=as_json, as_jsonl=as_jsonl)
    if not files:
        raise click.MissingParameter(ctx=context, param=context.command.params[0])
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
    shown = _Shown(verbose=verbose, as_json=as_json, as_jsonl=as_jsonl, asked=imei is not None)
    code = _tell_one(next(answers)[1], first, shown) if alone else _tell_many(answers, passed_over, shown)
    if verbose and not (as_json or as_jsonl):
        tell_trust(trust)
    return code


def _check_number(imei: str | None) -> None:
    """Raises: click.UsageError for what is no number of a phone."""
    if imei is None:
        return
    from phones.cleaning import clean
    from phones.typed_number import is_a_number_of_a_phone

    if not is_a_number_of_a_phone(imei):
        raise click.UsageError(text("word.no_imei", got=clean(imei)))


def _code(scanned: str, trusted: tuple[Path, ...], number: str, *, as_json: bool, as_jsonl: bool) -> int:
    """The answer to a scanned code. Raises: click.UsageError, TrustFileError."""
    from station.cli.scanned_code import read_code, tell_code

    return tell_code(read_code(scanned), trusted, number, as_json=as_json, as_jsonl=as_jsonl)


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


def _tell_one(found: "Verification | Unchecked", paper: GivenPaper | None, shown: _Shown) -> int:
    if shown.as_json or shown.as_jsonl:
        from station.documents.verification import VerificationTold

        write = output.tell_line if shown.as_jsonl else output.tell
        write(as_data(VerificationTold, paper or GivenPaper(name=STANDARD_INPUT), found))
    elif not isinstance(found, Unchecked):
        tell(found, verbose=shown.verbose, asked=shown.asked)
        if not shown.verbose:
            tell_more(len(found.warnings))
    return found.exit_code


def _tell_many(answers: Iterator[Answered], passed_over: list[str], shown: _Shown) -> int:
    from phones.cleaning import clean

    if shown.as_json or shown.as_jsonl:
        from station.documents import verification as documents

    told: list[FileAnswered] = []
    counts: Counter[str] = Counter()
    headlines: Counter[str] = Counter()
    worst = 0
    for paper, found in answers:
        counts[_word(found)] += 1
        worst = max(worst, found.exit_code)
        if shown.as_jsonl:
            output.tell_line(as_data(documents.VerificationTold, paper, found))
        elif shown.as_json:
            told.append(as_data(documents.FileAnswered, paper, found))
        else:
            output.say(clean(paper.name, most=LONGEST_SHOWN), bold=True)
            headlines[tell(found, verbose=shown.verbose, asked=shown.asked)] += 1
    total: dict[str, Any] = {
        "checked": counts.total(),
        "answers": dict(counts),
        "passed_over": len(passed_over),
        "exit_code": worst,
    }
    if shown.as_jsonl:
        output.tell_line(documents.TotalTold(**total))
    elif shown.as_json:
        output.tell(documents.VerificationsTold(files=tuple(told), total=documents.Total(**total)))
    else:
        tell_total(headlines, len(passed_over))
        if not shown.verbose:
            tell_more(0)
    return worst


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
