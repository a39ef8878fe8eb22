# SPDX-License-Identifier: GPL-3.0-or-later
"""The dashboard: pages for people, drawn here, so that a browser needs nothing but what this service sends it.

To add a page: (1) a module here: `PAGES = PageRoutes()`, functions under `@PAGES.add("GET", "/papers", Right.READ)`
that take `browser: Seen, service: Service` and return `show("papers.html", browser, jobs=…)`; (2) its template in
`templates/`: `{% extends "base.html" %}`, blocks `title` and `main`, words by `{{ t("page.…") }}`; (3) the module in
`pages.app.SUBJECTS` and a line in `navigation.NAVIGATION`; (4) an effect is a POST under `PAGES.add` with a strict body
whose fields are text, sent by `<form data-hx-post="/papers/X" data-hx-target="#part">`: the frame makes it JSON (a name
that ends in `[]` is a list) with the session's CSRF token; answer `part("….html", browser, …)`, `go("/address")`, or
raise our errors, which the frame shows in `#message`; (5) a test in tests/station/service/pages.
No style=, no on…=, no script in a page: the CSP forbids them.
"""
