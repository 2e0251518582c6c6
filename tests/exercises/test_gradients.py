import numpy as np
import pytest
import torch
from judged import assert_refused, assert_right


def by_tensor(W, states, error):
    W, states, error = (torch.as_tensor(array) for array in (W, states, error))
    for h in reversed(states[1:]):
        error = W.T @ (error * (1 - h * h))
    return error


def by_matrices(W, states, error):
    product = np.eye(len(W))
    for h in states[1:]:
        product = np.diag(1 - h**2) @ W @ product
    return product.T @ error


def by_autograd(W, states, error):
    W = torch.as_tensor(W)
    first = torch.as_tensor(states[0]).requires_grad_()
    h = first
    for following in torch.as_tensor(states[1:]):
        drive = torch.atanh(following) - (W @ h).detach()
        h = torch.tanh(W @ h + drive)
    h.backward(torch.as_tensor(error))
    return first.grad


RIGHT = [
    ("gradients/modulus", lambda steps, share: share ** (1 / (steps - 1))),
    ("gradients/modulus", lambda steps, share: np.exp(np.log(share) / (steps - 1))),
    ("gradients/modulus", lambda steps, share: torch.tensor(share, dtype=torch.float64) ** (1 / (steps - 1))),
    ("gradients/modulus", lambda steps, share: torch.tensor(share, dtype=torch.float32) ** (1 / (steps - 1))),
    ("gradients/backward", by_tensor),
    ("gradients/backward", by_matrices),
    ("gradients/backward", by_autograd),
]


def linear_backward(W, states, error):
    return np.linalg.matrix_power(W.T, len(states) - 1) @ error


def untransposed(W, states, error):
    for h in states[:0:-1]:
        error = W @ ((1 - h**2) * error)
    return error


def slope_too_early(W, states, error):
    for h in states[-2::-1]:
        error = (1 - h**2) * (W.T @ error)
    return error


def one_step_too_many(W, states, error):
    for h in states[::-1]:
        error = W.T @ ((1 - h**2) * error)
    return error


def slope_of_the_state_before(W, states, error):
    for h in states[-2::-1]:
        error = W.T @ ((1 - h**2) * error)
    return error


WRONG = [
    ("gradients/modulus", lambda steps, share: share ** (1 / steps), "27 and not 28"),
    ("gradients/modulus", lambda steps, share: np.float32(share) ** np.float32(1 / steps), "27 and not 28"),
    ("gradients/modulus", lambda steps, share: share / (steps - 1), "to the power of the lag 27"),
    ("gradients/modulus", lambda steps, share: np.log(share) / (steps - 1), "to the power of the lag 27"),
    ("gradients/modulus", lambda steps, share: ..., "does not return anything yet"),  # noqa: ARG005
    ("gradients/modulus", ..., "still holds the ellipsis"),
    ("gradients/modulus", 0.918, "could not use your answer"),
    ("gradients/backward", linear_backward, "that is the linear network"),
    ("gradients/backward", untransposed, "the transpose of W"),
    ("gradients/backward", slope_too_early, "check it against autograd"),
    ("gradients/backward", one_step_too_many, "one step too many"),
    ("gradients/backward", slope_of_the_state_before, "the state it leads to"),
    ("gradients/backward", lambda W, states, error: error[:1], "the shape should be"),  # noqa: ARG005
    ("gradients/backward", lambda W, states, error: None, "does not return anything yet"),  # noqa: ARG005
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_of_any_form_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_wrong_answer_is_told_why(name, answer, hint):
    assert_refused(name, answer, hint)
