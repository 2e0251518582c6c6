"""experiments.translation and figure4: batches of sentences, the loss of a corpus, BLEU."""

import math
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import cross_entropy

from eigen_teach import init, training
from eigen_teach.data import multi30k
from eigen_teach.data.multi30k import END, START
from eigen_teach.experiments import figure4, translation

QUICK = figure4.PRESETS["quick"]
RUN = {"cell": "tanh", "initializer": "eigen", "lr": QUICK.lr, "seed": 0}


@pytest.fixture(scope="module")
def corpus():
    return translation.corpus("sample")


def test_sentences_stand_between_start_and_end(corpus):
    for source, target in corpus.train[:50] + corpus.test[:50]:
        for sentence in (source, target):
            assert (sentence[0], sentence[-1]) == (START, END)
            assert not set(sentence[1:-1].tolist()) & {START, END}


def test_references_are_what_was_written_and_hold_no_unknown_word(corpus):
    for (_, target), reference in zip(corpus.test, corpus.references, strict=True):
        assert len(target) == len(reference) + 2
        assert "[UNK]" not in reference


def test_packed_batch_asks_for_the_next_word_of_every_prefix(corpus):
    pairs = corpus.train[:5]
    (sources, so_far), following = translation.pack(pairs, "cpu")
    unpacked, lengths = torch.nn.utils.rnn.pad_packed_sequence(so_far, batch_first=True)
    answers, _ = torch.nn.utils.rnn.pad_packed_sequence(so_far._replace(data=following), batch_first=True)
    for (_, target), length, read, said in zip(pairs, lengths, unpacked, answers, strict=True):
        assert read[:length].tolist() == target[:-1].tolist()
        assert said[:length].tolist() == target[1:].tolist()
    assert len(sources.data) == sum(len(source) for source, _ in pairs)


def test_an_epoch_has_every_pair_once_and_the_seed_fixes_its_order(corpus):
    pairs = corpus.train[:10]

    def two_epochs(seed):
        stream = translation.batches(pairs, 4, seed, "cpu")
        return [next(stream) for _ in range(6)]  # 4, 4 and 2 pairs, twice

    first, again, other = two_epochs(0), two_epochs(0), two_epochs(1)
    assert all(torch.equal(a[1], b[1]) for a, b in zip(first, again, strict=True))
    words = sorted(word for _, target in pairs for word in target[1:].tolist())
    for epoch in (first[:3], first[3:], other[:3]):
        assert sorted(torch.cat([following for _, following in epoch]).tolist()) == words
    assert [len(a[1]) for a in first] != [len(a[1]) for a in other]


def test_validation_is_the_mean_over_words_and_not_over_batches(corpus):
    model, pairs = figure4.start(QUICK, RUN, corpus), corpus.val[:7]
    losses = {smoothing: [] for smoothing in (0.1, 0.0)}
    for source, target in pairs:
        (sentences, following) = translation.pack([(source, target)], "cpu")
        for smoothing, kept in losses.items():
            kept += cross_entropy(
                model(sentences), following, label_smoothing=smoothing, reduction="none"
            ).tolist()
    for size in (2, 7):
        smoothed, plain = translation.validation(model, pairs, 0.1, "cpu", batch_size=size)
        # Rounded to 4 digits; the sums are of float32 losses near 5.
        assert smoothed == pytest.approx(sum(losses[0.1]) / len(losses[0.1]), abs=1e-4)
        assert plain == pytest.approx(sum(losses[0.0]) / len(losses[0.0]), abs=1e-4)


def test_validation_of_a_broken_network_is_no_number(corpus):
    model = figure4.start(QUICK, RUN, corpus)
    with torch.no_grad():
        model.readout.bias[7] = math.inf
    assert translation.validation(model, corpus.val[:3], 0.1, "cpu") == (None, None)


def test_bleu_is_100_for_the_references_and_0_for_nothing_right():
    references = ["a small dog jumps over a fence .", "two women sit on a bench in the park ."]
    assert translation.bleu(references, references, [8, 15])["bleu"] == 100
    wrong = translation.bleu(["x"] * 2, references, [8, 15])
    assert wrong["bleu"] == 0


def test_bleu_by_length_parts_the_sentences_at_the_source_s_length():
    references = ["a small dog jumps over a fence ."] * 4
    report = translation.bleu([references[0], "x y", references[0], "x y"], references, [8, 9, 14, 15])
    assert report["bleu_by_length"] == [100, 0, 100, 0]
    assert translation.bleu(references[:1], references[:1], [3])["bleu_by_length"] == [100, None, None, None]


def test_bleu_tells_cases_apart_and_takes_tokens_as_they_are():
    reference = "A dog isn 't here today ."
    report = translation.bleu([reference.lower()], [reference], [6])
    assert report["bleu"] < 100
    assert "case:mixed" in report["signature"]
    assert "tok:none" in report["signature"]


def test_initializers_share_all_but_the_recurrent_matrices(corpus):
    models = {
        name: figure4.start(QUICK, {**RUN, "initializer": name}, corpus).state_dict()
        for name in init.INITIALIZERS
    }
    for key, values in models["eigen"].items():
        same = {name for name, other in models.items() if torch.equal(values, other[key])}
        assert same == ({"eigen"} if key.endswith("weight_hh_l0") else set(models)), key


def test_encoder_and_decoder_start_from_two_matrices(corpus):
    model = figure4.start(QUICK, RUN, corpus)
    assert figure4.radius_of(model) == {"encoder": {"l0.h": 0.95}, "decoder": {"l0.h": 0.95}}
    assert not torch.allclose(model.encoder.weight_hh_l0, model.decoder.weight_hh_l0)


def test_the_quick_run_learns_to_say_sentences_of_the_grammar():
    values = figure4.run_one(QUICK, RUN, "cpu")
    assert values["val_loss"][-1] < 0.7 * values["val_loss"][0]
    assert values["losses"][-1] > 0
    assert len(values["translations"]) == 10
    assert all(sentence.endswith(".") for sentence in values["translations"])
    again = figure4.run_one(QUICK, RUN, "cpu")
    assert again == values


def test_plan_of_the_paper_s_preset_has_the_printed_rate_and_two_lower_ones():
    plan = figure4.plan(figure4.PRESETS["paper"])
    printed = [run for run in plan if run["lr"] == 0.1]
    assert {(run["cell"], run["initializer"]) for run in printed} == {
        (cell, name) for cell in ("tanh", "lstm", "gru") for name in ("default", "eigen")
    }
    other = [(run["cell"], run["initializer"]) for run in plan if run["lr"] == 3e-4]
    assert other == [("tanh", name) for name in ("default", "xavier_uniform", "irnn", "haar", "eigen")]
    main = [run for run in plan if run["lr"] == 1e-3]
    assert len(printed) + len(other) + len(main) == len(plan)
    seeds = {
        (cell, name): [run["seed"] for run in main if (run["cell"], run["initializer"]) == (cell, name)]
        for cell in ("tanh", "lstm", "gru")
        for name in init.INITIALIZERS
    }
    for (cell, name), found in seeds.items():
        if cell == "tanh":
            rival = name in ("default", "xavier_uniform", "irnn", "haar", "eigen")
            assert found == ([0, 1, 2] if rival else [0])
        else:
            assert found == ([] if name in ("irnn", "np_rnn") else [0])


def test_unknown_initializer_is_named_before_the_first_run():
    with pytest.raises(ValueError, match=r"rivals must be one of .* got 'lecun'"):
        figure4.plan(replace(QUICK, rivals=("eigen", "lecun")))


def test_record_shows_the_sentences_that_its_runs_translate(corpus):
    result = {"run": RUN, "values": {"translations": ["A dog ."] * 10}}
    values = figure4.collect(QUICK, [result])
    assert values["runs"] == [{**RUN, "translations": ["A dog ."] * 10}]
    assert len(values["sentences"]) == len(result["values"]["translations"])
    english = multi30k.tokenize((english for _, english in values["sentences"]), "en")
    assert english == corpus.references[:10]


def test_facts_of_a_corpus_of_two_sentences(corpus):
    def pair(word, length):
        return torch.tensor([START, *[4] * length, END]), torch.tensor([START, word, END])

    german, english = (multi30k.Vocabulary([["ja", "ja", "nein", "nein"]]) for _ in range(2))
    train, val = [pair(4, 1), pair(5, 1)], [pair(4, 1), pair(multi30k.UNK, 1)]
    test = [pair(4, length) for length in (8, 9, 11, 40)]
    small = translation.Corpus(german, english, train * 4 + [pair(multi30k.UNK, 1)] * 2, val, test, [])
    facts = translation.facts(small)
    assert facts["pairs"] == {"train": 10, "val": 2, "test": 4}
    assert facts["words"] == {"german": 6, "english": 6}
    assert (facts["bins"], facts["longest"]) == ([1, 2, 0, 1], 40)
    assert facts["unknown"] == 0.5
    # Of 20 words said in training 10 are [END], 4 the right word, 2 unknown.
    assert facts["unigram_nats"] == pytest.approx(
        (2 * math.log(2) + math.log(5) + math.log(10)) / 4, abs=1e-4
    )
    sample = translation.facts(corpus)
    assert sum(sample["bins"]) == sample["pairs"]["test"] == 500
    assert 0 < sample["unigram_nats"] < math.log(sample["words"]["english"])


def test_astray_gives_every_target_the_source_of_the_next_pair(corpus):
    pairs = corpus.val[:3]
    wrong = translation.astray(pairs)
    assert [target for _, target in wrong] == [target for _, target in pairs]
    assert [source for source, _ in wrong] == [pairs[k][0] for k in (1, 2, 0)]


def test_a_wrong_source_costs_a_reader_and_nobody_else(corpus):
    def cost(model):
        _, plain, wrong = figure4.validations(model, corpus.val, 0.1, "cpu")
        return wrong - plain

    deaf = figure4.start(QUICK, RUN, corpus)
    with torch.no_grad():
        deaf.encoder.weight_hh_l0.zero_()
        deaf.encoder.weight_ih_l0.zero_()  # its last state is a constant, whatever it was given
    assert cost(deaf) == 0
    reader = figure4.start(QUICK, {**RUN, "cell": "gru"}, corpus)
    batches = translation.batches(corpus.train, 64, 0, "cpu")
    training.fit(reader, batches, torch.nn.CrossEntropyLoss(), lr=1e-2, steps=120, fused=True)
    assert cost(reader) > 0.1
