"""Checks of the chapter on translation: BLEU of a corpus, the floor of smoothed labels, perplexity."""

from typing import Any

import numpy as np
from scipy.special import entr

from eigen_teach._check import Floats
from eigen_teach.exercises.registry import NOTHING_YET, differs, exercise, nothing, slipped

# A corpus a row of counts: matched n-grams of 1 to 4 words, n-grams written, words written, words expected.
_CORPORA = (
    ([[4, 3, 2, 1], [5, 2, 1, 1]], [[8, 7, 6, 5], [9, 8, 7, 6]], [8, 9], [6, 7]),  # both too long
    ([[5, 3, 2, 1], [7, 6, 5, 4]], [[6, 5, 4, 3], [9, 8, 7, 6]], [6, 9], [9, 8]),  # one short, one long
    ([[6, 4, 2, 0], [7, 4, 1, 0]], [[8, 7, 6, 5], [10, 9, 8, 7]], [8, 10], [11, 10]),  # none of four words
)


@exercise("multi30k/corpus_bleu")
def corpus_bleu(answer: Any) -> str | None:
    """A function of matched, written (both sentences, 4) and two lengths (sentences,): BLEU, from 0 to 1."""
    for corpus in _CORPORA:
        counts = [np.array(part, dtype=float) for part in corpus]
        try:
            given = answer(*(part.copy() for part in counts))
        except ValueError:
            if counts[0].sum(axis=0).all():
                raise
            given = np.nan  # math.log(0)
        if nothing(given):
            return NOTHING_YET
        reason = _wrong_bleu(np.asarray(given, dtype=float), *counts)
        if reason:
            return reason
    return None


def _bleu(matched: Floats, written: Floats, words: Any, expected: Any) -> Floats:
    """Geometric mean of the precisions along the last axis, times the brevity penalty."""
    with np.errstate(divide="ignore"):
        mean = np.exp(np.log(matched / written).mean(axis=-1))
    bleu: Floats = mean * np.exp(np.minimum(0.0, 1 - np.asarray(expected) / words))
    return bleu


def _wrong_bleu(
    given: Floats, matched: Floats, written: Floats, words: Floats, expected: Floats
) -> str | None:
    """Why this is not the corpus' BLEU."""
    pooled = matched.sum(axis=0), written.sum(axis=0)
    length, wanted = words.sum(), expected.sum()
    right = _bleu(*pooled, length, wanted)
    precisions = pooled[0] / pooled[1]
    brevity = np.exp(min(0.0, 1 - wanted / length))
    slips = {
        "that is in percent; from 0 to 1 is asked for": 100 * right,
        "that is the mean of the sentences' BLEUs; add up the counts of all sentences first": _bleu(
            matched, written, words, expected
        ).mean(),
        "that is the arithmetic mean of the precisions; BLEU takes the geometric one": brevity
        * precisions.mean(),
        "the four precisions are multiplied; take the fourth root": brevity * precisions.prod(),
        "the brevity penalty is missing": _bleu(*pooled, length, length),
        "the brevity penalty is upside down: it grows with what is expected over what was written": _bleu(
            *pooled, wanted, length
        ),
        "a translation that is too long gets no bonus: the penalty is at most 1": right
        / brevity
        * np.exp(1 - wanted / length),
        "the penalty is exp(1 − expected/written), not the ratio of the lengths": right
        / brevity
        * min(1.0, length / wanted),
        "the penalty comes from all lengths together, not sentence by sentence": right
        / brevity
        * np.exp(np.minimum(0.0, 1 - expected / words)).mean(),
    }
    if np.isnan(given).any() and not pooled[0].all():
        return "it is no number where no n-gram of four words matches; BLEU is then 0"
    told = f"for sentences of {words.astype(int).tolist()} words it should be {right:.4f}"
    return slipped(given, right, slips) or differs(given, right, told, 1e-6)


@exercise("multi30k/floor")
def floor(answer: Any) -> str | None:
    """A function of the number of words and the smoothing: the lowest loss that is possible, in nats."""
    for words, smoothing in ((240, 0.1), (5, 0.3), (1000, 0.0)):
        try:
            given = answer(words, smoothing)
        except (ValueError, ZeroDivisionError):
            if smoothing:
                raise
            given = np.nan  # math.log(0)
        if nothing(given):
            return NOTHING_YET
        reason = _wrong_floor(np.asarray(given, dtype=float), words, smoothing)
        if reason:
            return reason
    return None


def _wrong_floor(given: Floats, words: int, smoothing: float) -> str | None:
    """Why this is not the entropy of a smoothed target."""
    share = smoothing / words
    top = 1 - smoothing + share
    right = entr(top) + (words - 1) * entr(share)
    if np.isnan(given).any() and not smoothing:
        return f"with a smoothing of {smoothing:g} it is no number: a share of 0 adds nothing, leave it out"
    slips = {
        "that is in bits; nats are asked for, the natural logarithm": right / np.log(2),
        "the sign is turned: minus the sum of share times log share": -right,
        "only the right word is counted; the others have their shares as well": entr(top),
        "only the wrong words are counted": (words - 1) * entr(share),
        "PyTorch spreads the smoothing over all words, the right one too, which keeps a bit more than "
        "1 − smoothing": entr(1 - smoothing) + (words - 1) * entr(smoothing / (words - 1)),
        "the shares do not add up to 1: the right word has its share of the smoothing too": entr(
            1 - smoothing
        )
        + (words - 1) * entr(share),
        "the right word is counted twice: it is one of the words": entr(top) + words * entr(share),
        "that is the loss of who is sure of the right word's share alone": -np.log(top),
        "that is the loss of who knows nothing, ln of the number of words": np.log(words),
    }
    told = f"for {words} words and a smoothing of {smoothing:g} it should be {right:.4f}"
    return slipped(given, right, slips) or differs(given, right, told, 1e-6)


@exercise("multi30k/perplexity")
def perplexity(answer: Any) -> str | None:
    """A function of batches' mean losses in nats and their numbers of words: perplexity of a word."""
    for losses, words in (((2.0, 3.0, 2.5), (900, 300, 40)), ((1.2, 0.4), (10, 990))):
        nats, counts = np.array(losses), np.array(words, dtype=float)
        given = answer(nats.copy(), counts.copy())
        if nothing(given):
            return NOTHING_YET
        mean = float(nats @ counts / counts.sum())
        slips = {
            "that is the mean loss; e to its power is the perplexity": mean,
            "the losses are in nats: take e, not 2, to their power": 2**mean,
            "batches have different numbers of words: weigh each by its words": np.exp(nats.mean()),
            "that is the mean of the batches' perplexities; average the losses, then take e to its power": (
                np.exp(nats) @ counts / counts.sum()
            ),
            "neither weighed by words nor averaged before the exponential": np.exp(nats).mean(),
            "that is upside down, the typical probability of a word": np.exp(-mean),
        }
        told = f"for losses {list(losses)} of {list(words)} words it should be {np.exp(mean):.4f}"
        given = np.asarray(given, dtype=float)
        reason = slipped(given, np.exp(mean), slips) or differs(given, np.exp(mean), told, 1e-6)
        if reason:
            return reason
    return None
