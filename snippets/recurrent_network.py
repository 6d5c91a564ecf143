"""A recurrent network: one layer, applied again at every step, to the next input and to what it gave the step before.

Source: Practical Deep Learning for Coders 2017, lesson 7; Bengio et al., 1994; Pascanu et al., 2013.
Data:   generated: random letters, of which the first is asked for.
Cost:   15 s on one core.
"""

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots

LETTERS, WIDTH = 4, 16
NEAR, FAR = 5, 20  # letters from the one that is asked for to the answer


class Recurrent(nn.Module):
    """A recurrent layer; unrolled by the loop, it is a deep network whose layers share one set of weights."""

    def __init__(self, inputs: int, width: int):
        super().__init__()
        self.input, self.hidden = nn.Linear(inputs, width), nn.Linear(width, width, bias=False)

    def forward(self, x, state):  # (steps, batch, inputs), (batch, width) -> (steps, batch, width)
        states = []
        for x_t in x:
            state = torch.tanh(self.input(x_t) + self.hidden(state))
            states.append(state)
        return torch.stack(states)


def with_radius(width: int, radius: float):  # -> (width, width)
    """A random rotation, times the radius: then all its eigenvalues, and all its singular values, have that size."""
    return radius * torch.linalg.qr(torch.randn(width, width)).Q


def gradients(weight, function, steps: int):  # -> (steps + 1,)
    """The size of the last state's gradient with respect to the state 0, 1, 2, ... steps before; 1 for itself."""
    states = [torch.zeros(50, len(weight), requires_grad=True)]
    for _ in range(steps):
        states.append(function(0.1 * torch.randn(50, len(weight)) + states[-1] @ weight.T))
    direction = nn.functional.normalize(torch.randn(50, len(weight)))
    sizes = [g.norm(dim=1).mean() for g in torch.autograd.grad((states[-1] * direction).sum(), states)]
    return torch.stack(sizes[::-1])


def clip(gradients, longest: float):  # tensors of any shapes -> the same
    """All gradients made shorter by one factor, where together they are longer than that: the direction stays."""
    length = torch.stack([g.square().sum() for g in gradients]).sum().sqrt()
    return [g * min(1.0, longest / (length.item() + 1e-6)) for g in gradients]


@experiment(seeds=5, vary={"radius": [0.5, 1.0, 1.5]})
def through_time(run: Run, radius: float):
    """Gradients by the steps they go back, before training, for recurrent weights of that radius; in tens."""
    weight = with_radius(32, radius)
    tanh, without = (gradients(weight, function, 30).log10() for function in (torch.tanh, lambda x: x))
    return {"tanh": tanh[-1], "no_function": without[-1], "by_step": tanh, "by_step_without": without}


def first_letter(steps: int, n: int):  # -> (steps, n, letters) one-hot, (n,)
    """Random letters, and the first of each row, which is the answer."""
    letters = torch.randint(LETTERS, (steps, n))
    return nn.functional.one_hot(letters, LETTERS).float(), letters[0]


def learn(steps: int, radius: float, longest: float):
    """The accuracy of a network that learned to tell, after so many letters, which one was the first."""
    network, answer = nn.RNN(LETTERS, WIDTH), nn.Linear(WIDTH, LETTERS)
    with torch.no_grad():
        network.weight_hh_l0.copy_(with_radius(WIDTH, radius))
    parameters = [*network.parameters(), *answer.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.3)
    for _ in range(200):
        x, y = first_letter(steps, 50)
        nn.functional.cross_entropy(answer(network(x)[0][-1]), y).backward()
        for parameter, g in zip(parameters, clip([p.grad for p in parameters], longest), strict=True):
            parameter.grad = g
        optimizer.step()
        optimizer.zero_grad()
    with torch.no_grad():
        x, y = first_letter(steps, 1000)
        return (answer(network(x)[0][-1]).argmax(1) == y).float().mean()


@experiment(seeds=5, vary={"radius": [0.5, 2.0], "longest": [0.3, 1000.0]})
def remember(run: Run, radius: float, longest: float):
    """Accuracy at telling the first of 5 and of 20 letters, by the initial radius and the longest gradient allowed."""
    return {"near": learn(NEAR, radius, longest), "far": learn(FAR, radius, longest)}


@figure()
def unrolled():
    """A recurrent layer unrolled: five layers of three units, one set of weights, and a letter into each."""
    ax, _ = plots.canvas(wide=190, narrow=190)
    left, top, size, high = plots.pick(48, 30), 42, plots.pick(320, 196), 66
    text, radius = "stor", plots.pick(6.0, 5.0)
    plots.units(ax, left, top, (3,) * 5, size, high, radius=radius)
    step = (size - 2 * radius) / 4
    for place, letter in enumerate(text):
        x = left + radius + (place + 1) * step
        plots.label(ax, x - step / 2, top - 12, "W", weight="bold", color="C1")
        plots.arrow(ax, (x, top + high + 42), (x, top + high - 2), color="C2")
        plots.label(ax, x + 9, top + high + 20, "U", weight="bold", color="C2")
        plots.label(ax, x, top + high + 50, f"“{letter}”")
    middle, end = top + high / 2, left + size
    plots.arrow(ax, (end, middle), (end + 28, middle))
    plots.label(ax, end + 40, middle, "“y”?", weight="bold")
    plots.label(ax, left + radius, top + high + 12, "zeros", color=plots.MUTED)
    plots.label(ax, left + size / 2, top - 30, "from state to state, always the same weights W", color="C1")
    plots.label(ax, left + size / 2, top + high + 70, "from each letter, always the same weights U", color="C2")
    return ax.figure


@figure(through_time)
def vanishing(results):
    """Gradients by steps back: powers of the radius without a function, and smaller with tanh, if they still grow."""
    fig, axs = plots.axes(2, width=7.2, height=3.2, sharey=True)
    titles = {"by_step_without": "Without tanh: powers of the radius", "by_step": "With tanh: smaller at every radius"}
    for ax, (array, title) in zip(axs, titles.items(), strict=True):
        sizes = {f"radius {r:g}": 10 ** np.array(results.arrays(array, radius=r)) for r in results.settings["radius"]}
        plots.lines(sizes, ax=ax, title=title, yscale="log", xlabel="steps back", ylim=(1e-10, 1e7))
    axs[0].set_ylabel("gradient")
    return fig


@figure(remember)
def remembered(results):
    """Accuracy at naming the first of 5 and of 20 letters: all manage 5; 20 takes a large radius and clipping."""
    fig, axs = plots.axes(2, width=7.2, height=2.6, sharex=True)
    rows = {"radius 0.5": (0.5, 0.3), "0.5, not clipped": (0.5, 1000.0), "radius 2": (2.0, 0.3),
            "2, not clipped": (2.0, 1000.0)}  # fmt: skip
    for ax, metric, title in zip(
        axs, ("near", "far"), (f"First of {NEAR}: all learn it", f"First of {FAR}: one does"), strict=True
    ):
        accuracies = {name: results.metric(metric, radius=r, longest=c) for name, (r, c) in rows.items()}
        plots.dot_plot(accuracies, fmt="{:.2f}", ax=ax, title=title, xlim=(0, 1.05))
        ax.axvline(1 / LETTERS, color=plots.MUTED, linestyle="--")
        ax.set_xlabel("accuracy (dashed: guessing)")
    return fig
