"""What the site's search finds: labeled pages, figures, claims and seconds of lectures, and nothing unlisted."""

import json

import pytest

from coursenotes.discover.project import discover
from coursenotes.paths import Paths
from coursenotes.project import Project
from coursenotes.site.files import search
from tests.engine.rendering import COURSES, opened_at, put, whole, write

LESSON = """---
title: Lesson 8
---
# Lesson 8

## Means

Measure [more than once](claim:averages.less_noisy) [0:12:03].

![Less by *far* with <many>](figure:averages.error_by_n)
"""


@pytest.fixture
def found(mini):
    """The entries of the search index of a small whole site, by address."""
    write(mini.docs / "lessons/dl2022/lesson8.md", LESSON)
    write(mini.docs / "lessons/index.md", "---\ntitle: Lessons\n---\n# Lessons\n")
    write(mini.docs / "contribute/index.md", "---\ntitle: Contribute\n---\n# Contribute\n\n## A part\n\nWrite.\n")
    project = opened_at(mini)
    for experiment in project.catalog.experiments:
        put(project, experiment)
    return by_address(whole(project))


def by_address(site) -> dict[str, dict]:
    entries = json.loads((site / search.INDEX).read_text(encoding="utf-8"))["docs"]
    found = {entry["location"]: entry for entry in entries}
    assert len(found) == len(entries), "an address stands once"
    return found


def labeled(found: dict, label: str) -> list[str]:
    return [address for address, entry in found.items() if entry.get("tags") == [label]]


def test_each_kind_has_its_label(found):
    assert labeled(found, "Concept") == ["concepts/averages/", "concepts/straight_line/"]
    assert labeled(found, "Lesson") == ["lessons/dl2022/lesson8/"]
    assert labeled(found, "Overview") == ["", "lessons/"]
    assert labeled(found, "Contribute") == ["contribute/"]
    assert "reference/times/" in labeled(found, "Reference")
    assert set(labeled(found, "Evidence")) >= {"evidence/"}
    assert all("tags" in entry for address, entry in found.items() if "#" not in address), "every page says what it is"


def test_figures_are_found_by_their_captions_once_and_on_their_concepts_page(found):
    assert set(labeled(found, "Figure")) == {
        "concepts/averages/#averages.error_by_n", "concepts/straight_line/#straight_line.loss_by_rate",
        "concepts/straight_line/#straight_line.starts",
    }  # fmt: skip
    figure = found["concepts/straight_line/#straight_line.loss_by_rate"]
    assert figure["title"] == "The loss falls faster at a higher rate" and figure["text"] == "A straight line"
    assert "higher rate" not in found["concepts/straight_line/"]["text"], "its caption stands in the index once"


def test_a_figure_of_no_concept_is_found_on_the_page_that_shows_it(mini):
    write(mini.docs / "concepts/averages.md", "---\ntitle: Averages\n---\nWhy?\n")
    write(mini.docs / "lessons/dl2022/lesson8.md", LESSON)
    project = opened_at(mini)
    entry = next(e for e in search.entries(project, [{"location": "lessons/dl2022/lesson8/", "title": "L", "text": ""}])
                 if e["location"] == "lessons/dl2022/lesson8/#averages.error_by_n")  # fmt: skip
    assert entry["title"] == "Less by far with &lt;many&gt;" and entry["text"] == "Lesson 8 · Means"


def test_claims_are_found_by_their_sentence_where_they_stand(found):
    address = Paths.claim_url("averages", "less_noisy")
    assert found[address]["title"].startswith("The average of 100 measurements is at least 0.3 nearer")
    assert found[address]["text"].startswith("Averages: ") and found[address]["tags"] == ["Claim"]
    assert len(labeled(found, "Claim")) == 4


def test_claims_are_found_also_where_their_page_is_not(mini):
    project = opened_at(mini)
    found = [e for e in search.entries(project, []) if e["location"].startswith("evidence/")]
    assert found[0]["tags"] == ["Evidence"] and "#" not in found[0]["location"]
    assert sum(entry["tags"] == ["Claim"] for entry in found) == 4


def test_terms_of_the_glossary_say_that_they_are_terms(mini):
    places = ["", "#letter-l", "#logit"]
    pages = [{"location": f"reference/glossary/{place}", "title": "A", "text": ""} for place in places]
    found = {entry["location"]: entry for entry in search.entries(opened_at(mini), pages)}
    assert found["reference/glossary/"]["tags"] == ["Reference"]
    assert found["reference/glossary/#logit"]["tags"] == ["Term"] and "reference/glossary/#letter-l" not in found


def test_seconds_are_found_by_topic_and_by_what_is_said_there(found):
    address = "reference/times/#averages.dl2022.8.0.12.03"
    assert labeled(found, "Lecture") == [address]
    assert found[address]["title"] == "Averages, lecture 8 (Practical Deep Learning 2022) at 0:12:03"
    assert found[address]["text"] == "Measure more than once"


def test_every_address_leads_to_a_place_that_is_there(mini, found):
    for address, entry in found.items():
        path, _, anchor = address.partition("#")
        html = (mini.root / "whole" / path / "index.html").read_text(encoding="utf-8")
        assert not anchor or f'id="{anchor}"' in html, (address, entry)


def test_what_has_an_anchor_stands_below_an_entry_that_has_none(found):
    seen: set[str] = set()
    for address in found:
        path, sign, _ = address.partition("#")
        assert not sign or path in seen, f"{address} would not be found"
        seen.add(path)


def test_what_is_told_by_entries_of_its_own_is_not_told_twice(found):
    for page in ("reference/times/", "evidence/claims/"):
        assert found[page]["text"] == ""
    assert not [a for a, e in found.items() if a.startswith("evidence/") and "#" in a and e["tags"] != ["Claim"]]


def test_what_is_not_listed_is_not_found(mini):
    write(mini.docs / "index.md", "---\nlicense: CC-BY-4.0\n---\n# Home\n\nIt.\n")
    head = '---\ntitle: Averages\nvisibility: unlisted\nlectures: ["dl2022/8@0:12:03"]\n---\n'
    page = mini.docs / "concepts/averages.md"
    page.write_text(head + page.read_text().partition("---\n")[2].partition("---\n")[2])
    project = opened_at(mini)
    for experiment in project.catalog.experiments:
        put(project, experiment)
    found = by_address(whole(project))
    assert "average" not in json.dumps(found).lower()
    leaked = [{"location": "concepts/averages/", "title": "A", "text": ""}, {"location": "concepts/averages/#b"}]
    assert search.entries(project, leaked) == [] or all(
        "averages" not in entry["location"] for entry in search.entries(project, leaked)
    ), "whatever mkdocs' plugin leaves in"


def test_a_figure_of_an_unlisted_concept_is_found_where_a_listed_page_shows_it(mini):
    write(mini.docs / "index.md", "---\nlicense: CC-BY-4.0\n---\n# Home\n\nIt.\n")
    page = mini.docs / "concepts/averages.md"
    page.write_text(page.read_text().replace("title: Averages", "title: Averages\nvisibility: unlisted"))
    write(mini.docs / "lessons/dl2022/lesson8.md", LESSON)
    found = by_address(whole(opened_at(mini)))
    assert "lessons/dl2022/lesson8/#averages.error_by_n" in labeled(found, "Figure")


def test_a_claim_of_an_unlisted_concept_does_not_tell_its_title(mini):
    write(mini.docs / "index.md", "---\nlicense: CC-BY-4.0\n---\n# Home\n\nIt.\n")
    page = mini.docs / "concepts/averages.md"
    page.write_text(page.read_text().replace("title: Averages", "title: Not yet told\nvisibility: unlisted"))
    write(mini.docs / "lessons/dl2022/lesson8.md", LESSON)
    found = by_address(whole(opened_at(mini)))
    assert found["evidence/averages/#averages.less_noisy"]["text"].startswith("Averages: ")
    assert "Not yet told" not in json.dumps(found)


def test_a_page_that_asks_to_be_left_out_is_left_out_with_all_that_stands_on_it(mini):
    page = mini.docs / "concepts/averages.md"
    page.write_text(page.read_text().replace("title: Averages", "title: Averages\nsearch: {exclude: true}"))
    found = by_address(whole(opened_at(mini)))
    assert not [address for address in found if address.startswith("concepts/averages/")]


def test_the_index_is_small_and_the_same_every_time(mini):
    write(mini.courses, COURSES)
    project = opened_at(mini)
    first = (whole(project) / search.INDEX).read_bytes()
    assert (whole(Project(discover(mini))) / search.INDEX).read_bytes() == first
    docs = first.partition(b'"docs"')[2]
    assert b'": ' not in docs and b"\\u" not in docs


def test_a_site_without_search_is_left_as_it_is(mini, tmp_path):
    search.write(opened_at(mini), tmp_path, "")
    assert not (tmp_path / search.INDEX).exists()
