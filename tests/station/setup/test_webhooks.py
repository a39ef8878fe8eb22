# SPDX-License-Identifier: GPL-3.0-or-later
"""`[[webhook]]`: what is taken, and that every slip is named with its line."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import GivenFileError
from station.setup.outside import EVENTS, FIELDS, NUMBERS, USUAL_EVENTS
from station.setup.settings import from_document, load
from station.setup.webhooks import Constant, Webhook

GOOD = """\
[[webhook]]
name = "shop"
url = "https://shop.example:8443/hooks?of=phones"
secret = "keys/shop.whsec"

[[webhook]]
name = "kiosk"
url = "http://127.0.0.1:9000/"
secret = "/etc/kiosk.whsec"
events = ["job.certified", "job.failed"]
numbers = true
private = true
timeout_s = 3
tries = 4
ca_file = "keys/ours.pem"
paper_url = "https://shop.example/papers/{paper}?job={job}"

[webhook.fields]
"IMEI 1" = "imei"
Grade = "grade"
Site = { constant = "Shop 3" }
Rack = { constant = 7 }
"""


def read(tmp_path: Path, text: str) -> tuple[Webhook, ...]:
    (tmp_path / "config.toml").write_text(text, "utf-8")
    return load(tmp_path / "config.toml").webhook


def faults(tmp_path: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(GivenFileError) as caught:
        read(tmp_path, text)
    return caught.value.lines("en")


def test_what_is_written_is_what_is_held(tmp_path: Path) -> None:
    shop, kiosk = read(tmp_path, GOOD)
    assert (shop.host, shop.port, shop.events, shop.numbers, shop.private) == (
        "shop.example", 8443, USUAL_EVENTS, False, False,
    )  # fmt: skip
    assert (kiosk.host, kiosk.port, kiosk.timeout_s, kiosk.tries) == ("127.0.0.1", 9000, 3.0, 4)
    assert dict(kiosk.fields) == {
        "IMEI 1": "imei",
        "Grade": "grade",
        "Site": Constant(value="Shop 3"),
        "Rack": Constant(value=7),
    }


SLIPS = (
    ('"grade"', '"grad"', 20, "[webhook.2.fields] Grade = \"grad\" is not allowed"),
    ('"grade"', "7", 20, "[webhook.2.fields] Grade"),
    ('{ constant = 7 }', "{ constant = [7] }", 22, "[webhook.2.fields] Rack"),
    ('{ constant = 7 }', "{ constant = 7, more = 1 }", 22, "[webhook.2.fields] Rack"),
    ("numbers = true", "numbers = false", 19, "imei is sent only where"),
    ("numbers = true\n", "", 18, "imei is sent only where"),
    ('"job.failed"]', '"job.faild"]', 10, "[webhook.2] events"),
    ('"job.failed"]', '"job.certified"]', 10, "[webhook.2] events"),
    ('["job.certified", "job.failed"]', "[]", 10, "[webhook.2] events"),
    ('"kiosk"', '"shop"', 7, "[webhook.2] name: this name stands here twice"),
    ('"kiosk"', '"../shop"', 7, "[webhook.2] name"),
    ('secret = "/etc/kiosk.whsec"\n', "", 6, "[webhook.2] secret: this must be written here"),
    ("tries = 4", "tries = 0", 14, "[webhook.2] tries"),
    ("tries = 4", "trys = 4", 14, "Did you mean tries?"),
    ("timeout_s = 3", "timeout_s = nan", 13, "[webhook.2] timeout_s"),
    ("timeout_s = 3", "timeout_s = true", 13, "[webhook.2] timeout_s"),
    ("https://shop.example/papers", "http://shop.example/papers", 16, "[webhook.2] paper_url"),
    ("{job}", "{serial}", 16, "[webhook.2] paper_url"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line", "said"), SLIPS)
def test_a_slip_is_named_with_its_line(tmp_path: Path, before: str, after: str, line: int, said: str) -> None:
    assert before in GOOD
    (found, *_) = faults(tmp_path, GOOD.replace(before, after, 1))
    assert found.startswith(f"line {line}: "), found
    assert said in found


ADDRESSES = (
    ("https://shop.example/", True),
    ("https://203.0.113.7:1/x", True),
    ("https://[2001:db8::1]/x", True),
    ("http://localhost:8080/x", True),
    ("http://[::1]:8080/x", True),
    ("http://shop.example/", False),
    ("http://192.168.1.4/", False),
    ("http://localhost.evil.example/", False),
    ("https://user@shop.example/", False),
    ("https://user:secret@shop.example/", False),
    ("https://shop.example/#part", False),
    ("https://shop.example/#", False),
    ("https://shop.example:0/", False),
    ("https://shop.example:99999/", False),
    ("https://shop.example:x/", False),
    ("https:///hooks", False),
    ("https://[fe80::1%25eth0]/", False),
    ("https://[::1/", False),
    ("https://shop.example/a b", False),
    ("https://shop.example/\\r\\nHost: evil", False),
    ("https://bücher.example/", False),
    ("ftp://shop.example/", False),
    ("shop.example", False),
    ("", False),
)


@pytest.mark.parametrize(("address", "taken"), ADDRESSES)
def test_which_addresses_are_taken_and_a_refused_one_is_not_shown(tmp_path: Path, address: str, taken: bool) -> None:
    text = GOOD.replace("https://shop.example:8443/hooks?of=phones", address)
    if taken:
        assert read(tmp_path, text)[0].url == address
    else:
        (found,) = faults(tmp_path, text)
        assert found.startswith("line 3: [webhook.1] url = ")
        assert "secret" not in found


def test_what_is_no_list_of_tables_and_too_many_are_faults(tmp_path: Path) -> None:
    for text in ("webhook = 1", 'webhook = ["x"]', "[webhook]\nname = 'x'", GOOD * 9):
        assert len(faults(tmp_path, text)) >= 1


def test_the_allow_list_is_whole_and_names_no_person() -> None:
    assert NUMBERS < FIELDS
    assert set(USUAL_EVENTS) < set(EVENTS)
    assert not FIELDS & {"operator", "validator", "performed_by", "note", "evidence", "references", "port", "path"}
    assert all(re.fullmatch(r"(job|paper|certificate)\.[a-z]+", event) for event in EVENTS)


KEYS = st.sampled_from(["name", "url", "secret", "fields", "events", "tries", "x"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(ANYTHING)
def test_whatever_stands_there_is_taken_or_told_as_a_fault(found: object) -> None:
    try:
        taken = from_document({"webhook": found}, "config.toml").webhook
    except GivenFileError:
        return
    assert isinstance(found, list)
    assert len(taken) == len(found)


def test_the_example_of_the_page_is_taken(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "files.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(\[\[webhook\]\]\n.*?)```", page, re.DOTALL)
    assert tomllib.loads(example)
    assert [each.name for each in read(tmp_path, example)] == ["shop"]
