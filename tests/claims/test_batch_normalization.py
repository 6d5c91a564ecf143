"""Claims of docs/concepts/batch_normalization.md."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes.claims import above, below, close, falsified_by, swap
from snippets.batch_normalization import BatchNorm as RightBatchNorm
from snippets.batch_normalization import ScaleAndShift
from snippets.batch_normalization import standardize as right_standardize


def random_maps(n: int = 8):  # -> (n, 6, 5, 5), of another mean and deviation in each channel
    return torch.randn(n, 6, 5, 5) * (0.5 + torch.rand(6, 1, 1)) + torch.randn(6, 1, 1)


class BiasedRunning(RightBatchNorm):
    """Keeps the variance that it divides by, with N instead of N - 1."""

    def forward(self, x):
        before = self.running_var.clone()
        y = super().forward(x)
        if self.training:
            self.running_var = before.lerp(x.var(dim=(0, 2, 3), correction=0).detach(), self.momentum)
        return y


class UnbiasedInTraining(RightBatchNorm):
    """Divides by the deviation with N - 1."""

    def forward(self, x):
        n = x.numel() / x.shape[1]
        return super().forward(x) * ((n - 1) / n) ** 0.5 if self.training else super().forward(x)


class MomentumTheOtherWay(RightBatchNorm):
    """Takes 0.1 of the old average and 0.9 of the new one."""

    def __init__(self, channels):
        super().__init__(channels, momentum=0.9)


class AlwaysTheBatch(RightBatchNorm):
    """Normalizes by the batch in evaluation as well."""

    def forward(self, x):
        return right_standardize(x, (0, 2, 3)) * self.weight[:, None, None] + self.bias[:, None, None]


class PerActivation(nn.Module):
    """A scale and a shift for each activation of maps of 5 by 5."""

    def __init__(self, channels):
        super().__init__()
        self.weight, self.bias = (nn.Parameter(torch.ones(channels, 5, 5)) for _ in range(2))


def with_one_more(x, over):
    """Divides by N - 1."""
    return (x - x.mean(dim=over, keepdim=True)) / (x.var(dim=over, keepdim=True) + 1e-5).sqrt()


def over_the_others(x, over):
    """Averages over the dimensions that should be kept."""
    return right_standardize(x, [d for d in range(4) if d not in over])


@falsified_by(BatchNorm=BiasedRunning)
@falsified_by(BatchNorm=UnbiasedInTraining)
@falsified_by(BatchNorm=MomentumTheOtherWay)
@falsified_by(BatchNorm=AlwaysTheBatch)
def test_equals_torch(BatchNorm):
    """Outputs, gradients and running statistics equal those of nn.BatchNorm2d, in training and then in evaluation."""
    ours, theirs = BatchNorm(6), nn.BatchNorm2d(6)
    weight, bias = torch.rand(6) + 0.5, torch.randn(6)
    for layer in (ours, theirs):
        layer.weight.data, layer.bias.data = weight.clone(), bias.clone()
    for training in (True, True, False):
        x = random_maps().requires_grad_()
        x_2, upstream = x.detach().clone().requires_grad_(), torch.randn(8, 6, 5, 5)
        y, y_2 = ours.train(training)(x), theirs.train(training)(x_2)
        torch.testing.assert_close(y, y_2, atol=1e-4, rtol=1e-4)
        for layer, output in ((ours, y), (theirs, y_2)):
            layer.zero_grad()
            (output * upstream).sum().backward()
        torch.testing.assert_close(x.grad, x_2.grad, atol=1e-4, rtol=1e-3)
        torch.testing.assert_close(ours.weight.grad, theirs.weight.grad, atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(ours.running_mean, theirs.running_mean)
        torch.testing.assert_close(ours.running_var, theirs.running_var)


@falsified_by(BatchNorm=PerActivation)
def test_two_parameters_per_channel(BatchNorm):
    """The layer has two parameters for each channel, as nn.BatchNorm2d, however large the maps are."""
    for channels in (3, 8, 64):
        for layer in (BatchNorm(channels), nn.BatchNorm2d(channels)):
            assert sum(parameter.numel() for parameter in layer.parameters()) == 2 * channels


@falsified_by(standardize=with_one_more)
@falsified_by(standardize=over_the_others)
def test_one_formula(standardize):
    """Over pictures and places it is BatchNorm, over all of a picture LayerNorm, over each map InstanceNorm."""
    x = random_maps()
    for over, layer in (
        ((0, 2, 3), nn.BatchNorm2d(6)),
        ((1, 2, 3), nn.LayerNorm((6, 5, 5))),
        ((2, 3), nn.InstanceNorm2d(6)),
        ((1, 2, 3), nn.GroupNorm(1, 6)),
    ):
        torch.testing.assert_close(standardize(x, over), layer(x), atol=1e-4, rtol=1e-4)


@falsified_by(BatchNorm=ScaleAndShift)
def test_one_number_gives_the_shift(BatchNorm):
    """For one picture with maps of one pixel the output is the shift alone; nn.BatchNorm2d refuses to train on it."""
    layer, x = BatchNorm(6), torch.randn(1, 6, 1, 1)
    layer.bias.data = torch.randn(6)
    with pytest.warns(UserWarning, match="degrees of freedom"):
        torch.testing.assert_close(layer(x)[0, :, 0, 0], layer.bias)
    assert layer.running_var.isnan().all()
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        nn.BatchNorm2d(6)(x)


@falsified_by(BatchNorm=ScaleAndShift)
def test_bias_is_redundant_only_right_before(BatchNorm):
    """Right before the layer a bias of the convolution changes nothing; with a ReLU in between it does."""
    x, kernel, bias = torch.randn(8, 3, 7, 7), torch.randn(6, 3, 3, 3), torch.randn(6)
    without, with_bias = (F.conv2d(x, kernel, b) for b in (None, bias))
    layer = BatchNorm(6)
    torch.testing.assert_close(layer(with_bias), layer(without), atol=1e-4, rtol=1e-4)
    assert (layer(with_bias.relu()) - layer(without.relu())).abs().max() > 0.1


@falsified_by(LastBatchNorm=RightBatchNorm)
def test_remembers_the_last_batch(LastBatchNorm):
    """In evaluation, the notebook's layer normalizes by the last training batch, and forgets the one before."""
    layer, (first, last, x) = LastBatchNorm(6), (random_maps(64) for _ in range(3))
    layer(first)
    layer(last)
    mean, deviation = last.mean(dim=(0, 2, 3)), last.std(dim=(0, 2, 3))
    torch.testing.assert_close(
        layer.eval()(x), (x - mean[:, None, None]) / deviation[:, None, None], atol=1e-3, rtol=1e-3
    )


@falsified_by(control={"norm": ("batch", "scale and shift")})  # retrained without normalizing
@falsified_by(swap("norm", "none", "batch"))
def test_trains_seven_layers(seven_layers):
    """With BatchNorm, seven convolutions reach an accuracy at least 0.4 above that without."""
    batch, none = (seven_layers.metric("accuracy", norm=norm) for norm in ("batch", "none"))
    assert above(batch, none, margin=0.4)


@falsified_by(control={"norm": ("noisy", "scale and shift")})
@falsified_by(swap("norm", "none", "noisy"))
def test_helps_though_noisy(seven_layers):
    """If every batch moves the means, accuracy is at least 0.1 above none, and at least 0.15 below BatchNorm."""
    noisy = seven_layers.metric("accuracy", norm="noisy")
    assert above(noisy, seven_layers.metric("accuracy", norm="none"), margin=0.1)
    assert below(noisy, seven_layers.metric("accuracy", norm="batch"), margin=0.15)


@falsified_by(control={"norm": ("batch", "group")})  # retrained with GroupNorm, which has no running statistics
def test_running_statistics_drift(seven_layers):
    """After looking at disks only, no weight changed, accuracy is at least 0.12 lower; after all shapes within 0.05."""
    trained, drifted, again = (
        seven_layers.metric(name, norm="batch") for name in ("accuracy", "after_one_class", "after_all")
    )
    assert below(drifted, trained, margin=0.12)
    assert close(again, trained, within=0.05)
