# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over the socket: one JSON line each way, then the connection is over.

request  {"v": 1, "id": "…", "lang": "en", "do": "decide", "with": {"job": "…", "accept": true, …}}
reply    {"v": 1, "id": "…", "ok": result, "warned": [error, …]}
     or  {"v": 1, "id": "…", "error": {"class": "…", "facts": {…}, "own": {…}}, "warned": […]}

`do` is the name of one of `OPERATIONS`, `with` its arguments: their types are the whole description, read strictly
(`station.ledger.codec`). No secret is among them: whoever has a key of their own signs where the key is, and the
station's own key is open in the session already.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, NoneType
from typing import Any, get_type_hints

from phones.errors import ProofwipeError
from station.ledger.codec import Codec, codec_of
from station.session import beginning, bench_operations, measuring, operations
from station.session.remote.carried_errors import error_from_json, error_to_json

VERSION = 1
LARGEST_REQUEST = 256 * 1024
LARGEST_REPLY = 32 * 1024 * 1024
"""Bytes; the largest replies are papers."""
OPERATIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            bench_operations.phones,
            bench_operations.inspect,
            beginning.meant,
            beginning.begin,
            beginning.at_work,
            measuring.meant_to_measure,
            measuring.begin_to_measure,
            measuring.how_far,
            measuring.answer_of_measured,
            operations.questions,
            operations.question,
            operations.answer,
            operations.correct,
            operations.what_is_signed,
            operations.decide,
            operations.withdraw,
            operations.abandon,
            operations.skip_check,
            operations.print_paper,
            operations.state,
            operations.state_lot,
            operations.close_lot,
            operations.write_sample,
            operations.record_inspection,
        )
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One operation that is asked for, by its function; `language`: of whoever asked."""

    id: str
    language: str
    operation: Callable[..., Any]
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of it: a result or an error, and what the work went on without."""

    id: str
    result: object = None
    error: ProofwipeError | None = None
    warned: tuple[ProofwipeError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """How an operation's arguments and result are written."""

    parameters: Mapping[str, Codec]
    needed: frozenset[str]
    result: Codec | None


@cache
def _shape(operation: Callable[..., Any]) -> _Shape:
    hints = get_type_hints(operation)
    given = list(inspect.signature(operation).parameters.values())[1:]  # the first is the station itself
    result = hints["return"]
    return _Shape(
        parameters={each.name: codec_of(hints[each.name]) for each in given},
        needed=frozenset(each.name for each in given if each.default is inspect.Parameter.empty),
        result=None if result is NoneType else codec_of(result),
    )


def write_request(request: Request) -> bytes:
    """One line."""
    known = _shape(request.operation).parameters
    arguments = {name: known[name].write(value) for name, value in request.arguments.items() if value is not None}
    return _line(
        {
            "v": VERSION,
            "id": request.id,
            "lang": request.language,
            "do": request.operation.__name__,
            "with": arguments,
        }
    )


def read_request(line: bytes) -> Request:
    """The inverse. Raises: ValueError, in words for a developer."""
    document = _object(line, {"v", "id", "lang", "do", "with"})
    operation = OPERATIONS.get(_text(document["do"]))
    if operation is None:
        raise ValueError("no such operation")
    shape, given = _shape(operation), document["with"]
    if not isinstance(given, dict) or not shape.needed <= set(given) <= set(shape.parameters):
        raise ValueError(f"{operation.__name__}: other arguments")
    return Request(
        id=_text(document["id"]),
        language=_text(document["lang"]),
        operation=operation,
        arguments={name: shape.parameters[name].read(value) for name, value in given.items()},
    )


def write_reply(reply: Reply, operation: Callable[..., Any] | None) -> bytes:
    """One line. `operation`: whose result it is; None for an error."""
    document: dict[str, object] = {"v": VERSION, "id": reply.id}
    if reply.error is not None or operation is None:
        document["error"] = error_to_json(reply.error or ProofwipeError())
    else:
        codec = _shape(operation).result
        document["ok"] = None if codec is None else codec.write(reply.result)
    return _line({**document, "warned": [error_to_json(each) for each in reply.warned]})


def read_reply(line: bytes, operation: Callable[..., Any]) -> Reply:
    """The inverse. Raises: ValueError."""
    document = _object(line, {"v", "id", "ok", "warned"}, {"v", "id", "error", "warned"})
    codec, warned = _shape(operation).result, document["warned"]
    if not isinstance(warned, list):
        raise ValueError("warned: not a list")  # noqa: TRY004 - what does not fit is one kind of error
    return Reply(
        id=_text(document["id"]),
        result=codec.read(document["ok"]) if codec is not None and "ok" in document else None,
        error=error_from_json(document["error"]) if "error" in document else None,
        warned=tuple(error_from_json(each) for each in warned),
    )


def _object(line: bytes, *allowed: set[str]) -> dict[str, Any]:
    try:
        document = json.loads(line, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(document, dict) or document.get("v") != VERSION:
        raise ValueError(f"not version {VERSION}")
    if set(document) not in allowed:
        raise ValueError("other keys")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 - see above
    return value


def _line(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"
