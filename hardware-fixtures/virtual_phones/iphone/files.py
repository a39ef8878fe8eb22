# SPDX-License-Identifier: GPL-3.0-or-later
"""A file tree as AFC shows it: directories and files below one root, each knowing its data set."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Node:
    """A file or, with `content` None, a directory. `data_set`: which set of keys it was written under."""

    content: bytearray | None
    data_set: int
    modified_s: float


@dataclass(slots=True)
class FileTree:
    """Paths are absolute and normalised; "/" is always there. OSError subclasses say what is wrong."""

    data_set: int
    nodes: dict[str, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.nodes.setdefault("/", Node(content=None, data_set=self.data_set, modified_s=0.0))

    def find(self, path: str) -> Node:
        """Raises: FileNotFoundError."""
        node = self.nodes.get(normalise(path))
        if node is None:
            raise FileNotFoundError(path)
        return node

    def names(self, path: str) -> list[str]:
        """Names in a directory, sorted. Raises: FileNotFoundError, NotADirectoryError."""
        if self.find(path).content is not None:
            raise NotADirectoryError(path)
        parent = normalise(path)
        start = parent if parent == "/" else parent + "/"
        return sorted(
            name[len(start) :]
            for name in self.nodes
            if name != "/" and name.startswith(start) and "/" not in name[len(start) :]
        )

    def make_directory(self, path: str, now_s: float) -> None:
        """With all missing parents. Raises: FileExistsError when a file is in the way."""
        steps = [step for step in normalise(path).split("/") if step]
        for count in range(1, len(steps) + 1):
            part = "/" + "/".join(steps[:count])
            node = self.nodes.setdefault(part, Node(content=None, data_set=self.data_set, modified_s=now_s))
            if node.content is not None:
                raise FileExistsError(part)

    def create(self, path: str, now_s: float, content: bytes = b"") -> Node:
        """A new or emptied file. Raises: FileNotFoundError without its directory, IsADirectoryError."""
        name = normalise(path)
        if self.find(name.rpartition("/")[0] or "/").content is not None:
            raise FileNotFoundError(path)
        if name in self.nodes and self.nodes[name].content is None:
            raise IsADirectoryError(path)
        node = Node(content=bytearray(content), data_set=self.data_set, modified_s=now_s)
        self.nodes[name] = node
        return node

    def remove(self, path: str) -> None:
        """A file or an empty directory.

        Raises: FileNotFoundError, PermissionError for the root, OSError when it is not empty.
        """
        name = normalise(path)
        if name == "/":
            raise PermissionError(path)
        if self.find(name).content is None and self.names(name):
            raise OSError(f"not empty: {path}")
        del self.nodes[name]

    def rename(self, old: str, new: str) -> None:
        """A file or a directory with everything below. Raises: FileNotFoundError, PermissionError (root)."""
        source, target = normalise(old), normalise(new)
        self.find(source)
        if "/" in (source, target) or target.startswith(source + "/"):
            raise PermissionError(old)
        moved = [name for name in self.nodes if name == source or name.startswith(source + "/")]
        for name in moved:
            self.nodes[target + name[len(source) :]] = self.nodes.pop(name)

    def size(self) -> int:
        """Bytes in all files."""
        return sum(len(node.content) for node in self.nodes.values() if node.content is not None)

    def holds(self, data_set: int) -> bool:
        """True if a file written under that data set is still here."""
        return any(node.data_set == data_set and node.content is not None for node in self.nodes.values())


def normalise(path: str) -> str:
    """Absolute, no empty step, no `.`; `..` never climbs above the root. "" and "." are the root."""
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/" + "/".join(steps)
