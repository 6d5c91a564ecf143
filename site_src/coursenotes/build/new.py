"""Starts a topic: the three files that share its name, each saying what belongs in it."""

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
sources: [] # the papers, posts and notes that it rests on; or lectures:, with times
---
<!-- The question in a sentence, and one picture that already answers it. -->

![](figure:{topic}.error_by_size)

<!-- The idea in plain words, with the smallest example that shows it. -->

[From scratch](code:{topic}.average)

The error goes from [](measured:{topic}.error.error?size=1) to [](measured:{topic}.error.error?size=100):
[more measurements, less error](claim:{topic}.shrinks).
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
    """The mean of some measurements. Replace it by the thing that the note explains."""
    return values.sum() / len(values)


@experiment(seeds=5, vary={{"size": [1, 100]}})
def error(run: Run, size: int):
    """How far the average of noisy measurements lies from the truth."""
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
    """Write the note, the snippet and the claims of a new topic, which build as they are. Never overwrites.

    A topic that docs/wanted.yml asks for begins with its title, its lectures and its question, and is taken off.
    """
    files = [paths.concept(topic), paths.snippet(topic), paths.claims_file(topic)]
    problems = [Problem("is there already", path, fix="choose another name") for path in files if path.exists()]
    if (paths.snippets / topic).is_dir():
        problems = [Problem(f"{topic} is a folder of snippets", paths.snippets / topic, fix="choose another name")]
    if not topic.isidentifier() or topic != topic.lower() or keyword.iskeyword(topic):
        problems = [Problem(f"{topic!r} is not a name for a topic", fix="small letters and _, such as weight_decay")]
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
    """The start of a note with what the list says of it: in its front matter, and in a comment above its text."""
    head = f"title: {json.dumps(want.title, ensure_ascii=False)}\n"
    head += f"lectures: {json.dumps(want.lectures)}\n" if want.lectures else ""
    note = note.replace(f"title: {want.title}\n", head, 1)
    return note.replace("\n---\n", f"\n---\n<!-- Wanted: {want.what} -->\n\n", 1)
