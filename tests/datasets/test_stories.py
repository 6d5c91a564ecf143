"""The stories: how often a name comes, how often it is the last one again, and what the best reader can reach."""

import numpy as np
import pytest

from snippets.datasets.stories import (
    AGAIN,
    ENTROPY,
    NAMED,
    NAMES,
    PLAIN,
    Story,
    entropy_if_forgotten,
    generate,
    stories,
)


@pytest.fixture(scope="module")
def made():
    return generate(n_train=200_000, n_test=1000)


def best_loss(text: np.ndarray, every: int) -> float:
    """The loss of a reader who knows how the text was made, and forgets all before every so many predictions."""
    n, losses, last = len(PLAIN), [], -1
    for place, (before, after) in enumerate(zip(text[:-1].tolist(), text[1:].tolist(), strict=True)):
        last = before if before >= n else -1 if place % every == 0 else last
        if after < n:
            chance = (1 - NAMED) / n
        elif last < 0:
            chance = NAMED / len(NAMES)
        else:
            chance = NAMED * (AGAIN if after == last else (1 - AGAIN) / (len(NAMES) - 1))
        losses.append(-np.log(chance))
    return float(np.mean(losses))


def test_sizes(made):
    assert stories.sample is generate
    story = generate()
    assert len(story.train) == len(story.test) == 24_000 and story.train.dtype == np.int64
    assert story.vocab == list("abcdKLMNPRST") and set(story.train) == set(range(12))


def test_how_often_a_name_comes_and_is_the_last_one_again(made):
    names = made.train[made.train >= len(PLAIN)]
    assert len(names) / len(made.train) == pytest.approx(NAMED, abs=0.005)
    assert np.mean(names[1:] == names[:-1]) == pytest.approx(AGAIN, abs=0.007)
    assert np.bincount(names)[len(PLAIN) :].min() > 0.07 * len(names)


def test_plain_letters_say_nothing(made):
    table = np.zeros((12, 12))
    np.add.at(table, (made.train[:-1], made.train[1:]), 1)
    after = table[:, :4] / table[:, :4].sum(1, keepdims=True)
    np.testing.assert_allclose(after, 0.25, atol=0.05)


@pytest.mark.parametrize("every", [1, 4, 8, 64])
def test_the_lowest_loss_is_what_the_best_reader_has(made, every: int):
    assert best_loss(made.train, every) == pytest.approx(entropy_if_forgotten(every), abs=0.012)
    assert entropy_if_forgotten(every) > entropy_if_forgotten(2 * every) > ENTROPY


def test_a_reader_who_forgets_nothing_reaches_the_entropy(made):
    assert best_loss(made.train, 10**9) == pytest.approx(ENTROPY, abs=0.012)


def test_the_same_every_time_whatever_the_global_seed():
    np.random.seed(1)
    first: Story = generate(1000)
    np.random.seed(2)
    assert generate(1000).train.tolist() == first.train.tolist() != generate(1000, seed=4).train.tolist()
