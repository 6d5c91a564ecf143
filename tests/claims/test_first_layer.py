"""Claims of docs/concepts/first_layer.md."""

import torch
from torch.nn import functional as F

from coursenotes.claims import above, falsified_by


def all_alike(filters):
    """A similarity for which everything is an edge."""
    return torch.ones(len(filters))


def one_direction(filters):
    """A similarity to steps from left to right only."""
    step = torch.tensor([-1.0, -1.0, 0.0, 1.0, 1.0]).expand(5, 5).flatten()
    return F.cosine_similarity(filters.flatten(1), step[None])


@falsified_by(control={"filters": ("trained", "untrained")})
@falsified_by(control={"filters": ("trained", "random-labels")})
def test_training_makes_filters_edges(digit_network):
    """Trained filters are at least 0.1 more similar to edges than untrained ones, and than those of random labels."""
    trained, untrained, random = (
        digit_network.metric("similarity", filters=filters) for filters in ("trained", "untrained", "random-labels")
    )
    assert above(trained, untrained, margin=0.1)
    assert above(trained, random, margin=0.1)


@falsified_by(edge_similarity=all_alike)
@falsified_by(edge_similarity=one_direction)
def test_similarity_recognizes_edges(edge_similarity):
    """The similarity is near 1 for a step edge in any direction, below 0.7 for a cross, and 0 for a single shade."""
    step = torch.tensor([[-1.0, -1.0, 0.0, 1.0, 1.0]]).expand(5, 5)
    cross = torch.zeros(5, 5)
    cross[2], cross[:, 2] = 1, 1
    similarity = edge_similarity(torch.stack([step * torch.rand(1), -step, step.T, cross, torch.ones(5, 5)])[:, None])
    assert (similarity[:3] > 0.95).all()
    assert similarity[3] < 0.7
    assert similarity[4].abs() < 1e-5
