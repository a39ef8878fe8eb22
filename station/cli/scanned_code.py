# SPDX-License-Identifier: GPL-3.0-or-later
"""`verify --code`: what the QR code of a printed page holds, checked without its PDF."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import output
from station.cli.given_papers import LONGEST_SHOWN, STANDARD_INPUT
from station.text.language import current, os_reason, text

if TYPE_CHECKING:
    from certs.verify.code_alone import CodeAnswer
    from certs.verify.plain_answer import Plain

LARGEST = 16 * 1024
"""Bytes of a file that holds the text of one code, with room for whatever editors put around it."""


def read_code(given: str) -> str:
    """The text of a code: given as it is, in a file, or on standard input. Raises: click.UsageError."""
    from certs.record.statement import CERTIFICATE_PREFIX, REPORT_PREFIX
    from certs.verify.code_alone import in_one_line
    from phones.cleaning import clean
    from phones.given_files import read_given, read_stream

    if given.lstrip().startswith((CERTIFICATE_PREFIX, REPORT_PREFIX)):
        return in_one_line(given)
    try:
        data = read_stream(sys.stdin.fileno(), LARGEST) if given == STANDARD_INPUT else read_given(Path(given), LARGEST)
    except (OSError, AttributeError) as error:  # AttributeError: started with standard input closed
        fault = os_reason(error).rstrip(".。") if isinstance(error, OSError) else text("os.EBADF")
        shown = clean(given, most=LONGEST_SHOWN)
        raise click.UsageError(text("word.code_unreadable", got=shown, fault=fault)) from error
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"  # as Windows writes it
    return in_one_line(data.decode(encoding, errors="replace"))


def tell_code(scanned: str, trusted: Sequence[Path], number: str, *, as_json: bool, as_jsonl: bool) -> int:
    """Check and print; returns the exit code. Raises: TrustFileError."""
    from certs.verify.code_alone import Issuers, check_code
    from certs.verify.plain_answer import plain_of_code

    held = Issuers.from_files(trusted)
    found = check_code(scanned, held.between, held.trust.roots, held.trust.revocation_lists, number=number)
    is_report = found.statement is not None and found.statement.is_report
    plain = plain_of_code(found.answer, found.code, same_phone=found.same_phone, is_report=is_report)
    if as_json or as_jsonl:
        from station.documents.verification import CodeAnswered

        write = output.tell_line if as_jsonl else output.tell
        write(CodeAnswered.of(found, plain))
    else:
        _tell(found, plain)
    return found.exit_code


def _tell(found: "CodeAnswer", plain: "Plain") -> None:
    output.say(f"{plain.headline(current())}  {found.code}".rstrip(), bold=True)
    output.say(f"  {plain.sentence(current())}")
    if found.answer != "NOT VALID":
        rows = [(text(f"word.code_{name}"), value) for name, value in _said(found).items() if value]
        output.say(f"  {text('word.code_says')}")
        for name, value in rows:
            output.say(f"    {name}: {value}")
    output.say(f"  → {plain.next_step(current())}")


def _said(found: "CodeAnswer") -> dict[str, str]:
    """What the code says, in the order of the page."""
    from certs.formats.x509_facts import COMMON_NAME

    what = found.statement
    if what is None:
        return {}
    known = found.answer in ("CODE GENUINE", "SPECIMEN")
    return {
        "id": what.certificate_id,
        "kind": text("word.code_report" if what.is_report else "word.code_certificate"),
        "phone": what.model,
        "issued": what.issued_at.strftime("%Y-%m-%d %H:%M"),
        "issuer": what.issuer if known else text("word.name_unverified", name=what.issuer),
        "station": (found.station.name(COMMON_NAME) or "") if found.station else "",
        "method": text(f"word.code_{what.method}"),
        "usability": what.usability,
    }
