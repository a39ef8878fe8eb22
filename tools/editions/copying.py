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
TABLE = f"{EDITIONS}/released.py"
SHARED = "certs/shared"
_HEAD = '''# SPDX-License-Identifier: GPL-3.0-or-later
"""The released editions and the SHA-256 of their manifests. Written by `make release-edition`; never by hand."""

'''


def package_of(edition: str) -> str:
    """The folder of an edition below certs/editions: "2026.11" is e2026_11."""
    return "e" + edition.replace(".", "_")


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
        before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
        after = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
        if before.strip():
            raise BoundaryError(f"{module}, line {node.lineno}: an import on a line of its own")
        spelled = f"\n{before}".join(_spelled(node, names, law, prefix))
        lines[node.lineno - 1 : node.end_lineno] = [before + spelled + after]
    return "".join(lines)


def _spelled(node: ast.ImportFrom, names: list[Imported], law: Law, prefix: str) -> list[str]:
    """The statement, or one for each place its names now come from."""
    places: dict[str, list[str]] = defaultdict(list)
    for name in names:
        place = f"{prefix}.{node.module}" if name.module in law.modules else str(node.module)
        places[place].append(name.alias.name + (f" as {name.alias.asname}" if name.alias.asname else ""))
    return [f"from {place} import {', '.join(sorted(found))}" for place, found in sorted(places.items())]


def manifest_of(edition: str, files: dict[str, bytes], root: Path) -> bytes:
    """What the edition consists of, for everybody who wants to see that nobody changed it."""
    document = {
        "edition": edition,
        "entry": ENTRY,
        "files": {path: _digest(data) for path, data in sorted(files.items())},
        "shared": {path: _digest((root / path).read_bytes()) for path in _shared_files(files, root)},
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _shared_files(files: dict[str, bytes], root: Path) -> list[str]:
    """The large files that all editions share and this one names. Their names hold their digest."""
    sources = b"".join(data for path, data in files.items() if path.endswith(".py"))
    kept = sorted(file.name for file in (root / SHARED).iterdir() if "-" in file.name)
    return [f"{SHARED}/{name}" for name in kept if name.encode() in sources]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def released(root: Path) -> dict[str, str]:
    """The table of released editions in `root`: name and digest of the manifest."""
    tree = ast.parse((root / TABLE).read_text("utf-8"))
    return next(ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.AnnAssign) and node.value)


def release(root: Path, edition: str) -> Path:
    """Write the edition below certs/editions and enter it into the table. Raises: BoundaryError, FileExistsError."""
    table, folder = released(root), root / EDITIONS / package_of(edition)
    if edition in table or folder.exists():
        raise FileExistsError(f"edition {edition} was released; a released edition is never changed")
    files = edition_files(law_of(root), edition)
    manifest = manifest_of(edition, files, root)
    for path, data in {**files, MANIFEST: manifest}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    rows = "".join(
        f'    "{name}": "{digest}",\n' for name, digest in sorted({**table, edition: _digest(manifest)}.items())
    )
    (root / TABLE).write_text(f"{_HEAD}RELEASED: dict[str, str] = {{\n{rows}}}\n", encoding="utf-8")
    return folder


def faults(root: Path) -> list[str]:
    """What is no longer as it was released: files changed, missing or added, in every edition of the table. A link is
    no file: what it shows can change, and what stands in a folder behind it is seen by nobody but Python.
    """
    found = []
    for edition, digest in released(root).items():
        folder = root / EDITIONS / package_of(edition)
        manifest = (folder / MANIFEST).read_bytes() if (folder / MANIFEST).is_file() else b""
        if _digest(manifest) != digest:
            found.append(f"{edition}: {MANIFEST} is not the released one")
            continue
        document = json.loads(manifest)
        there = {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if (path.is_file() or path.is_symlink()) and "__pycache__" not in path.parts and path.name != MANIFEST
        }
        expected = {**{path: folder / path for path in document["files"]}, **{p: root / p for p in document["shared"]}}
        digests = {**document["files"], **document["shared"]}
        found += [f"{edition}: {path} was added" for path in sorted(there - set(document["files"]))]
        for path, file in expected.items():
            if file.is_symlink() or not file.is_file():
                found.append(f"{edition}: {path} is missing")
            elif _digest(file.read_bytes()) != digests[path]:
                found.append(f"{edition}: {path} was changed")
    folders = {path.name for path in (root / EDITIONS).glob("e[0-9]*") if path.is_dir()}
    unknown = folders - {package_of(edition) for edition in released(root)}
    return found + [f"{name}: an edition that is in no table" for name in sorted(unknown)]
