"""Checks of initializer/spectra: right answers in several forms, typical wrong ones, stubs."""

import numpy as np
import pytest
import torch
from judged import assert_refused, assert_right

from eigen_teach import exercises


def uniform_(bound):
    """An answer to spectra/uniform: the bound as a function of n."""
    return lambda tensor: torch.nn.init.uniform_(tensor, -bound(len(tensor)), bound(len(tensor)))


def by_rand_(tensor):
    n = len(tensor)
    tensor.copy_((2 * torch.rand(n, n, dtype=tensor.dtype) - 1) * (3 * 0.95**2 / n) ** 0.5)


def by_slice_(tensor):
    bound = 0.95 * np.sqrt(3 / tensor.shape[1])
    tensor[:] = torch.as_tensor(np.random.default_rng(1).uniform(-bound, bound, tensor.shape))


RIGHT = [
    ("spectra/radius", lambda std, n: std * np.sqrt(n)),
    ("spectra/radius", lambda std, n: (n * std**2) ** 0.5),
    ("spectra/radius", lambda std, n: np.float64(np.exp(np.log(std) + np.log(n) / 2))),
    ("spectra/radius", lambda std, n: torch.tensor(std * n**0.5, dtype=torch.float64)),
    ("spectra/uniform", uniform_(lambda n: 0.95 * np.sqrt(3 / n))),
    ("spectra/uniform", lambda tensor: torch.nn.init.xavier_uniform_(tensor, gain=0.95)),
    ("spectra/uniform", by_rand_),
    ("spectra/uniform", by_slice_),
    ("spectra/sparse", 0.95 / np.sqrt(10)),
    ("spectra/sparse", 0.3),
    ("spectra/sparse", np.array(0.3004)),
    ("spectra/sparse", torch.tensor(0.3004)),
]

WRONG = [
    ("spectra/radius", lambda std, n: n * std**2, "squared length"),
    ("spectra/radius", lambda std, n: n * std, "should be"),
    ("spectra/radius", lambda std, n: std / np.sqrt(n), "should be"),
    ("spectra/radius", lambda std, n: [std * np.sqrt(n)], "shape"),
    ("spectra/radius", lambda _std, _n: ..., "does not return anything yet"),
    ("spectra/radius", ..., "ellipsis"),
    ("spectra/uniform", uniform_(lambda n: 0.95 / np.sqrt(n)), "bound then"),
    ("spectra/uniform", uniform_(lambda n: 1.9 / np.sqrt(n)), "should be 0.95"),
    ("spectra/uniform", uniform_(lambda _n: 0.95), "should be 0.95"),
    (
        "spectra/uniform",
        lambda tensor: torch.nn.init.normal_(tensor, 0, 0.95 / len(tensor) ** 0.5),
        "uniform",
    ),
    ("spectra/uniform", lambda tensor: tensor.uniform_(0, 0.95 * (12 / len(tensor)) ** 0.5), "mean"),
    ("spectra/uniform", lambda tensor: tensor.zero_(), "uniform"),
    ("spectra/uniform", lambda _tensor: ..., "in place"),
    ("spectra/uniform", ..., "ellipsis"),
    ("spectra/sparse", 0.95 / 20, "ten"),
    ("spectra/sparse", 0.95 / 10, "variances"),
    ("spectra/sparse", 0.95**2 / 10, "variances"),
    ("spectra/sparse", 1 / np.sqrt(10), "radius near 1"),
    ("spectra/sparse", -0.95 / np.sqrt(10), "positive"),
    ("spectra/sparse", [0.3, 0.3], "shape"),
    ("spectra/sparse", ..., "ellipsis"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_spectra_right_answer_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_spectra_wrong_answer_is_refused_with_its_reason(name, answer, hint):
    assert_refused(name, answer, hint)


def test_spectra_uniform_leaves_the_generator_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    exercises.judge("spectra/uniform", torch.nn.init.uniform_)
    assert torch.equal(torch.rand(1), expected)
