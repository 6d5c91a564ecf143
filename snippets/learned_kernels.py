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

STARTS = 40  # random kernels that are trained side by side, each for itself


@experiment(data=digits, seeds=5, vary={"task": ["noise", "noise-shuffled", "noise-relu", "digits", "digits-relu"]})
def recover(data, run: Run, task: str):
    """Forty random kernels trained to answer as the edge kernel does: how like it each becomes, as a cosine."""
    side, pictures = run.pick(sample=(20, 8), full=(28, 16))
    if task.startswith("noise"):
        x = (torch.rand(200, 1, 16, 16) < 0.5).float()
    else:
        x = F.interpolate(torch.as_tensor(data.train[:200])[:, None], size=(side, side), mode="bilinear")

    def answers(x, kernels):  # (n, 1, h, w), (k, 1, 3, 3) -> (n, k, h - 2, w - 2)
        found = F.conv2d(x, kernels)
        return found.relu() if task.endswith("relu") else found

    goal = edge_kernel("horizontal")[None, None]
    y = answers(x, goal)
    if task.endswith("shuffled"):
        y = y[torch.randperm(len(y))]
    kernels = nn.Parameter(torch.randn(STARTS, 1, 3, 3) / 3)
    optimizer = torch.optim.SGD([kernels], lr=0.05 if task.startswith("noise") else 0.3)
    path = [kernels[:, 0].detach().clone()]
    for _ in run.epochs(sample=6, full=6):
        for batch in torch.randint(len(x), (50, pictures)):
            loss = ((answers(x[batch], kernels) - y[batch]) ** 2).mean(dim=(0, 2, 3)).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        path.append(kernels[:, 0].detach().clone())
    with torch.no_grad():
        answering = (answers(x, kernels) > 0).float().mean(dim=(0, 2, 3))  # (STARTS,): the share of places
    cosines = F.cosine_similarity(kernels.detach().flatten(1), goal.flatten(1))
    return {
        "lowest_cosine": cosines.min(),
        "median_cosine": cosines.median(),
        "share_far": (cosines < 0.5).float().mean(),
        "lowest_answering": answering.min(),
        "path": torch.stack(path, dim=1)[0],  # (7, 3, 3): the first kernel at the start and after every 50 steps
        "cosines": cosines.sort().values,
    }


@figure(recover)
def learning_path(results):
    """One kernel on its way: random numbers at first, after 300 steps a row of ones above a row of minus ones."""
    path = results.array("path", task="noise")[[0, 1, 2, 6]]
    fig, axs = plots.axes(len(path), width=6.8, height=2.3)
    for ax, kernel, steps in zip(axs, path, (0, 50, 100, 300), strict=True):
        plots.annotated_heatmap(kernel.round(1) + 0.0, fmt="{:.1f}", limit=1.3, size=10, ax=ax)
        ax.set_title(f"after {steps} steps" if steps else "at random", loc="center", fontsize=10)
    plots.title(fig, "Gradient descent finds the edge kernel by itself")
    return fig


@figure(recover)
def starts(results):
    """The cosine that each of 40 random starts reached: all near 1 on noise; with ReLU some stay far below."""
    fig, ax = plots.axes(height=3.2)
    names = {"noise": "noise", "digits": "digits", "noise-relu": None, "digits-relu": None}
    for color, (task, name) in zip(("C0", "C2", "C1", "C3"), names.items(), strict=True):
        plots.seed_lines(ax, np.linspace(0, 100, STARTS), results.arrays("cosines", task=task), name, color)
    ax.text(13, 0.4, "noise, ReLU", color="C1")
    ax.text(52, 0.2, "digits, ReLU", color="C3")
    ax.set(xlabel="starts, worst to best, %", ylabel="cosine with the edge kernel", ylim=(-1, 1.05))
    plots.title(ax, "Through a ReLU, some starts get stuck")
    return fig
