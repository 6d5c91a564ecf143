"""A bag of words: a classifier of texts for which the order of the words does not count."""

import torch
from torch import nn


class BagOfWords(nn.Module):
    """The logit of praise: the mean of the words' vectors, then one layer. The order of the words does not count."""

    def __init__(self, n_words: int, n_factors: int = 16):
        super().__init__()
        self.vectors, self.score = nn.EmbeddingBag(n_words, n_factors), nn.Linear(n_factors, 1)
        nn.init.normal_(self.vectors.weight, std=0.1)

    def forward(self, texts):  # a list of (words,) -> (texts,)
        starts = torch.tensor([0, *map(len, texts[:-1])]).cumsum(0)
        return self.score(self.vectors(torch.cat(texts), starts))[:, 0]
