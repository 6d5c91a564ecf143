"""Claims of docs/concepts/recurrent_network.md."""

import torch
from torch import nn

from coursenotes.claims import above, below, falsified_by
from snippets.recurrent_network import Recurrent as RightRecurrent
from snippets.recurrent_network import gradients as right_gradients


class Untied(RightRecurrent):
    """Weights of its own for every step, as in an ordinary deep network."""

    def __init__(self, inputs, width):
        super().__init__(inputs, width)
        self.more = nn.ModuleList()

    def forward(self, x, state):
        states = []
        for i, x_t in enumerate(x):
            if i > len(self.more):
                self.more.append(nn.Linear(state.shape[-1], state.shape[-1], bias=False))
            hidden = self.more[i - 1] if i else self.hidden
            state = torch.tanh(self.input(x_t) + hidden(state))
            states.append(state)
        return torch.stack(states)


class Forgetful(RightRecurrent):
    """Starts from the first state at every step."""

    def forward(self, x, state):
        return torch.stack([torch.tanh(self.input(x_t) + self.hidden(state)) for x_t in x])


class LastStepOnly(RightRecurrent):
    """The right numbers; the gradient goes through the last step alone."""

    def forward(self, x, state):
        with torch.no_grad():
            states = super().forward(x[:-1], state)
        return torch.cat([states, super().forward(x[-1:], states[-1])])


def ours_and_torchs(Recurrent):
    """Our layer and nn.RNN with its weights, and what they are given: (7, 5, 4), (5, 6)."""
    ours, theirs = Recurrent(4, 6), nn.RNN(4, 6)
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(ours.input.weight)
        theirs.weight_hh_l0.copy_(ours.hidden.weight)
        theirs.bias_ih_l0.copy_(ours.input.bias)
        theirs.bias_hh_l0.zero_()
    return ours, theirs, torch.randn(7, 5, 4), torch.randn(5, 6)


@falsified_by(Recurrent=Untied)
@falsified_by(Recurrent=Forgetful)
@falsified_by(Recurrent=LastStepOnly)
def test_equals_torch(Recurrent):
    """With the same weights, the unrolled network gives the states of nn.RNN, and all gradients are equal too."""
    ours, theirs, x, state = ours_and_torchs(Recurrent)
    mine, (library, _) = ours(x, state), theirs(x, state[None])
    torch.testing.assert_close(mine, library)
    mine.square().sum().backward()
    library.square().sum().backward()
    torch.testing.assert_close(ours.hidden.weight.grad, theirs.weight_hh_l0.grad)
    torch.testing.assert_close(ours.input.weight.grad, theirs.weight_ih_l0.grad)
    torch.testing.assert_close(ours.input.bias.grad, theirs.bias_ih_l0.grad)


@falsified_by(Recurrent=Untied)
def test_parameters_do_not_depend_on_length(Recurrent):
    """A layer of 16 for 4 letters has 16 * (4 + 16) + 16 = 336 parameters, after texts of 5 and of 50 letters."""
    network = Recurrent(4, 16)
    for steps in (5, 50):
        assert network(torch.randn(steps, 2, 4), torch.zeros(2, 16)).shape == (steps, 2, 16)
        assert sum(p.numel() for p in network.parameters()) == 336


@falsified_by(Recurrent=Untied)
@falsified_by(Recurrent=LastStepOnly)
def test_gradient_is_the_sum_over_steps(Recurrent):
    """The gradient of W is the sum of those of its copies, if each step is given a copy of its own."""
    network, x, state = Recurrent(4, 6), torch.randn(7, 5, 4), torch.randn(5, 6)
    network(x, state)[-1].square().sum().backward()
    copies = [network.hidden.weight.detach().clone().requires_grad_() for _ in x]
    for x_t, copy in zip(x, copies, strict=True):
        state = torch.tanh(network.input(x_t) + state @ copy.T)
    state.square().sum().backward()
    torch.testing.assert_close(network.hidden.weight.grad, sum(copy.grad for copy in copies), rtol=1e-4, atol=1e-5)


def gaussian(width, radius):
    """Independent weights, scaled to that spectral radius: its singular values differ."""
    weight = torch.randn(width, width)
    return weight * radius / torch.linalg.eigvals(weight).abs().max()


def one_step_less(weight, function, steps):
    return right_gradients(weight, function, steps - 1)[[0, *range(steps)]]


@falsified_by(with_radius=gaussian)
@falsified_by(gradients=one_step_less)
def test_gradient_is_a_power_of_the_radius(gradients, with_radius):
    """Without a function, the gradient k steps back is the radius to the power of k, if W is a rotation times that."""
    for radius in (0.5, 0.9, 1.0, 1.5):
        sizes = gradients(with_radius(16, radius), lambda x: x, 12)
        torch.testing.assert_close(sizes, radius ** torch.arange(13.0), rtol=1e-3, atol=0)


def each_alone(gradients, longest):
    """Every tensor clipped by its own length: the direction changes."""
    return [g * min(1.0, longest / float(g.norm())) for g in gradients]


def by_value(gradients, longest):
    return [g.clamp(-longest, longest) for g in gradients]


@falsified_by(clip=each_alone)
@falsified_by(clip=by_value)
def test_clip_equals_torch(clip):
    """Clipping gives what nn.utils.clip_grad_norm_ gives, for gradients that are too long and for short ones."""
    for scale in (10.0, 0.01):
        parameters = [nn.Parameter(torch.zeros(3, 4)), nn.Parameter(torch.zeros(5))]
        for p in parameters:
            p.grad = scale * torch.randn_like(p)
        clipped = clip([p.grad.clone() for p in parameters], 1.0)
        nn.utils.clip_grad_norm_(parameters, 1.0)
        for g, p in zip(clipped, parameters, strict=True):
            torch.testing.assert_close(g, p.grad)


@falsified_by(control={"radius": (1.0, 1.5)})
def test_tanh_makes_it_smaller(through_time):
    """At radius 1, the gradient 30 steps back shrinks to a third or less with tanh."""
    assert below(through_time.metric("tanh", radius=1.0), -0.48, margin=0)


@falsified_by(control={"radius": (1.5, 1.0)})
def test_gradient_explodes(through_time):
    """At radius 1.5 and with tanh, the gradient 30 steps back is more than ten times the last one."""
    assert above(through_time.metric("tanh", radius=1.5), 1, margin=0)


@falsified_by(control={"radius": (2.0, 0.5)})  # trained from small recurrent weights
@falsified_by(control={"longest": (0.3, 1000.0)})  # trained without clipping
def test_small_weights_cannot_remember(remember):
    """After 20 letters, radius 2 is at least 0.5 more accurate than 0.5, which is above 0.8 after 5 letters."""
    small, large = (remember.select(radius=radius, longest=0.3) for radius in (0.5, 2.0))
    assert above(large.metric("far"), small.metric("far"), margin=0.5)
    assert above(small.metric("near"), 0.8)


@falsified_by(control={"longest": (0.3, 1000.0)})
def test_clipping_helps(remember):
    """After 20 letters and at radius 2, the accuracy with clipped gradients is at least 0.3 above that without."""
    clipped, not_clipped = (remember.metric("far", radius=2.0, longest=longest) for longest in (0.3, 1000.0))
    assert above(clipped, not_clipped, margin=0.3)
