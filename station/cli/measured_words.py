# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, for a person at the terminal: where nothing was, the sentence why, as the paper has it."""

import re

from grading.report import CheckResult
from station.text.language import current

_NOT_MEASURED = re.compile(r"not measured: ([a-z_]+)(?: \((.*)\))?", re.DOTALL)
"""As `grading.checks` writes it."""


def measured_of(check: CheckResult) -> str:
    """In the language in use. A sign stands as its sentence; what the phone said all the same stands behind it."""
    found = _NOT_MEASURED.fullmatch(check.measured)
    if found is None:
        return check.measured
    from certs.page.labels import label
    from certs.page.measured_words import sign_in_words

    unmeasured, why = label("measured.not_measured"), sign_in_words(found[1])
    if current() == "zh":
        return f"{unmeasured.zh}：{why.zh}" + (f"（{found[2]}）" if found[2] else "")
    return f"{unmeasured.en}: {why.en}" + (f" ({found[2]})" if found[2] else "")
