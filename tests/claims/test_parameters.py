"""Claims of docs/concepts/parameters.md."""

from unittest.mock import patch

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes.claims import above, close, falsified_by, refuted, swap
from snippets.parameters import Line as RightLine
from snippets.parameters import create_params


class WrapsTensors(nn.Module):
    """A holder that registers any tensor: the guess that PyTorch looks for tensors."""

    def __init__(self, value):
        super().__init__()
        self.a = nn.Parameter(value) if type(value) is torch.Tensor else value


class LooksIntoLists(nn.Module):
    """A holder that registers the layers of a list: the guess that PyTorch looks into lists."""

    def __init__(self, value):
        super().__init__()
        self.a = nn.ModuleList(value) if isinstance(value, list) else value


class HidesModules(nn.Module):
    """A holder that registers none of the modules inside it: the guess that a bare layer is not looked into."""

    def __init__(self, value):
        super().__init__()
        self.a = [value]


class Transposes(nn.Module):
    """A holder that transposes a layer's weight to 1 by 3, the shape given in the lecture."""

    def __init__(self, value):
        super().__init__()
        self.a = value
        if isinstance(value, nn.Linear):
            value.weight = nn.Parameter(value.weight.detach().T)


class OwnTensorsOnly:
    """Finds no parameters of modules held here."""

    def parameters(self):
        return (value for value in vars(self).values() if isinstance(value, nn.Parameter))


class AnyTensor:
    """Takes every tensor for a parameter."""

    def parameters(self):
        for value in vars(self).values():
            if isinstance(value, torch.Tensor):
                yield value
            elif hasattr(value, "parameters"):
                yield from value.parameters()


class AveragesRepeats(nn.Module):
    """An embedding whose gradient is the mean over a row's repeats instead of the sum."""

    def __init__(self, rows, factors):
        super().__init__()
        self.weight = create_params(rows, factors)

    def forward(self, ids):
        return F.embedding(ids, self.weight, scale_grad_by_freq=True)


class NextRow(AveragesRepeats):
    """An embedding that looks up the row after the one asked for."""

    def forward(self, ids):
        return self.weight[(ids + 1) % len(self.weight)]


def filled_copy(*size):
    """Starting values drawn into a second tensor; the zeros are left as they are."""
    return nn.Parameter(torch.normal(torch.zeros(*size), 0.01))


def as_embedding(*size):
    """Starting values as wide as nn.Embedding's."""
    return nn.Parameter(torch.randn(*size))


def off_center(*size):
    """Draws of the right size, but from 0 to 2 standard deviations around 0.01."""
    return nn.Parameter(torch.normal(torch.full(size, 0.01), 0.01))


def never_filled(*size):
    """Zeros, wrapped but not overwritten."""
    return nn.Parameter(torch.zeros(*size))


@falsified_by(Holder=WrapsTensors)
def test_only_parameters_register(Holder):
    """A module registers a tensor only if it is wrapped in nn.Parameter, which also asks for a gradient."""
    plain, wrapped = torch.randn(3), nn.Parameter(torch.randn(3))
    assert list(Holder(plain).parameters()) == []
    known = list(Holder(wrapped).parameters())
    assert len(known) == 1 and known[0] is wrapped
    assert wrapped.requires_grad and not plain.requires_grad


@falsified_by(Holder=HidesModules)
@falsified_by(Holder=Transposes)
def test_linear_registers_its_weight(Holder):
    """nn.Linear(1, 3) wraps its own weight, 3 by 1, and a module that holds the layer has that very parameter."""
    layer = nn.Linear(1, 3, bias=False)
    known = list(Holder(layer).parameters())
    assert len(known) == 1 and known[0] is layer.weight
    assert type(layer.weight) is nn.Parameter
    assert tuple(layer.weight.shape) == (3, 1)


@falsified_by(Holder=LooksIntoLists)
def test_list_hides_layers(Holder):
    """Layers in a list are neither registered nor saved: 0 tensors of n, against n of n in a ModuleList."""
    for n in (1, 2, 5):
        layers = [nn.Linear(4, 4, bias=False) for _ in range(n)]
        hidden, shown = Holder(layers), Holder(nn.ModuleList(layers))
        assert len(list(hidden.parameters())) == len(hidden.state_dict()) == 0
        assert len(list(shown.parameters())) == len(shown.state_dict()) == n


@falsified_by(Module=OwnTensorsOnly)
@falsified_by(Module=AnyTensor)
def test_finds_the_same_parameters_as_torch(Module):
    """In a module of modules, Module finds the same parameters as nn.Module, in the same order."""
    weight, inner = nn.Parameter(torch.randn(2, 3)), nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))

    def build(base):
        class Part(base):
            def __init__(self):
                super().__init__()
                self.weight, self.plain, self.hidden = weight, torch.randn(4), [nn.Linear(5, 5)]

        class Whole(base):
            def __init__(self):
                super().__init__()
                self.part, self.inner, self.name = Part(), inner, "whole"

        return Whole()

    ours, torchs = (list(build(base).parameters()) for base in (Module, nn.Module))
    assert len(torchs) == 5
    assert [id(p) for p in ours] == [id(p) for p in torchs]


@falsified_by(Embedding=NextRow)
@falsified_by(Embedding=AveragesRepeats)
def test_embedding_matches_library(Embedding):
    """With the same weights, the embedding from scratch gives the rows and gradients of nn.Embedding."""
    ours, library = Embedding(20, 5), nn.Embedding(20, 5)
    library.weight.data.copy_(ours.weight.data)
    ids = torch.randint(20, (4, 30))
    outputs = [layer(ids) for layer in (ours, library)]
    slopes = torch.randn_like(outputs[0])
    for output in outputs:
        output.backward(slopes)
    assert torch.equal(*outputs)
    assert torch.allclose(ours.weight.grad, library.weight.grad, atol=1e-6)


@falsified_by(create_params=filled_copy)
@falsified_by(create_params=never_filled)
def test_zeros_are_filled_in_place(create_params):
    """The zeros that create_params makes and the parameter it returns share memory, which normal_ overwrote."""
    made = []

    def zeros(*size, real=torch.zeros):
        made.append(real(*size))
        return made[-1]

    with patch.object(torch, "zeros", zeros):
        parameter = create_params(30, 7)
    assert len(made) == 1
    assert parameter.data_ptr() == made[0].data_ptr()
    assert parameter.std() > 0
    assert type(parameter) is nn.Parameter and parameter.requires_grad


@falsified_by(create_params=as_embedding)
@falsified_by(create_params=off_center)
def test_starts_small(create_params):
    """Fresh create_params: a mean within five standard errors of 0, and a standard deviation within 5% of 0.01."""
    values = create_params(944, 50).detach()
    assert abs(float(values.mean())) < 5 * 0.01 / values.numel() ** 0.5
    assert abs(float(values.std()) - 0.01) < 0.0005


@refuted("create_params is all that it takes to replicate nn.Embedding")
@falsified_by(swap("start", "create_params", "nn.Embedding"))
def test_nn_embedding_starts_wider(initialization):
    """The standard deviation of nn.Embedding's starting values is at least 0.9 larger than that of create_params."""
    ours, library = (initialization.metric("sd", start=start) for start in ("create_params", "nn.Embedding"))
    assert above(library, ours, margin=0.9)


class AlwaysWrapped(RightLine):
    """The bias always registered."""

    def __init__(self, bias):
        super().__init__(nn.Parameter(bias.detach()))


class NeverWrapped(RightLine):
    """The bias always a plain tensor."""

    def __init__(self, bias):
        super().__init__(bias.detach())


@falsified_by(Line=AlwaysWrapped)
@falsified_by(Line=NeverWrapped)
def test_unregistered_bias_stays(Line):
    """On standardized x, a plain-tensor bias stays exactly 0; a parameter reaches the mean, with the same slope."""
    x = torch.randn(50)
    x = (x - x.mean()) / x.std(correction=0)
    y = 2 * x + 3 + torch.randn(50)
    lines = {"Parameter": Line(nn.Parameter(torch.zeros(1))), "tensor": Line(torch.zeros(1))}
    for model in lines.values():
        known = list(model.parameters())
        for _ in range(10):
            gradients = torch.autograd.grad(F.mse_loss(model(x), y), known)
            with torch.no_grad():
                for parameter, gradient in zip(known, gradients, strict=True):
                    parameter -= 0.4 * gradient
    assert lines["tensor"].bias.item() == 0
    torch.testing.assert_close(lines["Parameter"].bias.detach(), y.mean()[None], rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(lines["tensor"].slope, lines["Parameter"].slope, rtol=1e-3, atol=1e-3)


@falsified_by(control={"bias": ("tensor", "Parameter")})
@falsified_by(swap("bias", "tensor", "Parameter"))
def test_loss_rises_by_the_squared_mean(line):
    """Without a trained bias, the loss is higher by the square of the mean of the targets, within 1%."""
    with_bias, without = (line.metric("loss", bias=kind) for kind in ("Parameter", "tensor"))
    cost = (without - with_bias) / line.metric("squared_mean", bias="tensor")
    assert close(cost, 1, within=0.01)
