"""Claims of docs/concepts/character_model.md."""

import torch

from coursenotes.claims import at, below, falsified_by, swap


def multiplied(logits, temperature):
    return (logits * temperature).softmax(-1)


def not_normalized(logits, temperature):
    return logits.softmax(-1) ** (1 / temperature)


@falsified_by(chances=multiplied)
@falsified_by(chances=not_normalized)
def test_temperature_is_a_power(chances):
    """At temperature T, chances are those of softmax to the power of 1/T, made to add up to 1; near 0 one is sure."""
    logits = torch.randn(20)
    for temperature in (0.5, 1.0, 1.5):
        powers = logits.softmax(-1) ** (1 / temperature)
        torch.testing.assert_close(chances(logits, temperature), powers / powers.sum())
    assert chances(logits, 1e-4).max() > 0.99


@at("sample")
@falsified_by(control="without_memory")  # trained with its state emptied after every third letter
def test_gru_comes_close_to_the_entropy(network):
    """On generated text, the loss of the GRU on new letters is less than 0.05 nats above the entropy."""
    assert below(network.metric("above_entropy", cell="GRU"), 0.05)


@at("sample")
@falsified_by(control={"cell": ("GRU", "RNN")})
@falsified_by(swap("cell", "GRU", "RNN"))
def test_gates_help(network):
    """The loss of the GRU is at least 0.005 nats below that of the plain recurrent network."""
    assert below(network.metric("test_loss", cell="GRU"), network.metric("test_loss", cell="RNN"), margin=0.005)
