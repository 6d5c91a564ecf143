"""Text is cut where a reader's characters, words and sentences end, in every script."""

import unicodedata

import pytest

from coursenotes.discover.text import cut as text_cut
from coursenotes.discover.text.cut import characters, columns, cut, sentences, wrap

FAMILY = "👩‍👩‍👧"
LONG = [
    "深度学习的模型" * 80, "これは空白のない長い段落です" * 40, "ภาษาไทยไม่มีช่องว่าง" * 40, "مرحبا بالعالم " * 40,
    f"See https://example.org/{'a' * 400}", FAMILY * 200, "e\u0301" * 400, "🇩🇪" * 300, "नमस्ते" * 90, "word " * 100,
]  # fmt: skip


@pytest.mark.parametrize("text", LONG)
@pytest.mark.parametrize("most", [240, 34, 12])
def test_a_long_text_is_cut_to_fit_and_loses_no_half_characters(text, most):
    found = cut(text, most)
    kept = found.removesuffix("…").rstrip()
    assert found.endswith("…") and most / 2 - 1 <= columns(found) <= most
    whole = characters(" ".join(text.split()))
    assert characters(kept) == whole[: len(characters(kept))], "cut inside a character"


@pytest.mark.parametrize("text", ["", "  ", "x", "深度", FAMILY, "e\u0301" * 30, "a b"])
def test_a_text_that_fits_is_left_alone(text):
    assert cut(text, 34) == text.strip()


def test_words_stay_whole_where_there_is_room():
    assert cut("The learning rate is halved", 16) == "The learning …"
    assert cut("Don't stop at 3.14159", 20) == "Don't stop at …"
    assert cut("ÄÖÜ " * 20, 12) == "ÄÖÜ ÄÖÜ …"
    assert cut("two\n  lines", 20) == "two lines"
    for most in range(4):
        assert columns(cut("深度学习", most)) <= 3


def test_wide_characters_take_two_columns_and_accents_none():
    assert [columns(text) for text in ("ab", "深度", FAMILY, "e\u0301", "\u200b", "")] == [2, 4, 2, 1, 0, 0]
    assert unicodedata.normalize("NFD", "é") in characters("re\u0301sume")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("用新的方法。可以吗？可以！", ["用新的方法。", "可以吗？", "可以！"]),
        ("他说“好。”然后走了。", ["他说“好。”", "然后走了。"]),
        ("「はい。」と言った。終わり", ["「はい。」", "と言った。", "終わり"]),
        (
            "By 0.4. With p = 0.5, e.g. half of it. It grows.",
            ["By 0.4.", "With p = 0.5, e.g. half of it.", "It grows."],
        ),
        ("He said “Go.” Then? (Yes.) no end", ["He said “Go.”", "Then?", "(Yes.) no end"]),
        ("i.e. ‖x‖ is small. Ünal agrees.", ["i.e. ‖x‖ is small.", "Ünal agrees."]),
        ("هل هذا صحيح؟ نعم.", ["هل هذا صحيح؟", "نعم."]),
        ("यह सच है। हाँ।", ["यह सच है।", "हाँ।"]),
        ("First.\nsecond", ["First.", "second"]),
        ("", []),
        ("no end", ["no end"]),
    ],
)
def test_a_sentence_ends_where_its_script_ends_it(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize("text", [*LONG, "", "a simple text to wrap", "dropout 率上升，（括号）。随着学习率"])
@pytest.mark.parametrize("most", [18, 7, 2])
def test_lines_fit_the_width_and_lose_nothing(text, most):
    lines = wrap(text, most)
    assert all(columns(line.rstrip("，。）)")) <= most for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_line_begins_with_a_closing_mark():
    assert not [line for line in wrap("深度学习，很好。" * 9, 10) if line[0] in "，。"]
    assert wrap("The learning-rate finder", 17, hyphens=False) == ["The learning-rate", "finder"]


def test_a_character_of_thousands_of_accents_is_bounded():
    assert len(text_cut.fitting("e" + "\u0301" * 100_000, 5)) <= 32 * 5 + 64
