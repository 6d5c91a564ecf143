"""The command line: its commands, their arguments, and the exit status."""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from coursenotes.build import commands, training_commands
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.paths import Paths

OS_ERROR_HINTS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some space, and run it again: finished work is kept"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "make it writable for you, or work in a copy that is"),
    **dict.fromkeys((errno.ENOTDIR, errno.EISDIR, errno.EEXIST), "move away what is there"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "raise the limit on open files: ulimit -n 4096"),
    errno.EIO: "the disk or the network folder is faulty; use another",
}
"""How to fix errors of the operating system, which are not the engine's fault and need no traceback."""


class Terminated(KeyboardInterrupt):
    """SIGTERM, with which a CI cancels a job: the command cleans up as after Ctrl-C."""


@contextlib.contextmanager
def _handling_sigterm() -> Iterator[None]:
    """Turn SIGTERM into Terminated while a command runs; afterwards the signal has its default effect again."""

    def terminated(number: int, frame: object) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
        raise Terminated

    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, terminated)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is terminated:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def main(argv: list[str] | None = None) -> int:
    """Run one command. -> its exit status: 0; 1 after a problem; 130 or 143 after an interruption."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character gets an escape
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(argv)
    try:
        with _handling_sigterm():
            status = args.run(args, Paths.find(args.project)) or 0
        if sys.stdout is not None:
            sys.stdout.flush()  # here, so that a full disk is still reported
        return status
    except CoursenotesError as error:
        return _fail(error)
    except BrokenPipeError:  # the reader of the output closed it
        sys.stdout = None  # type: ignore[assignment]
        return 0
    except OSError as error:
        if error.errno not in OS_ERROR_HINTS:
            raise
        try:
            sys.stdout.flush()
        except OSError:
            sys.stdout = None  # type: ignore[assignment] # so that Python does not try again at the end
        return _fail(CoursenotesError(Problem(str(error.strerror), error.filename, fix=OS_ERROR_HINTS[error.errno])))
    except Terminated:
        print("\nterminated; finished work is kept", file=sys.stderr)
        return 143
    except KeyboardInterrupt:
        print("\nstopped; finished work is kept", file=sys.stderr)
        return 130


def _fail(error: CoursenotesError) -> int:
    count = len(error.problems)
    print(f"\n{error}\n\n{count} problem{'s' if count > 1 else ''}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coursenotes", description=__import__("coursenotes").__doc__)
    parser.add_argument("--project", type=Path, default=None, help="a folder of the project (default: this one)")
    subparsers = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run, help: str) -> argparse.ArgumentParser:
        command = subparsers.add_parser(name, help=help, description=help)
        command.set_defaults(run=run)
        return command

    command = add("build", commands.build, "train what is missing, check the claims, write site/")
    command.add_argument("--open", action="store_true", help="serve the finished site on this machine and open it")
    command = add("run", training_commands.run, "train an experiment, or all of a topic")
    command.add_argument("names", nargs="*", help="topic or topic.experiment (default: all)")
    command.add_argument("--scale", choices=("sample", "full"), default="sample")
    command.add_argument("--publish", action="store_true", help="write full-scale results to results/")
    command.add_argument("--twice", action="store_true", help="run one job of each twice, and compare them bit by bit")
    command.add_argument("--since", metavar="REVISION", help="with --twice: only those that changed since")
    about = "accept claims: train many new seeds, and test every comparison"
    command = add("replicate", training_commands.replicate, about)
    command.add_argument("names", nargs="*", help="topic or topic.claim (default: all)")
    command.add_argument("--scale", choices=("sample", "full"), default="sample")
    command.add_argument("--seeds", type=int, default=None, help="how many (default: 20, at full scale 8 or more)")
    command.add_argument("--again", action="store_true", help="also those that are accepted already")
    about = "accept nothing: show the verdicts of a build with seeds from FIRST on (default: 1000)"
    command.add_argument("--check", type=int, nargs="?", const=1000, default=None, metavar="FIRST", help=about)
    add("status", commands.status, "the stored results, those that are missing and why, without running anything")
    command = add("why", commands.why, "what changed since the stored result of an experiment")
    command.add_argument("name", help="topic.experiment")
    command.add_argument("--scale", choices=("sample", "full"), default="sample")
    command = add("new", commands.new, "start a topic: its note, its snippet and its claims")
    command.add_argument("topic")
    command = add(
        "import", commands.import_, "import somebody's notes, notebook or transcript as a version of a lesson"
    )
    command.add_argument("source", type=Path, metavar="FILE|FOLDER", help="Markdown, text, .ipynb, or a folder of them")
    command.add_argument("--lecture", default="", help="course/lecture or a code, such as dl2022/8")
    command.add_argument("--lectures", type=Path, help="for a folder: a file with lines of name.md: dl2022/8")
    command.add_argument("--author", default="", help="who wrote it: an id of docs/people.yml")
    command.add_argument("--author-name", default="", help="the name of an author who is not in it yet")
    command.add_argument("--author-url", default="", help="their page")
    command.add_argument("--license", default="", help="an SPDX id, such as CC-BY-4.0")
    command.add_argument("--kind", default="", help="summary, topic notes or transcript")
    command.add_argument("--name", default="", help="the name of the page (default: the author)")
    command.add_argument("--url", default="", help="where it came from")
    about = "of a transcript: index hides its text"
    command.add_argument("--publish", choices=("text", "index"), default="", help=about)
    command.add_argument(
        "--report", type=Path, help="a file for the list of changes and of what could not be converted"
    )
    command = add("check", commands.check, "every name, number and claim, without training")
    command.add_argument("--fix", nargs="+", metavar="PAGE", help="write measured values into the texts of these pages")
    command.add_argument("--wording", action="store_true", help="only how the pages are worded, a finding per line")
    about = "only whether each page still has the claims, numbers, figures and times that it had then"
    command.add_argument("--same-references-as", metavar="REVISION", help=about)
    command = add("release", commands.release, "record the listed pages and all verdicts of today as a release")
    command.add_argument("name", help="such as 2026.11")
    command = add("store", commands.store, "the contents of the local store, and whether they are intact")
    command.add_argument("--remove-unused", action="store_true", help="delete results of older code")
    return parser


if __name__ == "__main__":
    sys.exit(main())
