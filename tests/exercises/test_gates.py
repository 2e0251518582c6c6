"""Checks of initializer/gates: right answers in several forms, typical wrong ones, stubs."""

import math

import numpy as np
import pytest
import torch
from judged import assert_refused, assert_right

from eigen_teach import init


def blocks(gru):
    """The three blocks as views without a gradient."""
    return gru.weight_hh_l0.detach().chunk(3)


def by_orthogonal(gru):
    for block in blocks(gru):
        torch.nn.init.orthogonal_(block, gain=0.95)


def by_qr(gru):
    n = gru.hidden_size
    with torch.no_grad():
        for k in range(3):
            gru.weight_hh_l0[k * n : (k + 1) * n] = 0.95 * torch.linalg.qr(torch.randn(n, n))[0]


def by_package(gru):
    return init.init_recurrent_(gru, init.eigen_, radius=0.95)


def by_data(gru):
    filled = [init.haar_(torch.empty(gru.hidden_size, gru.hidden_size), 0.95) for _ in range(3)]
    gru.weight_hh_l0.data = torch.cat(filled)


def whole_stack(gru):
    torch.nn.init.orthogonal_(gru.weight_hh_l0, gain=0.95)


def first_block(gru):
    torch.nn.init.orthogonal_(blocks(gru)[0], gain=0.95)


def without_radius(gru):
    for block in blocks(gru):
        torch.nn.init.orthogonal_(block)


def one_matrix_for_all(gru):
    gru.weight_hh_l0.data = init.eigen_(torch.empty(8, 8)).repeat(3, 1)


def r_and_n_alike(gru):
    by_orthogonal(gru)
    r, _, n = blocks(gru)
    n.copy_(r)


def in_place_with_gradient(gru):
    for block in gru.weight_hh_l0.chunk(3):
        block.copy_(0.95 * torch.eye(len(block)))


def of_the_inputs(gru):
    by_orthogonal(gru)
    torch.nn.init.xavier_uniform_(gru.weight_ih_l0)


def four_gates(gru):
    for block in gru.weight_hh_l0.detach().chunk(4):
        torch.nn.init.orthogonal_(block, gain=0.95)


def broken(_gru):
    raise RuntimeError("no idea")


def biases(lstm):
    """Each bias vector of an LSTM, by name."""
    return [(name, p.detach()) for name, p in lstm.named_parameters() if "bias" in name]


def in_the_input_bias(lstm):
    for name, bias in biases(lstm):
        bias.chunk(4)[1].fill_(1.0 if "_ih_" in name else 0.0)


def in_the_recurrent_bias(lstm):
    n = lstm.hidden_size
    for name, bias in biases(lstm):
        bias[n : 2 * n] = 1.0 * ("_hh_" in name)


def in_halves(lstm):
    for _name, bias in biases(lstm):
        bias.chunk(4)[1].fill_(0.5)


def twice(lstm):
    for _name, bias in biases(lstm):
        bias.chunk(4)[1].fill_(1)


def only_one_of_two(lstm):
    for name, bias in biases(lstm):
        if "_ih_" in name:
            bias.chunk(4)[1].fill_(1)


def block(k):
    """An answer that fills the k-th block and not the second."""

    def answer(lstm):
        for name, bias in biases(lstm):
            bias.chunk(4)[k].fill_(1.0 if "_ih_" in name else 0.0)

    return answer


def first_layer(lstm):
    lstm.bias_ih_l0.detach().chunk(4)[1].fill_(1)
    lstm.bias_hh_l0.detach().chunk(4)[1].fill_(0)


def forwards_only(lstm):
    for layer in (0, 1):
        getattr(lstm, f"bias_ih_l{layer}").detach().chunk(4)[1].fill_(1)
        getattr(lstm, f"bias_hh_l{layer}").detach().chunk(4)[1].fill_(0)


def all_gates(lstm):
    for name, bias in biases(lstm):
        bias.fill_(1.0 if "_ih_" in name else 0.0)


def zero(lstm):
    for _name, bias in biases(lstm):
        bias.chunk(4)[1].zero_()


def with_weights(lstm):
    in_the_input_bias(lstm)
    init.init_recurrent_(lstm, init.eigen_)


def guarded_bias(lstm):
    lstm.bias_ih_l0.chunk(4)[1].fill_(1)


def guarded_slice(lstm):
    lstm.bias_ih_l0[lstm.hidden_size : 2 * lstm.hidden_size] = 1


RIGHT = [
    ("gates/fill", by_orthogonal),
    ("gates/fill", by_qr),
    ("gates/fill", by_package),
    ("gates/fill", by_data),
    ("gates/forget", in_the_input_bias),
    ("gates/forget", in_the_recurrent_bias),
    ("gates/forget", in_halves),
    ("gates/half_life", lambda steps: -math.log(2 ** (1 / steps) - 1)),
    ("gates/half_life", lambda steps: torch.logit(torch.tensor(0.5, dtype=torch.float64) ** (1 / steps))),
    ("gates/half_life", lambda steps: -np.log(np.expm1(np.log(2) / steps))),
]

WRONG = [
    ("gates/fill", whole_stack, "stack as a whole"),
    ("gates/fill", first_block, "2 of the 3 blocks"),
    ("gates/fill", without_radius, "times 1; times 0.95"),
    ("gates/fill", one_matrix_for_all, "share one matrix"),
    ("gates/fill", r_and_n_alike, "share one matrix"),
    ("gates/fill", in_place_with_gradient, "no_grad"),
    ("gates/fill", of_the_inputs, "weight_ih_l0 has changed"),
    ("gates/fill", four_gates, "singular values go from"),
    ("gates/fill", broken, "no idea"),
    ("gates/fill", lambda _gru: ..., "as it was"),
    ("gates/fill", ..., "ellipsis"),
    ("gates/forget", twice, "a bias of 2"),
    ("gates/forget", only_one_of_two, "random start"),
    ("gates/forget", block(0), "gate i has changed; f is the second"),
    ("gates/forget", block(2), "gate g has changed; f is the second"),
    ("gates/forget", all_gates, "gate i has changed"),
    ("gates/forget", first_layer, "right for l0, and not for l0_reverse, l1, l1_reverse"),
    ("gates/forget", forwards_only, "not for l0_reverse, l1_reverse"),
    ("gates/forget", zero, "0 on average"),
    ("gates/forget", with_weights, "a weight has changed"),
    ("gates/forget", guarded_bias, "no_grad"),
    ("gates/forget", guarded_slice, "no_grad"),
    ("gates/forget", lambda _lstm: ..., "as they were"),
    ("gates/forget", ..., "ellipsis"),
    ("gates/half_life", lambda steps: 2 ** (-1 / steps), "value of the gate"),
    ("gates/half_life", math.log, "chrono"),
    ("gates/half_life", lambda steps: math.log(2 ** (1 / steps) - 1), "sign"),
    ("gates/half_life", lambda steps: -math.log(2) / steps, "inverse of the sigmoid"),
    ("gates/half_life", lambda steps: -math.log10(2 ** (1 / steps) - 1), "natural"),
    ("gates/half_life", lambda _steps: 1.0, "for 1 steps"),
    ("gates/half_life", lambda _steps: ..., "anything yet"),
    ("gates/half_life", ..., "ellipsis"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_gates_right_answer_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_gates_wrong_answer_is_refused_with_its_reason(name, answer, hint):
    assert_refused(name, answer, hint)


def test_gates_checks_leave_the_global_generator_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    assert_right("gates/fill", by_orthogonal)
    assert_right("gates/forget", in_halves)
    assert torch.equal(torch.rand(3), expected)
