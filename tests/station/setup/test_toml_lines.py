# SPDX-License-Identifier: GPL-3.0-or-later
"""The line that an error names is the one on which the key stands, whatever stands around it."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from station.setup.toml_lines import line_of, lines_of_keys

SOURCE = '''\
# [no.table] = 1
first = """
[second]
second = "no"
""""
third = [ # ] "
  "a]", 'b"',
  { x = 1, y = "}" },
]
a . "b.c" = 1979-05-27T07:32:00Z
'quoted "' = 'x\\'

[ "3-1.4" ] # a port
here = {inside = 1}
[[many]]
one = 1
[[many]]
one = 2
last = \'\'\'
one = 3\'\'\''''


def test_every_form_of_a_key_is_found_on_its_line() -> None:
    tomllib.loads(SOURCE)
    assert lines_of_keys(SOURCE) == {
        ("first",): 2,
        ("third",): 6,
        ("a", "b.c"): 10,
        ('quoted "',): 11,
        ("3-1.4",): 13,
        ("3-1.4", "here"): 14,
        ("many", "1"): 15,
        ("many", "1", "one"): 16,
        ("many", "2"): 17,
        ("many", "2", "one"): 18,
        ("many", "2", "last"): 19,
    }


def test_tables_and_lists_inside_of_a_list_belong_to_its_last_table() -> None:
    source = "[[a]]\n[a.b]\nx = 1\n[[a.c]]\ny = 1\n[[a.c]]\ny = 2\n[[a]]\n[[a.c]]\ny = 3\n[a.b]\nx = 2\n"
    tomllib.loads(source)
    lines = lines_of_keys(source)
    assert (lines["a", "1", "b", "x"], lines["a", "2", "b", "x"]) == (3, 12)
    assert [lines["a", *each, "y"] for each in (("1", "c", "1"), ("1", "c", "2"), ("2", "c", "1"))] == [5, 7, 10]


def test_what_has_no_line_of_its_own_is_where_its_table_is() -> None:
    lines = lines_of_keys(SOURCE)
    assert line_of(lines, ("3-1.4", "here", "inside")) == 14
    assert line_of(lines, ("a",)) == 10  # only the key in it is written
    assert line_of(lines, ("elsewhere", "here")) == 0


KEYS = st.one_of(st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True), st.text("ab.#[]\"'= ü", min_size=1, max_size=6))
VALUES = st.sampled_from(
    [
        "1",
        "true",
        '"#"',
        "'\"'",
        '"""\n[x]\n"""',
        "'''\ny = 1\n'''",
        "[\n 1, # ]\n '[',\n]",
        "{a = [1], b = '}'}",
        "-inf",
    ]
)


def spelled(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=5), min_size=1, max_size=5), st.data())
def test_in_any_file_every_key_is_found_on_the_line_on_which_it_was_written(
    tables: dict[str, dict[str, str]], data: st.DataObject
) -> None:
    lines: list[str] = []
    wanted: dict[tuple[str, ...], int] = {}
    for table, keys in tables.items():
        lines += data.draw(st.lists(st.sampled_from(["", "# [x]", "  \t", "#\"'"]), max_size=2))
        lines.append(f" [ {spelled(table)} ] # ]")
        wanted[(table,)] = len("\n".join(lines).split("\n"))
        for key, value in keys.items():
            wanted[table, key] = len("\n".join(lines).split("\n")) + 1
            lines.append(f"{spelled(key)}= {value} #'")
    source = "\n".join(lines)
    tomllib.loads(source)
    assert lines_of_keys(source) == wanted


@given(st.text("[]{}=.\"'#\n \\a1", max_size=40))
def test_any_text_ends_the_scan(source: str) -> None:
    assert all(1 <= line <= source.count("\n") + 1 for line in lines_of_keys(source).values())


def test_a_name_with_an_escape_that_does_not_exist_ends_the_scan() -> None:
    assert lines_of_keys('"\\a" = 1') == {('"\\a"',): 1}
