"""Claims of docs/concepts/collaborative_network.md."""

import math

import torch
from fastai.collab import EmbeddingNN
from fastai.tabular.model import emb_sz_rule

from coursenotes.claims import at, below, falsified_by, refuted, swap


def square_root(n):
    return min(600, round(math.sqrt(n)))


def without_limit(n):
    return round(1.6 * n**0.56)


def rounded_down(n):
    return min(600, int(1.6 * n**0.56))


def inputs_of_layers(model):
    """The inputs of each layer instead of its outputs."""
    return [layer.in_features for layer in model.modules() if isinstance(layer, torch.nn.Linear)][:-1]


@at("full")
@falsified_by(control={"films": "shuffled"})  # each model retrained on shuffled films
@falsified_by(swap("kind", "dot_bias", "network"))
def test_product_beats_network(product_or_network):
    """On real ratings, the dot product's validation error is at least 0.01 stars squared lower than the network's."""
    product, network = (
        product_or_network.metric("valid_loss", kind=kind, films="true") for kind in ("dot_bias", "network")
    )  # fmt: skip
    assert below(product, network, margin=0.01)


@falsified_by(embedding_size=square_root)
@falsified_by(embedding_size=without_limit)
@falsified_by(embedding_size=rounded_down)
def test_equals_fastai_rule(embedding_size):
    """The rule gives the same sizes as fastai: 74 for 944 people, 102 for 1,665 films, and never more than 600."""
    assert (embedding_size(944), embedding_size(1665)) == (74, 102)
    assert (embedding_size(7), embedding_size(5059)) == (5, 190)
    assert all(embedding_size(n) == emb_sz_rule(n) for n in range(1, 100_000, 7))


@refuted("the first will have 1500 and the second will have 50")
@falsified_by(hidden_widths=inputs_of_layers)
def test_layers_of_1500_and_50(hidden_widths):
    """layers=[100, 50] makes hidden layers of 100 and 50 activations; no width in this network is 1,500."""
    model = EmbeddingNN([(944, 74), (1665, 102)], layers=[100, 50])
    assert hidden_widths(model) == [100, 50]
    assert 1500 not in [size for parameter in model.parameters() for size in parameter.shape]
