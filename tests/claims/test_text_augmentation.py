"""Claims of docs/concepts/text_augmentation.md."""

import torch

from coursenotes.claims import above, below, falsified_by, swap
from snippets.bag_of_words import BagOfWords as RightBag
from snippets.text_augmentation import delete as right_delete


class FirstWordsCountMore(RightBag):
    """A mean in which a word counts less the later it comes."""

    def forward(self, texts):
        weights = [1 / (1 + torch.arange(len(words))) for words in texts]
        means = [w @ self.vectors.weight[words] / w.sum() for words, w in zip(texts, weights, strict=True)]
        return self.score(torch.stack(means))[:, 0]


def leaves_some_out(words, text):
    return right_delete(words, text)


@falsified_by(BagOfWords=FirstWordsCountMore)
@falsified_by(swap=leaves_some_out)
def test_swapping_changes_nothing(BagOfWords, swap):
    """Swapping moves words of a text, and a bag of words gives the same logit before and after."""
    texts = [torch.randperm(50)[:n] for n in (10, 20, 30)]
    swapped = [swap(words, None) for words in texts]
    assert any(not torch.equal(a, b) for a, b in zip(texts, swapped, strict=True))
    model = BagOfWords(50)
    torch.testing.assert_close(model(swapped), model(texts))


@falsified_by(control="with_wrong_synonyms")  # trained with words that mean something else
@falsified_by(swap("change", "none", "synonyms"))
def test_synonyms_help(changed):
    """After training on 400 generated texts, true synonyms raise the accuracy on new ones by at least 0.02."""
    assert above(changed.metric("accuracy", change="synonyms", n=400),
                 changed.metric("accuracy", change="none", n=400), margin=0.02)  # fmt: skip


@falsified_by(swap("change", "none", "delete"))
@falsified_by(control={"change": ("delete", "none")})
def test_deleting_lowers_the_loss(changed):
    """After training on 400 generated texts, deleting lowers the loss on new ones by at least 0.08 nats."""
    assert below(
        changed.metric("loss", change="delete", n=400), changed.metric("loss", change="none", n=400), margin=0.08
    )


@falsified_by(control={"change": ("replace", "synonyms")})
def test_any_other_word_does_not_help(changed):
    """After training on 400 generated texts, words replaced by any others lower the accuracy by at least 0.005."""
    assert below(changed.metric("accuracy", change="replace", n=400),
                 changed.metric("accuracy", change="none", n=400), margin=0.005)  # fmt: skip
