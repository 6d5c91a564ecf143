"""Starts a topic: its note, snippet and claims, which build as they are and say what belongs in them."""

from __future__ import annotations

import json
import keyword
from pathlib import Path

from coursenotes.errors import Problem, raise_all
from coursenotes.knowledge.lectures import wanted
from coursenotes.knowledge.lectures.wanted import Wanted
from coursenotes.paths import Paths

NOTE = """\
---
title: {title}
authors: []
sources: [] # papers, posts and notes that it is based on; or lectures:, with times
---
# {title}

<!-- The question that a reader comes with, in one sentence. -->

How close to the truth is an average of noisy measurements?

<!-- The answer in three sentences: what it is, why it works, when it does not. Then the picture that shows it best. -->

An average adds up measurements and divides by their number.
It is closer to the truth than one measurement, because errors in different directions cancel.
It does not help where all measurements are wrong in the same direction.

![](figure:error_by_size)

## By hand

<!-- The smallest example, with numbers that a reader can follow. -->

## From scratch

<!-- The formula, with every symbol named, next to the code that computes it. -->

The average of measurements $x_1, \\dots, x_n$ is $\\bar x = \\frac{{1}}{{n}} \\sum_i x_i$:

[From scratch](code:average)

## Why it works

<!-- What is known, what is believed and by whom, and what the experiment below can tell apart. -->

## What it is worth

<!-- First what you want to know, and what either outcome would mean. Then the experiment. -->

The error goes from [](measured:error.error?size=1) to [](measured:error.error?size=100):
[more measurements, less error](claim:shrinks).

## Where it stops

<!-- What you expected and did not see; statements of the lecture that measurement does not confirm. -->
"""

SNIPPET = '''\
"""{title}: the idea in a sentence.

Source: where it was said, with lecture and time.
Data:   generated.
Cost:   sample under a second on one core.
"""

import matplotlib.pyplot as plt
import torch

from coursenotes import Run, experiment, figure


def average(values):  # (n,) -> scalar
    """The mean of some measurements. Replace it with the thing that the note explains."""
    return values.sum() / len(values)


@experiment(seeds=5, vary={{"size": [1, 100]}})
def error(run: Run, size: int):
    """Mean distance of the average of noisy measurements from the truth."""
    return {{"error": torch.stack([average(torch.randn(size)).abs() for _ in range(100)]).mean()}}


@figure(error)
def error_by_size(results):
    """The error shrinks with the number of measurements."""
    fig, ax = plt.subplots()
    for settings, group in results.groups():
        ax.plot([settings["size"]] * len(group.seeds), group.metric("error"), "o")
    ax.set(xlabel="measurements", ylabel="error", xscale="log")
    return fig
'''

CLAIMS = '''\
"""Claims of docs/concepts/{topic}.md."""

from coursenotes.claims import below, falsified_by, swap


@falsified_by(swap("size", 1, 100))
def test_shrinks(error):
    """The error of 100 measurements is at least 0.3 below that of one."""
    assert below(error.metric("error", size=100), error.metric("error", size=1), margin=0.3)
'''


def create(paths: Paths, topic: str) -> list[Path]:
    """Write the note, the snippet and the claims of a new topic -> their paths. Never overwrites a file.

    A topic listed in docs/wanted.yml starts with its title, lectures and question, and is removed from the list.
    Raises CoursenotesError.
    """
    files = [paths.concept(topic), paths.snippet(topic), paths.claims_file(topic)]
    problems = [Problem("already exists", path, fix="choose another name") for path in files if path.exists()]
    if (paths.snippets / topic).is_dir():
        problems = [Problem(f"{topic} is a folder of snippets", paths.snippets / topic, fix="choose another name")]
    if not topic.isidentifier() or topic != topic.lower() or keyword.iskeyword(topic):
        problems = [Problem(f"{topic!r} cannot be the name of a topic", fix="use lowercase letters and _")]
    raise_all(problems)
    want = wanted.take(paths.wanted, paths.concept(topic).relative_to(paths.docs).as_posix())
    title = want.title if want else topic.replace("_", " ").capitalize()
    for path, text in zip(files, (NOTE, SNIPPET, CLAIMS), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(topic=topic, title=title), encoding="utf-8")
    if want is not None:
        files[0].write_text(_as_wanted(files[0].read_text(encoding="utf-8"), want), encoding="utf-8")
        files.append(paths.wanted)
    return files


def _as_wanted(note: str, want: Wanted) -> str:
    """The note with its entry of the list: title and lectures in the front matter, the rest in a comment."""
    head = f"title: {json.dumps(want.title, ensure_ascii=False)}\n"
    head += f"lectures: {json.dumps(want.lectures)}\n" if want.lectures else ""
    note = note.replace(f"title: {want.title}\n", head, 1)
    return note.replace("\n---\n", f"\n---\n<!-- Wanted: {want.what} -->\n\n", 1)
