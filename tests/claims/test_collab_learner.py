"""Claims of docs/concepts/collab_learner.md."""

import math

from coursenotes.claims import at, below, close, falsified_by, swap


@falsified_by(control={"code": ("from_scratch", "fastai_default_loader")})  # retrained, ratings drawn with replacement
@falsified_by(control={"code": ("fastai", "fastai_default_loader")})
def test_agrees_with_scratch(libraries):
    """The validation errors of collab_learner and of the code from scratch are within 0.02 stars squared."""
    scratch, fastai = (libraries.metric("valid_loss", code=code) for code in ("from_scratch", "fastai"))
    assert close(fastai, scratch, within=0.02)


@falsified_by(control={"code": ("fastai_default_loader", "fastai")})
@falsified_by(control={"code": ("fastai_default_loader", "from_scratch")})
def test_default_loader_repeats(libraries):
    """An epoch of fastai's own training loader holds a share of 1 - 1/e of the ratings, within 0.01."""
    seen = libraries.metric("seen", code="fastai_default_loader")
    assert close(seen, 1 - 1 / math.e, within=0.01)


@at("full")
@falsified_by(control={"code": ("fastai_default_loader", "from_scratch")})
@falsified_by(swap("code", "fastai", "fastai_default_loader"))
def test_default_loader_costs(libraries):
    """On real ratings, that costs at least 0.02 stars squared of validation error."""
    once, repeats = (libraries.metric("valid_loss", code=code) for code in ("fastai", "fastai_default_loader"))
    assert below(once, repeats, margin=0.02)
