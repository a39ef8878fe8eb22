# SPDX-License-Identifier: GPL-3.0-or-later
"""The dashboard: pages for people, drawn here, so that a browser needs nothing but what this service sends it.

To add a page: (1) a module here: `PAGES = PageRoutes()`, and functions under `@PAGES.add("GET", "/papers", Right.READ)`
that take `browser: Seen, service: Service` and return `show("papers.html", browser, jobs=…)`; (2) the template in
`templates/`: `{% extends "base.html" %}`, `{% block title %}`, `{% block main %}`, words by `{{ t("page.…") }}`; (3) the
module in `pages.app.SUBJECTS` and a line in `navigation.NAVIGATION`; (4) an effect is a POST under `PAGES.add` with a
strict body (all fields text), sent by `<form data-hx-post="/papers/X" data-hx-target="#part">`: the frame sends it as
JSON with the session's CSRF token (a name that ends in `[]` is a list); answer a part of a page (`part("….html", …)`),
`go("/address")`, or raise our errors, which the frame shows in `#message`; (5) a test in tests/station/service/pages. No style=, no on…=, no inline script.
"""
