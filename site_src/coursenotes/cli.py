"""The command line. Each command imports what it needs, so that the quick ones are quick."""

from __future__ import annotations

import argparse
import errno
import io
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

from coursenotes.errors import CoursenotesError, Problem, raise_all
from coursenotes.layout import Layout

SURROUNDINGS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some space, and run it again: what was finished is kept"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "make it writable for you, or work in a copy that is"),
    **dict.fromkeys((errno.ENOTDIR, errno.EISDIR, errno.EEXIST), "move away what stands there"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "raise the limit on open files: ulimit -n 4096"),
    errno.EIO: "the disk or the network folder fails; run it on another",
}
"""What the machine refuses, and how to mend it: no fault of the engine's, and no cause for a traceback."""


class Terminated(KeyboardInterrupt):
    """SIGTERM, by which a CI ends what it no longer wants: it leaves as little behind as Ctrl-C does."""


def _listen_for_the_end() -> None:
    def terminated(number: int, frame: object) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: tidying up takes less than the wait for SIGKILL
        raise Terminated

    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, terminated)


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0, or 1 where something is wrong."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no such letter is shown an escape
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(argv)
    try:
        _listen_for_the_end()
        status = args.run(args, Layout.find(args.project)) or 0
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where an output that is full is still told
        return status
    except CoursenotesError as error:
        return _fail(error)
    except BrokenPipeError:  # whoever read the output has seen enough
        sys.stdout = None  # type: ignore[assignment]
        return 0
    except OSError as error:
        if error.errno not in SURROUNDINGS:
            raise
        try:
            sys.stdout.flush()
        except OSError:
            sys.stdout = None  # type: ignore[assignment] # what could not be printed is not tried again at the end
        return _fail(CoursenotesError(Problem(str(error.strerror), error.filename, fix=SURROUNDINGS[error.errno])))
    except Terminated:
        print("\nended from outside; what was finished is kept", file=sys.stderr)
        return 143
    except KeyboardInterrupt:
        print("\nstopped; what was finished is kept", file=sys.stderr)
        return 130


def _fail(error: CoursenotesError) -> int:
    count = len(error.problems)
    print(f"\n{error}\n\n{count} problem{'s' if count > 1 else ''}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coursenotes", description=__import__("coursenotes").__doc__)
    parser.add_argument("--project", type=Path, default=None, help="a folder of the project (default: this one)")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(run=run)
        return command

    command = add("build", _build, "train what is missing, check the claims, write site/")
    command.add_argument("--open", action="store_true", help="serve the finished site on this machine and open it")
    command = add("run", _run, "train an experiment, or all of a topic")
    command.add_argument("names", nargs="*", help="topic or topic.experiment (default: all)")
    command.add_argument("--scale", choices=("sample", "full"), default="sample")
    command.add_argument("--publish", action="store_true", help="write full-scale results to results/")
    add("status", _status, "what is there, what is missing and why, without running anything")
    command = add("why", _why, "what changed since the stored result of an experiment")
    command.add_argument("name", help="topic.experiment")
    command.add_argument("--scale", choices=("sample", "full"), default="sample")
    command = add("new", _new, "start a topic: its note, its snippet and its claims")
    command.add_argument("topic")
    command = add("import", _import, "bring somebody's notes, notebook or transcript in beside a lesson")
    command.add_argument("source", type=Path, metavar="FILE|FOLDER", help="Markdown, text, .ipynb, or a folder of them")
    command.add_argument("--lecture", default="", help="course/lecture or a code, such as dl2022/8")
    command.add_argument("--lectures", type=Path, help="for a folder: a file with lines of name.md: dl2022/8")
    command.add_argument("--author", default="", help="who wrote it: an id of docs/people.yml")
    command.add_argument("--author-name", default="", help="the name of somebody who is not there yet")
    command.add_argument("--author-url", default="", help="their page")
    command.add_argument("--licence", default="", help="an SPDX id, such as CC-BY-4.0")
    command.add_argument("--kind", default="", help="summary, topic notes or transcript")
    command.add_argument("--name", default="", help="what the page is called (default: the author)")
    command.add_argument("--url", default="", help="where it came from")
    command.add_argument(
        "--publish", choices=("text", "index"), default="", help="of a transcript: index hides its text"
    )
    command.add_argument("--report", type=Path, help="a file for what was changed or could not be turned")
    command = add("check", _check, "every name, number and claim, without training")
    command.add_argument("--fix", action="store_true", help="write measured values into the text of their links")
    command = add("release", _release, "note what is listed today, and every verdict, as a release")
    command.add_argument("name", help="such as 2026.11")
    command = add("store", _store, "what the local store holds, and whether it is whole")
    command.add_argument("--remove-unused", action="store_true", help="delete results of older code")
    return parser


def _build(args: argparse.Namespace, layout: Layout) -> int:
    from coursenotes import stamp

    last = stamp.unchanged(layout, scale="sample")
    if last is not None:
        summary = f"Nothing changed: {last}"
    else:
        from coursenotes.build import build
        from coursenotes.mkdocs_plugin import render
        from coursenotes.progress import Progress

        with Progress() as progress:
            summary = build(layout, progress, render)
    print(summary)
    print(f"The site is at {layout.site / 'index.html'}")
    if args.open:
        _serve(layout.site)
    else:
        print("To look at it: coursenotes build --open (searching needs an address, not a file)")
    return 0


def _run(args: argparse.Namespace, layout: Layout) -> int:
    from coursenotes.plan import load
    from coursenotes.progress import Progress
    from coursenotes.train import fetch, preload, task, train
    from coursenotes.workers import Pool

    library = load(layout)
    names = _chosen(library, args.names, args.scale)
    missing = library.missing((name, args.scale) for name in names)
    total = sum(len(library.jobs(name, args.scale)) for name in names)
    todo = [task(library, job) for job in missing]
    with Progress() as progress, Pool(layout.root, preload=preload(library, todo)) as pool:
        if args.scale == "full" and missing:
            raise_all(fetch(library, {job.experiment.id for job in missing}, pool, progress))
        progress.plan(total, total - len(missing), tasks=todo)
        problems = train(library, missing, pool, progress)
    for name in names:
        _show(library, name, args.scale)
        if args.publish and args.scale == "full" and library.results(name, "full") is not None:
            try:
                print(f"  published in {library.publish(name).relative_to(layout.root)}")
            except CoursenotesError as error:
                problems += error.problems
    raise_all(problems)
    return 0


def _chosen(library, names: list[str], scale: str) -> list[str]:
    """The experiments that a person means: by id, by topic, or all that can run at the scale."""
    able = [e for e in library.site.experiments.values() if scale in e.scales]
    if not names:
        return [e.id for e in able]
    found = []
    for name in names:
        topic = [e.id for e in able if e.topic == name]
        known = topic or name in (e.topic for e in library.site.experiments.values())
        one = None if known else library.experiment(name).id
        if not topic and (one is None or scale not in library.experiment(one).scales):
            raise CoursenotesError(Problem(f"{name} has no {scale} scale", fix="give its dataset one"))
        found += topic or [one]
    return found


def _show(library, name: str, scale: str) -> None:
    results = library.results(name, scale)
    if results is None:
        return
    print(f"{name} at {scale} scale, {len(results.seeds)} seeds")
    for settings, group in results.groups():
        values = ", ".join(
            f"{m} {group.metric(m).mean():.4g} ± {group.metric(m).std(ddof=1 if len(group.seeds) > 1 else 0):.2g}"
            for m in group.metrics
        )
        print(f"  {' '.join(f'{k}={v}' for k, v in settings.items()) or '-'}: {values}")


def _status(args: argparse.Namespace, layout: Layout) -> int:
    from coursenotes.claims import verdicts
    from coursenotes.plan import load

    library = load(layout)
    for name, e in sorted(library.site.experiments.items()):
        for scale in e.scales:
            jobs = library.jobs(name, scale)
            missing = library.missing([(name, scale)])
            results = library.results(name, scale)
            words = f"{len(jobs) - len(missing)}/{len(jobs)} jobs"
            if results is not None and results.stale:
                words += f", published results are of older code: {results.stale}"
            elif missing:
                words += f": {'; '.join(library.why(missing[0]))}"
            print(f"{name:44} {scale:7} {words}")
    for claim in sorted(library.site.claims):
        for verdict in verdicts.best(library, claim):
            print(f"{claim:44} {verdict.scale:7} {verdict.status}")
    return 0


def _why(args: argparse.Namespace, layout: Layout) -> int:
    from coursenotes.plan import load

    library = load(layout)
    library.experiment(args.name)
    jobs = library.jobs(args.name, args.scale)
    reasons: dict[tuple[str, ...], list] = {}
    for job in jobs:
        reasons.setdefault(tuple(library.why(job)), []).append(job)
    for why, some in reasons.items():
        print(f"{args.name}, {len(some)} of {len(jobs)} jobs: {'; '.join(why) or 'stored, and nothing changed since'}")
    depends = library.depends(args.name, args.scale)
    print("It depends on:")
    for symbol in depends["code"]:
        print(f"  {symbol}")
    for lib, version in depends.get("libraries", {}).items():
        print(f"  {lib} {version}")
    return 0


def _new(args: argparse.Namespace, layout: Layout) -> int:
    from coursenotes.new import create

    for path in create(layout, args.topic):
        print(f"wrote {path.relative_to(layout.root)}")
    print("Next: coursenotes build")
    return 0


def _import(args: argparse.Namespace, layout: Layout) -> int:
    from coursenotes.importing.asked import Options
    from coursenotes.importing.run import bring, summary

    def ask(question: str) -> str:
        try:
            return input(question).strip()
        except EOFError:
            return ""

    given = {name: value for name, value in vars(args).items() if name in Options.__dataclass_fields__}
    reports = bring(layout, Options(**given), ask if sys.stdin is not None and sys.stdin.isatty() else None, print)
    told = summary(reports)
    print(told)
    if args.report:
        args.report.write_text(told + "\n", encoding="utf-8")
    print("Next: look at it with coursenotes build --open, then open a pull request")
    return 0


def _check(args: argparse.Namespace, layout: Layout) -> int:
    from coursenotes import check, measured
    from coursenotes.plan import load

    library = load(layout)
    if args.fix:
        for page in library.site.pages.values():
            text = measured.fix_texts(library, page)
            if text != page.text:
                page.path.write_text(text, encoding="utf-8")
                print(f"corrected {page.path.relative_to(layout.root)}")
        library = load(layout)
    credited = check.credited(library)
    raise_all([*check.static(library), *check.after_training(library), *check.prose(library), *credited])
    print(f"{len(library.site.pages)} pages, {len(library.site.claims)} claims: nothing wrong")
    _say_due(library)
    return 0


def _release(args: argparse.Namespace, layout: Layout) -> int:
    from coursenotes import releases
    from coursenotes.plan import load

    library = load(layout)
    raise_all(list(library.knowledge.problems()))
    path = releases.save(library, args.name)
    taken = releases.load(layout)[-1]
    print(f"wrote {path.relative_to(layout.root)}: {len(taken.pages)} pages, {len(taken.claims)} claims")
    print("Next: add it to the project, and build: pages tell what changed since")
    return 0


def _say_due(library) -> None:
    """Print the dated values that are past their review. None of them is a fault: nothing changed but the day."""
    from coursenotes.knowledge import dated

    due = dated.due(library.site.pages.values(), library.knowledge.today)
    if due:
        print(f"\n{len(due)} dated value{'s' if len(due) > 1 else ''} to look at again:")
    for fact in due:
        where = f"{fact.path.relative_to(library.layout.root)}:{fact.line}"
        print(f"{where} {fact.value}: as of {fact.day}, due since {fact.review}")


def _store(args: argparse.Namespace, layout: Layout) -> int:
    from coursenotes import tidy
    from coursenotes.plan import load

    library = load(layout)
    found = tidy.look(library)
    print(f"{found.entries} results, {found.size / 1e6:.1f} MB in {library.store.root}")
    print(f"{len(found.unused)} of them, {found.unused_size / 1e6:.1f} MB, belong to older code")
    if args.remove_unused:
        tidy.remove_unused(found)
        print("removed these")
    raise_all(found.bad)
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


if __name__ == "__main__":
    sys.exit(main())
