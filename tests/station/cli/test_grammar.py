# SPDX-License-Identifier: GPL-3.0-or-later
"""One grammar for all questions: what is shown is understood, and nothing else is an answer."""

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from station.cli.grammar import (
    LONGEST,
    Answer,
    Back,
    NoAnswer,
    NotLooked,
    Reply,
    forms,
    key_of,
    looked,
    read,
    read_yes_no,
    shown,
    word,
)
from station.questions import ALL_QUESTIONS, SEEN_NOW
from station.text.language import use

ROOT = Path(__file__).parents[3]
WORDS = {
    "yes": {"y", "yes", "是", "对"},
    "no": {"n", "no", "否", "不", "不是"},
    "ok": {"o", "ok", "正常", "好"},
    "defect": {"d", "defect", "有缺陷", "缺陷"},
    "original": {"o", "original", "原装", "原装的"},
    "replaced": {"r", "replaced", "更换过", "已更换", "换过"},
    "A": {"a", "no mark", "无痕", "a 无痕"},
    "B": {"b", "light marks", "轻微痕迹", "b 轻微痕迹"},
    "C": {"c", "deep marks", "深痕", "c 深痕"},
    "D": {"d", "cracked", "开裂", "d 开裂"},
    "E": {"e", "display damaged", "屏损", "e 屏损"},
    "wiped": {"w", "wiped", "done", "已清除", "清除完成"},
    "refused": {"r", "refused", "error", "被拒绝", "报错"},
    "asked": {"y", "yes", "asked", "it asks", "yes, it asks", "是", "会要求", "要求", "是,会要求"},
    "not_asked": {
        *("n", "no", "not asked", "not_asked", "no, it does not ask"),
        *("否", "不要求", "否,不要求"),
    },
    "unseen": {"n", "not seen at 20 cm", "看不见", "无", "20 厘米处看不见", "unseen"},
    "at_20cm": {"a", "at 20 cm, not at 30", "20厘米", "20 厘米可见,30 厘米不可见", "at_20cm"},
    "at_30cm": {"b", "at 30 cm, not at 50", "30厘米", "30 厘米可见,50 厘米不可见", "at_30cm"},
    "at_50cm": {"c", "at 50 cm", "50厘米", "50 厘米可见", "at_50cm"},
    "smooth": {"s", "does not catch", "不卡", "不卡指甲", "smooth"},
    "catches": {"c", "catches", "卡", "卡指甲"},
    "no_dent": {"n", "none", "无", "没有凹陷", "no_dent"},
    "to_1mm": {"a", "up to 1 mm", "1毫米", "1 毫米以内", "to_1mm"},
    "to_5mm": {"b", "up to 5 mm", "5毫米", "5 毫米以内", "to_5mm"},
    "over_5mm": {"c", "over 5 mm", "大于5毫米", "超过 5 毫米", "over_5mm"},
    "whole": {"w", "no crack", "无裂", "无裂纹", "whole"},
    "crack": {"c", "crack", "裂", "有裂纹"},
    "no_pixel": {"n", "none", "无", "没有坏点", "no_pixel"},
    "few_pixels": {"f", "1 or 2", "一两个", "1 至 2 个", "few_pixels"},
    "many_pixels": {"m", "3 or more", "三个以上", "3 个及以上", "many_pixels"},
    "clean": {"c", "none", "无", "画面干净", "clean"},
    "lines": {"l", "lines or spots", "有", "有线条或斑块", "lines"},
    "closed": {"c", "no gap, lies flat", "无缝", "无缝隙且平放稳定", "closed"},
    "lifted": {"l", "goes in, or rocks", "翘起", "可插入或摇晃", "lifted"},
    "straight": {"s", "none", "平直", "不透光", "straight"},
    "over_1mm": {"o", "over 1 mm", "大于1毫米", "超过 1 毫米", "over_1mm"},
    "white": {"w", "white", "白", "白色"},
    "coloured": {"c", "red or pink", "红", "红色或粉色", "coloured"},
    "unknown": {"u", "cannot be seen", "看不清", "无法看见", "unknown"},
    "none_there": {"n", "this model has none", "没有此部件", "本型号没有", "none_there"},
    "complete": {"c", "complete", "齐全", "完好齐全"},
    "damaged": {"d", "damaged or stands out", "损坏", "损坏或不齐平", "damaged"},
    "missing": {"m", "missing or stripped", "缺", "缺失或滑丝", "missing"},
    "genuine": {"g", "genuine", "genuine apple part", "正品", "apple 正品部件"},
    "used": {"u", "used", "已使用", "已使用的部件"},
    "unknown_part": {"k", "unknown part", "unknown_part", "未知", "未知部件"},
    "finish_repair": {"f", "finish repair", "finish_repair", "完成", "完成维修"},
    "no_page": {"n", "no such page, or no such line", "没有", "没有此页面或此项", "no_page"},
    "taken": {"t", "taken", "handed in", "提交了", "已提交"},
    "no_photos": {"n", "no_photos", "no photos", "不拍", "不拍照"},
}
"""By hand, not read from words.toml: what a person may type for a choice beside its number."""
NOBODY_LOOKED = {"0", "?", "not looked at", "not looked", "not_looked", "未查看", "没有看", "没看", "未看"}
QUESTIONS = sorted(ALL_QUESTIONS)
TYPED = st.one_of(
    st.text(max_size=8),
    st.text(alphabet="yYnNoOdDrRaAbBcCeE0123456789?<＜？ｙ０ ", max_size=4),
    st.sampled_from(sorted(set().union(*WORDS.values()) | NOBODY_LOOKED)),
)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    yield
    use("en")


def expected(typed: str, choices: tuple[str, ...]) -> Reply:
    """The grammar once more, as docs/answers.md tells it."""
    plain = "".join(unicodedata.normalize("NFKC", c) if "\uff01" <= c <= "\uff5e" else c for c in typed)
    plain = " ".join("".join(c.lower() if c.isascii() else c for c in plain).split())
    if plain in {"<", "《", "〈"}:
        return Back()
    if plain in NOBODY_LOOKED:
        return Answer("not_looked") if "not_looked" in choices else NotLooked()
    for number, choice in enumerate(looked(choices), start=1):
        if plain in WORDS[choice] | {str(number)}:
            return Answer(choice)
    return NoAnswer(typed)


@given(st.sampled_from(QUESTIONS), TYPED)
@example("touch", "OK")
@example("touch", "ＯＫ。")
@example("setup_screen_seen", "ok")
@example("cosmetic_front", "b")
@example("cosmetic_front", "²")
@example("touch", "o\u212a")  # the sign of Kelvin is no k
def test_what_is_no_key_of_a_question_is_no_answer_to_it(key: str, typed: str) -> None:
    assert read(typed, ALL_QUESTIONS[key]) == expected(typed, ALL_QUESTIONS[key])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("key", QUESTIONS)
def test_every_key_and_word_that_is_shown_gives_its_own_choice(key: str, language: str) -> None:
    use(language)
    choices = ALL_QUESTIONS[key]
    line = shown(choices, back=True)
    for number, choice in enumerate(looked(choices), start=1):
        assert f"{key_of(choice)} {word(choice)}" in line
        for typed in (
            key_of(choice),
            key_of(choice).upper(),
            word(choice),
            str(number),
            choice,
            f"  {choice.upper()} ",
        ):
            assert read(typed, choices) == Answer(choice)
    assert len({key_of(choice) for choice in choices}) == len(choices)
    assert line.split(" · ")[-1].startswith("< ")


@pytest.mark.parametrize("key", QUESTIONS)
def test_no_form_means_two_things(key: str) -> None:
    meant = forms(ALL_QUESTIONS[key])
    for choice in looked(ALL_QUESTIONS[key]):
        others = {form for other in looked(ALL_QUESTIONS[key]) if other != choice for form in WORDS[other]}
        assert not WORDS[choice] & others
        assert not WORDS[choice] & NOBODY_LOOKED
    assert all(isinstance(each, Answer | NotLooked | Back) for each in meant.values())


def test_a_form_of_two_meanings_is_refused_before_anybody_types_it() -> None:
    with pytest.raises(ValueError, match="means"):
        forms(("ok", "original"))


def test_a_line_as_long_as_a_novel_is_no_answer() -> None:
    assert read(" " * LONGEST + "ok", ("ok", "defect")) == NoAnswer(" " * LONGEST)


@given(TYPED)
@example("1")
@example("0")
@example("")
def test_only_a_clear_yes_goes_on(typed: str) -> None:
    reply, told, numbered = read_yes_no(typed), expected(typed, ("yes", "no")), bool(set(typed) & set("12１２"))
    assert (reply is True) == (told == Answer("yes") and not numbered)
    assert (reply is False) == (told in (Back(), Answer("no")) and not numbered)


def test_every_question_that_is_asked_stands_in_the_table() -> None:
    asked = set()
    for room in ("wipe", "station/work", "station/checking/browser"):
        for file in (ROOT / room).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text("utf-8"))):
                match call:
                    case ast.Call(
                        func=ast.Attribute(attr="ask" | "_ask") | ast.Name(id="ask" | "_ask"),
                        args=[ast.Constant(value=key), *_],
                    ):
                        asked.add(key)
    assert asked == SEEN_NOW
