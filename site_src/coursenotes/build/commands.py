"""The commands, one function each. Each imports only what it needs, so that quick commands start quickly."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from coursenotes.errors import raise_all, unknown
from coursenotes.paths import Paths

if TYPE_CHECKING:
    from coursenotes.discover.catalog import PageInfo
    from coursenotes.project import Project


def build(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.cache import up_to_date

    last = up_to_date.unchanged(paths, scale="sample")
    if last is not None:
        summary, contradicted = f"Nothing changed: {last['summary']}", last["contradicted"]
    else:
        from coursenotes.build.build import build
        from coursenotes.build.mkdocs_plugin import render
        from coursenotes.workers.progress import Progress

        with Progress() as progress:
            summary, contradicted = build(paths, progress, render)
    print(summary)
    print(f"The site is at {paths.site / 'index.html'}")
    if not args.open:
        print("To read it: coursenotes build --open (search needs an address, not a file)")
    status = _print_contradicted(contradicted)
    if args.open:
        _serve(paths.site)
    return status


def _print_contradicted(contradicted: list[str]) -> int:
    """Print the claims that this machine's measurements contradict -> the exit status, 1 if there are any."""
    if not contradicted:
        return 0
    sys.stdout.flush()
    number = f"{len(contradicted)} claim{'s are' if len(contradicted) > 1 else ' is'} contradicted here"
    print("\n" + "\n\n".join(contradicted), file=sys.stderr)
    print(f"\n{number}: the site says so next to each. Do not publish it as it is.", file=sys.stderr)
    return 1


def status(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.claims import verdicts
    from coursenotes.project import load

    project = load(paths)
    for name, e in sorted(project.catalog.experiments.items()):
        for scale in e.scales:
            jobs = project.plan.jobs(name, scale)
            missing = project.plan.missing([(name, scale)])
            results = project.plan.results(name, scale)
            words = f"{len(jobs) - len(missing)}/{len(jobs)} jobs"
            if results is not None and results.stale:
                words += f", published results are from older code: {results.stale}"
            elif missing:
                words += f": {'; '.join(project.plan.why(missing[0]))}"
            print(f"{name:44} {scale:7} {words}")
    for claim in sorted(project.catalog.claims):
        for verdict in verdicts.best(project.plan, claim):
            print(f"{claim:44} {verdict.scale:7} {verdicts.WORDS[verdict.status]}")
    return 0


def why(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.project import load

    project = load(paths)
    project.plan.experiment(args.name)
    jobs = project.plan.jobs(args.name, args.scale)
    reasons: dict[tuple[str, ...], list] = {}
    for job in jobs:
        reasons.setdefault(tuple(project.plan.why(job)), []).append(job)
    for why, affected in reasons.items():
        state = "; ".join(why) or "stored, and nothing has changed since"
        print(f"{args.name}, {len(affected)} of {len(jobs)} jobs: {state}")
    depends = project.plan.depends(args.name, args.scale)
    print("It depends on:")
    for symbol in depends["code"]:
        print(f"  {symbol}")
    for lib, version in depends.get("libraries", {}).items():
        print(f"  {lib} {version}")
    return 0


def new(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.build.new import create

    for path in create(paths, args.topic):
        print(f"wrote {path.relative_to(paths.root)}")
    print("Next: coursenotes build")
    return 0


def import_(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.importing.options import Options
    from coursenotes.importing.run import import_notes, summary

    def ask(question: str) -> str:
        try:
            return input(question).strip()
        except EOFError:
            return ""

    options = {name: value for name, value in vars(args).items() if name in Options.__dataclass_fields__}
    person = ask if sys.stdin is not None and sys.stdin.isatty() else None
    reports = import_notes(paths, Options(**options), person, print)
    text = summary(reports)
    print(text)
    if args.report:
        args.report.write_text(text + "\n", encoding="utf-8")
    print("Next: read it with coursenotes build --open, then open a pull request")
    return 0


def check(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.build import check
    from coursenotes.discover.text.addresses import shortened
    from coursenotes.project import load
    from coursenotes.site.markdown import measured

    project = load(paths)
    if args.wording:
        return _print_wording(project)
    if args.same_references_as:
        return _print_references(project, args.same_references_as)
    if args.fix:
        for page in _pages(project, args.fix):
            text = shortened(measured.fix_texts(project.plan, page), page.context)
            if text != page.text:
                page.path.write_text(text, encoding="utf-8")
                print(f"corrected {page.path.relative_to(paths.root)}")
        project = load(paths)
    credited = check.credited(project)
    accepted = check.accepted(project)
    found = [*check.static(project), *check.after_training(project), *check.prose(project), *check.openings(project)]
    raise_all([*found, *credited, *accepted])
    print(f"{len(project.catalog.pages)} pages, {len(project.catalog.claims)} claims: nothing wrong")
    _print_due(project)
    return 0


def _print_wording(project: Project) -> int:
    """Print what to improve in the words of the pages, a line each -> the exit status, 1 if anything is an error."""
    from coursenotes.knowledge.form import wording

    findings = wording.findings(project.catalog)
    for each in findings:
        place = f"{each.path.relative_to(project.paths.root)}:{each.line}"
        print(f"{place}: {'error: ' if each.error else ''}{each.what}: {each.fix}")
    errors = sum(each.error for each in findings)
    print(f"{len(project.catalog.pages)} pages: {errors} errors of wording, {len(findings) - errors} hints")
    return 1 if errors else 0


def _print_references(project: Project, revision: str) -> int:
    """Print which references of each page are gone since a revision, and which are new -> 1 if any is gone."""
    from coursenotes.knowledge.links import kept

    lost = 0
    for change in kept.changes(project.catalog, revision):
        page = f"{project.paths.docs.name}/{change.page}"
        print(*(f"{page}: gone: {address}" for address in change.gone), sep="\n", end="\n" if change.gone else "")
        print(*(f"{page}: new: {address}" for address in change.new), sep="\n", end="\n" if change.new else "")
        lost += len(change.gone)
    print(f"{lost} references are gone since {revision}")
    return 1 if lost else 0


def _pages(project: Project, names: list[str]) -> list[PageInfo]:
    """Pages by path, below the root or docs/, or by topic. Raises CoursenotesError."""
    pages, problems, chosen = project.catalog.pages, [], []
    for name in names:
        path = name.removeprefix("./").removeprefix("docs/")
        matches = [page for page in (path, project.paths.concept_page(path), f"{path}.md") if page in pages]
        if matches:
            chosen.append(pages[matches[0]])
        else:
            problems.append(unknown("page", path, pages, write="docs/{}"))
    raise_all(problems)
    return chosen


def release(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.project import load
    from coursenotes.site import releases

    project = load(paths)
    raise_all(list(project.knowledge.problems()))
    path = releases.save(project, args.name)
    taken = releases.load(paths)[-1]
    print(f"wrote {path.relative_to(paths.root)}: {len(taken.pages)} pages, {len(taken.claims)} claims")
    print("Next: commit it, and build: pages show what has changed since")
    return 0


def _print_due(project: Project) -> None:
    """Print the dated values that are past their review date. They are reminders, not errors."""
    from coursenotes.knowledge.facts import dated

    due = dated.due(project.catalog.pages.values(), project.knowledge.today)
    if due:
        print(f"\n{len(due)} dated value{'s' if len(due) > 1 else ''} to review:")
    for fact in due:
        where = f"{fact.path.relative_to(project.paths.root)}:{fact.line}"
        print(f"{where} {fact.value}: as of {fact.day}, due since {fact.review}")


def store(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.experiments import unused
    from coursenotes.project import load

    project = load(paths)
    stored = unused.contents(project.plan)
    print(f"{stored.entries} results, {stored.size / 1e6:.1f} MB in {project.plan.store.root}")
    print(f"{len(stored.unused)} of them, {stored.unused_size / 1e6:.1f} MB, belong to older code")
    if args.remove_unused:
        unused.remove_unused(stored)
        print("removed them")
    raise_all(stored.bad)
    return 0


def _serve(folder: Path) -> None:
    import functools
    import http.server
    import webbrowser

    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        print(f"The site is at {address} (stop with Ctrl-C)")
        webbrowser.open(address)
        server.serve_forever()
