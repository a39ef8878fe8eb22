# SPDX-License-Identifier: GPL-3.0-or-later
"""A small but real shell over a toy file tree: it runs lines nobody foresaw, within bounds, and never raises.

Bounded in commands, output, memory and nesting, because what it is given comes from outside and the whole
bench of phones shares one process. Nothing here waits: `sleep` adds to `delay_s` and the transport waits.
"""

from virtual_phones.shell.builtins import BUILTINS
from virtual_phones.shell.expansion import Expansion, as_written, matches
from virtual_phones.shell.filetree import SHELL
from virtual_phones.shell.streams import (
    DEEPEST_CALL,
    KILLED,
    MOST_COMMANDS,
    Call,
    Jump,
    Leave,
    Machine,
    OutOfBounds,
    Result,
    Sink,
    Source,
    decode,
    encode,
)
from virtual_phones.shell.syntax import parse
from virtual_phones.shell.tree import (
    AndOr,
    Compound,
    Node,
    Pipeline,
    Redirect,
    Sequence,
    ShellSyntaxError,
    Simple,
    Word,
)


class Shell(Expansion):
    """One shell process."""

    def __init__(self, machine: Machine, *, uid: int = SHELL, cwd: str = "/") -> None:
        self.machine = machine
        self.uid = uid
        self.cwd = cwd
        self.variables: dict[str, str] = dict(machine.environment)
        self.exported: set[str] = set(machine.environment)
        self.functions: dict[str, Node] = {}
        self.arguments: list[str] = []
        self.status = 0
        self.delay_s = 0.0
        self.commands = 0
        self.written = 0
        self.calls = 0
        self.substitutions = 0
        self.stop_on_error = False
        self.tested = 0
        self._errors = Sink(self)

    # -- the door ------------------------------------------------------------------------

    def run(self, line: str, stdin: bytes = b"", *, merged: bool = False) -> Result:
        """Run a program text whole. Never raises. `merged`: stderr goes into stdout, as without shell v2."""
        out = Sink(self, to_host=True)
        err = out if merged else Sink(self)
        self._errors = err
        code = self._guarded(line, Source(decode(stdin)), out, err)
        return Result(
            pieces=out.data(),
            stderr=b"" if merged else encode(err.text()),
            exit_code=code % 256,
            delay_s=self.delay_s,
        )

    def _guarded(self, line: str, source: Source, out: Sink, err: Sink) -> int:
        try:
            program = parse(line)
        except ShellSyntaxError as error:
            err.pieces.append(f"/system/bin/sh: syntax error: {error}\n")
            return 1
        try:
            return self.execute(program, source, out, err)
        except Leave as leave:
            return leave.code
        except Jump:
            return self.status
        except OutOfBounds:
            err.pieces.append("Killed\n")
            return KILLED
        except OSError as error:
            err.pieces.append(f"/system/bin/sh: {error.strerror}\n")
            return 1

    # -- running -------------------------------------------------------------------------

    def execute(self, node: Node, source: Source, out: Sink, err: Sink) -> int:
        """Run one node; its exit code, which is also `$?`. Raises: Leave, Jump, OutOfBounds, OSError."""
        self.commands += 1
        if self.commands > MOST_COMMANDS:
            raise OutOfBounds
        if type(node) is Simple:  # as most are
            self.status = self._simple(node, source, out, err)
            return self.status
        match node:
            case Sequence():
                for item in node.items:
                    if type(item) is Simple:  # as execute() does, without the way there
                        self.commands += 1
                        if self.commands > MOST_COMMANDS:
                            raise OutOfBounds
                        self.status = self._simple(item, source, out, err)
                    else:
                        self.execute(item, source, out, err)
                    if self.stop_on_error and self.status and not self.tested and isinstance(item, Simple):
                        raise Leave(self.status)
                if not node.items:
                    self.status = 0
            case AndOr():
                self._and_or(node, source, out, err)
            case Pipeline():
                self._pipeline(node, source, out, err)
            case Compound():
                self._compound(node, source, out, err)
        return self.status

    def _and_or(self, node: AndOr, source: Source, out: Sink, err: Sink) -> None:
        self.tested += 1
        try:
            self.execute(node.first, source, out, err)
            for operator, following in node.rest:
                if (self.status == 0) == (operator == "&&"):
                    self.execute(following, source, out, err)
        finally:
            self.tested -= 1

    def _pipeline(self, node: Pipeline, source: Source, out: Sink, err: Sink) -> None:
        for command in node.commands[:-1]:
            pipe = Sink(self)
            self._in_subshell(command, source, pipe, err)
            source = Source(pipe.text())
        if len(node.commands) > 1:
            self._in_subshell(node.commands[-1], source, out, err)
        else:
            self.execute(node.commands[0], source, out, err)
        if node.negated:
            self.status = int(self.status == 0)

    def _in_subshell(self, node: Node, source: Source, out: Sink, err: Sink) -> None:
        """Run with a copy of the state, as a forked child would."""
        kept = (
            self.cwd,
            dict(self.variables),
            set(self.exported),
            dict(self.functions),
            list(self.arguments),
            self.stop_on_error,
        )
        try:
            self.execute(node, source, out, err)
        except Leave as leave:
            self.status = leave.code % 256
        except Jump:
            self.status = 0
        finally:
            (self.cwd, self.variables, self.exported, self.functions, self.arguments, self.stop_on_error) = kept

    def _compound(self, node: Compound, source: Source, out: Sink, err: Sink) -> None:
        if node.kind == "function":
            if node.body is not None:
                self.functions[node.name] = node.body
            self.status = 0
            return
        streams = self.redirected(node.redirects, source, out, err)
        if streams is None:
            self.status = 1
            return
        source, out, err = streams
        if node.kind == "subshell" and node.body is not None:
            self._in_subshell(node.body, source, out, err)
        elif node.kind == "group" and node.body is not None:
            self.execute(node.body, source, out, err)
        elif node.kind == "if":
            self._if(node, source, out, err)
        elif node.kind in ("while", "until"):
            self._while(node, source, out, err)
        elif node.kind == "for":
            self._for(node, source, out, err)
        elif node.kind == "case":
            self._case(node, source, out, err)

    def _condition(self, node: Node, source: Source, out: Sink, err: Sink) -> bool:
        self.tested += 1
        try:
            return self.execute(node, source, out, err) == 0
        finally:
            self.tested -= 1

    def _if(self, node: Compound, source: Source, out: Sink, err: Sink) -> None:
        for condition, body in node.branches:
            if self._condition(condition, source, out, err):
                self.execute(body, source, out, err)
                return
        self.status = 0
        if node.otherwise is not None:
            self.execute(node.otherwise, source, out, err)

    def _while(self, node: Compound, source: Source, out: Sink, err: Sink) -> None:
        status = 0
        while node.condition is not None and node.body is not None:
            if self._condition(node.condition, source, out, err) == (node.kind == "until"):
                break
            if self._iteration(node.body, source, out, err):
                break
            status = self.status
        self.status = status

    def _for(self, node: Compound, source: Source, out: Sink, err: Sink) -> None:
        values = list(self.arguments) if node.words is None else self.fields(node.words)
        self.status = 0
        for value in values:
            self.variables[node.name] = value
            if node.body is not None and self._iteration(node.body, source, out, err):
                break

    def _iteration(self, body: Node, source: Source, out: Sink, err: Sink) -> bool:
        """One turn of a loop; True when the loop ends here."""
        self.commands += 1
        if self.commands > MOST_COMMANDS:
            raise OutOfBounds
        try:
            self.execute(body, source, out, err)
        except Jump as jump:
            if jump.kind == "return":
                raise
            if jump.count > 1:
                raise Jump(jump.kind, jump.count - 1) from None
            self.status = 0
            return jump.kind == "break"
        return False

    def _case(self, node: Compound, source: Source, out: Sink, err: Sink) -> None:
        subject = self.one(node.words[0]) if node.words else ""
        self.status = 0
        for patterns, body in node.patterns:
            if any(matches(subject, self.pattern(pattern)) for pattern in patterns):
                self.execute(body, source, out, err)
                return

    # -- simple commands -----------------------------------------------------------------

    def _simple(self, node: Simple, source: Source, out: Sink, err: Sink) -> int:
        if node.is_call is None:
            node.is_call = bool(node.words) and not node.assignments and not node.redirects
            node.as_written = as_written(node.words)
        before = self.status
        words = node.as_written or self.fields(node.words)
        if words and node.is_call:
            return self.call(words, source, out, err)
        streams = self.redirected(node.redirects, source, out, err)
        if streams is None:
            return 1
        source, out, err = streams
        if words:
            return self._with_assignments(node.assignments, words, source, out, err)
        changed = self.substitutions
        for name, value in node.assignments:
            self.variables[name] = self.one(value)
        return self.status if self.substitutions != changed or (node.words and self.status != before) else 0

    def _with_assignments(
        self, assignments: list[tuple[str, Word]], words: list[str], source: Source, out: Sink, err: Sink
    ) -> int:
        """Run a command; assignments before it hold for it alone."""
        if not assignments:
            return self.call(words, source, out, err)
        kept = {name: self.variables.get(name) for name, _ in assignments}
        for name, value in assignments:
            self.variables[name] = self.one(value)
        try:
            return self.call(words, source, out, err)
        finally:
            for name, old in kept.items():
                if old is None:
                    self.variables.pop(name, None)
                else:
                    self.variables[name] = old

    def call(self, words: list[str], source: Source, out: Sink, err: Sink) -> int:
        """Run a command by its words: function, builtin or tool. Raises: Leave, Jump, OutOfBounds."""
        name = words[0]
        call = Call(self, name, words[1:], source, out, err)
        if name in self.functions:
            return self._function(call)
        tool = BUILTINS.get(name) or self.machine.tools.get(self._program(name) if "/" in name else name)
        if tool is None:
            return self._not_runnable(call)
        try:
            return tool(call) % 256
        except OSError as error:
            return call.complain(str(error.strerror))
        except RecursionError:
            raise OutOfBounds from None

    def _program(self, name: str) -> str:
        """The tool that a path names; "" for a path that leads to none."""
        folder, _, base = name.rpartition("/")
        return base if folder in ("/system/bin", "/bin", "/vendor/bin") else ""

    def _not_runnable(self, call: Call) -> int:
        name = call.name
        if "/" not in name:
            call.err.write(f"/system/bin/sh: {name}: inaccessible or not found\n")
            return 127
        try:
            node = self.machine.files.find(call.path(name), self.uid)
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            reason = "inaccessible or not found" if missing else str(error.strerror)
            call.err.write(f"/system/bin/sh: {name}: {reason}\n")
            return 127 if missing else 126
        sentence = "is a directory" if node.is_folder else "can't execute: Permission denied"
        call.err.write(f"/system/bin/sh: {name}: {sentence}\n")
        return 126

    def _function(self, call: Call) -> int:
        self.calls += 1
        if self.calls > DEEPEST_CALL:
            raise OutOfBounds
        arguments, self.arguments = self.arguments, call.words
        try:
            return self.execute(self.functions[call.name], call.source, call.out, call.err)
        except Jump as jump:
            if jump.kind != "return":
                raise
            self.status = jump.count
            return jump.count
        finally:
            self.arguments = arguments
            self.calls -= 1

    # -- redirections --------------------------------------------------------------------

    def redirected(
        self, redirects: list[Redirect], source: Source, out: Sink, err: Sink
    ) -> tuple[Source, Sink, Sink] | None:
        """The streams after the redirections; None (said on stderr) when one failed."""
        if not redirects:
            return source, out, err
        sinks = {1: out, 2: err}
        for redirect in redirects:
            target = self.one(redirect.target)
            try:
                match redirect.operator:
                    case "<" | "<>":
                        path = self.machine.files.absolute(target, self.cwd)
                        source = Source(decode(self.machine.files.read(path, self.uid)))
                    case "<<" | "<<-":
                        source = Source(target)
                    case "<<<":
                        source = Source(target + "\n")
                    case ">&" | "<&":
                        self._duplicate(sinks, redirect.fd, target)
                    case _:
                        self._open(sinks, redirect, target)
            except OSError as error:
                err.write(f"/system/bin/sh: can't open {target}: {error.strerror}\n")
                return None
        return source, sinks.get(1, Sink(self)), sinks.get(2, Sink(self))

    def _duplicate(self, sinks: dict[int, Sink], fd: int, target: str) -> None:
        if target == "-":
            sinks[fd] = Sink(self, closed=True)
        elif target.isdigit() and int(target[:4]) in sinks:
            sinks[fd] = sinks[int(target[:4])]
        elif not target.isdigit():
            raise OSError(9, "Bad file descriptor")

    def _open(self, sinks: dict[int, Sink], redirect: Redirect, target: str) -> None:
        files = self.machine.files
        path = files.absolute(target, self.cwd)
        append = redirect.operator in (">>", "&>>")
        sink = Sink(self, file=files.open(path, self.uid, append=append, mtime=self.machine.epoch()))
        sinks[redirect.fd] = sink
        if redirect.operator in ("&>", "&>>"):
            sinks[2] = sink

    def again(self, text: str, call: Call) -> int:
        """Run more text in this shell, as `eval` and `.` do."""
        return self._nested(text, call, child=False)

    def child(self, text: str, arguments: list[str], call: Call) -> int:
        """Run a text in a child, as `sh -c` does."""
        kept = self.arguments
        self.arguments = arguments
        try:
            return self._nested(text, call, child=True)
        finally:
            self.arguments = kept

    def _nested(self, text: str, call: Call, *, child: bool) -> int:
        self.calls += 1
        if self.calls > DEEPEST_CALL:
            raise OutOfBounds
        try:
            program = parse(text)
            if child:
                self._in_subshell(program, call.source, call.out, call.err)
            else:
                self.execute(program, call.source, call.out, call.err)
            return self.status
        except ShellSyntaxError as error:
            call.err.write(f"/system/bin/sh: syntax error: {error}\n")
            return 1
        finally:
            self.calls -= 1

    def errors(self) -> Sink:
        """See Expansion."""
        return self._errors

    def memory(self) -> Sink:
        """See Expansion."""
        return Sink(self)
