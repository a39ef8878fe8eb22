# SPDX-License-Identifier: GPL-3.0-or-later
"""No number that could belong to somebody stands in a fixture: invented ones are declared here, recorded ones faked.

Whoever contributes a recording (`proofwipe record`) gets this looked at before any person does.
"""

import base64
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[1] / "hardware-fixtures"
WRITTEN = (".toml", ".py", ".jsonl", ".json", ".txt", ".md", ".csv", ".xml", ".plist", ".rules")

FAKE_IMEI = re.compile(r"00499901[0-9]{7}")
INVENTED_IMEI = re.compile(r"35938035(?:64|65)[0-9]{5}")
"""Numbers of the virtual phones, invented here; no others of that code."""
INVENTED_PEOPLE = frozenset({
    "8613912345678", "393331234567", "8613800138021", "48501234567",            # phone numbers
    "89860045678901234567", "89390100002345678901", "89860112345678901234", "89480123456789012345",   # SIM cards
    "460002345678901", "222011234567890", "460010123456789", "260011234567890",  # subscribers
})
"""Of the owners whom the virtual phones have; nobody's, and to be found nowhere after a job."""
FAKE_ECID = range(0x00FA4E0000000000, 0x00FA4E0000100000)
FAKE_UDID = re.compile(r"[0-9a-f]{8}-?00fa4e[0-9a-f]{10}|fa4e0{20,}[0-9a-f]*", re.IGNORECASE)
DRAWN = re.compile(r"(?:e+[0-9]+){1,2}")
RESERVED_DOMAINS = ("example", "invalid", "test", "localhost")

_IMEI = re.compile(r"(?<![0-9A-Za-z])[0-9]{15}(?![0-9A-Za-z])")
_SIM = re.compile(r"(?<![0-9A-Za-z.])89[0-9]{17,18}(?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z])\+[1-9][0-9 ()-]{8,16}[0-9]")
_MAC = re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
_UDID = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-F]{8}-[0-9A-F]{16}|[0-9a-f]{8}-[0-9a-f]{16}|[0-9a-f]{40})(?![0-9A-Fa-f])")
_LONG = re.compile(r"(?<![0-9A-Za-z])[0-9]{14,22}(?![0-9A-Za-z])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?=[0-9A-Fa-f]*[a-fA-F])(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{16,64}(?![0-9A-Za-z])")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_WORD = re.compile(r"(?<![0-9a-fx])[0-9a-f]{8}(?![0-9a-f:])")


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def suspects(text: str) -> Iterator[str]:
    """What could be somebody's, in any fixture."""
    for found in _IMEI.findall(text):
        invented = FAKE_IMEI.fullmatch(found) or INVENTED_IMEI.fullmatch(found) or found in INVENTED_PEOPLE
        if not invented and luhn(found) and set(found) != {"0"}:
            yield f"IMEI {found}"
    yield from (f"SIM card {found}" for found in _SIM.findall(text) if found not in INVENTED_PEOPLE)
    for found in _PHONE.findall(text):
        if re.sub(r"[^0-9]", "", found) not in INVENTED_PEOPLE:
            yield f"phone number {found}"
    for found in _MAC.findall(text):
        if not int(found[:2], 16) & 2 and found not in ("ff:ff:ff:ff:ff:ff",):
            yield f"MAC address {found} (not locally administered)"
    for found in _MAIL.finditer(text):
        labels = found[1].lower().split(".")
        if found[0].startswith("android.hardware."):
            continue  # name and version of an interface
        if labels[-1] not in RESERVED_DOMAINS and "example" not in labels[-2:]:
            yield f"address {found[0]}"
    yield from (f"UDID {found}" for found in _UDID.findall(text) if not FAKE_UDID.fullmatch(found))


def strangers(text: str) -> Iterator[str]:
    """What could be somebody's in a recording, where nothing is invented and every long number is a fake."""
    yield from suspects(text)
    for found in _LONG.findall(text):
        if not (FAKE_IMEI.fullmatch(found) or int(found) in FAKE_ECID or set(found) == {"0"}):
            yield f"long number {found}"
    for found in _HEX.findall(text):
        fake = found.lower().startswith(("fa4e0", "00fa4e0"))
        if not (fake or FAKE_UDID.fullmatch(found) or DRAWN.fullmatch(found) or len(found) == 64):
            yield f"long hex {found}"
    yield from (f"address {found[0]}" for found in _MAIL.finditer(text))


def meanings(text: str) -> Iterator[str]:
    """The text, what base64 in it means, and what the words of Android's parcels mean."""
    yield text
    for found in _BASE64.findall(text):
        whole = found.rstrip("=")
        whole = whole[: len(whole) // 4 * 4]
        yield base64.b64decode(whole).decode("latin-1")
    words = b"".join(struct.pack("<I", int(word, 16)) for word in _WORD.findall(text))
    yield words.decode("utf-16-le", "replace")


def files(*suffixes: str) -> list[Path]:
    found = [path for path in sorted(FIXTURES.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return [path for path in found if path.suffix in suffixes]


def recorded() -> list[Path]:
    folders = [path.parent for path in files(".jsonl")]
    return [path for folder in folders for path in sorted(folder.iterdir())]


def test_no_fixture_holds_a_number_that_could_be_somebodys() -> None:
    assert [
        f"{path.relative_to(FIXTURES)}: {found}"
        for path in files(*WRITTEN) for found in suspects(path.read_text("utf-8"))
    ] == []


def test_a_recording_holds_fakes_alone() -> None:
    assert recorded()
    assert [
        f"{path.relative_to(FIXTURES)}: {found}"
        for path in recorded() for text in meanings(path.read_text("utf-8")) for found in strangers(text)
    ] == []


def test_a_fixture_is_text_that_this_test_can_read() -> None:
    kinds = {path.suffix for path in FIXTURES.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert kinds - {*WRITTEN, ".typed", ".sh", ""} == set()


@pytest.mark.parametrize(
    "real",
    [
        "358240051111110", "89490200001234567892", "+49 1579 2300815", "a4:83:e7:00:12:34", "zaphod@heartofgold.de",
        "00008110-001A2B3C4D5E6F70", "0123456789abcdef0123456789abcdef01234567",
    ],
)
def test_a_real_looking_number_would_be_found(real: str) -> None:
    assert list(suspects(f'{{"body": "x {real}\\n"}}'))


@pytest.mark.parametrize("real", ["6755399441055744", "89860112345678901234", "a1b2c3d4e5f60718", "me@example.com"])
def test_in_a_recording_even_invented_numbers_would_be_found(real: str) -> None:
    spelt = base64.b64encode(f"<<{real}>>".encode()).decode()
    assert list(strangers(f'"{real}"'))
    assert [found for text in meanings(f'"{spelt}"') for found in strangers(text)]


def test_a_real_imei_in_a_parcel_would_be_found() -> None:
    imei = "358240051111110\0"
    words = " ".join(f"{word:08x}" for word in struct.unpack("<8I", imei.encode("utf-16-le")))
    text = f"Result: Parcel(\n  0x00000000: 00000000 0000000f {words} '....')"
    assert [found for each in meanings(text) for found in strangers(each)]
