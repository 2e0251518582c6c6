"""table2, figure1, latch: what is said of a network after training is said of the trained network."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from eigen_teach import linear, spectra, training
from eigen_teach.experiments import figure1, latch, scanline, table2


@pytest.fixture
def trained_to(monkeypatch):
    """Let a training do nothing but put a matrix into the network; the networks that were trained so."""
    trained = []

    def stand_in(matrix):
        def train(model, _config, _data, _seed, measure):
            history = training.History([2.0] * 99, [measure(model)])
            with torch.no_grad():
                model.rnn.weight_hh_l0.copy_(torch.from_numpy(matrix))
            history.measures.append(measure(model))
            trained.append(model)
            return history

        monkeypatch.setattr(scanline, "train", train)
        return trained

    return stand_in


def shear_and_turn(n):
    """Not normal, with one conjugate pair of modulus 0.9 and n - 2 times the eigenvalue 0.5."""
    W = 0.5 * np.eye(n)
    W[:2, :2] = 0.9 * np.array([[0.8, -0.6], [0.6, 0.8]])
    W[2, 3] = 3.0
    return W


def test_table2_measures_the_trained_matrix_with_one_norm_for_a_pair(trained_to):
    config = table2.PRESETS["quick"]
    W = shear_and_turn(config.hidden_size)
    trained_to(W)
    values = table2.run_one(config, {"cell": "tanh", "seed": 0}, "cpu")
    assert values["norms"][-1] == [0.9] + [0.5] * (config.top - 1)
    assert values["norm_after"] == round(float(np.linalg.norm(W, 2)), 4)
    assert values["departure_after"] == round(linear.departure_from_normality(W), 4)
    fresh = spectra.recurrent_matrices(scanline.build(config, "tanh", 0, "cpu").rnn)["l0.h"]
    assert values["norms"][0] == spectra.unique_norms(fresh)[: config.top].round(4).tolist()
    assert values["norm_before"] == round(float(np.linalg.norm(fresh, 2)), 4)
    assert values["departure_before"] == round(linear.departure_from_normality(fresh), 4)


def test_figure1_places_the_states_of_the_fresh_and_of_the_trained_network(trained_to):
    config = replace(figure1.PRESETS["quick"], images=20, drawn=5)
    trained = trained_to(shear_and_turn(config.hidden_size))
    values = figure1.run_one(config, {"cell": "tanh", "seed": 0}, "cpu")
    x, y = (part[: config.images] for part in scanline.images("test", config.source, "cpu"))
    for when, model in (("before", scanline.build(config, "tanh", 0, "cpu")), ("after", trained[0])):
        assert values[when] == figure1.place_of(figure1.visited(model, x), y.numpy())
    assert values["before"] != values["after"]


# The bit of the latch: the readout is fitted on one half of the trials and judged by the other.


def test_readout_of_noise_is_a_guess_though_it_fits_its_own_half():
    rng = np.random.default_rng(0)
    states, bits = rng.standard_normal((400, 150)), np.tile([-1.0, 1.0], 200)
    assert latch.share_right(states, bits) == pytest.approx(0.5, abs=0.12)  # sd 0.035


def test_readout_of_a_bit_that_is_there_is_right():
    rng = np.random.default_rng(0)
    bits = np.tile([-1.0, 1.0], 100)
    states = np.outer(bits, rng.uniform(-1, 1, 20)) + 0.1 * rng.standard_normal((200, 20))
    assert latch.share_right(states, bits) == 1.0


def test_bit_is_written_held_and_read_trial_by_trial():
    config = replace(latch.PRESETS["quick"], families=("turned_chain",), radii=(1.2,), noises=(0.3,), hold=12)
    (held,) = latch.run_one(config, {"family": "turned_chain", "seed": 1}, "cpu")["held"][0]
    W = 1.2 * latch.families.draw("turned_chain", config.hidden_size, 1)
    rng = np.random.default_rng([1, 2])
    w_in, bits = rng.uniform(-1, 1, config.hidden_size), np.tile([-1.0, 1.0], config.trials)
    states = [np.tanh(bit * w_in) for bit in bits]
    for _ in range(config.hold):
        noise = 0.3 * rng.standard_normal((len(bits), config.hidden_size))
        states = [np.tanh(W @ state + extra) for state, extra in zip(states, noise, strict=True)]
    assert 0.55 < held < 0.95
    assert held == round(latch.share_right(np.array(states), bits), 4)
