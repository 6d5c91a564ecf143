"""Claims of docs/concepts/matrix_multiplication.md."""

import torch

from coursenotes.claims import falsified_by


def not_added_up(a, b):
    """= in place of +=: only the last product is left."""
    return a[:, -1:] * b[-1:]


def second_transposed(a, b):
    """b indexed as b[j, k]; no error where b is square."""
    return a @ b.T if b.shape[0] == b.shape[1] else a @ b


def summed_over_rows(a, b):
    """The sum over the wrong letter."""
    return torch.einsum("ik,kj->kj", a, b)


def one_too_few(a, b):
    """range(len(b) - 1): the last product is left out."""
    return a[:, :-1] @ b[:-1]


def number_by_number(a, b):
    """a * b, where the shapes allow it."""
    return a * b if a.shape == b.shape else a @ b


@falsified_by(three_loops=not_added_up)
@falsified_by(three_loops=one_too_few)
@falsified_by(on_lists=one_too_few)
@falsified_by(dot_products=second_transposed)
@falsified_by(broadcast=number_by_number)
@falsified_by(einsum=summed_over_rows)
def test_all_agree(three_loops, on_lists, dot_products, broadcast, einsum):
    """In single precision, all agree with @ within a hundred-thousandth, for random matrices of several shapes."""
    for n, k, m in ((3, 4, 2), (1, 5, 1), (4, 4, 4), (2, 1, 3)):
        a, b = torch.randn(n, k), torch.randn(k, m)
        for multiply in (three_loops, on_lists, dot_products, broadcast, einsum):
            torch.testing.assert_close(multiply(a, b), a @ b, rtol=1e-5, atol=1e-5)


def term_by_term(a, b):
    """Each row of the result as a sum of rows of b: the same products, in the order of the loops."""
    return sum(a[:, k, None] * b[k] for k in range(len(b)))


@falsified_by(library=term_by_term)
def test_one_call(library):
    """The library's product is a single operation of PyTorch, whatever the size."""
    for size in (2, 50):
        a = torch.randn(size, size)
        with torch.autograd.profiler.profile() as profile:
            library(a, a)
        assert sum(event.name == "aten::matmul" for event in profile.function_events) == 1
        assert not any(event.name == "aten::mul" for event in profile.function_events)
