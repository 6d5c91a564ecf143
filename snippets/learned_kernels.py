"""Learned kernels: nobody writes the nine numbers; gradient descent finds them.

Source: Practical Deep Learning 2022, lesson 8, 0:57:02 to 0:58:00.
Data:   sample: binary noise, and scikit-learn's digits, enlarged to 20 by 20; full: MNIST.
Cost:   sample 6 s on one core; full 6 s.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.convolution import edge_kernel
from snippets.datasets.digits import digits

STARTS = 40  # random kernels trained side by side, each on its own loss


def binary_noise(data, side: int):  # -> (200, 1, 16, 16), zeros and ones
    return (torch.rand(200, 1, 16, 16) < 0.5).float()


def large_digits(data, side: int):  # -> (200, 1, side, side)
    return F.interpolate(torch.as_tensor(data.train[:200])[:, None], size=(side, side), mode="bilinear")


def relu_conv2d(x, kernels):
    return F.conv2d(x, kernels).relu()


def unchanged(targets):
    return targets


def shuffled(targets):
    return targets[torch.randperm(len(targets))]


TASKS = {  # the pictures, the layer, its targets, the learning rate
    "noise": (binary_noise, F.conv2d, unchanged, 0.05),
    "noise-shuffled": (binary_noise, F.conv2d, shuffled, 0.05),
    "noise-relu": (binary_noise, relu_conv2d, unchanged, 0.05),
    "digits": (large_digits, F.conv2d, unchanged, 0.3),
    "digits-relu": (large_digits, relu_conv2d, unchanged, 0.3),
}


@experiment(data=digits, seeds=5, vary={"task": ["noise", "noise-shuffled", "noise-relu", "digits", "digits-relu"]})
def recover(data, run: Run, task: str):
    """Forty random kernels trained on the edge kernel's responses: the cosine of each with the edge kernel."""
    pictures_of, layer, order, learning_rate = TASKS[task]
    side, batch_size = run.pick(sample=(20, 8), full=(28, 16))
    x, edge = pictures_of(data, side), edge_kernel("horizontal")[None, None]
    y = order(layer(x, edge))  # (200, 1, h - 2, w - 2)
    kernels = nn.Parameter(torch.randn(STARTS, 1, 3, 3) / 3)
    optimizer = torch.optim.SGD([kernels], lr=learning_rate)
    path = [kernels[0, 0].detach().clone()]
    for _ in run.epochs(sample=6, full=6):
        for batch in torch.randint(len(x), (50, batch_size)):
            optimizer.zero_grad()
            losses = ((layer(x[batch], kernels) - y[batch]) ** 2).mean(dim=(0, 2, 3))  # (STARTS,)
            losses.sum().backward()
            optimizer.step()
        path.append(kernels[0, 0].detach().clone())
    with torch.no_grad():
        active = (layer(x, kernels) > 0).float().mean(dim=(0, 2, 3))  # (STARTS,), the share of places
    cosines = F.cosine_similarity(kernels.detach().flatten(1), edge.flatten(1))
    return {
        "lowest_cosine": cosines.min(),
        "median_cosine": cosines.median(),
        "share_stuck": (cosines < 0.5).float().mean(),
        "lowest_active": active.min(),
        "path": torch.stack(path),  # (7, 3, 3): the first kernel at the start and after every 50 steps
        "cosines": cosines.sort().values,
    }


@figure(recover)
def learning_path(results):
    """Four steps of one kernel: random numbers at first, after 300 steps a row of ones above a row of minus ones."""
    path = results.array("path", task="noise")
    fig, axs = plots.axes(4, width=6.8, height=2.3)
    for ax, epoch in zip(axs, (0, 1, 2, 6), strict=True):
        plots.annotated_heatmap(path[epoch].round(1) + 0.0, fmt="{:.1f}", limit=1.3, size=10, ax=ax)
        ax.set_title(f"after {50 * epoch} steps" if epoch else "at the start", loc="center", fontsize=10)
    plots.title(fig, "Gradient descent finds the edge kernel by itself")
    return fig


@figure(recover)
def starts(results):
    """The cosine that each of 40 random starts reached: all near 1 on noise; with ReLU some stay far below."""
    names = {"noise": "noise", "digits": "digits", "noise-relu": "noise, ReLU", "digits-relu": "digits, ReLU"}
    cosines = {name: results.arrays("cosines", task=task) for task, name in names.items()}
    title, xlabel = "Through a ReLU, some starts get stuck", "starts, worst to best, %"
    percent = np.linspace(0, 100, STARTS)
    return plots.lines(cosines, percent, title=title, xlabel=xlabel, ylabel="cosine with the edge kernel")
