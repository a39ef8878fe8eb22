# SPDX-License-Identifier: GPL-3.0-or-later
"""A battery under a load that the check makes itself: every core busy for some seconds, and what its voltage does.

The load ends by itself, on the phone, whatever becomes of the cable: `timeout` ends it, not we. Nothing of the owner is
read; what is read from storage belongs to the system. A phone that is being charged does not sag, and a phone whose
current does not rise was not loaded: in both cases the curve is kept and nothing is concluded from it.

Where the shell may read the power supply it is read there; `dumpsys battery` repeats what the service heard last, often
a minute ago, and is the fallback. All of it is `unconfirmed` on a real phone.
"""

from collections.abc import Callable, Sequence

from phones.android.battery import supplies
from phones.android.script import Part, script, split
from phones.errors import ReplyMalformedError
from phones.frozen import dataclass
from phones.link import Effect, Question, Reply, ShellLine
from phones.signs import not_measured

Values = dict[str, str]

LOAD_S = 12
"""How long the phone keeps itself busy; the host looks ten times meanwhile."""
MOST_SAMPLES = 60
LEAST_LOAD_SAMPLES = 5
LEAST_RISE_MA = 150
"""All cores of a phone take an ampere or more; what rises less was not loaded."""
_CONCLUDED = ("battery.sag_mv", "battery.resistance_mohm")
_SETTLED = 4
"""The last so many samples under load are averaged: what comes first is the fall itself."""
_LEAST_MV, _MOST_MV = 2_500, 13_000
_MOST_MA = 20_000
"""More is a figure in microamperes: no phone draws 20 A, and under load none so little as 20 mA."""
_CHARGING = frozenset({"charging", "full", "2", "5"})
_MOST_SAID = 10**9

_SAMPLE = (
    Part(
        name="supply",
        command="grep -sHE '^POWER_SUPPLY_(TYPE|SCOPE|PRESENT|STATUS|VOLTAGE_NOW|CURRENT_NOW)='"
        " /sys/class/power_supply/*/uevent",
    ),
    Part(name="battery", command="dumpsys battery | grep -iE '^ *(status|voltage|current now|present): '"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look. `current`: as the phone said it, in a unit that only all samples together tell; None if it said none.
    `charging`: does it say that it charges, or that it is full at the charger?
    """

    millivolts: int
    current: int | None
    charging: bool


def load_question(*, timeout_s: float) -> Question:
    """Begin the load ("check.battery_load.begin"): `command.exit_code` 0 only if the phone has what it takes."""
    busy = f"timeout {LOAD_S} yes >/dev/null 2>&1 &"
    line = (
        "type timeout >/dev/null 2>&1&&type yes >/dev/null 2>&1||exit 127;"
        "n=$(nproc 2>/dev/null);i=0;"
        f'while [ "$i" -lt "${{n:-4}}" ]&&[ "$i" -lt 16 ];do {busy} i=$((i+1));done;'
        f"timeout {LOAD_S} cat /system/framework/framework.jar /system/framework/services.jar >/dev/null 2>&1 & true"
    )
    return Question(
        name="check.battery_load.begin",
        effect=Effect.READS,
        request=ShellLine(line=line),
        read=lambda reply: {"command.exit_code": str(reply.status % 256)},
        timeout_s=timeout_s,
    )


def sample_question(marker: str, keep: Callable[[Sample], None], *, timeout_s: float) -> Question:
    """One look ("check.battery_load.sample"); what it shows goes to `keep` and not into evidence, where only the whole
    curve stands.
    """

    def read(reply: Reply) -> Values:
        results = split(reply, _SAMPLE, marker)
        found = sample_of(results["supply"].text, results["battery"].text)
        if found is None:
            raise ReplyMalformedError(step="battery load", expected="a voltage", got="none")
        keep(found)
        return {}

    return Question(
        name="check.battery_load.sample",
        effect=Effect.READS,
        request=ShellLine(line=script(_SAMPLE, marker)),
        read=read,
        timeout_s=timeout_s,
    )


def sample_of(supply: str, service: str) -> Sample | None:
    """The phone's own battery, from its power supply or else from the service; None without a voltage."""
    for said in supplies(supply):
        volts = _whole(said.get("POWER_SUPPLY_VOLTAGE_NOW", ("",))[-1])
        if volts and (millivolts := _millivolts(volts)):
            current = _whole(said.get("POWER_SUPPLY_CURRENT_NOW", ("",))[-1])
            status = said.get("POWER_SUPPLY_STATUS", ("",))[-1].strip().lower()
            return Sample(millivolts=millivolts, current=current, charging=status in _CHARGING)
    fields = {
        key.strip().lower(): text.strip()
        for key, found, text in (line.partition(":") for line in service.split("\n")[:32])
        if found
    }
    volts = _whole(fields.get("voltage", ""))
    if fields.get("present", "true") != "true" or not volts or not (millivolts := _millivolts(volts)):
        return None
    current = _whole(fields.get("current now", ""))
    return Sample(millivolts=millivolts, current=current, charging=fields.get("status", "") in _CHARGING)


def without_load(sign: str) -> Values:
    """The sign for everything that a load would have shown."""
    return not_measured(sign, "battery.load_curve", *_CONCLUDED)


def load_values(rest: Sequence[Sample], loaded: Sequence[Sample]) -> Values:
    """The curve and what follows from it, or the sign why nothing follows: `charging`, `no_load`, `cut`."""
    loaded = loaded[:MOST_SAMPLES]
    if not rest or len(loaded) < LEAST_LOAD_SAMPLES:
        return without_load("cut")
    rest_mv = _mean([each.millivolts for each in rest])
    values = {
        "battery.rest_mv": str(rest_mv),
        "battery.load_curve": ",".join(str(each.millivolts) for each in loaded),
        "battery.load_s": str(len(loaded)),
    }
    if any(each.charging for each in loaded):
        return values | not_measured("charging", *_CONCLUDED)
    currents = [each.current for each in (*rest, *loaded)]
    if any(current is None for current in currents):
        return values | not_measured("no_load", *_CONCLUDED)
    scale = 1000 if max(abs(current or 0) for current in currents) >= _MOST_MA else 1
    drawn = _mean([abs(each.current or 0) for each in loaded]) // scale
    rise = drawn - _mean([abs(each.current or 0) for each in rest]) // scale
    if rise < LEAST_RISE_MA or drawn > _MOST_MA:
        return values | not_measured("no_load", *_CONCLUDED)
    sag = max(0, rest_mv - _mean([each.millivolts for each in loaded[-_SETTLED:]]))
    return values | {
        "battery.load_current_ma": str(drawn),
        "battery.sag_mv": str(sag),
        "battery.resistance_mohm": str(sag * 1000 // rise),
    }


def _millivolts(number: int) -> int:
    """Kernels say microvolts, services millivolts; 0 for what is neither."""
    millivolts = number // 1000 if number > _MOST_MV else number
    return millivolts if _LEAST_MV <= millivolts <= _MOST_MV else 0


def _mean(numbers: Sequence[int]) -> int:
    return sum(numbers) // len(numbers)


def _whole(text: str) -> int | None:
    digits = text.strip().removeprefix("-")
    whole = digits.isascii() and digits.isdecimal() and len(digits) <= 10
    return int(text) if whole and abs(int(text)) < _MOST_SAID else None
