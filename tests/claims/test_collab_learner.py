"""Claims of docs/concepts/collab_learner.md."""

import math

from coursenotes.claims import at, below, close, falsified_by, swap


@falsified_by(control={"code": ("from_scratch", "fastai_default_loader")})  # retrained, ratings drawn with replacement
@falsified_by(control={"code": ("fastai", "fastai_default_loader")})
def test_agrees_with_scratch(implementations):
    """The validation errors of collab_learner and of the code from scratch are within 0.02 stars squared."""
    scratch, fastai = (implementations.metric("valid_loss", code=code) for code in ("from_scratch", "fastai"))
    assert close(fastai, scratch, within=0.02)


@falsified_by(control={"code": ("fastai_default_loader", "fastai")})
@falsified_by(control={"code": ("fastai_default_loader", "from_scratch")})
def test_default_loader_repeats(implementations):
    """In one epoch, fastai's default training loader hands out a share of 1 - 1/e of the ratings, within 0.01."""
    share = implementations.metric("share_seen", code="fastai_default_loader")
    assert close(share, 1 - 1 / math.e, within=0.01)


@at("full")
@falsified_by(control={"code": ("fastai_default_loader", "from_scratch")})
@falsified_by(swap("code", "fastai", "fastai_default_loader"))
def test_default_loader_raises_error(implementations):
    """On real ratings, fastai's default loader raises the validation error by at least 0.02 stars squared."""
    once, repeats = (implementations.metric("valid_loss", code=code) for code in ("fastai", "fastai_default_loader"))
    assert below(once, repeats, margin=0.02)
