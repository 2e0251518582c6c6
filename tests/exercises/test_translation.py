"""Checks of experiments/multi30k: right answers in several forms, typical wrong ones, stubs."""

import math

import numpy as np
import pytest
import torch
from judged import assert_refused, assert_right
from scipy import stats


def penalty(words, expected):
    """Brevity penalty of whole corpora."""
    return min(1.0, math.exp(1 - expected.sum() / words.sum()))


def shares(matched, written):
    """Precisions of n-grams of one to four words."""
    return matched.sum(axis=0) / written.sum(axis=0)


def bleu(matched, written, words, expected):
    """BLEU from the counts of all sentences."""
    return penalty(words, expected) * np.prod(shares(matched, written)) ** 0.25


def bleu_by_logs(matched, written, words, expected):
    """The same, the way most programs do it."""
    logs = [math.log(share) if share else -math.inf for share in shares(matched, written)]
    return math.exp(sum(logs) / 4 + min(0.0, 1 - expected.sum() / words.sum()))


def mean_of_sentences(*corpus):
    """Mean of one BLEU a sentence."""
    return np.mean([bleu(*(part[k : k + 1] for part in corpus)) for k in range(len(corpus[0]))])


def unguarded(matched, written, words, expected):
    """Takes the logarithm of nothing."""
    logs = [math.log(share) for share in shares(matched, written)]
    return penalty(words, expected) * math.exp(sum(logs) / 4)


def entropy(words, smoothing):
    """Of a smoothed target."""
    target = np.full(words, smoothing / words)
    target[0] += 1 - smoothing
    return stats.entropy(target)


def loss_of_the_best(words, smoothing):
    """PyTorch's own loss for the scores that are right."""
    target = torch.full((1, words), smoothing / words, dtype=torch.float64)
    target[0, 0] += 1 - smoothing
    scores = target.clamp_min(1e-300).log()
    return torch.nn.functional.cross_entropy(scores, torch.tensor([0]), label_smoothing=smoothing)


def naive(words, smoothing):
    """Fails where nothing is spread."""
    top, share = 1 - smoothing + smoothing / words, smoothing / words
    return -top * math.log(top) - (words - 1) * share * math.log(share)


def naive_with_numpy(words, smoothing):
    """Is no number where nothing is spread."""
    with np.errstate(all="ignore"):
        share = np.float64(smoothing / words)
        return -(words - 1) * share * np.log(share)


def nats(losses, words):
    """Mean loss a word."""
    return np.average(losses, weights=words)


def term(share):
    """Share times minus its logarithm."""
    return -share * math.log(share) if share else 0.0


RIGHT = [
    ("multi30k/corpus_bleu", bleu),
    ("multi30k/corpus_bleu", bleu_by_logs),
    ("multi30k/corpus_bleu", lambda *corpus: torch.tensor(bleu(*corpus))),
    ("multi30k/floor", entropy),
    ("multi30k/floor", loss_of_the_best),
    ("multi30k/perplexity", lambda losses, words: np.exp(nats(losses, words))),
    ("multi30k/perplexity", lambda losses, words: math.exp(sum(losses * words) / sum(words))),
]

WRONG = [
    ("multi30k/corpus_bleu", lambda *corpus: 100 * bleu(*corpus), "percent"),
    ("multi30k/corpus_bleu", mean_of_sentences, "mean of the sentences"),
    (
        "multi30k/corpus_bleu",
        lambda m, w, words, wanted: penalty(words, wanted) * shares(m, w).mean(),
        "arithmetic",
    ),
    (
        "multi30k/corpus_bleu",
        lambda m, w, words, wanted: penalty(words, wanted) * shares(m, w).prod(),
        "fourth root",
    ),
    ("multi30k/corpus_bleu", lambda m, w, words, _: bleu(m, w, words, words), "penalty is missing"),
    ("multi30k/corpus_bleu", lambda m, w, words, wanted: bleu(m, w, wanted, words), "upside down"),
    (
        "multi30k/corpus_bleu",
        lambda m, w, words, wanted: bleu(m, w, words, words) * math.exp(1 - wanted.sum() / words.sum()),
        "no bonus",
    ),
    (
        "multi30k/corpus_bleu",
        lambda m, w, words, wanted: bleu(m, w, words, words) * min(1, words.sum() / wanted.sum()),
        "ratio of the lengths",
    ),
    (
        "multi30k/corpus_bleu",
        lambda m, w, words, wanted: (
            bleu(m, w, words, words) * np.exp(np.minimum(0, 1 - wanted / words)).mean()
        ),
        "sentence by sentence",
    ),
    ("multi30k/corpus_bleu", unguarded, "no number"),
    ("multi30k/corpus_bleu", lambda *_: math.nan, "it should be"),
    ("multi30k/corpus_bleu", lambda *_: np.zeros(2) @ np.zeros(3), "could not use"),
    ("multi30k/corpus_bleu", lambda m, w, *_: shares(m, w), "shape"),
    ("multi30k/corpus_bleu", lambda *_: None, "does not return"),
    ("multi30k/corpus_bleu", ..., "ellipsis"),
    ("multi30k/floor", lambda v, s: entropy(v, s) / math.log(2), "bits"),
    ("multi30k/floor", lambda v, s: -entropy(v, s), "sign"),
    ("multi30k/floor", lambda v, s: term(1 - s + s / v), "only the right word"),
    ("multi30k/floor", lambda v, s: (v - 1) * term(s / v), "only the wrong words"),
    ("multi30k/floor", lambda v, s: term(1 - s) + (v - 1) * term(s / (v - 1)), "spreads the smoothing"),
    ("multi30k/floor", lambda v, s: term(1 - s) + (v - 1) * term(s / v), "do not add up"),
    ("multi30k/floor", lambda v, s: term(1 - s + s / v) + v * term(s / v), "counted twice"),
    ("multi30k/floor", lambda v, s: -math.log(1 - s + s / v), "right word's share alone"),
    ("multi30k/floor", lambda v, _: math.log(v), "knows nothing"),
    ("multi30k/floor", naive, "no number"),
    ("multi30k/floor", naive_with_numpy, "only the wrong words"),
    ("multi30k/floor", lambda *_: 0.0, "should be"),
    ("multi30k/floor", lambda v, _: np.ones(v), "shape"),
    ("multi30k/floor", lambda *_: None, "does not return"),
    ("multi30k/floor", ..., "ellipsis"),
    ("multi30k/perplexity", nats, "that is the mean loss"),
    ("multi30k/perplexity", lambda x, w: 2 ** nats(x, w), "take e, not 2"),
    ("multi30k/perplexity", lambda x, _: math.exp(x.mean()), "weigh each"),
    ("multi30k/perplexity", lambda x, w: nats(np.exp(x), w), "mean of the batches' perplexities"),
    ("multi30k/perplexity", lambda x, _: np.exp(x).mean(), "neither"),
    ("multi30k/perplexity", lambda x, w: math.exp(-nats(x, w)), "upside down"),
    ("multi30k/perplexity", lambda *_: 7.0, "should be"),
    ("multi30k/perplexity", lambda x, _: x, "shape"),
    ("multi30k/perplexity", lambda *_: ..., "does not return"),
    ("multi30k/perplexity", ..., "ellipsis"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_translation_right_answer_is_accepted(name, answer):
    assert_right(name, answer)


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_translation_wrong_answer_is_refused_with_its_reason(name, answer, hint):
    assert_refused(name, answer, hint)
