# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws docs/pictures/labels.png and documents.png: what a station prints for people, in both languages.

    python -m tools.make_pictures

Phones, people and numbers are invented. A picture holds, as its text `shown`, the SHA-256 of all words in it, so that
a test sees when it was made of others.
"""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from phones.words import LANGUAGES
from station.ledger.statistics import Counted, Group, Statistics
from station.ledger.summary import JobSummary
from station.printing.facts import Standing
from station.printing.label_pdf import labels_pdf
from station.printing.manifest import Manifest, manifest_pdf
from station.printing.report import Report, report_pdf
from station.printing.sizes import SIZES
from station.text import language
from station.text.language import text
from tests.support.labels import a_certified_job, good, stop

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
_GROUND = "#c9d3dc"
_GAP = 14
_AT = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
_STATION = "Example Phones Ltd · bench-1"
_MODELS = (("Pixel 9", "1"), ("iPhone 13", "2"), ("Galaxy S23", "2"), ("iPhone SE (3rd gen)", "3"), ("Pixel 6", "1"))


def labels() -> list[bytes]:
    """A good one and one that says DO NOT SELL, in both languages."""
    made = []
    for words in LANGUAGES:
        with language.speaking(words):
            why = text("problem.sim_present.reason")
            three = (good(), stop(reasons=(why,)), good(standing=Standing.SPECIMEN))
            made.append(labels_pdf(three, SIZES["62x29"]))
    return made


def documents() -> list[bytes]:
    """A manifest in English, a month's report in Chinese."""
    with language.speaking("en"):
        first = manifest_pdf(_manifest(), station=_STATION, at=_AT)
    with language.speaking("zh"):
        second = report_pdf(
            Report(title=text("print.month"), period="2026-11", counted=_counted()), station=_STATION, at=_AT
        )
    return [first, second]


def words_of(files: Sequence[bytes]) -> str:
    """SHA-256, hex, over all text of them."""
    shown = "\0".join(page.get_textpage().get_text_bounded() for file in files for page in pypdfium2.PdfDocument(file))
    return hashlib.sha256(shown.encode()).hexdigest()


def pictures() -> Mapping[str, tuple[list[bytes], Image.Image]]:
    """Name of the file → what it shows, and how."""
    small, large = labels(), documents()
    rows = [[page.render(scale=1.9).to_pil() for page in pypdfium2.PdfDocument(file)] for file in small]
    first = [pypdfium2.PdfDocument(file)[0].render(scale=0.95).to_pil() for file in large]
    return {"labels.png": (small, _laid(rows)), "documents.png": (large, _laid([first]))}


def main() -> None:
    """Draw and write both."""
    for name, (files, picture) in pictures().items():
        kept = PngInfo()
        kept.add_text("shown", words_of(files))
        few = picture.quantize(64, dither=Image.Dither.NONE)
        few.save(PICTURES / name, optimize=True, pnginfo=kept)
        print(f"made {name}, {(PICTURES / name).stat().st_size} bytes", file=sys.stderr)


def _laid(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Pictures in rows, with space between."""
    wide = max(sum(each.width + _GAP for each in row) for row in rows) + _GAP
    high = sum(max(each.height for each in row) + _GAP for row in rows) + _GAP
    whole = Image.new("RGB", (wide, high), _GROUND)
    top = _GAP
    for row in rows:
        left = _GAP
        for each in row:
            whole.paste(each.convert("RGB"), (left, top))
            left += each.width + _GAP
        top += max(each.height for each in row) + _GAP
    return whole


def _manifest() -> Manifest:
    jobs: list[JobSummary] = []
    for number in range(1, 15):
        model, grade = _MODELS[number % len(_MODELS)]
        tag = f"A-{20410 + number}"
        jobs.append(a_certified_job(number, model=model, grade=grade, asset_tag=tag, performed_by="Li Wei"))
    jobs[3] = a_certified_job(4, model="Pixel 6", asset_tag="A-20414", ended="withdrawn", ended_by="other")
    jobs[9] = a_certified_job(10, model="iPhone 13", asset_tag="A-20420")
    return Manifest(lot="2026-W48 / Shop 3", jobs=tuple(jobs), overtaken={jobs[9].id: "7F3K9Q2M"}, expected=15)


def _counted() -> Statistics:
    days = []
    for day in range(1, 31):
        weekend = datetime(2026, 11, day, tzinfo=UTC).weekday() >= 5
        good_ones = 0 if weekend else 18 + day * 7 % 11
        bad = 0 if weekend else day * 5 % 4
        results = {"certified": good_ones, "not_certified": bad, "awaiting": 3 if day == 30 else 0}
        days.append(
            Counted(name=f"2026-11-{day:02}", results={name: number for name, number in results.items() if number})
        )
    total = {name: sum(day.results.get(name, 0) for day in days) for name in ("certified", "not_certified", "awaiting")}
    lost = total["not_certified"]
    reasons = (("activation_lock", lost // 2), ("phone_lost", lost // 3), ("sim_present", lost - lost // 2 - lost // 3))
    return Statistics(
        total=Counted(name="", results=total),
        days=tuple(days),
        operators=_group(total, ("Li Wei", "Zhao Min")),
        models=_group(total, [model for model, _ in _MODELS]),
        methods=_group(total, ("apple_mcinstall", "android_trade_in")),
        grades=_group(total, ("1", "2", "3")),
        reasons=Group(counted=tuple(Counted(name=code, results={"not_certified": number}) for code, number in reasons)),
        validators=Group(counted=(Counted(name="Wang Fang", results={"accepted": total["certified"], "rejected": 2}),)),
    )


def _group(total: Mapping[str, int], names: Sequence[str]) -> Group:
    """All jobs, shared between these as evenly as they can be."""
    shares = [
        {name: number // len(names) + (at < number % len(names)) for name, number in total.items()}
        for at in range(len(names))
    ]
    return Group(counted=tuple(Counted(name=name, results=share) for name, share in zip(names, shares, strict=True)))


if __name__ == "__main__":
    main()
