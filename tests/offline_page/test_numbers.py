# SPDX-License-Identifier: GPL-3.0-or-later
"""The page and the program take the same texts for the number of a phone."""

import json
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.typed_number import is_a_number_of_a_phone
from tests.offline_page.driver import ROOT
from tests.support.papers.synthetic_jobs import IMEI

pytestmark = pytest.mark.page
_PROGRAM = """
import {{ isANumberOfAPhone }} from {module};
const texts = JSON.parse(await new Response(process.stdin).text());
process.stdout.write(JSON.stringify(texts.map(isANumberOfAPhone)));
"""
PIECES = st.sampled_from(
    [
        *"./:_#+()\\ -x٣３é序",
        "12345678",
        "R58N",
        IMEI,
        IMEI[:7],
        IMEI[7:],
        "\\u5e8f",
        "SN",
        "s/n",
        "IMEI",
        "HUA",
        "901234",
        "\u2011",
    ]
)


@settings(max_examples=3, deadline=None)
@given(texts=st.lists(st.lists(PIECES, max_size=9).map("".join), min_size=40, max_size=200))
def test_the_page_and_the_program_know_the_same_numbers(texts: list[str]) -> None:
    module = json.dumps((ROOT / "offline_page" / "src" / "numbers.js").as_uri())
    done = subprocess.run(
        ["node", "--input-type=module", "-e", _PROGRAM.format(module=module)],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == [is_a_number_of_a_phone(text) for text in texts]
