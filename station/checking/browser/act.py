# SPDX-License-Identifier: GPL-3.0-or-later
"""The act `browser`: the phone is sent to our page, and what the page claims is kept, as a claim.

Android: over the cable (`adb reverse`), so that the port says which phone it is. What the bench itself knows of the
visit is kept under the act's own name: how it ended (`host.page`), and a sign for every value that nobody measured
because of it. A person who passes over a check leaves nothing: not tested.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from phones.errors import BenchError
from phones.evidence import Evidence
from phones.link import Effect, Question, Reply, ReversePort, ShellLine
from phones.port import Platform
from phones.signs import not_measured
from phones.witness import BROWSER
from station.checking.act import CheckAct, Measurer, Profile, Scene
from station.checking.browser.earlier import left_of
from station.checking.browser.ends import NAME, NOBODYS, SIGNS, PageEnd
from station.checking.browser.listener import Listener
from station.checking.browser.page_files import PageFile, page_files
from station.checking.browser.plan import CHECKS, checks_of, plan_of
from station.checking.browser.visit import Visit
from station.text.language import current

POLL_S = 0.1
SILENT_S = 20.0
"""The page says something every two seconds; a phone that goes to sleep in between is woken by a person."""
LONGEST_S = 1800.0
OPENED_S = 180.0
"""Within which a page is opened, whatever a person may have for other things."""
OPEN_S = 15.0
_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No letter or digit that looks like another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What is secret or shown once, drawn anew for each phone."""

    token: str
    nonce: str
    code: str


def drawn(scene: Scene) -> Drawn:
    """From the scene's random digits."""
    rest, code = int(scene.draw(), 16), ""
    for _ in range(4):
        rest, digit = divmod(rest, len(_CODE))
        code += _CODE[digit]
    return Drawn(token=scene.draw(), nonce=scene.draw(), code=code)


def visit_of(
    scene: Scene, secrets: Drawn, origin: str, checks: tuple[str, ...], files: Mapping[str, PageFile]
) -> Visit:
    """A visit of this phone."""
    plan = plan_of(
        checks,
        language=current(),
        code=secrets.code,
        nonce=secrets.nonce,
        platform=scene.platform,
        known=scene.known,
    )
    return Visit(
        token=secrets.token,
        nonce=secrets.nonce,
        origin=origin,
        plan=plan,
        checks={name: CHECKS[name] for name in checks},
        files=files,
        draw=scene.draw,
    )


def over_the_cable(scene: Scene, files: Mapping[str, PageFile] | None = None) -> None:
    """The act of an Android phone: what no earlier visit of it has told."""
    checks = left_of(checks_of(scene.platform), scene.evidence)
    if not checks:  # the station was killed after the last result
        keep_end(scene, PageEnd.DONE, (), set())
        return
    secrets = drawn(scene)
    measured: set[str] = set()
    end = PageEnd.NO_WAY
    with suppress(BenchError), Listener() as listener:  # no port is free: no erase stops for that
        visit = visit_of(
            scene, secrets, f"http://localhost:{listener.port}", checks, page_files() if files is None else files
        )
        listener.open(visit)
        if scene.phone.ask(_way(listener.port, is_open=True), scene.moment).answered:
            try:
                end = _sent(scene, visit, measured, secrets.code)
            finally:
                scene.phone.ask(_way(listener.port, is_open=False), scene.moment)
    keep_end(scene, end, checks, measured)


def _sent(scene: Scene, visit: Visit, measured: set[str], code: str) -> PageEnd:
    opened = scene.phone.ask(_opening(visit.address), scene.moment)
    if not opened.answered:
        return PageEnd.NO_WAY
    if opened.values.get("command.exit_code") != "0":
        return PageEnd.NO_BROWSER
    scene.operator.instruct("phone_page", port=scene.phone.path, facts={"code": code})
    return attend(scene, visit, measured)


def attend(scene: Scene, visit: Visit, measured: set[str]) -> PageEnd:
    """Keep each result as it comes, until the page is done, somebody ends it or nobody says anything any more."""
    began = heard_at = scene.clock.monotonic()
    heard = visit.heard
    while True:
        end = visit.end  # before the results: what came before it is not lost
        keep_results(scene, visit, measured)
        if end is not None:
            return PageEnd(end.value)
        now = scene.clock.monotonic()
        if visit.heard != heard:
            heard, heard_at = visit.heard, now
        if scene.is_over():
            return PageEnd.SKIPPED
        if not visit.is_opened and now - began >= min(scene.person_s, OPENED_S):
            return PageEnd.NEVER_OPENED
        if visit.is_opened and now - heard_at >= max(SILENT_S, min(scene.person_s, OPENED_S)):
            return PageEnd.LEFT
        if now - began >= LONGEST_S:
            return PageEnd.LEFT
        scene.clock.sleep(POLL_S)


def keep_results(scene: Scene, visit: Visit, measured: set[str]) -> None:
    """All that have come, each as a piece of its own: the worst of a check counts, and nothing takes one back."""
    while (result := visit.take()) is not None:
        measured |= {*result.values, *result.not_measured}
        scene.phone.keep_claim(f"check.{NAME}.{result.check}", result.as_claim(), scene.moment)


def keep_end(scene: Scene, end: PageEnd, checks: Iterable[str], measured: set[str]) -> None:
    """How it ended, and what was not measured because of it."""
    signs = signs_of(end, checks, measured)
    if signs:  # as claims: nobody but the page's own evidence says anything of its values
        scene.phone.keep_claim(f"check.{NAME}.not_measured", signs, scene.moment)
    scene.phone.record_host_fact(f"check.{NAME}", {"host.page": end.value}, scene.moment)


def signs_of(end: PageEnd, checks: Iterable[str], measured: Collection[str] = ()) -> dict[str, str]:
    """The values of these checks that have a sign after such an end."""
    if end not in SIGNS:
        return {}
    kept = () if end in NOBODYS else measured
    names = (BROWSER + name for check in checks for name in CHECKS[check])
    return not_measured(SIGNS[end], *(name for name in names if name not in kept))


def _way(port: int, *, is_open: bool) -> Question:
    return Question(
        name="browser.way" if is_open else "browser.way_closed",
        effect=Effect.WRITES,
        request=ReversePort(port=port, is_open=is_open),
        read=lambda _reply: {},
        timeout_s=OPEN_S,
    )


def _opening(address: str) -> Question:
    """`address` holds nothing but letters, digits and `/:-_`."""
    return Question(
        name="browser.open",
        effect=Effect.WRITES,
        request=ShellLine(line=f"am start -a android.intent.action.VIEW -d {address}"),
        read=_started,
        timeout_s=OPEN_S,
    )


def _started(reply: Reply) -> Mapping[str, str]:
    """`am start` may end with 0 although nothing was started; then it says `Error:` [read: ActivityManager's shell
    command; unconfirmed on a phone].
    """
    failed = reply.status != 0 or b"Error" in reply.body + reply.error
    return {"command.exit_code": str(reply.status or 1) if failed else "0"}


def is_open(evidence: Sequence[Evidence]) -> bool:
    """Is there a check of an Android's page that no visit has told of?"""
    return bool(left_of(checks_of(Platform.ANDROID), evidence))


GIVES = tuple(BROWSER + name for check in checks_of(Platform.ANDROID) for name in CHECKS[check])
GIVES_APPLE = tuple(BROWSER + name for check in checks_of(Platform.APPLE) for name in CHECKS[check])

BROWSER_ANDROID = CheckAct(
    name=NAME,
    measurer=Measurer.BROWSER,
    platforms=(Platform.ANDROID,),
    profiles=(Profile.FULL, Profile.KIOSK),
    gives=GIVES,
    run=over_the_cable,
    is_open=is_open,
    seconds=60,
    hand_acts=9,
)
