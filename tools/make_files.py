# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/files.md: every key of the files that people write for a station, and what each takes.

python -m tools.make_files
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path

from phones.words import say
from station.questions import ALL_QUESTIONS, SEEN_NOW
from station.setup import webhooks
from station.setup.acquisition import FIELDS, LONGEST_VALUE
from station.setup.outside import EVENTS, NUMBERS
from station.setup.settings import TABLES, Settings, what_it_takes
from station.setup.trade_fields import LONGEST

TARGET = Path(__file__).parents[1] / "docs" / "files.md"

_HEAD = """\
# Files that people write for a station

TOML, checked whole before anything is begun: an unknown table or key and a wrong value are named with file, line, what
was written and what is allowed; all of them at once.
Keys and answers are taken only as they are spelled here.

Written by `python -m tools.make_files`; do not edit it by hand.
"""
_SETTINGS = """\
What each setting does, with an example of a whole file: [develop.md](develop.md#settings).
A key is written in its table; those with no table stand at the top of the file, before the first one.
`[slots]` has a line for each port: `"3-1.4" = "A3"`; a label stands only once, and `default` is none.
`[printers]` has a line for each label printer, name and address: `shelf = "192.168.1.40:9100"`.
`label --to shelf` prints there, and no command prints to any other address.
"""
_WEBHOOKS = """\
A `[[webhook]]` for each endpoint that `proofwipe serve` tells what happens: [webhooks.md](webhooks.md).
Secret and authorities are files; a path is relative to the station's folder.

```toml
[[webhook]]
name = "shop"
url = "https://shop.example/hooks/phones"
secret = "keys/shop.whsec"
events = ["job.certified", "job.failed"]
numbers = true

[webhook.fields]
AssetTag = "asset_tag"
IMEI = "imei"
Grade = "grade"
Site = { constant = "Shop 3" }
```
"""
_EVENTS = """\
What each event may carry, by the names of `[webhook.fields]`; numbers in brackets only with `numbers = true`.
"""
_ACQUISITION = f"""\
For `process --acquisition FILE` and `bench --acquisition FILE`: where a phone came from.
`[default]` holds for every phone.
One more table for each slot of config.toml, port (`[3-1.4]` is written `["3-1.4"]`), or serial number or IMEI.
It is sealed: a paper holds commitments, and the archive copy opens them.
Not so `asset_tag`, `lot`, `customer_ref`, `note` and `colour`: they are kept with the job, and no paper holds them.
Where no `asset_tag` is stated, the `property_number` is it.
Every value is a text in quotes, of one line and at most {LONGEST_VALUE} characters; those of the trade hold
{LONGEST["asset_tag"]}, a note {LONGEST["note"]}.

```toml
[default]
place = "Shop 3"

["4A231FDAQ0001"]
reference = "2026-11731"
property_number = "A-20417"
```
"""


_ANSWERS = """\
For `process --answers FILE`: a technician's answers, written down beforehand.
`[default]` holds for every phone; one more table for each slot of config.toml or port (`["3-1.4"]`).
What is neither in the file nor answered at the bench stays unanswered, which is never a pass.
What is on the phone's screen when it is asked about no file can know: those questions are asked at the bench.

```toml
[default]
screen = "ok"

["3-1.4"]
cosmetic_front = "C"
```
"""


def document() -> str:
    """The whole page."""
    return "\n".join(
        [
            _HEAD,
            "## Settings: config.toml\n",
            _SETTINGS,
            *_table(("table", "key", "takes", "default"), _settings()),
            "## Webhooks: [[webhook]] in config.toml\n",
            _WEBHOOKS,
            *_table(("key", "takes", "default"), _webhooks()),
            _EVENTS,
            *_table(("event", "fields"), _events()),
            "## Answers files\n",
            _ANSWERS,
            *_table(("key", "answers", "taken from a file"), _answers()),
            "## Acquisition files\n",
            _ACQUISITION,
            *_table(("key", "what it says", "含义"), _acquisition()),
        ]
    )


def _settings() -> Iterator[tuple[str, ...]]:
    for table, kind in {"": Settings, **TABLES}.items():
        for item in fields(kind):
            if item.name not in TABLES and item.name not in ("slots", "printers", "webhook"):
                default = str(item.default).lower() if isinstance(item.default, bool) else repr(item.default)
                shown = default.replace("'", '"')
                yield (
                    f"`[{table}]`" if table else "",
                    f"`{item.name}`",
                    what_it_takes(item.name, item.type),
                    f"`{shown}`",
                )


def _webhooks() -> Iterator[tuple[str, ...]]:
    for item in fields(webhooks.Webhook):
        default = item.default if item.default is not MISSING else None
        if isinstance(default, bool):
            shown = f"`{str(default).lower()}`"
        elif isinstance(default, tuple):
            shown = ", ".join(f"`{each}`" for each in default)
        else:
            shown = "" if default is None else f"`{default!r}`".replace("'", '"')
        yield f"`{item.name}`", webhooks.what_it_takes(item.name), shown


def _events() -> Iterator[tuple[str, ...]]:
    for event, carried in EVENTS.items():
        yield f"`{event}`", ", ".join(f"(`{name}`)" if name in NUMBERS else f"`{name}`" for name in carried)


def _answers() -> Iterator[tuple[str, ...]]:
    for key, choices in ALL_QUESTIONS.items():
        when = "only for virtual phones" if key in SEEN_NOW else "yes"
        yield f"`{key}`", ", ".join(f"`{choice}`" for choice in choices), when


def _acquisition() -> Iterator[tuple[str, ...]]:
    for name in (*FIELDS, *LONGEST):
        yield f"`{name}`", say(f"field.{name}", "en"), say(f"field.{name}", "zh")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (heads, ("---",) * len(heads), *rows)] + [""]


def main() -> int:
    """Writes the page."""
    TARGET.write_text(document(), "utf-8")
    print(f"made {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
