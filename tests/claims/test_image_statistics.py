"""Claims of docs/concepts/image_statistics.md."""

import torch

from coursenotes.claims import above, at, below, falsified_by, swap
from snippets.image_statistics import channel_statistics as right_statistics


def mean_of_deviations(x):
    """Averages the deviations of the single pictures."""
    return x.mean(dim=(0, 2, 3)), x.std(dim=(2, 3), correction=0).mean(dim=0)


def over_all_channels(x):
    """One mean and one deviation, the same for each channel."""
    return x.mean().expand(3), x.std(correction=0).expand(3)


def by_all_pictures(x, train):
    """Calls its own what is the mean and the deviation of all the pictures."""
    mean, deviation = right_statistics(x)
    return (x - mean[:, None, None]) / deviation[:, None, None]


def only_mean(x, train):
    return x - x.mean(dim=(2, 3), keepdim=True)


def pictures():
    """Twenty random pictures of different brightness and contrast. -> (20, 3, 8, 8)"""
    light, contrast = torch.rand(2, 20, 3, 1, 1)
    return light + (0.1 + contrast) * torch.rand(20, 3, 8, 8)


@falsified_by(channel_statistics=mean_of_deviations)
@falsified_by(channel_statistics=over_all_channels)
def test_two_parts(channel_statistics):
    """In each channel, the squared deviation is the mean square of the pictures' own, plus that of their means."""
    x = pictures()
    mean, deviation = channel_statistics(x)
    own_mean, own_deviation = x.mean(dim=(2, 3)), x.std(dim=(2, 3), correction=0)
    torch.testing.assert_close(mean, own_mean.mean(dim=0))
    torch.testing.assert_close(
        deviation.square(), own_deviation.square().mean(dim=0) + own_mean.var(dim=0, correction=0)
    )
    assert (deviation > own_deviation.mean(dim=0) + 1e-3).all()


@falsified_by(by_own=by_all_pictures)
@falsified_by(by_own=only_mean)
def test_own_forgets_light_and_contrast(by_own):
    """Each picture made lighter and of another contrast is the same as before, if it is normalized on its own."""
    x, (light, contrast) = pictures(), torch.rand(2, 20, 3, 1, 1)
    torch.testing.assert_close(by_own(light + (0.5 + contrast) * x, None), by_own(x, None), atol=1e-3, rtol=1e-3)


@at("sample")
@falsified_by(control={"inputs": ("data set", "MNIST's")})  # retrained with the numbers of another data set
@falsified_by(swap("inputs", "data set", "0 to 1"))
def test_better_than_none(normalizing):
    """The accuracy is at least 0.15 above that on pictures from 0 to 1, and 0.15 above that on bytes."""
    normalized = normalizing.metric("accuracy", inputs="data set")
    assert above(normalized, normalizing.metric("accuracy", inputs="0 to 1"), margin=0.15)
    assert above(normalized, normalizing.metric("accuracy", inputs="0 to 255"), margin=0.15)


@at("sample")
@falsified_by(control={"inputs": ("data set", "0 to 1")})
def test_wrong_numbers_are_worse(normalizing):
    """By the numbers of MNIST, the accuracy is at least 0.08 below that by the numbers of the pictures themselves."""
    wrong = normalizing.metric("accuracy", inputs="MNIST's")
    assert below(wrong, normalizing.metric("accuracy", inputs="data set"), margin=0.08)


@at("sample")
@falsified_by(control={"inputs": ("data set", "0 to 1")})  # retrained on pictures as they are
def test_same_in_use_as_in_training(normalizing):
    """Trained on normalized pictures, a network loses at least 0.15 on pictures that nobody normalized."""
    right, raw = (normalizing.metric(name, inputs="data set") for name in ("accuracy", "on_raw_pictures"))
    assert below(raw, right, margin=0.15)


@at("sample")
@falsified_by(control={"inputs": ("own", "MNIST's")})
@falsified_by(swap("inputs", "own", "data set"))
def test_own_is_better_here(normalizing):
    """On generated shapes, normalizing each picture on its own is at least 0.08 above the data set's numbers."""
    own, one = (normalizing.metric("accuracy", inputs=name) for name in ("own", "data set"))
    assert above(own, one, margin=0.08)
