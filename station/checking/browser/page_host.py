# SPDX-License-Identifier: GPL-3.0-or-later
"""The act of a phone that no cable leads to a page: over the bench's own Wi-Fi, under the operator's certificate.

The cable says nothing of who opens the page there, so a person binds the two: the page shows a code, and the person
says whether the phone on this port is the one that shows it. What came before that is kept only after a yes.
"""

import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress

from phones.errors import BenchError
from phones.evidence import Evidence
from phones.port import Platform
from station.checking.act import CheckAct, Measurer, PageHost, Profile, Scene
from station.checking.browser.act import (
    GIVES_APPLE,
    OPENED_S,
    POLL_S,
    attend,
    drawn,
    keep_end,
    visit_of,
)
from station.checking.browser.earlier import left_of
from station.checking.browser.ends import NAME, PageEnd
from station.checking.browser.listener import Listener
from station.checking.browser.page_files import PageFile, page_files
from station.checking.browser.plan import checks_of
from station.checking.browser.visit import Visit
from station.questions import ALONE, PAGE_CODE


def encryption_of(host: PageHost) -> ssl.SSLContext:
    """Raises: OSError for a certificate or key that is not there or not of one another."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(host.certificate, host.key, password=lambda: "")  # nobody is asked for a passphrase here
    return context


def over_the_air(scene: Scene, files: Mapping[str, PageFile] | None = None) -> None:
    """The act of an iPhone. Where this machine has not that address, or no free port, it is not set up."""
    checks = left_of(checks_of(scene.platform), scene.evidence)
    if not checks:  # the station was killed after the last result
        keep_end(scene, PageEnd.DONE, (), set())
        return
    measured: set[str] = set()
    end = PageEnd.NOT_SET_UP
    if scene.page_host is not None:
        try:
            encryption = encryption_of(scene.page_host)
        except OSError:
            encryption = None
        if encryption is not None:
            secrets = drawn(scene)
            with suppress(BenchError), Listener(scene.page_host.address, encryption=encryption) as listener:
                # An address that this machine has not at the moment is as good as none: no erase stops for it.
                origin = f"https://{scene.page_host.host}:{listener.port}"
                visit = visit_of(scene, secrets, origin, checks, page_files() if files is None else files)
                listener.open(visit)
                end = _bound(scene, visit, measured, secrets.code)
    keep_end(scene, end, checks, measured)


def _bound(scene: Scene, visit: Visit, measured: set[str], code: str) -> PageEnd:
    """Wait for the phone, then for a person's word that it is this one; only then is anything kept."""
    scene.operator.instruct("phone_page_wifi", port=scene.phone.path, facts={"address": visit.address})
    began = scene.clock.monotonic()
    while not visit.is_opened:
        if scene.is_over():
            return PageEnd.SKIPPED
        if scene.clock.monotonic() - began >= min(scene.person_s, OPENED_S):
            return PageEnd.NEVER_OPENED
        scene.clock.sleep(POLL_S)
    answer = scene.operator.ask(
        "page_code_seen",
        port=scene.phone.path,
        choices=ALONE[PAGE_CODE],
        facts={"code": code},
        timeout_s=min(scene.person_s, OPENED_S),
    )
    scene.phone.keep_statement(f"{NAME}.code", {f"statement.{PAGE_CODE}": answer or "unanswered"}, scene.moment)
    match answer:
        case "yes":
            return attend(scene, visit, measured)
        case "no":
            return PageEnd.NOT_BOUND
        case _:  # whoever skips closes the question
            return PageEnd.SKIPPED if scene.is_over() else PageEnd.UNANSWERED


def is_open(evidence: Sequence[Evidence]) -> bool:
    """Is there a check of an iPhone's page that no visit has told of?"""
    return bool(left_of(checks_of(Platform.APPLE), evidence))


BROWSER_APPLE = CheckAct(
    name=NAME,
    measurer=Measurer.BROWSER,
    platforms=(Platform.APPLE,),
    profiles=(Profile.FULL, Profile.KIOSK),
    gives=GIVES_APPLE,
    run=over_the_air,
    is_open=is_open,
    seconds=70,
    hand_acts=9,
)
