"""Code that no name leads to: either the key covers it, or it is refused with its line.

Each case is a small project and one edit; the experiment gives something else after it. The values themselves are
compared too, by running the job as a build does, so that a case that tests nothing is noticed.
"""
# ruff: noqa: E501 - a case a line

from __future__ import annotations

import pytest

from tests.engine import one_job

KIND = "KINDS = {}\ndef kind(name, rule):\n    KINDS[name] = rule\n    return rule\n"
SEEN = {  # what: (files, (file, old, new))
    "a call that registers": ({"t": KIND + 'half = kind("half", lambda x: x / 2)\ndef f(x): return KINDS["half"](8)'},
                              ("t", "x / 2", "x / 4")),
    "a class that keeps its instances": (
        {"t": "class Layer:\n    all = []\n    def __init__(self, n):\n        self.n = n\n        Layer.all.append(self)\n"
              "first = Layer(3)\ndef f(x): return Layer.all[0].n"}, ("t", "Layer(3)", "Layer(4)")),
    "a set-up that sets a global": (
        {"t": "W = 1\ndef set_up():\n    global W\n    W = 3\n    return True\nDONE = set_up()\ndef f(x): return W"},
        ("t", "W = 3", "W = 4")),
    "__init_subclass__": (
        {"t": "class Base:\n    all = {}\n    def __init_subclass__(cls):\n        Base.all[cls.__name__] = cls\n"
              "class Half(Base):\n    rate = 2\ndef f(x): return Base.all['Half'].rate"}, ("t", "rate = 2", "rate = 3")),
    "__init_subclass__ of a base's base": (
        {"t": "class Base:\n    all = []\n    def __init_subclass__(cls):\n        Base.all.append(cls)\n"
              "class Middle(Base):\n    rate = 1\nclass Half(Middle):\n    rate = 2\ndef f(x): return Base.all[-1].rate"},
        ("t", "rate = 2", "rate = 3")),
    "__init_subclass__ of another file": (
        {"t": "from snippets.bases import Base\nclass Half(Base):\n    rate = 2\ndef f(x): return Base.all[-1].rate",
         "bases": "class Base:\n    all = []\n    def __init_subclass__(cls):\n        Base.all.append(cls)\n"},
        ("t", "rate = 2", "rate = 3")),
    "a metaclass": (
        {"t": "ALL = []\nclass Meta(type):\n    def __init__(cls, *a):\n        ALL.append(cls)\n"
              "class Half(metaclass=Meta):\n    rate = 2\ndef f(x): return ALL[-1].rate"}, ("t", "rate = 2", "rate = 3")),
    "a descriptor's __set_name__": (
        {"t": "NAMES = {}\nclass Field:\n    def __init__(self, n): self.n = n\n    def __set_name__(self, owner, name):\n"
              "        NAMES[name] = self.n\nclass Table:\n    width = Field(3)\ndef f(x): return NAMES['width']"},
        ("t", "Field(3)", "Field(4)")),
    "a class body that fills a table": (
        {"t": "R = {}\nclass Half:\n    R['half'] = 2\ndef f(x): return R['half']"}, ("t", "= 2", "= 3")),
    "a class body that calls": (
        {"t": KIND + "class Half:\n    rule = kind('half', lambda x: x / 2)\ndef f(x): return KINDS['half'](8)"},
        ("t", "x / 2", "x / 4")),
    "a walrus": ({"t": "A = (B := 3) + 1\ndef f(x): return B"}, ("t", ":= 3", ":= 4")),
    "a walrus in a call": ({"t": "A = max(B := 3, 1)\ndef f(x): return B"}, ("t", ":= 3", ":= 4")),
    "a registering comprehension": (
        {"t": KIND + "_ = [kind(n, r) for n, r in [('half', 2)]]\ndef f(x): return KINDS['half']"}, ("t", "2)]", "3)]")),
    "a call for its effect, given a name": (
        {"t": "_ = torch.set_default_dtype(torch.float64)\ndef f(x): return torch.tensor(1 / 3.0).item()"},
        ("t", "float64", "float16")),
    "a default that registers": (
        {"t": KIND + "def g(rule=kind('half', lambda x: x / 2)): pass\ndef f(x): return KINDS['half'](8)"},
        ("t", "x / 2", "x / 4")),
    "an annotation that registers": (
        {"t": KIND + "A: kind('half', lambda x: x / 2) = 1\ndef f(x): return KINDS['half'](8)"}, ("t", "x / 2", "x / 4")),
    "an operator that registers": (
        {"t": "ALL = []\nclass Step:\n    def __init__(self, n): self.n = n\n    def __or__(self, other):\n"
              "        ALL.append(other.n)\n        return self\na = Step(1)\nb = a | Step(3)\ndef f(x): return ALL[0]"},
        ("t", "Step(3)", "Step(4)")),
    "an attribute that counts": (
        {"t": "class Counter:\n    n = 0\n    @property\n    def next(self):\n        Counter.n += 1\n        return self.n\n"
              "C = Counter()\nA = C.next\ndef f(x): return Counter.n"}, ("t", "A = C.next", "A = C.next + C.next")),
    "an iterator that is read on": (
        {"t": "IT = iter([1, 2, 3])\nA = next(IT)\nB = next(IT)\ndef f(x): return B"}, ("t", "A = next(IT)\n", "A = 1\n")),
    "an iterator that a list uses up": (
        {"t": "IT = iter([1, 2, 3])\nA = list(IT)\nB = list(IT)\ndef f(x): return len(B)"},
        ("t", "A = list(IT)", "A = [1]")),
    "map with a function": (
        {"t": KIND + "L = list(map(lambda r: kind('half', r), [2]))\ndef f(x): return KINDS['half']"},
        ("t", "[2]", "[3]")),
    "sorted with a key that registers": (
        {"t": KIND + "L = sorted([2], key=lambda r: kind('half', r))\ndef f(x): return KINDS['half']"},
        ("t", "[2]", "[3]")),
    "a method passed on": (
        {"t": "ALL = []\nL = list(map(ALL.append, [2]))\ndef f(x): return ALL[0]"}, ("t", "[2]", "[3]")),
    "an array that another is written into": (
        {"t": "W = np.zeros(1)\n_ = np.add(1, 2, out=W)\ndef f(x): return W[0]"}, ("t", "1, 2", "1, 3")),
    "a registry filled from another file": (
        {"t": "import snippets.more\nfrom snippets.kinds import KINDS\ndef f(x): return KINDS['half'](8)",
         "kinds": KIND, "more": "from snippets.kinds import kind\nhalf = kind('half', lambda x: x / 2)\n"},
        ("more", "x / 2", "x / 4")),
    "an entry assigned from another file": (
        {"t": "import snippets.more\nfrom snippets.kinds import KINDS\ndef f(x): return KINDS['half'](8)",
         "kinds": KIND, "more": "from snippets.kinds import KINDS\nKINDS['half'] = lambda x: x / 2\n"},
        ("more", "x / 2", "x / 4")),
    "the order of two files that register": (
        {"t": "import snippets.one\nimport snippets.two\nfrom snippets.kinds import KINDS\ndef f(x): return KINDS['half']",
         "kinds": KIND, "one": "from snippets.kinds import kind\na = kind('half', 1)\n",
         "two": "from snippets.kinds import kind\na = kind('half', 2)\n"},
        ("t", "import snippets.one\nimport snippets.two", "import snippets.two\nimport snippets.one")),
    "what is read before or after a file registers": (
        {"t": "from snippets.kinds import KINDS\nN = len(KINDS)\nimport snippets.one\ndef f(x): return N",
         "kinds": KIND, "one": "from snippets.kinds import kind\na = kind('half', 1)\n"},
        ("t", "N = len(KINDS)\nimport snippets.one", "import snippets.one\nN = len(KINDS)")),
    "a helper at the root": (
        {"t": "from helper import twice\ndef f(x): return twice(x)", "/helper.py": "def twice(x): return 2 * x\n"},
        ("/helper.py", "2 * x", "3 * x")),
    "a name in a text for pandas": (
        {"t": "CUT = 1\ndef f(x): return len(pd.DataFrame({'r': [1, 2, 3]}).query('r > @CUT'))"}, ("t", "CUT = 1", "CUT = 2")),
    "a name in an f-string for pandas": (
        {"t": "CUT = 1\ndef f(x): return len(pd.DataFrame({'r': [1, 2, 3]}).query(f'r > @CUT and r < {x + 5}'))"},
        ("t", "CUT = 1", "CUT = 2")),
    "a name in a text for df.eval": (
        {"t": "CUT = 1\ndef f(x): return pd.DataFrame({'r': [1]}).eval('r + @CUT')[0]"}, ("t", "CUT = 1", "CUT = 2")),
    "a name in a text for pd.eval": ({"t": "CUT = 1\ndef f(x): return pd.eval('CUT * 2')"}, ("t", "CUT = 1", "CUT = 2")),
    "a variable with the name of an import": (
        {
            "t": "from snippets.more import words\ndef f(x):\n    words = [x, 2]\n    return len(words)",
            "more": "words = 3\n",
        },
        ("t", "[x, 2]", "[x, 2, 3]"),
    ),
    "a decorator of a library that is not known": (
        {"t": "import atexit\nR = []\n@R.append\ndef g(x): return x / 2\ndef f(x): return R[0](8)"},
        ("t", "x / 2", "x / 4")),
}  # fmt: skip


@pytest.mark.parametrize("files, change", SEEN.values(), ids=SEEN)
def test_code_that_no_name_leads_to_counts(project, files, change):
    name, old, new = change
    assert files[name].count(old) == 1
    before, value = project.put(files)
    after, other = project.put({**files, name: files[name].replace(old, new)})
    assert before != after
    assert value != other, "the edit of this case changes nothing"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with one_job.project(tmp_path_factory.mktemp("project"), "numpy", "pandas", "torch") as found:
        yield found
