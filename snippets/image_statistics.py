"""Image statistics: the mean and the deviation of each color channel, and what normalizing by them is worth.

Source: Practical Deep Learning for Coders, lesson 7 of 2017, from the notes of Reshama Shaikh.
Data:   sample: generated shapes of 16 by 16 pixels; full: CIFAR-10, to train on 10,000 of its photographs.
Cost:   sample 23 s on one core; full 6 min on one core.
"""

from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.photos import photos
from snippets.residual_networks import accuracy, convolutional, he_initialized

COUNTS = (10, 30, 100, 300)
RATES = (0.0001, 0.002, 0.05)


def channel_statistics(x):  # (n, 3, h, w) -> (3,), (3,)
    """The mean and the standard deviation of each channel, over all its pixels in all pictures."""
    return x.mean(dim=(0, 2, 3)), x.std(dim=(0, 2, 3), correction=0)


def own_statistics(x):  # (n, 3, h, w) -> (n, 3), (n, 3)
    """The mean and the standard deviation of each channel in each picture on its own."""
    return x.mean(dim=(2, 3)), x.std(dim=(2, 3), correction=0)


def normalize(x, mean, deviation):  # (n, 3, h, w), (3,) or (n, 3), the same -> (n, 3, h, w)
    """Subtract the mean and divide by the deviation, channel by channel."""
    return (x - mean[..., None, None]) / deviation[..., None, None]


def by_data_set(x, train):
    return normalize(x, *channel_statistics(train))


def by_another(x, train):
    """By the numbers that are usual for MNIST, gray digits on black."""
    return normalize(x, torch.full((3,), 0.1307), torch.full((3,), 0.3081))


def by_own(x, train):
    return normalize(x, *own_statistics(x))


INPUTS = {
    "data set": by_data_set,
    "own": by_own,
    "MNIST's": by_another,
    "0 to 1": lambda x, train: x,
    "0 to 255": lambda x, train: 255 * x,
}


def small_network(classes: int):  # (n, 3, h, w) -> (n, classes)
    """Three convolutions with stride 2, initialized for inputs of mean 0 and deviation 1, the mean, a dense layer."""
    return he_initialized(convolutional((8, 16, 32), classes, nn.Identity))


def train(model, x, y, rate: float, epochs: int):
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(32):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
    return model


@experiment(data=photos, vary={"channel": ["red", "green", "blue"]}, minutes=5)
def statistics(data, run: Run, channel: str):
    """Of the training pictures: mean and deviation, and the mean of the deviations of the single pictures."""
    number = ("red", "green", "blue").index(channel)
    x = torch.as_tensor(data.train[:, number : number + 1]) / 255  # (n, 1, h, w)
    mean, deviation = channel_statistics(x)
    return {"mean": mean[0], "deviation": deviation[0], "mean_of_own": own_statistics(x)[1].mean()}


@experiment(data=photos, seeds={"sample": 5, "full": 3})
def from_few(data, run: Run):
    """The largest error of the six numbers if they are taken from 10, 30, 100 or 300 of the training pictures."""
    whole = torch.stack(channel_statistics(torch.as_tensor(data.train) / 255))  # (2, 3)
    order = torch.randperm(len(data.train))
    few = [torch.stack(channel_statistics(torch.as_tensor(data.train[order[:n]]) / 255)) for n in COUNTS]
    errors = (torch.stack(few) - whole).abs().amax(dim=(1, 2))  # (counts,)
    return {"error_of_100": errors[2], "errors": errors}


@experiment(
    data=photos, seeds={"sample": 5, "full": 3}, vary={"inputs": ["data set", "own", "MNIST's", "0 to 1", "0 to 255"]}
)
def normalizing(data, run: Run, inputs: str):
    """Test accuracy of one network at the best of three learning rates, and of it on pictures as they are, 0 to 1."""
    rows = torch.randperm(len(data.train))[:10_000].numpy()
    x, x_test = (torch.as_tensor(pictures) / 255 for pictures in (data.train[rows], data.test))
    y, y_test = torch.as_tensor(data.train_labels[rows]), torch.as_tensor(data.test_labels)
    x_given, test_given = INPUTS[inputs](x, x), INPUTS[inputs](x_test, x)
    cut = len(x) * 3 // 4  # a quarter of the training pictures chooses the rate
    network, epochs = partial(small_network, len(data.classes)), run.pick(sample=8, full=3)
    models = [train(network(), x_given[:cut], y[:cut], rate, epochs) for rate in RATES]
    best = max(models, key=lambda model: accuracy(model, x_given[cut:], y[cut:]))
    return {"accuracy": accuracy(best, test_given, y_test), "on_raw_pictures": accuracy(best, x_test, y_test)}


@figure()
def two_ways():
    """A dark and a light picture: by the data set's numbers they still differ, by each picture's own they are equal."""
    pictures = np.array([[0.1, 0.3], [0.7, 0.9]])  # two pictures of two pixels
    one, own = ({"axis": axis, "keepdims": True} for axis in (None, 1))
    by_one, by_own = ((pictures - pictures.mean(**over)) / pictures.std(**over) for over in (one, own))
    ax, width = plots.canvas(wide=152, narrow=160)
    column, cell = width / 3, (plots.pick(46, 38), 40)
    for place, (name, numbers, says) in enumerate((
        ("as they are", pictures, "from 0 to 1"),
        ("by the data set", by_one, "one mean and one deviation for all four pixels"),
        ("by each picture", by_own, "its own mean and deviation: now both are the same"),
    )):  # fmt: skip
        middle = (place + 0.5) * column
        plots.label(ax, middle, 10, name, weight="bold")
        plots.caption(ax, middle, 120, says, column - 10)
        for (row, pixel), value in np.ndenumerate(numbers):
            x, y = middle + (pixel - 1) * cell[0], 24 + 48 * row
            plots.frame(ax, x, y, *cell, color="C7", fill=True, facecolor=str(pictures[row, pixel]), linewidth=0.8)
            text, color = plots.number(value, "{:.1f}"), ("#fafafa", "#161616")[row]
            plots.label(ax, x + cell[0] / 2, y + 20, text, color=color, zorder=4)
    return ax.figure


@figure(from_few)
def error_by_pictures(results):
    """The largest error of the six numbers, by how many pictures they were taken from: it falls with their number."""
    title = f"From 100 pictures, no number is off by more than {results.metric('error_of_100').mean():.3f} on average"
    return plots.lines(
        {"": results.arrays("errors")}, COUNTS, title=title, xscale="log", xlabel="pictures", ylim=(0, None),
        ylabel="largest error of the six", xticks=COUNTS, xticklabels=COUNTS, height=2.6,
    )  # fmt: skip


@figure(normalizing)
def by_inputs(results):
    """Test accuracy by how the pictures were normalized: by the data set or each on its own, far above not at all."""
    rows = {name: results.metric("accuracy", inputs=name) for name in results.settings["inputs"]}
    title = f"Normalized {rows['data set'].mean():.0%}, left from 0 to 1 {rows['0 to 1'].mean():.0%}"
    return plots.dot_plot(rows, {"guessing": 0.25}, title=title, xlabel="accuracy on the test pictures", xlim=(0, 0.8))
