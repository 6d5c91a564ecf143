"""Claims of docs/concepts/tabular_learner.md."""

import torch
from fastai.tabular.all import TabularModel
from torch import nn

from coursenotes.claims import below, close, falsified_by, swap
from snippets.collaborative_network import embedding_size
from snippets.tabular_learner import TabularNet as Right


class OneHotNet(Right):
    """As wide as one column a code would be, without embeddings."""

    def __init__(self, sizes, n_conts, y_range=(8, 12)):
        super().__init__(sizes, n_conts, y_range)
        self.layers[0] = nn.Linear(sum(sizes) + n_conts, 200, bias=False)


class WithoutNumbers(Right):
    """Embeddings alone go into the first layer."""

    def __init__(self, sizes, n_conts, y_range=(8, 12)):
        super().__init__(sizes, n_conts, y_range)
        self.layers[0] = nn.Linear(self.layers[0].in_features - n_conts, 200, bias=False)


@falsified_by(TabularNet=OneHotNet)
@falsified_by(TabularNet=WithoutNumbers)
def test_width_is_a_sum(TabularNet):
    """The first layer's inputs are the widths of all embeddings, by fastai's rule, and one for each number."""
    for _ in range(5):
        sizes, n_conts = torch.randint(2, 5000, (6,)).tolist(), int(torch.randint(1, 6, ()))
        net = TabularNet(sizes, n_conts, y_range=(8, 12))
        assert net.layers[0].in_features == sum(embedding_size(n) for n in sizes) + n_conts


class NormFirst(Right):
    """Batch norm before the ReLU, as in most networks for pictures."""

    def __init__(self, *args, **kw):
        super().__init__(*args, **kw)
        layers = list(self.layers)
        for i in range(0, len(layers) - 1, 4):
            layers[i + 1], layers[i + 2] = layers[i + 2], layers[i + 1]
        self.layers = nn.Sequential(*layers)


class NoNorm(Right):
    """The numbers as they come, without batch norm of their own."""

    def forward(self, codes, numbers):
        looked_up = [table[codes[:, i]] for i, table in enumerate(self.embeddings)]
        x = torch.cat([*looked_up, numbers], dim=1) + 0 * self.norm(numbers).sum()
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(self.layers(x).squeeze(1))


class NoDropout(Right):
    """The drop rate is taken and not used."""

    def __init__(self, *args, p=0.0, **kw):
        super().__init__(*args, p=0.0, **kw)


@falsified_by(TabularNet=NormFirst)
@falsified_by(TabularNet=NoNorm)
@falsified_by(TabularNet=NoDropout)
def test_matches_fastai(TabularNet):
    """With the same weights it gives the outputs and the gradients of fastai's TabularModel, in training and after."""
    sizes, n_conts, batch = [50, 7, 3], 2, 64
    widths = [(n, embedding_size(n)) for n in sizes]
    ours = TabularNet(sizes, n_conts, y_range=(8, 12), p=0.2)
    theirs = TabularModel(widths, n_conts, 1, [200, 100], ps=[0.2, 0.2], y_range=(8, 12))
    for mine in ours.parameters():
        mine.data.normal_(std=0.3)
    norms = [module for module in ours.modules() if isinstance(module, nn.BatchNorm1d)]
    their_norms = [module for module in theirs.modules() if isinstance(module, nn.BatchNorm1d)]
    linears, their_linears = ([m for m in net.modules() if isinstance(m, nn.Linear)] for net in (ours, theirs))
    for table, layer in zip(ours.embeddings, theirs.embeds, strict=True):
        layer.weight.data.copy_(table.data)
    for mine, layer in zip(norms + linears, their_norms + their_linears, strict=True):
        layer.load_state_dict(mine.state_dict())
    codes = torch.stack([torch.randint(n, (batch,)) for n in sizes], dim=1)
    numbers, y = 3 + 2 * torch.randn(batch, n_conts), 8 + 4 * torch.rand(batch)
    seed = torch.randint(10**6, ()).item()
    for net in (ours, theirs):
        torch.manual_seed(seed)  # the same activations are dropped
        ((net(codes, numbers).flatten() - y) ** 2).mean().backward()
        net.eval()
    torch.testing.assert_close(ours(codes, numbers), theirs(codes, numbers).flatten())
    for table, layer in zip(ours.embeddings, theirs.embeds, strict=True):
        torch.testing.assert_close(table.grad, layer.weight.grad, rtol=1e-3, atol=1e-5)
    for mine, layer in zip(linears, their_linears, strict=True):
        torch.testing.assert_close(mine.weight.grad, layer.weight.grad, rtol=1e-3, atol=1e-5)


@falsified_by(control={"model": ("network", "untrained_embeddings")})
@falsified_by(control={"model": ("fastai", "model_as_number")})
def test_trains_as_fastai(rivals):
    """The errors of fastai's tabular_learner and of the network from scratch are within 0.02 of each other."""
    scratch, fastai = (rivals.metric("error", model=model) for model in ("network", "fastai"))
    assert close(scratch, fastai, within=0.02)


@falsified_by(control={"model": ("network", "shuffled_prices")})  # trained again, on prices of other sales
@falsified_by(control={"model": ("network", "untrained_embeddings")})
@falsified_by(swap("model", "network", "linear"))
def test_beats_linear(rivals):
    """The network's error is at most 0.95 times a linear model's, and 0.7 times that of the model's mean price."""
    net, linear, mean = (rivals.metric("error", model=model) for model in ("network", "linear", "model_mean"))
    assert below(net / linear, 1, margin=0.05)
    assert below(net / mean, 1, margin=0.3)


@falsified_by(control={"model": ("untrained_embeddings", "network")})
@falsified_by(swap("model", "network", "untrained_embeddings"))
def test_embeddings_are_learned(rivals):
    """With the embeddings left as they were drawn at random, the error is at least 0.02 higher than with trained."""
    trained, drawn = (rivals.metric("error", model=model) for model in ("network", "untrained_embeddings"))
    assert below(trained, drawn, margin=0.02)


@falsified_by(control={"model": ("model_as_number", "network")})
@falsified_by(swap("model", "network", "model_as_number"))
def test_categorical_beats_continuous(rivals):
    """With a limit of 20, which makes the model's number and the year continuous, the error is at least 0.01 higher."""
    categorical, continuous = (rivals.metric("error", model=model) for model in ("network", "model_as_number"))
    assert below(categorical, continuous, margin=0.01)
