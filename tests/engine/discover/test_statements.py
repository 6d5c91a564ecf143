"""The writer of parsed code, and the records of one parsed file."""

import ast
import importlib.util
from pathlib import Path

import pytest

from coursenotes.discover.python import records, statements
from coursenotes.discover.python.canonical import canonical as write
from coursenotes.discover.python.canonical import digest
from coursenotes.experiments.plan import load
from coursenotes.importing import check as import_check


def canonical(text: str) -> str:
    return write(ast.parse(text))


SAME = {
    "comments": ("x = 1  # one\n", "x = 1\n"),
    "formatting": ("f(a,\n  b)", "f(a, b)"),
    "docstring": ('def f():\n    """Words."""\n    return 1', "def f():\n    return 1"),
    "only a docstring": ('def f():\n    """Words."""', "def f():\n    pass"),
    "quotes": ("x = 'a'", 'x = "a"'),
    "f-string pieces": ('f"a{x}" "b"', 'f"a{x}b"'),
    "numbers": ("1_000", "1000"),
}
OTHER = {
    "a constant": ("x = 1", "x = 2"),
    "a type of number": ("x = 1", "x = 1.0"),
    "a default": ("def f(a=1): return a", "def f(a=2): return a"),
    "an operator": ("a + b", "a - b"),
    "a name": ("f(a)", "f(b)"),
    "a keyword": ("f(a=1)", "f(b=1)"),
    "an f-string": ('f"{x:.2f}"', 'f"{x:.3f}"'),
    "true and one": ("x = True", "x = 1"),
    "bytes and text": ("x = b'a'", "x = 'a'"),
    "order": ("a; b", "b; a"),
    "a star": ("f(*a)", "f(a)"),
    "async": ("async def f(): pass", "def f(): pass"),
}


@pytest.mark.parametrize("one, two", SAME.values(), ids=SAME)
def test_words_and_looks_do_not_count(one, two):
    assert canonical(one) == canonical(two)


@pytest.mark.parametrize("one, two", OTHER.values(), ids=OTHER)
def test_code_counts(one, two):
    assert canonical(one) != canonical(two)


def test_the_writer_is_pinned():
    """Every stored result's key depends on this text: a change here retrains everything, everywhere."""
    text = "def f(a, /, b: int = 1, *c, d=None, **e):\n    return [x for x in a if x > b] + f'{d!r:>{b}}'[::2]"
    assert digest(canonical(text)) == PINNED


PINNED = "d8223660f39a304f67741c572edf1653e00d29be4bd4bd5ee8fcfae75c208140"


def refs(text: str) -> list[str]:
    summary = statements.summarize(text, Path("m.py"), "m")
    return summary.binding("f")[0].references


def test_locals_are_not_references():
    assert refs("def f(a):\n    b = a\n    return [c for c in b]") == []


def test_a_local_that_is_named_like_an_experiment_is_not_it():
    assert refs("def f():\n    loss = 1\n    return loss\ndef loss(): pass") == []


def test_globals_and_attributes_are_references():
    found = refs("import m.n as n\ndef f(x=DEFAULT):\n    def g():\n        return n.h(x).i + K\n    return g")
    assert found == ["DEFAULT", "K", "n.h"]


def test_a_class_reaches_its_bases_and_attributes():
    assert refs("class f(Base, metaclass=Meta):\n    a = A\n    def g(self):\n        return B.c") == [
        "A", "B.c", "Base", "Meta",
    ]  # fmt: skip


def test_decorators_that_declare_do_not_count():
    head = "from coursenotes import experiment\nimport functools\n"
    bare = statements.summarize(head + "def f(run): return {}", Path("m.py"), "m")
    marked = statements.summarize(head + "@experiment(seeds=7)\ndef f(run): return {}", Path("m.py"), "m")
    cached = statements.summarize(head + "@functools.cache\ndef f(run): return {}", Path("m.py"), "m")
    first = [summary.statements[0].digest for summary in (bare, marked, cached)]
    assert first[0] == first[1] != first[2]


def test_a_dataset_counts_by_scale_and_without_addresses():
    text = (
        "from coursenotes import Dataset, File\n"
        'd = Dataset(title="T", sample=make, full=load, files=[File("a", url="{url}", sha256="{sha}")])\n'
    )

    def scales(url, sha):
        filled = text.replace("{url}", url).replace("{sha}", sha)
        return statements.summarize(filled, Path("m.py"), "m").datasets["d"].scales

    old, moved, changed = scales("http://a", "1"), scales("http://b", "1"), scales("http://a", "2")
    assert old == moved
    assert old["sample"] == changed["sample"] and old["full"] != changed["full"]
    assert old["sample"].references == ["make"] and "load" in old["full"].references


def test_files_in_a_constant_count_without_addresses_too():
    text = 'from coursenotes import File\nf = [File("a", url="{url}", sha256="{sha}")]\n'

    def seen(url, sha):
        filled = text.replace("{url}", url).replace("{sha}", sha)
        return statements.summarize(filled, Path("m.py"), "m").statements[0].digest

    old, moved, changed = seen("http://a", "1"), seen("http://b", "1"), seen("http://a", "2")
    assert old == moved != changed


@pytest.mark.parametrize("module", ["ast", "dataclasses", "enum", "functools", "random", "statistics", "typing"])
def test_files_that_others_wrote_can_be_read(module):
    """Statements of every kind are read without an error, and kept as JSON without a loss."""
    path = Path(importlib.util.find_spec(module).origin)
    summary = statements.summarize(path.read_text(), path, module)
    acting = [statement.effect for statement in summary.statements]
    assert records.from_json(records.to_json({"key": summary}, "reader"), "reader") == {"key": summary}
    assert records.from_json(records.to_json({"key": summary}, "reader"), "another reader") == {}
    assert acting and not all(acting)


@pytest.mark.parametrize("text", [
    "", "[]", "null", "3", "{}", '{"a": 1}', '{"reader": "READER"}', '{"reader": "READER", "files": {"a": []}}',
    '{"reader": "READER", "files": {"a": ["m", [{}, {}, [], []], [["x"]], [], {}, [], [], []]}}', "{",
])  # fmt: skip
def test_a_damaged_memo_counts_as_none(tmp_path, text):
    (tmp_path / "parsed.json").write_text(text.replace("READER", statements.reader()), encoding="utf-8")
    assert statements.kept(tmp_path / "parsed.json") == {} == statements.kept(tmp_path / "missing.json")


def test_what_was_parsed_is_not_parsed_again(mini, monkeypatch):
    """Neither by a build nor by an import, which reads a copy of the project."""
    load(mini)
    monkeypatch.setattr(statements, "summarize", lambda *args: pytest.fail("parsed again"))
    load(mini)
    import_check.problems(mini, [], mini.parsed)
