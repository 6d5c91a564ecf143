"""Claims of docs/concepts/first_layer.md."""

import torch
from torch.nn import functional as F

from coursenotes.claims import above, falsified_by


def all_alike(filters):
    """A likeness that takes everything for an edge."""
    return torch.ones(len(filters))


def one_direction(filters):
    """A likeness that knows the steps from left to right only."""
    step = torch.tensor([-1.0, -1.0, 0.0, 1.0, 1.0]).expand(5, 5).flatten()
    return F.cosine_similarity(filters.flatten(1), step[None])


@falsified_by(control={"filters": ("trained", "untrained")})
@falsified_by(control={"filters": ("trained", "random-labels")})
def test_turns_to_edges(digit_network):
    """Trained filters are at least 0.1 more like an edge than untrained ones, and than those of random labels."""
    trained, untrained, random = (
        digit_network.metric("likeness", filters=filters) for filters in ("trained", "untrained", "random-labels")
    )
    assert above(trained, untrained, margin=0.1)
    assert above(trained, random, margin=0.1)


@falsified_by(edge_likeness=all_alike)
@falsified_by(edge_likeness=one_direction)
def test_likeness_knows_edges(edge_likeness):
    """The likeness of a filter is 1 for a step edge in any direction, below 0.7 for a cross, and 0 for one shade."""
    step = torch.tensor([[-1.0, -1.0, 0.0, 1.0, 1.0]]).expand(5, 5)
    cross = torch.zeros(5, 5)
    cross[2], cross[:, 2] = 1, 1
    found = edge_likeness(torch.stack([step * torch.rand(1), -step, step.T, cross, torch.ones(5, 5)])[:, None])
    assert (found[:3] > 0.95).all()
    assert found[3] < 0.7
    assert found[4].abs() < 1e-5
