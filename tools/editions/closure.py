# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are the law: everything the entry module needs, up to the layers that stay current.

Imports are read from the source, never by importing, so that another tree can be looked at as well. What stands under
`if TYPE_CHECKING` is needed by nobody who runs the program, and is not followed.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.editions.boundary import CURRENT, DATA, ENTRY, ROOMS


class BoundaryError(Exception):
    """The law needs something that may be neither copied nor shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The files of the law below `root`, as relative paths: Python modules by their name, and data files."""

    root: Path
    modules: dict[str, str]
    data: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """All of them, sorted."""
        return tuple(sorted((*self.modules.values(), *self.data)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One name of an import statement. `module`: the module that is loaded for it."""

    node: ast.Import | ast.ImportFrom
    alias: ast.alias
    module: str


def law_of(root: Path) -> Law:
    """The law of the program in `root`. Raises: BoundaryError."""
    modules: dict[str, str] = {}
    waiting = [ENTRY]
    while waiting:
        name = waiting.pop()
        if name in modules or is_current(name):
            continue
        file = file_of(root, name)
        if file is None:
            raise BoundaryError(f"{name}: no such module")
        modules[name] = file
        parent = name.rpartition(".")[0]
        waiting += [parent] if parent else []
        for found in imports(root, (root / file).read_text("utf-8"), of=name):
            if found.module.partition(".")[0] in ROOMS:
                waiting.append(found.module)
    data = [path.relative_to(root).as_posix() for pattern in DATA for path in root.glob(pattern)]
    return Law(root=root, modules=dict(sorted(modules.items())), data=tuple(sorted(data)))


def is_current(module: str) -> bool:
    """Does this module stay one and current for every edition?"""
    return any(module == name or module.startswith(f"{name}.") for name in CURRENT)


def file_of(root: Path, module: str) -> str | None:
    """The file of a module, relative to `root`, or None."""
    path = "/".join(module.split("."))
    for file in (f"{path}.py", f"{path}/__init__.py"):
        if (root / file).is_file():
            return file
    return None


def imports(root: Path, source: str, *, of: str) -> Iterator[Imported]:
    """Every import that runs, wherever in the file it stands. Raises: BoundaryError for a relative one."""
    for node in _running(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Imported(node=node, alias=alias, module=alias.name)
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise BoundaryError(f"{of}, line {node.lineno}: a relative import")
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield Imported(node=node, alias=alias, module=inner if file_of(root, inner) else node.module)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        for statement in node.orelse:
            yield from _running(statement)
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _running(child)
