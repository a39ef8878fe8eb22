# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell of the virtual phones runs ordinary lines, and no line at all can make it raise or run for ever."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from virtual_phones.shell.filetree import ROOT, SHELL, FileTree
from virtual_phones.shell.shell import Shell
from virtual_phones.shell.streams import Result
from virtual_phones.shell.tools_files import FILE_TOOLS
from virtual_phones.shell.tools_text import TEXT_TOOLS


class Bench:
    """A machine with nothing on it but a place to write and a place not to."""

    def __init__(self) -> None:
        self.environment = {"HOME": "/", "PATH": "/system/bin"}
        self.tools = TEXT_TOOLS | FILE_TOOLS
        self.files = FileTree(capacity=4 * 1024 * 1024)
        self.files.make_folders("/data/local")
        self.files.make_folders("/data/local/tmp", mode=0o771, uid=SHELL, gid=SHELL)
        self.files.make_folders("/system/bin")
        self.files.put("/dev/null", lambda: b"", mode=0o666)
        self.files.put("/data/secret", b"key", mode=0o600)
        self.files.put("/system/fruit", b"pear 3\napple 10\nfig 3\napple 10\n")
        self.files.read_only, self.files.writable = ["/"], ["/data", "/dev"]

    def epoch(self) -> int:
        return 1_764_000_000


def run(line: str, stdin: bytes = b"") -> Result:
    return Shell(Bench()).run(line, stdin)


LINES = [
    ("echo hi", "hi\n", 0),
    ("echo a b   c", "a b c\n", 0),
    ("echo 'a  b' \"c  d\"", "a  b c  d\n", 0),
    (r"echo a\ \ b\"c", 'a  b"c\n', 0),
    ("echo one; echo two", "one\ntwo\n", 0),
    ("echo one\necho two # not this", "one\ntwo\n", 0),
    ("true && echo yes || echo no", "yes\n", 0),
    ("false && echo yes || echo no", "no\n", 0),
    ("false; echo $?", "1\n", 0),
    ("nosuch; echo $?", "127\n", 0),
    ("/system; echo $?", "126\n", 0),
    ("! true", "", 1),
    ("exit 7; echo never", "", 7),
    ("(exit 3); echo $?", "3\n", 0),
    ("{ echo a; echo b; } | wc -l", "2\n", 0),
    ("x=5; echo $x ${x}y '$x' \"$x\"", "5 5y $x 5\n", 0),
    ("x='a  b'; echo $x; echo \"$x\"", "a b\na  b\n", 0),
    ("x=1 y=2; echo $x$y", "12\n", 0),
    ("x=1; (x=2; echo $x); echo $x", "2\n1\n", 0),
    ("echo a | x=1; echo [$x]", "[]\n", 0),
    ("x=$(false); echo $?", "1\n", 0),
    ("echo $(echo $(echo deep))", "deep\n", 0),
    ("echo `echo old`", "old\n", 0),
    ("echo \"$(printf 'a\\n\\n')\"b", "ab\n", 0),
    ("echo $((2 + 3 * 4)) $((7 / -2)) $(( (1+1) << 3 ))", "14 -3 16\n", 0),
    ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done", "1\n2\n3\n", 0),
    ("until false; do echo once; break; done", "once\n", 0),
    ("for i in a 'b c' d; do [ $i = d ] && continue; echo \"<$i>\"; done", "<a>\n<b c>\n", 0),
    ("for i in $(seq 3); do echo -n $i,; done", "1,2,3,", 0),
    ("if false; then echo a; elif true; then echo b; else echo c; fi", "b\n", 0),
    ("case abc in x*) echo no;; a?c|z) echo yes;; esac", "yes\n", 0),
    ("f() { echo in $1 $#; return 4; }; f x y; echo $?", "in x 2\n4\n", 0),
    ('set -- a \'b c\'; for i in "$@"; do echo "[$i]"; done', "[a]\n[b c]\n", 0),
    ("set -e; false; echo never", "", 1),
    ("set -e; false || true; echo here", "here\n", 0),
    ("echo ${x:-none} ${x:=set} $x ${x:+alt} ${#x}", "none set set alt 3\n", 0),
    ("p=/a/b.txt; echo ${p##*/} ${p%/*} ${p#/a} ${p%%.*}", "b.txt /a /b.txt /a/b\n", 0),
    ("eval 'echo a'; sh -c 'echo $0 $1' x y", "a\n/system/bin/sh y\n", 0),
    ("echo 'a b' | { read x y; echo $y $x; }", "b a\n", 0),
    ("printf '%s-%03d|' a 5 b 6", "a-005|b-006|", 0),
    ("echo -e 'a\\tb\\x41'", "a\tbA\n", 0),
    ("cat <<E\nhello $((1+1))\nE\necho z", "hello 2\nz\n", 0),
    ("cat <<'E'\n$x\nE", "$x\n", 0),
    ("[ 3 -gt 2 -a a != b ] && [ ! -e /nope ] && [ -d /data ] && echo ok", "ok\n", 0),
    ("[[ abc == a* ]] && echo ok", "ok\n", 0),
    ("[ a = ", "", 2),
    ("cd /data/local/tmp && pwd; cd /nope; pwd", "/data/local/tmp\n/data/local/tmp\n", 0),
    (
        "cd /data/local/tmp; echo 1 > f; echo 2 >> f; cat f; rm f; cat f 2>&1",
        "1\n2\ncat: f: No such file or directory\n",
        1,
    ),
    ("echo gone > /dev/null; nosuch 2>/dev/null; echo $?", "127\n", 0),
    ("nosuch 2>&1 | grep -c 'not found'", "1\n", 0),
    ("cat /data/secret", "", 1),
    ("echo x > /system/f; echo $?", "1\n", 0),
    ("cd /data/local/tmp; touch a1 a2 b1; echo a*; echo 'a*'; echo z*", "a1 a2\na*\nz*\n", 0),
    ("cd /data/local/tmp; mkdir -p d/e; touch d/e/f; find d -type f; ls d; rm -r d; ls", "d/e/f\ne\n", 0),
    ("cd /data/local/tmp; echo x>a; cp a b; mv b c; cat c; ls", "x\na\nc\n", 0),
    ("cd /data/local/tmp; echo abc>a; stat -c '%s %n' a; wc -c < a", "4 a\n4\n", 0),
    ("grep -c apple /system/fruit; grep -v apple /system/fruit | head -1", "2\npear 3\n", 0),
    ("grep -q nope /system/fruit; echo $?", "1\n", 0),
    ("grep -oE '[0-9]+' /system/fruit | sort -n | uniq -c | sed 's/^ *//'", "2 3\n2 10\n", 0),
    ("cut -d' ' -f2 /system/fruit | tail -n 2", "3\n10\n", 0),
    (
        "sed -n '2p' /system/fruit; sed 's/a\\(p*\\)/<\\1>/' /system/fruit | head -2",
        "apple 10\npe<>r 3\n<pp>le 10\n",
        0,
    ),
    ("sort -u /system/fruit | wc -l", "3\n", 0),
    ("echo Hello | tr a-z A-Z | tr -d L", "HEO\n", 0),
    ("echo hi | base64; echo aGkK | base64 -d", "aGkK\nhi\n", 0),
    ("printf abc | sha256sum | cut -c1-8; printf abc | md5sum", "ba7816bf\n900150983cd24fb0d6963f7d28e17f72  -\n", 0),
    ("printf 'AB' | xxd; printf AB | xxd -p", "00000000: 4142                                     AB\n4142\n", 0),
    ("echo a b c | xargs -n 1 echo x", "x a\nx b\nx c\n", 0),
    ("echo t | tee /data/local/tmp/t; cat /data/local/tmp/t", "t\nt\n", 0),
    ("expr 3 + 4; basename /a/b.c .c; dirname /a/b.c", "7\nb\n/a\n", 0),
    ("awk '{print $2}' /system/fruit | head -1", "3\n", 0),
    ("id -u; whoami", "2000\nshell\n", 0),
    ("which cat; command -v nosuch || echo none", "/system/bin/cat\nnone\n", 0),
    ("date +%s", "1764000000\n", 0),
    ("X=1 env | grep X=; echo ${X-unset}", "unset\n", 0),
    ("export X=1; env | grep ^X", "X=1\n", 0),
]


@pytest.mark.parametrize(("line", "out", "code"), LINES, ids=[line[:40] for line, _, _ in LINES])
def test_an_ordinary_line_gives_what_a_shell_gives(line: str, out: str, code: int) -> None:
    result = run(line)
    assert (result.stdout.decode(), result.exit_code) == (out, code), result.stderr


def test_an_unknown_command_says_so_as_android_does() -> None:
    assert run("nosuch a").stderr == b"/system/bin/sh: nosuch: inaccessible or not found\n"


@pytest.mark.parametrize(
    "line", ["echo 'a", 'echo "a', "if true; then", "echo $(", "a | | b", ")", "fi", "((", "${", "for in"]
)
def test_a_line_that_is_no_program_is_a_syntax_error(line: str) -> None:
    result = run(line)
    assert result.exit_code == 1
    assert b"syntax error" in result.stderr


def test_without_shell_v2_both_streams_come_in_the_order_they_were_written() -> None:
    result = Shell(Bench()).run("echo a; nosuch; echo b", merged=True)
    assert result.stdout == b"a\n/system/bin/sh: nosuch: inaccessible or not found\nb\n"


def test_bytes_that_are_no_text_survive() -> None:
    data = bytes(range(1, 256))
    assert run("cat", data).stdout == data
    assert run("printf '\\xff\\xfe' | xxd -p").stdout == b"fffe\n"


def test_sleeping_takes_no_real_time_but_delays_the_answer() -> None:
    result = run("sleep 5; sleep 0.5; timeout 3 sleep 60; echo $?")
    assert (result.stdout, result.delay_s) == (b"124\n", 8.5)


@pytest.mark.parametrize(
    "line",
    [
        "while :; do :; done",
        "f() { f; }; f",
        "yes | yes | cat; while true; do yes; done",
        "x=a; while :; do x=$x$x; echo $x; done",
        "eval " * 300 + "echo",
        "(" * 500 + ")" * 500,
        "$(" * 500,
        "x='eval $x'; eval $x",
    ],
)
def test_a_line_that_never_ends_is_killed(line: str) -> None:
    result = run(line)  # one that is not killed is ended by the time limit of a test
    assert len(result.stdout) <= 9 * 1024 * 1024


def test_the_shell_user_may_write_his_places_and_no_others() -> None:
    bench = Bench()
    result = Shell(bench).run(
        "echo a > /data/local/tmp/a; echo b > /data/b; echo c > /c; mkdir /system/d; rm /data/secret"
    )
    assert bench.files.exists("/data/local/tmp/a")
    assert not any(bench.files.exists(path) for path in ("/data/b", "/c", "/system/d"))
    assert bench.files.exists("/data/secret")
    assert result.stderr.count(b"Permission denied") + result.stderr.count(b"Read-only file system") == 4


def test_a_full_disk_is_said_and_nothing_breaks() -> None:
    result = run("dd if=/dev/zero of=/data/local/tmp/big bs=1M count=10; echo $?; ls /data/local/tmp")
    assert b"No space left on device" in result.stderr
    assert result.stdout.splitlines()[0] == b"1"


def test_links_are_followed_and_loops_are_refused() -> None:
    bench = Bench()
    bench.files.link("/sdcard", "/data/local/tmp", ROOT)
    bench.files.link("/loop", "/loop", ROOT)
    result = Shell(bench).run("echo a > /sdcard/f; cat /data/local/tmp/f; cat /loop")
    assert result.stdout == b"a\n"
    assert b"oo many" in result.stderr


WORDS = st.sampled_from(
    [
        "echo",
        "cat",
        "ls",
        "grep",
        "sed",
        "head",
        "tail",
        "cut",
        "tr",
        "sort",
        "find",
        "test",
        "[",
        "]",
        "[[",
        "printf",
        "xargs",
        "seq",
        "expr",
        "cd",
        "rm",
        "mv",
        "cp",
        "stat",
        "dd",
        "base64",
        "read",
        "eval",
        "sh",
        "-c",
        "set",
        "if",
        "then",
        "fi",
        "else",
        "for",
        "in",
        "do",
        "done",
        "while",
        "case",
        "esac",
        "{",
        "}",
        "(",
        ")",
        ";",
        ";;",
        "&&",
        "||",
        "|",
        "&",
        ">",
        ">>",
        "<",
        "<<",
        "2>&1",
        ">&-",
        "<<<",
        "\n",
        "'",
        '"',
        "`",
        "$(",
        "${",
        "$((",
        "))",
        "$x",
        "$?",
        "$@",
        "x=1",
        "*",
        "?",
        "[a",
        "\\",
        "#",
        "!",
        "-n",
        "-e",
        "-r",
        "/data/local/tmp",
        "/",
        "..",
        "a",
        "1",
        "s/a/b/",
        "%s",
        "%d",
        "-1",
        "99999999999999999999",
        "\x00",
        "\udcff",
        "é",
        "\u202e",
        "awk",
        "{print $1}",
        "-k",
        "-d",
        "-f",
        "1,$p",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=25).map(" ".join), st.binary(max_size=50))
@example("< ", b"")
@example("a=$((1/0)); echo $?", b"")
def test_no_line_of_shell_words_makes_the_shell_raise(line: str, stdin: bytes) -> None:
    result = run(line, stdin)
    assert 0 <= result.exit_code <= 255


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.binary(max_size=20))
def test_no_text_at_all_makes_the_shell_raise(line: str, stdin: bytes) -> None:
    result = run(line, stdin)
    assert 0 <= result.exit_code <= 255
    assert len(result.stdout) < 9 * 1024 * 1024
