"""What readers call things, for the search, and mistakes in the file that says so."""

import json

import pytest

from coursenotes.build import check
from coursenotes.site.files import search
from tests.engine.rendering import opened_at, whole, write

GOOD = """
words:
  initializ: [initialis, "initalis"]
pages:
  concepts/averages.md: [mean, law of
    large numbers]
"""


def said(mini, text: str) -> list[str]:
    write(mini.synonyms, text)
    found = check.static(opened_at(mini))
    return [f"{getattr(p.path, 'name', '')}:{p.line} {p.what}" for p in found]


def test_both_parts_are_read(mini):
    assert said(mini, GOOD) == []
    found = opened_at(mini).knowledge.synonyms
    assert found.words == {"initializ": ("initialis", "initalis")}
    assert found.pages == {"concepts/averages.md": ("mean", "law of large numbers")}


def test_without_a_file_there_are_none(mini):
    found = opened_at(mini).knowledge.synonyms
    assert found.words == found.pages == {}


@pytest.mark.parametrize(("line", "instead", "problem"), [
    ("words:", "word:", "synonyms.yml:2 the synonyms has no field 'word'"),
    ("concepts/averages.md:", "concepts/average.md:", 'synonyms.yml:5 no page "concepts/average.md"'),
    ('[initialis, "initalis"]', "initialis", "synonyms.yml:3 initializ is not a list of words"),
    ('"initalis"', "initialis", "synonyms.yml:3 initializ names initialis twice"),
    ('"initalis"', "in", "synonyms.yml:3 in is not the beginning of a word"),
    ('"initalis"', "Initials", "synonyms.yml:3 Initials is not the beginning of a word"),
    ("[mean,", "[mean, mean,", "synonyms.yml:5 concepts/averages.md names mean twice"),
    ("words:", "words", "synonyms.yml:3 not YAML: mapping values are not allowed here"),
])  # fmt: skip
def test_mistakes_have_their_line(mini, line, instead, problem):
    assert problem in "\n".join(said(mini, GOOD.replace(line, instead)))


def test_two_entries_cannot_have_the_same_beginning(mini):
    found = said(mini, GOOD.replace("pages:", "  initialization: [initi]\npages:"))
    assert "synonyms.yml:4 initialization of initialization begins like initializ of initializ" in found


def test_the_index_has_them_and_shows_them_nowhere(mini):
    write(mini.synonyms, GOOD)
    index = json.loads((whole(opened_at(mini)) / search.INDEX).read_text(encoding="utf-8"))
    entry = next(entry for entry in index["docs"] if entry["location"] == "concepts/averages/")
    assert entry["words"] == "mean, law of large numbers" and "large numbers" not in entry["title"] + entry["text"]
    assert sum("words" in entry for entry in index["docs"]) == 1
    assert index["config"]["words"] == {"initializ": ["initialis", "initalis"]}
    assert 1 < index["config"]["fields"]["words"]["boost"] < index["config"]["fields"]["title"]["boost"]
