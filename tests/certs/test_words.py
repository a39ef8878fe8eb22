# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code of this room has its sentence in both languages, and no sentence is left without its code."""

import inspect
import re
from pathlib import Path

import pytest

from certs import errors
from certs.page import errors as page_errors
from certs.record import refusals
from certs.verify import checks_record, checks_seal, checks_time, other_files
from certs.verify import verifier as verify
from certs.verify.verification import Answer
from phones.words import keys, say

_MODULES = (verify, checks_seal, checks_record, checks_time, other_files, refusals)
_SOURCES = "".join(Path(inspect.getfile(module)).read_text("utf-8") for module in _MODULES)
_CODES = sorted(set(re.findall(r'"([EW]_[A-Z_]+)"', _SOURCES)) | {"E_RULES", "E_RULES_UNKNOWN", "E_RECORD"})
_REFUSALS = sorted(set(re.findall(r'(?:append\(|return \(\) if .* else \(|get\(job.failure, )"([a-z_]+)"', _SOURCES)))


@pytest.mark.parametrize("code", [*_CODES, *(answer.name for answer in Answer)])
def test_every_answer_and_code_has_a_sentence(code: str) -> None:
    assert say(f"verify.{code}", "en")
    assert re.search(r"[\u4e00-\u9fff]", say(f"verify.{code}", "zh"))


def test_no_sentence_of_the_verifier_is_left_over() -> None:
    said = {key.removeprefix("verify.") for key in keys("verify.")}
    assert said == {*_CODES, *(answer.name for answer in Answer)}


def _classes() -> list[type[errors.CertsError]]:
    found = [*vars(errors).values(), *vars(page_errors).values()]
    return [entry for entry in found if isinstance(entry, type) and issubclass(entry, errors.CertsError)]


@pytest.mark.parametrize("kind", _classes(), ids=lambda kind: kind.__name__)
def test_every_error_has_reason_and_hint_in_both_languages(kind: type[errors.CertsError]) -> None:
    for part in ("reason", "hint"):
        assert say(f"error.{kind.code}.{part}", "en")
        assert re.search(r"[\u4e00-\u9fff]", say(f"error.{kind.code}.{part}", "zh"))


def test_every_refusal_has_a_sentence() -> None:
    assert "identity_not_in_evidence" in _REFUSALS
    assert len(_REFUSALS) >= 11
    for code in _REFUSALS:
        assert say(f"reason.{code}", "en")
        assert re.search(r"[\u4e00-\u9fff]", say(f"reason.{code}", "zh"))


def test_a_reason_that_stands_beside_others_claims_nothing_they_deny() -> None:
    """A phone that was not erased lacks a validator too; its report once said "Erased and checked" beside that."""
    for language, claim in (("en", "rased"), ("zh", "清除")):
        assert claim not in say("reason.awaiting_validation", language)
