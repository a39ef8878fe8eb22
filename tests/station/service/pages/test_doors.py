# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page and every effect: nobody without a session, nothing without the right, nothing from elsewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path

from fastapi.routing import APIRoute

from station.service.callers import RIGHTS, Right, Role
from station.service.pages import asset_files
from station.service.pages.app import SUBJECTS
from station.service.pages.navigation import NAVIGATION
from tests.support.page_client import OWN, PageClient, coming_in
from tests.support.service_room import ServiceRoom

ROUTES = [
    (method, re.sub(r"\{[a-z_]+\}", "NOSUCH00", each.path), (each.openapi_extra or {})["x-right"])
    for subject in SUBJECTS
    for each in subject.routes
    if isinstance(each, APIRoute)
    for method in each.methods or ()
]
CLOSED = [each for each in ROUTES if each[2] != "open"]
EFFECTS = [each for each in CLOSED if each[0] != "GET"]
STREAM = "/live"


def test_there_is_something_to_look_at() -> None:
    assert len(CLOSED) > 12
    assert len(EFFECTS) > 5
    assert {method for method, _, _ in ROUTES} == {"GET", "POST"}


def test_nobody_comes_to_a_page_without_a_session(room: ServiceRoom) -> None:
    with room.over_tcp() as client:
        for method, path, _ in CLOSED:
            answer = client.request(method, path, json=None if method == "GET" else {}, headers=OWN)
            assert answer.status_code in (303, 401), (method, path, answer.status_code)
            part = client.request(
                method, path, json=None if method == "GET" else {}, headers=OWN | {"HX-Request": "true"}
            )
            assert (part.status_code, part.headers.get("hx-redirect")) == (401, "/login"), path


def test_each_role_may_exactly_what_its_rights_say_on_every_page(room: ServiceRoom) -> None:
    for role in Role:
        with coming_in(room, role.value, "Wang Fang" if role is Role.VALIDATOR else "Li Wei") as browser:
            for method, path, right in CLOSED:
                if path == STREAM and right in RIGHTS[role]:
                    continue  # has no end
                answer = browser.send(path, {}) if method == "POST" else browser.client.get(path)
                refused = answer.status_code == 403 and "role_refused" in answer.text
                may = right == "logged_in" or Right(right) in RIGHTS[role]
                assert refused is not may, (role, method, path, answer.status_code)
                assert answer.status_code < 500, (path, answer.text)
                if path == "/logout":
                    browser.client.cookies.clear()
                    browser.enter(room, role.value, "Wang Fang" if role is Role.VALIDATOR else "Li Wei")


def test_no_effect_without_the_token_of_this_very_session(room: ServiceRoom, browser: PageClient) -> None:
    with coming_in(room, "technician") as other:
        for method, path, _ in EFFECTS:
            for wrong in ("", "0" * 64, other.token, browser.token[:-1], browser.token.upper()):
                answer = browser.client.request(method, path, json={}, headers=OWN | {"X-Proofwipe-CSRF": wrong})
                assert answer.status_code == 403, (path, wrong)
    assert browser.page("/help")


ELSEWHERE = (
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "none"}, 403),
    ({"Sec-Fetch-Site": ""}, 403),
    ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ({"Content-Type": "text/plain"}, 415),
    ({"Host": "evil.example"}, 421),
)


def test_no_effect_from_somebody_elses_page(browser: PageClient) -> None:
    for headers, status in ELSEWHERE:
        for _, path, _ in EFFECTS:
            assert browser.send(path, {}, **headers).status_code == status, (path, headers)


class _Found(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.forbidden: list[str] = []
        self.outside: list[str] = []
        self.words_in_script = ""
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self._in_script = tag == "script"
        if tag == "script":
            self.scripts.append(told.get("src") or "")
        self.forbidden += [f"{tag} {name}" for name in told if name == "style" or name.startswith("on")]
        self.forbidden += [tag] if tag in ("style", "iframe", "object", "base") else []
        addresses = [told.get(name) or "" for name in ("src", "href", "action")]
        self.outside += [each for each in addresses if "//" in each or each.startswith("javascript")]

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        self.words_in_script += data.strip() if self._in_script else ""


def test_a_page_has_no_script_style_or_address_that_the_policy_would_have_to_allow(browser: PageClient) -> None:
    paths = [
        path for method, path, _ in ROUTES if method == "GET" and path != STREAM and not path.startswith("/assets")
    ]
    for path in (*paths, "/nowhere", "/scan?code=nobody", *(each.path for each in NAVIGATION)):
        answer = browser.client.get(path)
        if "html" not in answer.headers.get("content-type", ""):
            continue
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "access-control-allow-origin" not in answer.headers
        found = _Found(answer.text)
        assert (found.forbidden, found.outside, found.words_in_script) == ([], [], ""), path
        assert all(each.startswith("/assets/") for each in found.scripts)


def test_assets_are_those_of_the_list_alone_and_htmx_is_as_its_makers_gave_it(room: ServiceRoom) -> None:
    import hashlib

    assert hashlib.sha256(asset_files.content("htmx.min.js")).hexdigest() == asset_files.HTMX_SHA256
    with room.over_tcp() as client:
        for name, kind in asset_files.KINDS.items():
            answer = client.get(f"/assets/{name}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        for odd in ("..%2fapp.py", "%2e%2e/app.py", "nothing", "pages.css%00", "..%2f..%2ftemplates%2fbase.html"):
            assert client.get(f"/assets/{odd}").status_code == 404, odd


def test_no_letter_leads_to_two_pages() -> None:
    assert len({each.key for each in NAVIGATION}) == len(NAVIGATION)


def test_a_page_refuses_a_query_that_it_does_not_declare(room: ServiceRoom) -> None:
    with coming_in(room, "technician") as browser, coming_in(room, "validator", "Wang Fang") as validator:
        for method, path, right in CLOSED:
            if method == "GET":
                by = validator if right == "decide" else browser
                with by.client.stream("GET", path, params={"resullt": "open"}) as answer:
                    assert answer.status_code == 422, path
                    answer.read()
                assert "query.resullt" in answer.text, path


def test_what_our_pages_link_to_is_declared() -> None:
    declared = {
        each.path_regex: {query.alias for query in each.dependant.query_params}
        for subject in SUBJECTS
        for each in subject.routes
        if isinstance(each, APIRoute) and "GET" in (each.methods or ())
    }
    links = 0
    for file in (Path(asset_files.__file__).parent / "templates").glob("*.html"):
        text = re.sub(r"\{\{.*?\}\}", "x", re.sub(r"\{%.*?%\}", "", file.read_text("utf-8")))
        linked = [
            (path, re.findall(r"(?:^|&amp;)([^=&\"]+)=", queries))
            for path, queries in re.findall(r'(?:href|src|action|data-hx-get)="(/(?!assets/)[^"?]*)\?([^"]*)"', text)
        ]
        for form in re.findall(r"<form[^>]*method=\"get\".*?</form>", text, re.DOTALL):
            (path,) = re.findall(r'action="([^"]*)"', form)
            linked.append((path, re.findall(r' name="([^"]*)"', form)))
        for path, names in linked:
            (takes,) = [queries for pattern, queries in declared.items() if pattern.match(path)]
            assert names, (file.name, path)
            assert set(names) <= takes, (file.name, path)
            links += 1
    assert links > 12
