# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a published log is fetched from: a folder, or a web server. Bounded in size and time."""

import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from certs.log.errors import LogReadError, SourceError
from phones.given_files import read_given

TIMEOUT_S = 10.0
_LONGEST_S = 60.0  # for one whole answer
_PIECE = 64 * 1024
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a web server answered."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A log exported into a folder."""

    path: Path

    def fetch(self, path: str, *, most: int) -> bytes | None:
        """As `tiles.Source`."""
        try:
            data = read_given(self.path / path, most + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise SourceError(subject=path, got=error.strerror or "") from error
        return _bounded(data, most, path)


@dataclass(frozen=True, slots=True)
class WebSource:
    """A log published at an http or https URL, its prefix."""

    url: str

    def fetch(self, path: str, *, most: int) -> bytes | None:
        """As `tiles.Source`."""
        answer = ask(f"{self.url.rstrip('/')}/{path}", most=most)
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise SourceError(subject=self.url, got=f"{answer.status}: {path}")
        return answer.body


def ask(url: str, *, most: int, body: bytes | None = None) -> Answer:
    """GET, or POST when there is a `body`; no redirections are followed.

    Raises: SourceError when there is no answer in time, LogReadError for one of more than `most` bytes.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise SourceError(subject=url, got="URL") from error
    if parts.scheme not in ("http", "https") or not host:
        raise SourceError(subject=url, got="URL")
    proxies = urllib.request.ProxyHandler({} if host in _LOCAL else None)
    opener = urllib.request.build_opener(proxies, _NoRedirection)
    request = urllib.request.Request(url, data=body, headers={"Accept-Encoding": "identity"})  # noqa: S310 - checked
    if body is not None:
        request.add_header("Content-Type", "text/plain; charset=utf-8")
    try:
        with opener.open(request, timeout=TIMEOUT_S) as response:
            return Answer(status=response.status, body=_read(response, most, url))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(status=error.code, body=_read(error, most, url))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SourceError(subject=url, got=str(getattr(error, "reason", error))[:120]) from error


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """A redirection is an answer like any other, not a way to another host."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


def _read(response: "http.client.HTTPResponse | urllib.error.HTTPError", most: int, url: str) -> bytes:
    ends, data = time.monotonic() + _LONGEST_S, b""
    while piece := response.read1(_PIECE) if hasattr(response, "read1") else response.read(_PIECE):
        data += piece
        _bounded(data, most, url)
        if time.monotonic() > ends:
            raise SourceError(subject=url, got="timeout")
    return data


def _bounded(data: bytes, most: int, where: str) -> bytes:
    if len(data) > most:
        raise LogReadError(fault="tile_malformed", got=f"{where}: size")
    return data
