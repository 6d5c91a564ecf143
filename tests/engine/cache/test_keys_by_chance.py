"""Random small modules, one edit each: wherever the value changes, the key changes or the code is refused.

The value is what Python gives when it imports the whole files; the key is made by reading them.
"""

from __future__ import annotations

import os
import random
import sys
import types
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursenotes.cache.keys import hash_json
from coursenotes.discover.python.reach import Code
from coursenotes.paths import Paths

EXAMPLES = int(os.environ.get("COURSENOTES_EXAMPLES", "700"))
TABLE = "TABLE = {}\n\n\ndef enter(name, rule):\n    TABLE[name] = rule\n    return rule\n"
PLAIN = [  # {n} is the statement's own name, {i} a number to be edited, {r} a name that is bound before
    "{n} = {i}",
    "{n} = [{i}, {i}, *range({i})]",
    "{n} = {{'a': {i}, 'b': [{i}]}}",
    "{n} = {i} + {r}",
    "{n} = {r}",
    "{n} = sum(range({i}))",
    "{n} = tuple(k + {i} for k in range(3))",
    "{n} = sorted([{i}, 3, 2], key=abs)[0]",
    "{n} = list(map(str, [{i}, 2]))",
    "{n}, {n}_b = {i}, {i}",
    "{n} = lambda x=0: x + {i}",
    "def {n}(x=0):\n    return {i} + plain({r})",
    "def {n}(x={i}):\n    'Words {i}.'\n    y = {i}\n    return x + y",
    "def {n}(x=0):\n    # {i}\n    return {r}",
    "class {n}:\n    w = {i}\n\n    def m(self):\n        return self.w + {i}",
    "class {n}(Base):\n    w = {i}",
    "@functools.lru_cache\ndef {n}(x={i}):\n    return x",
    "{n} = dict(a={i}, b={r})",
    "{n} = f'{{{i}}}'",
    "from snippets.other import {o} as {n}",
    "{n} = {i} if {i} > 3 else {r}",
]
ACTING = [
    "{n} = enter('{n}', lambda: {i})",
    "{n} = enter('{n}', {i})",
    "enter('{n}', {r})",
    "TABLE['{n}'] = {i}",
    "class {n}(Hooked):\n    w = {i}",
    "class {n}:\n    TABLE['{n}'] = {i}",
    "@register\ndef {n}():\n    return {i}",
    "{n} = [enter('{n}' + str(k), k + {i}) for k in range(2)]",
    "{n} = ({n}_c := {i}) + 1",
    "for {n} in range({i}):\n    TABLE['{n}'] = {n}",
    "if {i} > 4:\n    {n} = {i}\nelse:\n    {n} = -1",
    "{n} = Counted({i})",
    "{n} = next(IT) + {i}",
    "{n} = list(map(lambda k: enter('{n}', k), [{i}]))",
    "{n} = sorted([{i}, 3], key=lambda k: enter('{n}', k))",
    "{n} = other.enter('{n}', {i})",
]
HEAD = (
    "import functools\nimport snippets.other as other\n"
    "from snippets.other import Base, Counted, Hooked, TABLE, enter, plain, register\n"
    "IT = iter(range(99))\n"
)
OTHER = (
    TABLE
    + """

class Base:
    w = 1


class Hooked:
    def __init_subclass__(cls):
        TABLE[cls.__name__] = cls.w


class Counted:
    all = []

    def __init__(self, n):
        self.n = n
        Counted.all.append(self)


def register(f):
    return enter(f.__name__, f)


def plain(v):
    if isinstance(v, type):
        return 7 * getattr(v, "w", 0) + (v().m() if hasattr(v, "m") else 0)
    if isinstance(v, dict):
        return plain([*v.keys(), *v.values()])
    if isinstance(v, (list, tuple)):
        return sum((k + 2) * plain(each) for k, each in enumerate(v))
    if isinstance(v, str):
        return sum(map(ord, v))
    if callable(v):
        return plain(v()) + 11 * plain(v.__defaults__ or 0) if hasattr(v, "__defaults__") else plain(v())
    return v if isinstance(v, (int, float)) else v.n
"""
)
READERS = [  # what the experiment looks at: names, or what was entered without one
    "plain({r})",
    "plain({r})",
    "plain({r})",
    "plain({r})",
    "plain({r}) * 3",
    "sum(plain(v) for v in TABLE.values())",
    "plain(TABLE.get('{t}', 0))",
    "sum(c.n for c in Counted.all)",
    "len(TABLE)",
]


def module(draw: random.Random) -> str:
    """A random file: a dozen statements, and an experiment that looks at some of what they bound or entered."""
    lines, names, entered = [HEAD], ["3"], ["a"]
    others = [f"o{k}" for k in range(4)]
    for k in range(draw.randrange(4, 14)):
        acting = draw.random() < 0.08
        template = draw.choice(ACTING if acting else PLAIN)
        name = f"n{k}"
        while "{i}" in template:
            template = template.replace("{i}", str(draw.randrange(1, 9)), 1)
        text = template.replace("{r}", draw.choice(names)).replace("{n}", name).replace("{o}", draw.choice(others))
        lines.append(text.replace("{{", "{").replace("}}", "}"))
        entered += [name] if acting else []
        if not text.startswith(("enter", "TABLE")):
            names.append(name)
    reads = [draw.choice(READERS) for _ in range(draw.randrange(1, 4))]
    body = " + ".join(r.replace("{r}", draw.choice(names)).replace("{t}", draw.choice(entered)) for r in reads)
    lines.append(f"def e(run=None):\n    return {body}")
    return "\n\n\n".join(lines) + "\n"


def other(draw: random.Random) -> str:
    return OTHER + "".join(f"\n\no{k} = {draw.randrange(1, 9)}" for k in range(4)) + "\n"


def edited(text: str, draw: random.Random) -> str:
    """The text with one number changed, two neighbors swapped, or a statement removed."""
    parts = text.split("\n\n\n")
    kind = draw.random()
    if kind < 0.75:
        begin = text.index("\n\n\no0") if text.startswith(TABLE) else len(HEAD)
        places = [k for k in range(begin, len(text)) if text[k].isdigit() and not _is_in_a_name(text, k)]
        k = draw.choice(places)
        return text[:k] + str((int(text[k]) + draw.randrange(1, 8)) % 9 + 1) + text[k + 1 :]
    k = draw.randrange(1, max(2, len(parts) - 1))
    if kind < 0.9:
        parts[k - 1 : k + 1] = [parts[k], parts[k - 1]] if k > 1 else parts[k - 1 : k + 1]
    else:
        del parts[k]
    return "\n\n\n".join(parts)


def _is_in_a_name(text: str, k: int) -> bool:
    return text[k - 1].isalnum() or text[k - 1] == "_"


def value(texts: dict[str, str]) -> object:
    """The experiment's metric; None where the files cannot be run."""
    kept = {name: sys.modules.pop(name, None) for name in ("snippets", "snippets.other", "snippets.t")}
    try:
        package = sys.modules["snippets"] = types.ModuleType("snippets")
        package.__path__ = []
        for name in ("other", "t"):
            found = sys.modules[f"snippets.{name}"] = types.ModuleType(f"snippets.{name}")
            setattr(package, name, found)
            exec(compile(texts[name], name, "exec"), found.__dict__)
        return sys.modules["snippets.t"].e()
    except Exception:
        return None
    finally:
        for name, was in kept.items():
            sys.modules.pop(name, None)
            if was is not None:
                sys.modules[name] = was


def key(root: Path, texts: dict[str, str]) -> str | None:
    """The key of the experiment; None where it is refused."""
    for name, text in texts.items():
        (root / "snippets" / f"{name}.py").write_text(text)
    closure = Code(Paths(root)).closure("snippets.t", "e")
    return None if closure.refused else hash_json(closure.symbols)


def test_no_edit_is_missed_and_few_count_needlessly(tmp_path):
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets" / "__init__.py").touch()
    found: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.integers(min_value=0, max_value=2**32))
    def edit(seed: int) -> None:
        draw = random.Random(seed)
        before = {"other": other(draw), "t": module(draw)}
        which = "other" if draw.random() < 0.15 else "t"
        after = {**before, which: edited(before[which], draw)}
        old, new = value(before), value(after)
        if old is None or new is None or before == after:
            return
        keys = key(tmp_path, before), key(tmp_path, after)
        found["all"] += 1
        if None in keys:
            found["refused"] += 1
            return
        changed = keys[0] != keys[1]
        found["needless"] += changed and old == new
        found["right"] += changed == (old != new)
        assert changed or old == new, f"stale: {old} became {new}\n{before[which]}\n--- after ---\n{after[which]}"

    edit()
    print(dict(found))
    assert found["all"] >= 500 * min(1, EXAMPLES / 700) and found["needless"] < 0.05 * found["all"], found
    assert found["refused"] < 0.05 * found["all"], found
