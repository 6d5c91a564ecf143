"""Claims of docs/concepts/dropout.md."""

import torch
from torch import nn

from coursenotes.claims import above, at, below, close, falsified_by, refuted, swap
from snippets.dropout import Dropout as RightDropout
from snippets.dropout import drop as right_drop
from snippets.dropout import keep_mask as right_mask

RATES = (0.1, 0.2, 0.5, 0.8)


def keeps_what_it_should_drop(x, p):
    return 1 - right_mask(x, p)


def whole_rows(x, p):
    """One draw per row instead of one per activation."""
    return right_mask(x[:, :1], p).expand_as(x)


def unscaled(x, mask, p):
    """The mask alone, as in the lecture's spreadsheet."""
    return x * mask


def scaled_by_p(x, mask, p):
    return x * mask / p


def detached(x, mask, p):
    """The right numbers without a gradient."""
    return right_drop(x.detach(), mask, p) + 0 * x


class AlwaysOn(RightDropout):
    """Dropout that goes on in evaluation."""

    def forward(self, x):
        return right_drop(x, right_mask(x, self.p), self.p)


class ScaledTwice(RightDropout):
    """Divides by 1 - p in training, and also multiplies by 1 - p in evaluation, as the paper does."""

    def forward(self, x):
        return super().forward(x) if self.training else x * (1 - self.p)


@falsified_by(keep_mask=keeps_what_it_should_drop)
@falsified_by(keep_mask=whole_rows)
def test_keeps_one_minus_p(keep_mask):
    """Of 100,000 activations the mask keeps a share of 1 - p (within 5 standard deviations), in no row all or none."""
    for p in (*RATES, 0.9):
        mask = keep_mask(torch.randn(100, 1000), p)
        assert abs(float(mask.mean()) - (1 - p)) < 5 * (p * (1 - p) / mask.numel()) ** 0.5
        assert ((mask == 0) | (mask == 1)).all()
        assert mask.mean(dim=1).min() > 0 and mask.mean(dim=1).max() < 1


@falsified_by(drop=unscaled)
@falsified_by(drop=scaled_by_p)
@falsified_by(keep_mask=keeps_what_it_should_drop)
def test_keeps_the_mean(drop, keep_mask):
    """Over 100,000 draws the mean stays within 5 standard deviations; without the division it falls to 1 - p of it."""
    for p in (0.1, 0.2, 0.8):
        activations = torch.full((100_000,), 3.0)
        mask = keep_mask(activations, p)
        spread = 5 * 3 * (p / (1 - p) / len(mask)) ** 0.5
        assert abs(float(drop(activations, mask, p).mean()) - 3) < spread
        assert abs(float((activations * mask).mean()) - 3 * (1 - p)) < spread


@falsified_by(drop=unscaled)
@falsified_by(drop=scaled_by_p)
@falsified_by(drop=detached)
def test_equals_torch(drop):
    """With the mask that nn.Dropout drew, outputs and gradients equal those of nn.Dropout."""
    for p in (0.1, 0.2, 0.8):
        numbers = torch.rand(50, 40) + 0.5
        x, x_2 = (numbers.clone().requires_grad_() for _ in range(2))
        theirs = nn.Dropout(p)(x_2)
        mask = (theirs != 0).float().detach()
        ours = drop(x, mask, p)
        torch.testing.assert_close(ours, theirs)
        for y in (ours, theirs):
            y.square().sum().backward()
        torch.testing.assert_close(x.grad, x_2.grad)


@falsified_by(Dropout=AlwaysOn)
@falsified_by(Dropout=ScaledTwice)
def test_off_in_evaluation(Dropout):
    """In evaluation the layer returns its input unchanged, as nn.Dropout does; in training it does not."""
    x = torch.randn(20, 30)
    for p in RATES:
        for layer in (Dropout(p), nn.Dropout(p)):
            assert not torch.equal(layer(x), x)
            assert torch.equal(layer.eval()(x), x)


@falsified_by(control="without_rescaling")  # retrained with the 1/(1-p) left out
@falsified_by(control="fixed_mask")  # retrained with one fixed mask: a smaller network
@falsified_by(swap("p", 0.0, 0.5))
def test_generalizes_better(drop_rate):
    """After 30 epochs, the validation loss at p=0.5 is at least 0.1 nats below that without dropout."""
    dropout, none = (drop_rate.metric("valid_loss", p=p) for p in (0.5, 0.0))
    assert below(dropout, none, margin=0.1)


@falsified_by(swap("p", 0.0, 0.8))
@falsified_by(control={"p": (0.8, 0.0)})
def test_fits_worse(drop_rate):
    """The training loss rises by at least 0.05 nats from p=0 to 0.5, by 0.1 from there to 0.8, and by 0.1 to 0.9."""
    losses = [drop_rate.metric("train_loss", p=p) for p in (0.0, 0.5, 0.8, 0.9)]
    assert below(losses[0], losses[1], margin=0.05)
    assert below(losses[1], losses[2], margin=0.1)
    assert below(losses[2], losses[3], margin=0.1)


@at("full")
@refuted("more dropout always generalizes better")
@falsified_by(swap("p", 0.5, 0.9))
@falsified_by(control={"p": (0.9, 0.8)})
def test_too_much_is_worse(drop_rate):
    """On Fashion-MNIST, the validation loss at p=0.9 is at least 0.3 nats above p=0.5, and 0.2 above no dropout."""
    too_much, half, none = (drop_rate.metric("valid_loss", p=p) for p in (0.9, 0.5, 0.0))
    assert above(too_much, half, margin=0.3)
    assert above(too_much, none, margin=0.2)


@falsified_by(control={"p": (0.5, 0.9)})
def test_accuracy_hardly_moves(drop_rate):
    """The accuracy at p=0.5 is within 0.03 of that without dropout."""
    dropout, none = (drop_rate.metric("accuracy", p=p) for p in (0.5, 0.0))
    assert close(dropout, none, within=0.03)


@falsified_by(swap("p", 0.0, 0.8))
@falsified_by(control={"p": (0.8, 0.0)})
def test_best_rate_depends_on_length(drop_rate):
    """At p=0.8, validation loss is at least 0.1 nats above no dropout after 10 epochs, and 0.04 below it after 30."""
    early, early_none = (drop_rate.metric("early_loss", p=p) for p in (0.8, 0.0))
    late, late_none = (drop_rate.metric("valid_loss", p=p) for p in (0.8, 0.0))
    assert above(early, early_none, margin=0.1)
    assert below(late, late_none, margin=0.04)


@at("full")
@falsified_by(control="fixed_mask")
@falsified_by(swap("p", 0.0, 0.5))
def test_better_even_if_stopped_early(drop_rate):
    """At the best epoch of each, the validation loss at p=0.5 is at least 0.015 nats below that without dropout."""
    dropout, none = (drop_rate.metric("lowest_loss", p=p) for p in (0.5, 0.0))
    assert below(dropout, none, margin=0.015)


@falsified_by(control="drop_rate")  # the division put back
def test_unscaled_is_worse_than_none(without_rescaling, drop_rate):
    """With the division left out, the validation loss is at least 0.3 nats above that without dropout."""
    assert above(without_rescaling.metric("valid_loss", p=0.5), drop_rate.metric("valid_loss", p=0.0), margin=0.3)


@at("sample")
@falsified_by(control="fixed_mask")
def test_loss_falls_without_learning_more(fixed_mask_in_training, drop_rate):
    """One mask in training, none in evaluation: loss at least 0.1 nats below no dropout, within 0.04 when rescaled."""
    assert below(fixed_mask_in_training.metric("valid_loss", p=0.5), drop_rate.metric("valid_loss", p=0.0), margin=0.1)
    scaled, none = (
        fixed_mask_in_training.metric("temperature_scaled_loss", p=0.5),
        drop_rate.metric("temperature_scaled_loss", p=0.0),
    )
    assert close(scaled, none, within=0.04)
