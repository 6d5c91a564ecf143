"""Claims of docs/concepts/text_augmentation.md about the bag of words."""

import torch

from coursenotes.claims import falsified_by
from snippets.bag_of_words import BagOfWords as RightBag
from snippets.text_augmentation import swap


class FirstWordsCountMore(RightBag):
    """A mean in which a word counts less the later it comes."""

    def forward(self, texts):
        weights = [1 / (1 + torch.arange(len(words))) for words in texts]
        means = [w @ self.vectors.weight[words] / w.sum() for words, w in zip(texts, weights, strict=True)]
        return self.score(torch.stack(means))[:, 0]


@falsified_by(BagOfWords=FirstWordsCountMore)
def test_swapping_changes_nothing(BagOfWords):
    """Swapping moves words of a text, and a bag of words gives the same logit before and after."""
    texts = [torch.randperm(50)[:n] for n in (10, 20, 30)]
    swapped = [swap(words, None) for words in texts]
    assert any(not torch.equal(a, b) for a, b in zip(texts, swapped, strict=True))
    model = BagOfWords(50)
    torch.testing.assert_close(model(swapped), model(texts))
