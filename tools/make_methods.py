# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the table of docs/methods.md: each virtual Android in each state, the way that is taken, what it proves.

The phones are asked as a bench asks them; states in which a phone answers nothing are told by how it shows itself.
python -m tools.make_methods
"""

import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from phones.bench.inspection import inspect
from phones.evidence import Moment
from phones.port import Presence, Sighting
from phones.witness import Witness, WitnessedPort
from station.work import blocking
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario
from wipe.method import Limits
from wipe.methods.choice import choose

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "methods.md"
MODELS = ROOT / "hardware-fixtures" / "models"
BEGIN = "<!-- written by python -m tools.make_methods; do not edit by hand -->"
END = "<!-- end -->"
EPOCH = 1_793_520_000.0
SERIAL, IMEIS = "19281FDF60013A", ["355123110000019"]

UNASKED: Mapping[str, Presence] = {
    "booted, computer not allowed": Presence.ADB_UNAUTHORIZED,
    "booted, debugging off": Presence.USB_ONLY,
    "set-up screen without foyer": Presence.USB_ONLY,
    "recovery": Presence.ADB_RECOVERY,
    "charges only": Presence.ABSENT,
}
"""States of every model in which a phone answers no inspection, as a bench sees them."""


NAMED_BY_USB: Mapping[str, Presence] = {"sideload": Presence.ADB_SIDELOAD, "rescue": Presence.ADB_RESCUE}
"""States of every model in which it tells no number of its own, and the one that USB shows is enough to begin."""
WISHES: Mapping[str, tuple[str, Presence]] = {
    "booted, debugging off, `--method android_recovery_guided`": ("android_recovery_guided", Presence.USB_ONLY),
    "booted, computer not allowed, the same": ("android_recovery_guided", Presence.ADB_UNAUTHORIZED),
}
"""What a wish opens in such a state, for a phone whose number USB shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model in one state. `problems` are codes; `nist` and `level` what can be claimed if all goes well."""

    model: str
    state: str
    method: str
    problems: tuple[str, ...]
    nist: str = ""
    level: str = ""


def rows() -> list[Row]:
    """Every model in every state in which it differs from others, then the states in which all are alike."""
    found = [row for folder in sorted(MODELS.iterdir()) if _is_android(folder) for row in _rows_of(folder)]
    return [
        *found,
        *(
            _row("every model", state, {}, Sighting(port="1-1", presence=presence))
            for state, presence in UNASKED.items()
        ),
        *(
            _row("every model", state, {"identity.serial": SERIAL}, Sighting(port="1-1", presence=presence))
            for state, presence in NAMED_BY_USB.items()
        ),
        *(
            _row("every model", state, {"identity.serial": SERIAL}, Sighting(port="1-1", presence=presence), wish=wish)
            for state, (wish, presence) in WISHES.items()
        ),
    ]


def table() -> str:
    """Between its marks."""
    heads = ("model", "state", "way", "what a person must lift first", "NIST", "level")
    lines = [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(
            f"| {row.model} | {row.state} | {_code(row.method)} | {', '.join(map(_code, row.problems)) or 'nothing'} "
            f"| {row.nist or 'none'} | {row.level or 'none'} |"
            for row in rows()
        ),
    ]
    return "\n".join([BEGIN, "", *lines, "", END])


def document(text: str) -> str:
    """`text` with the table in the place of the old one. Raises: ValueError for a text without marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{TARGET}: the marks of the table are missing")
    return before + table() + after


def _rows_of(folder: Path) -> Iterable[Row]:
    model = tomllib.loads((folder / "phone.toml").read_text("utf-8"))
    name = f"{model['name']}, API {model['sdk']}"
    values, sighting = _inspected(folder.name, "debugging")
    yield _row(name, "booted, allowed, nobody signed in", values, sighting)
    if choose(values, sighting, failed={"android_harness"}).method is not choose(values, sighting).method:
        yield _row(name, "the same, test harness refused before", values, sighting, failed=("android_harness",))
    values, sighting = _inspected(folder.name, "signed_in")
    yield _row(name, "booted, allowed, somebody signed in", values, sighting)
    if model.get("trade_in"):
        values, sighting = _inspected(folder.name, "reset")
        yield _row(name, "set-up screen with trade-in foyer", values, sighting)
    yield _row(name, "fastboot, boot loader unlocked", *_inspected(folder.name, "fastboot", "unlocked_bootloader"))
    yield _row(name, "fastboot, boot loader locked", *_inspected(folder.name, "fastboot"))


def _row(
    model: str,
    state: str,
    values: Mapping[str, str],
    sighting: Sighting,
    failed: tuple[str, ...] = (),
    wish: str = "",
) -> Row:
    shown = blocking.problem_of_presence(sighting, wish)
    if shown is not None:
        return Row(model=model, state=state, method="", problems=(shown.code.value,))
    choice = choose(values, sighting, wish or None, failed=failed)
    if choice.method is None:
        return Row(model=model, state=state, method="", problems=(choice.problem.code.value,) if choice.problem else ())
    problems = choice.method.problems(values, sighting, Limits())
    return Row(
        model=model,
        state=state,
        method=choice.method.name,
        problems=tuple(dict.fromkeys(problem.code.value for problem in problems)),
        nist=choice.predicted["nist"],
        level=choice.predicted["level"],
    )


def _inspected(model: str, condition: str, *variation: str) -> tuple[Mapping[str, str], Sighting]:
    """What a virtual phone says of itself, its owner having allowed the computer."""
    phone = {
        "name": "phone",
        "port": "1-1",
        "model": model,
        "condition": condition,
        "serial": SERIAL,
        "imeis": IMEIS,
        "variation": list(variation),
    }
    (slot,) = add_phones(read_scenario({"name": "table", "seed": 1, "phone": [phone]}), epoch_at_zero=EPOCH)
    clock, drawn = VirtualClock(), iter(range(1, 1000))
    with tempfile.TemporaryDirectory() as folder:
        port = WitnessedPort(
            DirectPort(slot, clock, Path(folder)),
            Witness(clock=clock, journal=lambda _piece: None, salt=bytes(16)),
        )
        if port.peek().presence is Presence.ADB_UNAUTHORIZED:
            slot.press("accept_adb", clock.seconds)
        sighting = port.peek()
        values = inspect(port, sighting, moment=Moment.BEFORE, draw=lambda: f"{next(drawn):032x}")
        port.close_link()
    return values, sighting


def _is_android(folder: Path) -> bool:
    """Is it a model, and not the recording of one?"""
    file = folder / "phone.toml"
    if not file.is_file() or (folder / "exchanges.jsonl").exists():
        return False
    return tomllib.loads(file.read_text("utf-8")).get("platform") == "android"


def _code(text: str) -> str:
    return f"`{text}`" if text else "none"


if __name__ == "__main__":
    text = document(TARGET.read_text("utf-8"))
    TARGET.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{TARGET}: {len(text.encode())} bytes\n")
