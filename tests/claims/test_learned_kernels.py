"""Claims of docs/concepts/learned_kernels.md."""

import torch

from coursenotes.claims import above, below, falsified_by, swap


@falsified_by(control={"task": ("noise", "noise-shuffled")})
def test_recovered(recover):
    """From binary noise, all of 40 random kernels come to a cosine of at least 0.99 with the edge kernel, 5/5."""
    assert above(recover.metric("lowest_cosine", task="noise"), 0.99, holds="5/5")


@falsified_by(swap("task", "noise", "digits"))
@falsified_by(control={"task": ("digits", "noise")})
def test_smooth_is_harder(recover):
    """From digits, after as many steps, the worst of 40 kernels is at least 0.005 further from the edge kernel."""
    digits, noise = (recover.metric("lowest_cosine", task=task) for task in ("digits", "noise"))
    assert below(digits, noise, margin=0.005)


@falsified_by(swap("task", "noise", "noise-relu"))
@falsified_by(control={"task": ("noise-relu", "noise")})
def test_relu_can_stick(recover):
    """Through a ReLU at least 2% of the kernels stay below a cosine of 0.5, and one answers on less than a tenth of the places."""
    share, none = (recover.metric("share_far", task=task) for task in ("noise-relu", "noise"))
    assert above(share, none, margin=0.02)
    assert below(recover.metric("lowest_answering", task="noise-relu"), 0.1)


@falsified_by(control={"filters": ("trained", "untrained")})
@falsified_by(control={"filters": ("trained", "random-labels")})
def test_first_layer_turns_to_edges(first_layer):
    """Trained filters are at least 0.05 more like an edge than untrained ones and than those trained on random labels."""
    trained, untrained, random = (
        first_layer.metric("likeness", filters=filters) for filters in ("trained", "untrained", "random-labels")
    )
    assert above(trained, untrained, margin=0.05)
    assert above(trained, random, margin=0.05)
    shares = (first_layer.metric("share_edges", filters=filters) for filters in ("trained", "untrained"))
    assert above(*shares)


def any_symmetry(filters):
    """A likeness that takes any step, also one from bright to dark and back."""
    return torch.ones(len(filters))


@falsified_by(edge_likeness=any_symmetry)
def test_likeness_knows_edges(edge_likeness):
    """The likeness of a filter is 1 for a step edge at any brightness step, and below 0.7 for a cross and for one shade."""
    step = torch.tensor([[-1.0, -1.0, 0.0, 1.0, 1.0]]).expand(5, 5)
    cross = torch.zeros(5, 5)
    cross[2], cross[:, 2] = 1, 1
    found = edge_likeness(torch.stack([step * torch.rand(1), -step, step.T, cross, torch.ones(5, 5)])[:, None])
    assert (found[:3] > 0.95).all()
    assert (found[3:] < 0.7).all()
