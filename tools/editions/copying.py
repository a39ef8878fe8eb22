# SPDX-License-Identifier: GPL-3.0-or-later
"""The law's files as an edition has them: the same bytes, but imports stay inside the edition."""

import ast
import hashlib
import json
from collections import defaultdict
from pathlib import Path

from tools.editions.boundary import ENTRY
from tools.editions.closure import BoundaryError, Imported, Law, imports, law_of

EDITIONS = "certs/editions"
MANIFEST = "manifest.json"
TABLE = f"{EDITIONS}/released.json"


def package_of(edition: str) -> str:
    """The folder of an edition below certs/editions: "2026.11" is e2026_11."""
    return f"e{edition.replace('.', '_').replace('-', '_')}"


def edition_files(law: Law, edition: str) -> dict[str, bytes]:
    """Every file of the edition by its path in its folder, without the manifest. Raises: BoundaryError."""
    prefix = f"{EDITIONS.replace('/', '.')}.{package_of(edition)}"
    files = {file: (law.root / file).read_bytes() for file in law.data}
    for module, file in law.modules.items():
        files[file] = rewritten(law, module, (law.root / file).read_text("utf-8"), prefix).encode()
    files["__init__.py"] = (
        "# SPDX-License-Identifier: GPL-3.0-or-later\n"
        f'"""Edition {edition}, made by `make release-edition NAME={edition}`. Never change anything here."""\n'
    ).encode()
    return dict(sorted(files.items()))


def rewritten(law: Law, module: str, source: str, prefix: str) -> str:
    """The module's source with every import of the law's own modules led to `prefix`. Raises: BoundaryError."""
    statements: dict[int, tuple[ast.Import | ast.ImportFrom, list[Imported]]] = {}
    for found in imports(law.root, source, of=module):
        statements.setdefault(id(found.node), (found.node, []))[1].append(found)
    lines = source.splitlines(keepends=True)
    for node, names in sorted(statements.values(), key=lambda each: each[0].lineno, reverse=True):
        if not any(name.module in law.modules for name in names):
            continue
        if isinstance(node, ast.Import) or node.end_lineno is None:
            raise BoundaryError(f"{module}, line {node.lineno}: write `from ... import ...`")
        first, last = lines[node.lineno - 1], lines[node.end_lineno - 1]
        before = first.encode()[: node.col_offset].decode()
        after = last.encode()[node.end_col_offset :].decode()
        if before.strip():
            raise BoundaryError(f"{module}, line {node.lineno}: an import on a line of its own")
        lines[node.lineno - 1 : node.end_lineno] = [
            before + f"\n{before}".join(_spelled(node, names, law, prefix)) + after
        ]
    return "".join(lines)


def _spelled(node: ast.ImportFrom, names: list[Imported], law: Law, prefix: str) -> list[str]:
    """The statement, or one for each place its names now come from."""
    places: dict[str, list[str]] = defaultdict(list)
    for name in names:
        inside = name.module in law.modules
        place = f"{prefix}.{node.module}" if inside else str(node.module)
        places[place].append(name.alias.name + (f" as {name.alias.asname}" if name.alias.asname else ""))
    return [f"from {place} import {', '.join(sorted(found))}" for place, found in sorted(places.items())]


def manifest_of(edition: str, files: dict[str, bytes], root: Path) -> bytes:
    """What the edition consists of, for everybody who wants to see that nobody changed it."""
    document = {
        "edition": edition,
        "entry": ENTRY,
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())},
        "shared": {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in shared_files(files, root)},
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def shared_files(files: dict[str, bytes], root: Path) -> list[str]:
    """The large files that all editions share and this one names. Their names hold their digest."""
    sources = b"".join(data for path, data in files.items() if path.endswith(".py"))
    found = sorted((root / "certs/shared").iterdir())
    return [f"certs/shared/{file.name}" for file in found if file.name.encode() in sources]


def release(root: Path, edition: str) -> Path:
    """Write the edition below certs/editions and enter it into the table. Raises: BoundaryError, FileExistsError."""
    files = edition_files(law_of(root), edition)
    table_file = root / TABLE
    table: dict[str, str] = json.loads(table_file.read_text("utf-8"))
    folder = root / EDITIONS / package_of(edition)
    if edition in table or folder.exists():
        raise FileExistsError(f"edition {edition} was released; a released edition is never changed")
    manifest = manifest_of(edition, files, root)
    for path, data in {**files, MANIFEST: manifest}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    table[edition] = hashlib.sha256(manifest).hexdigest()
    table_file.write_text(json.dumps(dict(sorted(table.items())), indent=1) + "\n", encoding="utf-8")
    return folder
