# SPDX-License-Identifier: GPL-3.0-or-later
"""From verdict to file, a paper's job is judged once, graded once and read once, whoever needs the answer."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from certs import editions, issue
from certs.record.judged import _answer
from certs.record.reading import read_document
from grading.grade import grade
from station.setup.settings import Settings
from tests.support import lives
from tests.support.direct_bench import VirtualClock
from wipe.judge import judge

COUNTED: dict[CodeType, str] = {function.__code__: function.__name__ for function in (judge, grade, read_document)}


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """How often each of these functions is entered, in every thread."""
    found: Counter[str] = Counter()

    def look(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code in COUNTED:
            found[COUNTED[frame.f_code]] += 1

    before: Callable[..., Any] | None = sys.getprofile()
    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)
        threading.setprofile(None)


@pytest.mark.parametrize(("settings", "files"), [(lives.SETTINGS, 1), (lives.VALIDATED, 0)])
def test_verdict_grade_and_reading_are_computed_once_a_paper(settings: Settings, files: int, tmp_path: Path) -> None:
    written: dict[str, bytes] = {}
    clock = VirtualClock()
    clock.sleep(3600)  # later than the life ends
    papers = replace(
        lives.paper_issuer(tmp_path, clock),
        edition=editions.in_work(),
        sign_statement=issue.signed_statement,
        draw_and_sign=issue.draw_and_sign,
        publish=lambda path, data: written.update({path.name: data}),
    )
    _answer.cache_clear()
    with counted() as found:
        life = lives.live(lives.IPHONE, settings=settings, papers=papers)
    assert [name.endswith("-certificate.pdf") for name in written] == [True] * files, life.progress
    assert found == {"judge": 1, "grade": 1, "read_document": 1}
