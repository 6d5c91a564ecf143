"""Values that go stale: how they are shown, mistakes in their days, and which are due."""

from __future__ import annotations

import re
from datetime import date

import pytest

from coursenotes import cli
from coursenotes.build import check
from coursenotes.knowledge.facts import dated
from coursenotes.site.reference import dated as index
from tests.engine.rendering import EXPERIMENTS, opened_at, render, whole, write

PAGE = """# Try

It has [486](dated:2022-07-21?review=2023-07-21) citations in `a` paper [0:01:02]. It is *old*.
The library is at [2.8](dated:2026-11-01), and was at [2.8](dated:2026-11-01) before.
"""


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")  # 18 November 2026


def project(mini, page: str = PAGE, *measured: str):
    return opened_at(mini, *measured, page="---\nlectures: [dl2022/8]\n---\n" + page)


def said(mini, page: str) -> list[str]:
    return [f"{getattr(p.path, 'name', '')}:{p.line} {p.what}" for p in check.static(project(mini, page))]


def test_a_value_shows_its_day_in_a_tip_and_leads_to_the_list(mini):
    html = render(project(mini))
    assert 'class="cn-dated" href="../../reference/dated/#concepts-try-1">486<span' in html
    assert ">as of 21 July 2022<" in html
    assert re.findall(r"reference/dated/#concepts-try-(\d)", html) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("dated:2022-02-30", "try.md:6 dated: 2022-02-30 is not in the calendar"),
        ("dated:2022-07-21?review=soon", "try.md:6 dated: soon is not a date"),
        ("dated:2022-07-21?review=2022-07-21", "try.md:6 9 is to be reviewed on 2022-07-21, which is not after"),
        ("dated:2026-12-24", "try.md:6 9 is dated 2026-12-24, which is in the future"),
        ("dated:july", "try.md:6 dated:july does not have the form of dated:"),
        ("dated:2022-07-21?until=2023-07-21", "try.md:6 dated: takes only review=, but"),
        ("dated:2022-07-21?scale=full", "try.md:6 dated: has no scale"),
    ],
)
def test_a_day_that_cannot_be_is_reported(mini, href, expected):
    found = said(mini, f"# Try\n\n[9]({href})\n")
    assert len(found) == 1 and found[0].startswith(expected), found


def test_a_value_without_text_is_reported(mini):
    assert said(mini, "# Try\n\n[](dated:2022-07-21)\n") == [
        "try.md:6 dated:2022-07-21 has no text, which is the value"
    ]


def test_digits_in_a_dated_value_do_not_look_measured(mini):
    assert not check.prose(project(mini, "# Try\n\nIt is [97.5%](dated:2022-07-21).\n", *EXPERIMENTS))
    assert check.prose(project(mini, "# Try\n\nIt is 97.5%.\n"))


def test_facts_carry_their_sentence_and_fall_due_after_a_year(mini):
    found = list(dated.facts([project(mini).catalog.pages["concepts/try.md"]]))
    assert [(f.line, f.value, f.day, f.review) for f in found] == [
        (6, "486", date(2022, 7, 21), date(2023, 7, 21)), (7, "2.8", date(2026, 11, 1), date(2027, 11, 1)),
        (7, "2.8", date(2026, 11, 1), date(2027, 11, 1)),
    ]  # fmt: skip
    assert found[0].sentence == "It has 486 citations in a paper."
    assert dated.days(dated.Target("dated", "2024-02-29", {}, "sample"))[1] == date(2025, 3, 1)


def test_check_lists_what_is_due_and_does_not_fail(mini, capsys, monkeypatch):
    monkeypatch.chdir(mini.root)
    project(mini)
    assert cli.main(["run"]) == 0
    capsys.readouterr()
    arguments = ["--project", str(mini.root), "check"]
    assert cli.main(arguments) == 0
    out = capsys.readouterr().out
    assert "1 dated value to review:\ndocs/concepts/try.md:6 486: as of 2022-07-21, due since 2023-07-21" in out
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1830000000")  # a year later nothing breaks
    assert cli.main(arguments) == 0
    assert "3 dated values to review:" in capsys.readouterr().out


def test_all_are_listed_where_readers_find_them(mini):
    write(mini.docs / "concepts/later.md", "---\nvisibility: unlisted\n---\n# Later\n\n[77](dated:2022-07-21) of it.\n")
    found = project(mini)
    text = index.page(found)
    assert "It has 486 citations in a paper." in text and "21&nbsp;July&nbsp;2023" in text and "77" not in text
    due = re.findall(r"<td>([^<]*)<br><small>due</small></td>", text)
    assert due == [
        f"{d.review.day}&nbsp;{d.review:%B}&nbsp;{d.review.year}"
        for d in dated.due(found.knowledge.visibility.pages, found.knowledge.today)
    ]
    assert 0 < len(due) < text.count("<tr>") - 1, "some are due, and some are not"
    assert 'class="cn-dated" tabindex="0">77<' in render(found, "concepts/later.md"), "the list does not have it"
    html = (whole(found) / "reference" / "dated" / "index.html").read_text(encoding="utf-8")
    assert 'id="concepts-try-2"' in html
    assert index.page(project(mini, "# Try\n")) is None


def test_the_site_is_another_on_the_day_on_which_the_next_value_is_due(mini):
    made = project(mini).knowledge
    assert dated.next_due(made.visibility.pages, date(2023, 7, 20)) == date(2023, 7, 21)
    assert dated.next_due(made.visibility.pages, date(2023, 7, 21)) == date(2027, 11, 1)
    assert dated.next_due(made.visibility.pages, date(2027, 11, 1)) is None
    assert made.next_change == date(2027, 11, 1)
    write(mini.docs / "concepts/soon.md", "---\nrelease: 2026-12-01\n---\n# Soon\n")
    assert project(mini).knowledge.next_change == date(2026, 12, 1)
