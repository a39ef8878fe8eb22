# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Android says of its battery: AOSP's own fields, and what makers print of its wear.

The service has one form since Android 4; it is read only whole, because a sign that nothing was measured may stand
anywhere in it. Figures of wear come from the rows of `phones.android.battery_layouts`; when two of them disagree both
are kept and neither is believed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from phones.android.battery_layouts import Figure, Unit, figures_of
from phones.frozen import dataclass
from phones.signs import SOURCES, not_measured

Values = dict[str, str]

_HEADER = "current battery service state:"
# BatteryService.dumpInternal has printed all of these since Android 4.2 [read: AOSP].
_ALWAYS = ("status", "health", "present", "level", "scale", "voltage", "temperature")
# Lines of the service that say that its values are none, if they say anything but this [read: public dumps].
_MUST_SAY = {
    "use_fake_battery": ("false", "simulated"),  # Samsung
    "sec_feature_battery_simulation": ("false", "simulated"),  # Samsung
    "mbootcompleted": ("true", "starting"),  # Samsung
    "mupdatesstopped": ("false", "set_by_hand"),  # OPPO's own service [unconfirmed]
    "updatesstopped": ("false", "set_by_hand"),  # OPPO [unconfirmed]
}
# hardware/interfaces/health/aidl BatteryHealth, exported constants [read: AOSP].
_HEALTH_SIGNS = {"0": "left_at_zero", "1": "unknown_word", "11": "not_available", "12": "sources_disagree"}
_MEASURED_HEALTH = ("2", "3", "4", "5", "6", "7")
_FAKE = ("42", "424")
"""Level and temperature of a kernel booted with ro.boot.fake_battery [read: AOSP BatteryMonitor.cpp]."""
_NOT_A_NUMBER = {"-1": "not_available", "0": "left_at_zero"}
_AOSP_PLACEHOLDER_MAH = 1000  # battery.capacity in the power profile of the source tree [read: AOSP power_profile.xml]
_SMALLEST_MAH, _LARGEST_MAH = 500, 30_000
_COLDEST_DC, _HOTTEST_DC = -300, 1000
_WHOLE_BLOCK = ("", "set_by_hand")
"""Signs under which a maker's saved figures stay what they were: setting the level does not touch them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    """`dumpsys battery`. `said`: key → its different texts, in order; `sign`: why AOSP's values are none, or ""."""

    said: Mapping[str, tuple[str, ...]]
    sign: str

    def one(self, key: str) -> str:
        """The text of a key that is said one way only, else ""."""
        found = self.said.get(key, ())
        return found[0] if len(found) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    value: str
    text: str
    source: str


def battery_level(text: str) -> Values:
    """`battery.level`: charge in percent of the service's own scale."""
    service = _service(text)
    if service is None:
        return {}
    level, scale = _whole(service.one("level")), _whole(service.one("scale"))
    sign = service.sign or _twice(service, "level", "scale")
    if not sign and (level is None or not scale or not 0 <= level <= scale):
        sign = "out_of_range"
    if sign or level is None or not scale:
        return not_measured(sign, "battery.level")
    return {"battery.level": str(level * 100 // scale)}


def battery(texts: Mapping[str, str]) -> Values:
    """Health, temperature and wear. `texts`: what each question of `battery_layouts` was answered, by its name."""
    service = _service(texts.get("battery", ""))
    values: Values = {}
    claims: list[_Claim] = []
    signs: Values = {}
    if service is not None:
        values |= _health(service) | _temperature(service)
        if service.sign in _WHOLE_BLOCK:
            _claim(figures_of("battery"), service.said.get, claims, signs)
        else:
            signs |= not_measured(service.sign, "battery.health_percent", "battery.cycles")
    for part, sign in (("cycles", "="), ("capacity", ":")):
        said = _fields(texts.get(part, ""), sign)
        _claim(figures_of(part), said.get, claims, signs)
    for supply in supplies(texts.get("power_supply", "")):
        _read_supply(supply, claims, signs)
    return values | _resolve(claims, signs)


def _service(text: str) -> _Service | None:
    """None if it is not that service's answer at all."""
    lines = [line.strip() for line in text.split("\n")]
    if not any(line.lower() == _HEADER for line in lines):
        return None
    said = _fields(text, ":")
    sign = next((_remark(line) for line in lines if line.startswith("(")), "")
    for key, found in said.items():
        good, means = _MUST_SAY.get(key.lower(), ("", ""))
        if good and any(each.lower() != good for each in found):
            sign = sign or means
    return _Service(said=said, sign=sign or _sign_of_block(said))


def _remark(line: str) -> str:
    return "set_by_hand" if "updates stopped" in line.lower() else "remark"


def _sign_of_block(said: Mapping[str, tuple[str, ...]]) -> str:
    if any(key not in said for key in _ALWAYS):
        return "cut"
    if any(each.lower() != "true" for each in said["present"]):
        return "not_present"
    if (said["level"][0], said["temperature"][0]) == _FAKE:
        return "simulated"
    volts = [_whole(each) for each in said["voltage"]]
    if 0 in volts:
        return "left_at_zero"
    # Millivolts of one to three cells; a few old phones print microvolts. A television box prints whole volts.
    good = all(each and (2_500 <= each <= 13_000 or 2_500_000 <= each <= 13_000_000) for each in volts)
    return "" if good else "out_of_range"


def _fields(text: str, separator: str) -> dict[str, tuple[str, ...]]:
    """Key → its different texts. Lines of a log begin with a day and a time, which are cut away."""
    said: dict[str, dict[str, None]] = {}
    for line in text.split("\n"):
        key, found, rest = _without_time(line.strip()).partition(separator)
        if found:
            texts = said.setdefault(key.strip(), {})
            texts.pop(rest.strip(), None)  # what is said again counts where it was said last
            texts[rest.strip()] = None
    return {key: tuple(texts) for key, texts in said.items()}


def _without_time(line: str) -> str:
    """The line without `10-04 21:48:23.173  ` before it."""
    day, _, rest = line.partition(" ")
    if len(day) == 5 and day[2] == "-" and day.replace("-", "").isdecimal():
        return rest.strip().partition(" ")[2].strip()
    return line


def _twice(service: _Service, *keys: str) -> str:
    return "said_twice" if any(len(service.said.get(key, ())) > 1 for key in keys) else ""


def health_code(code: str) -> Values:
    """`battery.health_code`, or the sign that it is none. `code`: decimal digits, a constant of BatteryHealth."""
    name = "battery.health_code"
    if code in _MEASURED_HEALTH:
        return {name: code}
    return not_measured(_HEALTH_SIGNS.get(code, "code_not_known"), name)


def _health(service: _Service) -> Values:
    sign = service.sign or _twice(service, "health")
    if sign:
        return not_measured(sign, "battery.health_code")
    code = service.one("health")
    return health_code(code) if code.isdecimal() else {}


def _temperature(service: _Service) -> Values:
    name = "battery.temperature_dc"
    sign = service.sign or _twice(service, "temperature")
    tenths = _whole(service.one("temperature"))
    if not sign and tenths == 0:
        sign = "left_at_zero"
    if not sign and (tenths is None or not _COLDEST_DC < tenths < _HOTTEST_DC):
        sign = "out_of_range"
    return not_measured(sign, name) if sign else {name: str(tenths)}


def _claim(
    figures: Iterable[Figure],
    said: Callable[[str], tuple[str, ...] | None],
    claims: list[_Claim],
    signs: Values,
) -> None:
    """What the rows find: a claim for each figure, or the sign that it was not measured."""
    for figure in figures:
        found = said(figure.key)
        if not found:
            continue
        text, sign = _read(figure, found[-1].strip("[] "))
        if figure.source != "battery_log" and figure.part == "battery" and len(found) > 1:
            text, sign = "", "said_twice"
        if figure.part == "cycles":  # older broadcasts stand there too, and a counter only grows
            text, sign = max((_read(figure, each) for each in found), key=lambda read: int(read[0] or -1))
        if sign:
            signs |= not_measured(sign, figure.value)
        elif text:
            claims.append(_Claim(value=figure.value, text=text, source=figure.source))


def _read(figure: Figure, text: str) -> tuple[str, str]:
    """The value's text, or the sign."""
    if figure.unit is Unit.YES_NO:
        return {"true": "yes", "false": "no"}.get(text.lower(), ""), ""
    if figure.unit is Unit.DAY:
        return _day(text)
    if figure.unit is Unit.MILLIAMPERE_HOURS:
        text = text.removesuffix("mAh").strip().partition(".")[0]
    number = _whole(text)
    if number is None:
        return "", "out_of_range" if text else ""
    if number <= 0:
        return "", _NOT_A_NUMBER.get(text, "not_available")
    return _CONVERSIONS[figure.unit](number)


def _day(text: str) -> tuple[str, str]:
    if len(text) != 8 or not text.isascii() or not text.isdecimal():
        return "", "not_available" if text in ("", "-1", "0") else "out_of_range"
    try:
        day = datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return "", "placeholder" if set(text) == {"0"} else "out_of_range"
    return (str(int(day.timestamp())), "") if 2010 <= day.year < 2100 else ("", "placeholder")


def _percent(number: int) -> tuple[str, str]:
    return (str(number), "") if number <= 100 else ("", "out_of_range")


def _cycles(number: int) -> tuple[str, str]:
    return (str(number), "") if number < 20_000 else ("", "out_of_range")


def _milliampere_hours(number: int) -> tuple[str, str]:
    if number == _AOSP_PLACEHOLDER_MAH:
        return "", "placeholder"
    return (str(number), "") if _SMALLEST_MAH <= number <= _LARGEST_MAH else ("", "unit_unknown")


def _microampere_hours(number: int) -> tuple[str, str]:
    return _milliampere_hours(number // 1000) if number >= _SMALLEST_MAH * 1000 else ("", "unit_unknown")


_CONVERSIONS: Mapping[Unit, Callable[[int], tuple[str, str]]] = {
    Unit.PERCENT: _percent,
    Unit.HUNDREDTHS_OF_A_CYCLE: lambda number: _cycles(number // 100),
    Unit.CYCLES: _cycles,
    Unit.MILLIAMPERE_HOURS: _milliampere_hours,
    Unit.MICROAMPERE_HOURS: _microampere_hours,
}


def supplies(text: str) -> Iterable[Mapping[str, tuple[str, ...]]]:
    """The fields of each battery of the phone itself, from `path:KEY=text` lines; none of a pen or a keyboard."""
    by_path: dict[str, list[str]] = {}
    for line in text.split("\n"):
        path, found, rest = line.partition(":")
        if found and path.startswith("/sys/class/power_supply/"):
            by_path.setdefault(path, []).append(rest)
    for lines in by_path.values():
        said = _fields("\n".join(lines), "=")
        kind, scope = said.get("POWER_SUPPLY_TYPE", ("Battery",)), said.get("POWER_SUPPLY_SCOPE", ("System",))
        if kind == ("Battery",) and scope == ("System",) and said.get("POWER_SUPPLY_PRESENT", ("1",)) == ("1",):
            yield said


def _read_supply(said: Mapping[str, tuple[str, ...]], claims: list[_Claim], signs: Values) -> None:
    mine: list[_Claim] = []
    _claim(figures_of("power_supply"), said.get, mine, signs)
    designs = [int(claim.text) for claim in mine if claim.value == "battery.design_mah"]
    for claim in mine:
        if claim.value != "battery.full_mah" or not designs:
            continue
        percent = 100 * int(claim.text) // designs[0]
        if int(claim.text) == designs[0]:  # the gauge has learned nothing: it repeats the label
            signs |= not_measured("placeholder", "battery.health_percent")
        elif percent > 115:
            signs |= not_measured("out_of_range", "battery.health_percent")
        else:
            claims.append(_Claim(value="battery.health_percent", text=str(min(100, percent)), source=claim.source))
    claims += mine


_TOLERANCE = {
    "battery.health_percent": (3, 0),
    "battery.cycles": (20, 5),
    "battery.design_mah": (0, 10),
    "battery.full_mah": (0, 10),
}
"""Value → how far two sources may be apart and still agree: so much, or so many percent of the larger."""
_LARGER_IS_WORSE = ("battery.cycles",)


def _resolve(claims: Iterable[_Claim], signs: Values) -> Values:
    """One text a value: the worse of those that agree; both and a sign when they do not."""
    values: Values = {}
    by_value: dict[str, list[_Claim]] = {}
    for claim in claims:
        by_value.setdefault(claim.value, []).append(claim)
    for name, found in by_value.items():
        if _agree(name, [claim.text for claim in found]):
            best = _worst(name, found)
            values[name] = best.text
            if name in ("battery.health_percent", "battery.cycles"):
                values.setdefault("battery.source", best.source)
            if name == "battery.health_percent":
                values["battery.source"] = best.source
            continue
        values |= not_measured("sources_disagree", name)
        values[SOURCES + name] = ",".join(dict.fromkeys(f"{claim.source}:{claim.text}" for claim in found))
    return {name: sign for name, sign in signs.items() if name.partition(".")[2] not in by_value} | values


def _agree(name: str, texts: list[str]) -> bool:
    if len(set(texts)) == 1:
        return True
    numbers = [int(text) for text in texts if text.isdecimal()]
    most, percent = _TOLERANCE.get(name, (0, 0))
    return len(numbers) == len(texts) and max(numbers) - min(numbers) <= max(most, max(numbers) * percent // 100)


def _worst(name: str, claims: list[_Claim]) -> _Claim:
    if not claims[0].text.isdecimal():
        return claims[0]
    choose = max if name in _LARGER_IS_WORSE else min
    return choose(claims, key=lambda claim: int(claim.text))


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) <= 9 else None
