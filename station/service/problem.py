# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as RFC 9457 problems: the stable code of docs/problems.md, sentences in the caller's language, a status."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from certs.errors import CertsError
from phones.errors import BenchError, PhoneError, ProofwipeError
from station import errors
from station.documents.document import plain
from station.documents.sentences import Reason
from station.service import errors as refused

MEDIA_TYPE = "application/problem+json"
_STATUS: Mapping[type[ProofwipeError], int] = MappingProxyType(
    {
        refused.BusyError: 503,
        refused.TooOftenError: 429,
        refused.TooManyError: 429,
        refused.TooManyTriesError: 429,
        refused.NoCallerError: 401,
        refused.RoleRefusedError: 403,
        refused.EraseSwitchedOffError: 403,
        errors.NotEntitledError: 403,
        errors.KeyRequiredError: 403,
        errors.PhoneNotFoundError: 404,
        errors.JobNotFoundError: 404,
        errors.CodeUnknownError: 404,
        errors.QuestionNotFoundError: 404,
        errors.LotNotFoundError: 404,
        refused.PlanNotFoundError: 404,
        refused.WebhookNotFoundError: 404,
        refused.PlanExpiredError: 410,
        errors.QuestionClosedError: 410,
        errors.NotConfirmedError: 422,
        errors.ParameterError: 422,
        errors.AnswerRefusedError: 422,
        errors.DecisionRefusedError: 422,
        errors.FieldRefusedError: 422,
        errors.AheadRefusedError: 422,
        refused.KeyReusedError: 422,
        errors.LedgerError: 503,
        errors.DiskNearlyFullError: 503,
        errors.FileNotWrittenError: 503,
        errors.FileUnusableError: 404,
        errors.DrainingError: 503,
        errors.LockedError: 503,
        refused.UnlockRefusedError: 403,
        refused.MaintenanceError: 503,
        BenchError: 503,
        PhoneError: 503,
        CertsError: 503,
    }
)
"""The nearest class of an error counts; what has none is in the way of the request as things are: 409."""
_CONFLICT = 409
_RETRYABLE = (429, 503)
_AROUND_PATHS = re.compile(r"[\s\"'“”]")
_BEFORE_A_PATH = re.compile(r"[^\w:/.]")
_BEHIND_A_NAME = re.compile(r"[,;:]")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """RFC 9457. `type`: where the code is explained; `detail`: one sentence; `next_step`: what a person does now.

    `retryable`: may the same request go through later, unchanged?
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    next_step: str | None
    retryable: bool


def status_of(error: ProofwipeError) -> int:
    """The status of the answer."""
    if isinstance(error, refused.ApiRefusedError):
        return error.status
    if type(error) is ProofwipeError:
        return 500
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), _CONFLICT)


def problem_of(error: ProofwipeError) -> Problem:
    """In the language in use."""
    told, status = _without_folders(Reason.of_error(error), error), status_of(error)
    return Problem(
        type=f"/v1/problems/{error.code}",
        title=error.code.replace("_", " "),
        status=status,
        detail=told.sentence or "",
        code=error.code,
        next_step=told.next_step,
        retryable=status in _RETRYABLE,
    )


def problem_json(error: ProofwipeError) -> dict[str, Any]:
    """The same as plain JSON."""
    found: dict[str, Any] = plain(problem_of(error))
    return found


def answer_of(error: ProofwipeError) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of the answer, after which the connection is closed."""
    body = json.dumps(problem_json(error), ensure_ascii=False).encode()
    headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), "connection": "close"}
    headers |= headers_of(error)
    return status_of(error), [(name.encode(), value.encode()) for name, value in headers.items()], body


def headers_of(error: ProofwipeError) -> dict[str, str]:
    """What a program wants to know of it before it reads anything."""
    if isinstance(error, refused.NoCallerError):
        return {"www-authenticate": "Bearer"}
    if isinstance(error, (refused.BusyError, refused.TooOftenError, refused.TooManyError, refused.TooManyTriesError)):
        return {"retry-after": str(error.retry_after_s)}
    if isinstance(error, refused.ApiRefusedError) and error.allow:
        return {"allow": error.allow}
    return {}


def _without_folders(told: Reason, error: ProofwipeError) -> Reason:
    """A file is named and not where it lies: that is nothing to whoever calls."""
    paths = {found for value in error.facts.values() for found in (*_paths_in(value), *_whole_path(value))}
    sentence, step = told.sentence, told.next_step
    for path in sorted(paths, key=len, reverse=True):
        name = path.rstrip("/").rpartition("/")[2]
        sentence = sentence and sentence.replace(path, name)
        step = step and step.replace(path, name)
    return replace(told, sentence=sentence, next_step=step)


def _paths_in(value: str) -> Iterator[str]:
    """Every absolute path of two names or more that stands in a text."""
    for word in _AROUND_PATHS.split(value):
        begins = next((at for at, each in enumerate(word) if each == "/" and _begins_a_path(word, at)), None)
        if begins is not None:
            folder, slash, name = word[begins:].rpartition("/")
            if folder:
                yield folder + slash + _BEHIND_A_NAME.split(name, maxsplit=1)[0]


def _begins_a_path(word: str, at: int) -> bool:
    return (at == 0 or _BEFORE_A_PATH.match(word[at - 1]) is not None) and word[at + 1 : at + 2] not in ("", "/")


def _whole_path(value: str) -> tuple[str, ...]:
    """A fact that is a path from its first letter to its last, blanks and all."""
    return (value,) if value.startswith("/") and "/" in value[1:] and "\n" not in value else ()
