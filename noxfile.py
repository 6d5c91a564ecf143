"""The project's commands. `python -m pip install nox` is the only set-up."""

import hashlib
import os
import sys
import venv
from pathlib import Path

import nox

nox.options.sessions = ["build"]
nox.options.default_venv_backend = "none"  # one environment for all sessions: it is large, and takes minutes to make

ROOT = Path(__file__).parent
ENVIRONMENT = ROOT / ".nox" / "environment"
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")


def run(session, program, *args):
    """Run a program of the environment, which is made first where it is missing or its inputs changed."""
    inputs = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    state = hashlib.sha256(b"".join([sys.version.encode(), *inputs])).hexdigest()
    stamp = ENVIRONMENT / "installed"
    if not (stamp.is_file() and stamp.read_text() == state):
        session.log(
            "Installing PyTorch, fast.ai, MkDocs and what they need into .nox/environment, once: this takes minutes, "
            "and 2 GB of disk (more where PyTorch comes with CUDA)."
        )
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        pip = [str(PROGRAMS / "python"), "-m", "pip"]
        session.run(*pip, "install", "--quiet", "--upgrade", "pip", external=True)
        project = ["-c", "constraints.txt", "-e", ".", "--group", "test", "--group", "lint"]
        session.run(*pip, "install", *project, external=True)  # not --quiet: it says what it loads
        stamp.write_text(state)
    session.run(str(PROGRAMS / program), *args, external=True)


@nox.session
def build(session):
    """Train what is missing, check the claims, write the site."""
    run(session, "coursenotes", "build", *session.posargs)


@nox.session
def tests(session):
    """Run every test. What is missing is trained first."""
    run(session, "coursenotes", "build")
    run(session, "pytest", *(session.posargs or ["-n", str(min(4, os.cpu_count() or 1))]))


@nox.session
def serve(session):
    """Look at the site while writing it."""
    run(session, "mkdocs", "serve", *session.posargs)


@nox.session
def train(session):
    """Train at full scale, on a GPU where there is one, and publish the results."""
    run(session, "coursenotes", "run", "--scale", "full", "--publish", *session.posargs)


@nox.session
def replicate(session):
    """Accept claims: many seeds, other kernels."""
    run(session, "coursenotes", "replicate", *session.posargs)


@nox.session
def lint(session):
    """Style, types, and the wording of pages."""
    run(session, "ruff", "check")
    run(session, "ruff", "format", "--check", "--quiet")
    run(session, "mypy")
    run(session, "coursenotes", "check", "--wording")


@nox.session
def bench(session):
    """Measure the build against plain mkdocs and against running everything anew, in one run."""
    run(session, "python", "tests/bench.py", *session.posargs)
