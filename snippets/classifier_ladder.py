"""Classifier ladder: from a fully connected network to a deep residual one, each trained for the same number of steps.

Source: Practical Deep Learning for Coders, lesson 7 of 2017, from the notes of Reshama Shaikh; He et al., 2016.
Data:   sample: generated shapes of 16 by 16 pixels; full: CIFAR-10, to train on 10,000 of its photographs.
Cost:   sample 40 s on one core; full 12 min on one core.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.photos import photos
from snippets.residual_networks import (
    ResidualBlock,
    accuracy,
    convolutional,
    fully_connected,
    he_initialized,
    train,
)

SHALLOW = (16, 32, 64)  # maps after each of three convolutions with stride 2
DEEP = {16: (8,), 32: (16, 16)}  # by the side of the pictures, so that the 16 convolutions with stride 1 see 8 by 8
NETWORKS = {
    "fully connected": fully_connected,
    "convolutions": lambda side, classes: convolutional(SHALLOW, classes, nn.Identity),
    "BatchNorm": lambda side, classes: convolutional(SHALLOW, classes, nn.BatchNorm2d),
    "deep": lambda side, classes: convolutional(DEEP[side], classes, nn.Identity, 8),
    "deep, He": lambda side, classes: he_initialized(convolutional(DEEP[side], classes, nn.Identity, 8)),
    "deep, BatchNorm": lambda side, classes: convolutional(DEEP[side], classes, nn.BatchNorm2d, 8),
    "deep, residual": lambda side, classes: convolutional(DEEP[side], classes, nn.BatchNorm2d, 8, ResidualBlock),
}


def as_input(pictures, labels):  # (n, 3, h, w) uint8, (n,) -> (n, 3, h, w), roughly of mean 0 and deviation 1; (n,)
    return (torch.as_tensor(pictures) / 255 - 0.47) / 0.25, torch.as_tensor(labels)


def gradient_sizes(model, x, y):  # -> (convolutions,)
    """The norm of the gradient of each convolution's weight, from the first, for one batch."""
    F.cross_entropy(model(x), y).backward()
    sizes = [layer.weight.grad.norm() for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    model.zero_grad()
    return torch.stack(sizes) if sizes else torch.zeros(1)


@experiment(
    data=photos,
    seeds={"sample": 5, "full": 3},
    vary={
        "network": [
            "fully connected", "convolutions", "BatchNorm",
            "deep", "deep, He", "deep, BatchNorm", "deep, residual",
        ]
    },
)  # fmt: skip
def ladder(data, run: Run, network: str):
    """Accuracy on the training pictures and on others, after the same number of steps; gradients before training."""
    rows = torch.randperm(len(data.train))[:10_000].numpy()
    x, y = as_input(data.train[rows], data.train_labels[rows])
    x_test, y_test = as_input(data.test, data.test_labels)
    model = NETWORKS[network](x.shape[-1], len(data.classes))
    gradients = gradient_sizes(model, x[:100], y[:100])
    train(model, x, y, rate=0.01, epochs=run.pick(sample=8, full=6))
    return {
        "accuracy": accuracy(model, x_test, y_test),
        "train_accuracy": accuracy(model, x, y),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "gradients": gradients,
        "first_to_last": gradients[0] / gradients[-1].clamp(min=1e-30),
    }


@figure()
def rungs():
    """Five networks as stacks of layers: dense, three convolutions, these with BatchNorm, 17 of them, shortcuts."""
    kinds = {  # the number of convolutions, whether BatchNorm follows each, and whether there are shortcuts
        "fully\nconnected": (0, False, False, "a weight for each pixel"),
        "convo-\nlutions": (3, False, False, "the same weights at each place"),
        "Batch-\nNorm": (3, True, False, "signals keep their size"),
        "deep": (17, True, False, "many small steps"),
        "residual": (17, True, True, "a way past every two"),
    }
    ax, width = plots.canvas(wide=222, narrow=236)
    column, high, step = width / len(kinds), 6.4, 8.6
    for place, (name, (count, norm, shortcuts, says)) in enumerate(kinds.items()):
        middle, half = (place + 0.5) * column, plots.pick(24, 15)
        plots.label(ax, middle, 14, name, weight="bold")
        bars = ["C0"] * count + ["C7"] * (1 if count else 2)  # gray: dense layers
        for bar, color in enumerate(bars):
            y = 34 + step * bar
            plots.frame(ax, middle - half, y, 2 * half, high, fill=True, facecolor=color, alpha=0.75, linewidth=0)
            if norm and color == "C0":
                ax.plot([middle - half, middle + half], [y + high + 1.1] * 2, color="C1", linewidth=1.5)
        for block in range(8 if shortcuts else 0):
            top, right = 34 + step * (1 + 2 * block) - 1, middle + half
            way = [right, right + 6, right + 6, right], [top, top, top + 2 * step - 2, top + 2 * step - 2]
            ax.plot(*way, color="C2", linewidth=1.3)
        plots.caption(ax, middle, 34 + step * 18 + 2, says, column - 4)
    return ax.figure


@figure(ladder)
def by_network(results):
    """Test accuracy of seven networks: highest for the deep residual one; without normalization deep ones guess."""
    rows = {name: results.metric("accuracy", network=name) for name in results.settings["network"]}
    best, plain = (rows[name].mean() for name in ("deep, residual", "deep, BatchNorm"))
    title = f"17 convolutions: {plain:.2f} with BatchNorm, {best:.2f} with shortcuts too"
    return plots.dot_plot(rows, {"guessing": 0.25}, title=title, xlabel="accuracy on the test pictures", xlim=(0, 1.02))


@figure(ladder)
def gradients_by_depth(results):
    """The gradient of each of 17 convolutions before training: it vanishes in the plain network, and in no other."""
    names = [name for name in results.settings["network"] if name.startswith("deep")]
    curves = {name.replace(", ", ",\n"): results.arrays("gradients", network=name) for name in names}
    plain = results.metric("first_to_last", network="deep")
    title = f"Plain: the first gradient is {-np.log10(plain).mean():.0f} powers of ten below the last"
    return plots.lines(
        curves, range(1, 18), title=title, yscale="log", xlabel="convolution, from the input", ylabel="initial gradient"
    )
