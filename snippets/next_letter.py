"""A recurrent network that guesses the next letter: shared by the notes on batches of text and on character models."""

from torch import nn

CELLS = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}


class NextLetter(nn.Module):
    """The logits of the next letter, after every letter; the state is what the network keeps of all letters so far."""

    def __init__(self, n_letters: int, cell: str, width: int):
        super().__init__()
        self.vectors = nn.Embedding(n_letters, width // 2)
        self.cell = CELLS[cell](width // 2, width)
        self.scores = nn.Linear(width, n_letters)

    def forward(self, x, state=None):  # (steps, streams) -> (steps, streams, letters), state
        hidden, state = self.cell(self.vectors(x), state)
        return self.scores(hidden), state


def detached(state):
    """The same numbers without their history, through which no gradient flows; an LSTM's state is a pair."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def loss(logits, y):  # (steps, streams, letters), (steps, streams) -> nats per letter
    """Cross-entropy of the letters that came."""
    return nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
