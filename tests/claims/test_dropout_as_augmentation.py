"""Claims of docs/concepts/dropout_as_augmentation.md."""

import torch

from coursenotes.claims import at, below, close, falsified_by, swap
from snippets.dropout_as_augmentation import GaussianDropout as RightGaussian
from snippets.dropout_as_augmentation import shuffle_useless as right_shuffle


class ByRate(RightGaussian):
    """The drop rate itself as the standard deviation."""

    def __init__(self, p):
        super().__init__(p)
        self.deviation = p


class Added(RightGaussian):
    """Noise that is added, equally large for small and large activations."""

    def forward(self, x):
        return x + self.deviation * torch.randn_like(x)


def shuffle_all(rows, useful, share):
    """Values of all columns are shuffled, useful or not."""
    return right_shuffle(rows, torch.zeros_like(useful), share)


def noise_instead(rows, useful, share):
    """New noise in the useless columns, with another spread, instead of other rows' values."""
    return torch.where(useful, rows, 3 * torch.randn_like(rows))


@falsified_by(GaussianDropout=ByRate)
@falsified_by(GaussianDropout=Added)
def test_same_mean_and_variance_as_dropout(GaussianDropout):
    """Applied to 200,000 fives, mean and variance are within 5% of those with nn.Dropout, and none becomes zero."""
    for p in (0.2, 0.5):
        x = torch.full((200_000,), 5.0)
        noisy, dropped = GaussianDropout(p)(x), torch.nn.Dropout(p)(x)
        assert abs(float(noisy.mean() / dropped.mean()) - 1) < 0.05
        assert abs(float(noisy.var() / dropped.var()) - 1) < 0.05
        assert (noisy != 0).all() and (dropped == 0).any()


@falsified_by(shuffle_useless=shuffle_all)
@falsified_by(shuffle_useless=noise_instead)
def test_shuffling_keeps_useful_columns(shuffle_useless):
    """Shuffling leaves useful columns alone and changes useless ones, with values from the same column only."""
    rows, useful = torch.randn(50, 40), torch.arange(40) < 10
    new = shuffle_useless(rows, useful, 1.0)
    assert torch.equal(new[:, useful], rows[:, useful])
    assert not torch.equal(new, rows)
    for column in range(40):
        assert torch.isin(new[:, column], rows[:, column]).all()


@falsified_by(control={"change": ("gaussian", "none")})
@falsified_by(swap("change", "gaussian", "none"))
def test_deletion_is_not_needed(contest):
    """After 30 epochs, noise inside is at least 0.08 nats below undisturbed, and within 0.06 of dropout inside."""
    gaussian, none, dropout = (contest.metric("end_loss", change=c) for c in ("gaussian", "none", "dropout"))
    assert below(gaussian, none, margin=0.08)
    assert close(gaussian, dropout, within=0.06)


@falsified_by(control={"change": ("input_dropout", "none")})
@falsified_by(swap("change", "input_dropout", "none"))
def test_input_dropout_does_as_well(contest):
    """After 30 epochs, dropout on the input is at least 0.1 nats below undisturbed, not 0.03 above dropout inside."""
    outside, none, inside = (contest.metric("end_loss", change=c) for c in ("input_dropout", "none", "dropout"))
    assert below(outside, none, margin=0.1)
    assert below(outside - inside, 0.03)


@at("sample")
@falsified_by(control={"change": ("augmentation", "input_dropout")})
@falsified_by(control={"change": ("augmentation", "input_noise")})
@falsified_by(control={"change": ("augmentation", "gaussian")})
@falsified_by(swap("change", "augmentation", "dropout"))
def test_true_augmentation_is_better(contest):
    """At its best epoch, true augmentation is at least 0.015 nats below undisturbed and below dropout inside."""
    augmentation, none, dropout = (contest.metric("loss", change=c) for c in ("augmentation", "none", "dropout"))
    assert below(augmentation, none, margin=0.015)
    assert below(augmentation, dropout, margin=0.015)


@at("full")
@falsified_by(control={"change": ("input_dropout", "none")})
@falsified_by(control={"change": ("input_dropout", "augmentation")})
@falsified_by(swap("change", "input_dropout", "none"))
def test_input_dropout_beats_early_stopping(contest):
    """On Fashion-MNIST, at the best epoch of each, dropout on the input is at least 0.01 nats below undisturbed."""
    outside, none = (contest.metric("loss", change=c) for c in ("input_dropout", "none"))
    assert below(outside, none, margin=0.01)
