"""models.Seq2Seq: the network that translates."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

from eigen_teach.models import Seq2Seq

CELLS = ("tanh", "relu", "lstm", "gru")
START, END = 2, 3


def network(cell="gru", seed=0):
    torch.manual_seed(seed)
    return Seq2Seq(cell, 11, 13, embedding_size=6, hidden_size=5).double()


def sentences(*lengths, words=11, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(4, words, (length,), generator=generator) for length in lengths]


def packed(parts):
    return pack_sequence(parts, enforce_sorted=False)


def step_by_step(model, source, target):
    """Scores of one pair with nothing packed, one word after the other."""
    _, state = model.encoder(model.source_embedding(source)[None])
    rows = []
    for word in target:
        output, state = model.decoder(model.target_embedding(word)[None, None], state)
        rows.append(model.readout(output[0, 0]))
    return torch.stack(rows)


@pytest.mark.parametrize("cell", CELLS)
def test_a_batch_gives_each_pair_what_it_gets_alone(cell):
    # The sentences of a batch have other lengths, in no order: neither padding nor sorting may show.
    model, sources, targets = network(cell), sentences(3, 7, 1, 7), sentences(5, 2, 6, 4, words=13)
    scores = model((packed(sources), packed(targets)))
    for at, (source, target) in enumerate(zip(sources, targets, strict=True)):
        alone = step_by_step(model, source, target)
        places = packed([torch.full((len(t),), k) for k, t in enumerate(targets)]).data == at
        torch.testing.assert_close(scores[places], alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_every_parameter_learns(cell):
    model = network(cell)
    model((packed(sentences(3, 5)), packed(sentences(4, 2, words=13)))).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_the_decoder_knows_the_source_by_the_encoder_s_last_state_alone():
    model = network()
    with torch.no_grad():
        for parameter in model.encoder.parameters():
            parameter.zero_()  # whatever is read, the state stays at zero
    target = packed(sentences(4, words=13))
    one, other = (model((packed(sentences(5, seed=seed)), target)) for seed in (1, 2))
    torch.testing.assert_close(one, other, rtol=0, atol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_translation_takes_the_best_word_at_every_step(cell):
    model, sources = network(cell, seed=3), sentences(4, 2, 6)
    words = model.translate(packed(sources), start=START, end=END, longest=8)
    for source, row in zip(sources, words, strict=True):
        said = [START]
        for word in row.tolist():
            best = step_by_step(model, source, torch.tensor(said))[-1].argmax().item()
            assert word == best
            said.append(best)


def test_translation_ends_when_every_sentence_has_ended():
    model = network()
    with torch.no_grad():
        model.readout.weight.zero_()
        model.readout.bias.copy_(nn.functional.one_hot(torch.tensor(END), 13))
    assert model.translate(packed(sentences(4, 2)), start=START, end=END).tolist() == [[END], [END]]
    assert model.translate(packed(sentences(4)), start=START, end=12, longest=7).shape == (1, 7)


@pytest.mark.parametrize(
    ("cell", "message"), [("linear", "packed sequences"), ("elman", "cell must be one of")]
)
def test_unknown_cell_is_named(cell, message):
    with pytest.raises(ValueError, match=message):
        Seq2Seq(cell, 5, 5)


def test_translation_needs_room_for_a_word():
    with pytest.raises(ValueError, match="longest must be"):
        network().translate(packed(sentences(4)), start=START, end=END, longest=0)
