"""Claims about snippets/fast_resnet.py, which are in docs/concepts/classifier_ladder.md."""

import torch

from coursenotes.claims import falsified_by
from snippets.fast_resnet import FastResNet as RightFastResNet
from snippets.fast_resnet import augment as right_augment
from snippets.fast_resnet import fit


class Frozen(RightFastResNet):
    """Only the dense layer learns."""

    def forward(self, x):
        return 0.125 * self.dense(self.maps(x).flatten(1).detach())


class Run:
    """One epoch, without a worker."""

    def epochs(self, sample: int, full: int):
        return range(sample)


def same_for_all(x):
    """One square for the whole batch, at one place."""
    y = x.clone()
    y[:, :, 4:12, 6:14] = 0
    return y


def without_cut(x):
    return right_augment(x, hole=0)


@falsified_by(FastResNet=Frozen)
def test_three_steps_move_every_weight(FastResNet):
    """A narrow network takes three steps, from a loss within 0.1 of guessing among ten, and all its parameters move."""
    model = FastResNet(10, width=4)
    before = [parameter.detach().clone() for parameter in model.parameters()]
    losses = fit(model, torch.randn(96, 3, 32, 32), torch.arange(96) % 10, Run(), epochs=1, batch_size=32)
    assert len(losses) == 3 and torch.stack(losses).isfinite().all()
    assert abs(float(losses[0]) - torch.tensor(10.0).log()) < 0.1
    for old, new in zip(before, model.parameters(), strict=True):
        assert (old != new).float().mean() > 0.5


@falsified_by(augment=same_for_all)
@falsified_by(augment=without_cut)
def test_each_picture_is_changed_in_its_own_way(augment):
    """Of 40 plain pictures each keeps its color and loses a square of 8 by 8 pixels, at more than ten places in all."""
    x = torch.rand(40, 3, 1, 1).add(0.5).expand(-1, -1, 32, 32)
    y = augment(x)
    assert y.shape == x.shape
    holes = (y == 0).all(dim=1)  # (40, 32, 32)
    assert (holes.sum(dim=(1, 2)) == 64).all()
    torch.testing.assert_close(y[~holes[:, None].expand_as(y)], x[~holes[:, None].expand_as(x)])
    assert len({tuple(hole.nonzero()[0].tolist()) for hole in holes}) > 10
