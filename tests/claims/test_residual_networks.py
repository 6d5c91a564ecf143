"""Claims about the blocks of snippets/residual_networks.py, which stand in docs/concepts/classifier_ladder.md."""

import torch
from torch import nn

from coursenotes.claims import falsified_by
from snippets.residual_networks import ResidualBlock as RightResidualBlock


class WithoutShortcut(RightResidualBlock):
    """The convolutions alone."""

    def forward(self, x):
        return torch.relu(self.layers(x))


class Halved(RightResidualBlock):
    """The mean of the input and what is added, which keeps the size of the sum."""

    def forward(self, x):
        return torch.relu((x + self.layers(x)) / 2)


@falsified_by(ResidualBlock=WithoutShortcut)
@falsified_by(ResidualBlock=Halved)
def test_can_do_nothing(ResidualBlock):
    """With all weights and biases 0, a residual block returns its input, if that has passed a ReLU."""
    block, x = ResidualBlock(8, nn.Identity), torch.rand(4, 8, 6, 6)
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
    torch.testing.assert_close(block(x), x)


@falsified_by(ResidualBlock=WithoutShortcut)
@falsified_by(ResidualBlock=Halved)
def test_gradient_has_a_way_past(ResidualBlock):
    """If the block's convolutions are 0, the gradient of its input is that of its output, unchanged."""
    block, x, upstream = ResidualBlock(8, nn.Identity), torch.rand(4, 8, 6, 6).requires_grad_(), torch.randn(4, 8, 6, 6)
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
    (block(x) * upstream).sum().backward()
    torch.testing.assert_close(x.grad, upstream)
