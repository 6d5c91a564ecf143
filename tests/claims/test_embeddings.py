"""Claims of docs/concepts/embeddings.md."""

import torch
from torch import nn

from coursenotes.claims import falsified_by
from snippets.embeddings import OPTIMIZERS, POEM
from snippets.embeddings import changed_by_second_step as right_changed
from snippets.embeddings import numericalize as right_numbers
from snippets.embeddings import table_gradient as right_gradient


def counted_from_one(words, vocab):
    """Counted from one, as MATCH in a spreadsheet does."""
    return right_numbers(words, vocab) + 1


def by_first_appearance(words, vocab):
    """Numbers in an order that is not the vocabulary's."""
    return right_numbers(words, list(dict.fromkeys(words)))


@falsified_by(numericalize=counted_from_one)
@falsified_by(numericalize=by_first_appearance)
def test_numbers_identify_words(numericalize, vocabulary):
    """The vocabulary is in alphabetical order without repeats, and each number leads back to its word."""
    words = [chr(97 + int(i)) for i in torch.randint(26, (40,))]
    words[:2] = ["z", "a"]
    vocab = vocabulary(words)
    assert vocab == sorted(vocab)
    assert len(vocab) == len(set(vocab))
    ids = numericalize(words, vocab).tolist()
    assert min(ids) == 0
    assert max(ids) == len(vocab) - 1
    assert [vocab[i] for i in ids] == words


def a_row_for_each_place(words, vocab):
    """Each place in the text has a row of its own."""
    return torch.arange(len(words)) % len(vocab)


def by_length(words, vocab):
    """Words of the same length share a row."""
    return torch.tensor([len(word) for word in words])


@falsified_by(numericalize=a_row_for_each_place)
@falsified_by(numericalize=by_length)
def test_same_word_same_row(numericalize, vocabulary, by_lookup):
    """Two places in the poem have the same four numbers exactly if they hold the same word."""
    words = POEM.split()
    vocab = vocabulary(words)
    rows = by_lookup(torch.randn(len(vocab), 4), numericalize(words, vocab))
    for word, row in zip(words, rows, strict=True):
        assert [other == word for other in words] == (rows == row).all(dim=1).tolist()


def shifted(table, ids):
    """A product with ones a column too far to the right, as if counted from one."""
    one_hot = ((ids[:, None] + 1) % len(table) == torch.arange(len(table))).float()
    return one_hot @ table


def with_bias(table, ids):
    """A linear layer with a bias, as nn.Linear has by default."""
    return nn.functional.linear(torch.eye(len(table))[ids], table.T, torch.ones(table.shape[1]))


def cut_off(table, ids):
    """The right rows without a gradient."""
    return table.detach()[ids] + 0 * table.sum()


@falsified_by(by_product=shifted)
@falsified_by(by_product=with_bias)
@falsified_by(by_product=cut_off)
def test_lookup_is_product(by_product, by_lookup):
    """One-hot product, lookup, nn.Embedding and nn.Linear without bias give the same rows and the same gradients."""
    for rows, factors, places in ((13, 4, 23), (500, 7, 64), (5, 1, 40)):
        start, ids, weights = torch.randn(rows, factors), torch.randint(rows, (places,)), torch.randn(places, factors)
        table, other = (start.clone().requires_grad_() for _ in range(2))
        embedding, linear = nn.Embedding(rows, factors), nn.Linear(rows, factors, bias=False)
        with torch.no_grad():
            embedding.weight.copy_(start)
            linear.weight.copy_(start.T)
        outputs = [
            by_product(table, ids),
            by_lookup(other, ids),
            embedding(ids),
            linear(nn.functional.one_hot(ids, rows).float()),
        ]
        for output in outputs:
            torch.testing.assert_close(output, start[ids])
            (output * weights).sum().backward()
        for gradient in (other.grad, embedding.weight.grad, linear.weight.grad.T):
            torch.testing.assert_close(table.grad, gradient)


def last_one_wins(arriving, ids, rows):
    """`gradient[ids] += arriving`: of two places with the same row, only one is added."""
    gradient = torch.zeros(rows, arriving.shape[1])
    gradient[ids] += arriving
    return gradient


def averaged(arriving, ids, rows):
    """The mean over a row's places instead of their sum."""
    times = torch.bincount(ids, minlength=rows).clamp(min=1)
    return right_gradient(arriving, ids, rows) / times[:, None]


@falsified_by(table_gradient=last_one_wins)
@falsified_by(table_gradient=averaged)
def test_gradients_add_up(table_gradient):
    """A row's gradient is the sum over its places, or zero if there are none, as autograd computes it."""
    ids, arriving = torch.randint(13, (23,)), torch.randn(23, 4)
    ids[:2] = 5  # a row that is looked up twice, and one that never is
    ids[ids == 7] = 8
    table = torch.randn(13, 4, requires_grad=True)
    (table[ids] * arriving).sum().backward()
    gradient = table_gradient(arriving, ids, 13)
    torch.testing.assert_close(gradient, table.grad)
    assert (gradient[7] == 0).all()


def since_the_start(optimizer, table, first, second):
    """The rows that the two steps together change."""
    before = table.detach().clone()
    right_changed(optimizer, table, first, second)
    return (table.detach() != before).any(dim=1)


def fresh_optimizer(optimizer, table, first, second):
    """The second step with an optimizer that has no memory of the first."""
    right_changed(optimizer, table, first, first)
    return right_changed(type(optimizer)([table], lr=0.1), table, second, second)


@falsified_by(changed_by_second_step=since_the_start)
@falsified_by(changed_by_second_step=fresh_optimizer)
def test_optimizers_change_other_rows(changed_by_second_step):
    """Plain SGD changes only rows just looked up, momentum and Adam also those of the step before, AdamW all rows."""
    first, second = torch.tensor([0, 1, 2, 1]), torch.tensor([2, 3, 3])
    for optimizer, others in (("SGD", []), ("SGD with momentum", [0, 1]), ("Adam", [0, 1]), ("AdamW", [0, 1, 4, 5])):
        table = torch.randn(6, 4, requires_grad=True)
        changed = changed_by_second_step(OPTIMIZERS[optimizer]([table]), table, first, second)
        assert changed.nonzero()[:, 0].tolist() == sorted([2, 3, *others])
