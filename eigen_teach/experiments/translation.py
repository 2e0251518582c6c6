"""A corpus in numbers, batches of it, and how well a network translates it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_sequence

from eigen_teach import models, training
from eigen_teach.data import multi30k

Pairs = Sequence[tuple[Tensor, Tensor]]  # word numbers, each sentence between [START] and [END]
SHOWN = 10  # test sentences whose translations are kept
_LENGTH_BINS = (9, 12, 15)  # source words at which the next bin begins: about a quarter of the test set each


class Corpus(NamedTuple):
    """A corpus in numbers.

    Args:
        german: vocabulary of the training sentences.
        english: likewise.
        train: pairs of word numbers (German, English).
        val: likewise.
        test: likewise.
        references: tokenized English test sentences.
    """

    german: multi30k.Vocabulary
    english: multi30k.Vocabulary
    train: list[tuple[Tensor, Tensor]]
    val: list[tuple[Tensor, Tensor]]
    test: list[tuple[Tensor, Tensor]]
    references: list[list[str]]


@lru_cache(maxsize=1)  # every run of a process reads the same corpus
def corpus(source: str) -> Corpus:
    """Return all splits of a corpus, in numbers of the vocabularies of its training split.

    Args:
        source: ``"sample"`` or ``"full"``, as in ``multi30k.pairs``.

    Chapter: experiments/multi30k
    """
    words = {}
    for split in multi30k.FILES:
        pairs = multi30k.pairs(split, source=source)
        words[split] = [
            multi30k.tokenize((pair[side] for pair in pairs), language)
            for side, language in enumerate(multi30k.LANGUAGES)
        ]
    german, english = (multi30k.Vocabulary(side) for side in words["train"])

    def numbers(split: str) -> list[tuple[Tensor, Tensor]]:
        sources, targets = words[split]
        return [
            (torch.tensor(german.encode(source)), torch.tensor(english.encode(target)))
            for source, target in zip(sources, targets, strict=True)
        ]

    return Corpus(german, english, numbers("train"), numbers("val"), numbers("test"), words["test"][1])


def batches(pairs: Pairs, size: int, seed: int, device: str) -> Iterator[tuple[Any, Tensor]]:
    """Yield batches without end, each epoch in a new order: packed (source, target so far), next words.

    Args:
        pairs: word numbers, each sentence between [START] and [END].
        size: pairs a batch.
        seed: of the order.
        device: torch's name of the device.

    Chapter: experiments/multi30k
    """
    for chosen in training.batch_indices(len(pairs), size, seed=seed):
        yield pack([pairs[place] for place in chosen], device)


def pack(pairs: Pairs, device: str) -> tuple[Any, Tensor]:
    """Return what the network reads and what it should say, both packed.

    Args:
        pairs: word numbers, each sentence between [START] and [END].
        device: torch's name of the device.

    Returns:
        The inputs of ``models.Seq2Seq``, sources and targets without their last word; and the next word
        after each of these words of the targets, in the order of the packed targets.

    Chapter: experiments/multi30k
    """
    sources = pack_sequence([source for source, _ in pairs], enforce_sorted=False)
    so_far = pack_sequence([target[:-1] for _, target in pairs], enforce_sorted=False)
    following = pack_sequence([target[1:] for _, target in pairs], enforce_sorted=False)
    inputs = sources.to(device), so_far.to(device)  # type: ignore[arg-type]  # typed for dtypes alone
    return inputs, following.data.to(device)


def validation(
    model: models.Seq2Seq,
    pairs: Pairs,
    label_smoothing: float,
    device: str,
    batch_size: int = 128,
) -> tuple[float | None, float | None]:
    """Return the mean loss a word, with label smoothing and without, to 4 digits; None if not finite.

    Args:
        model: the network.
        pairs: word numbers.
        label_smoothing: share of the target spread over all words.
        device: torch's name of the device.
        batch_size: pairs at a time; it changes nothing but the memory.

    Chapter: experiments/multi30k
    """
    sums, words = torch.zeros(2, dtype=torch.float64), 0
    with torch.no_grad():
        for first in range(0, len(pairs), batch_size):
            sentences, following = pack(pairs[first : first + batch_size], device)
            scores = model(sentences)
            for at, smoothing in enumerate((label_smoothing, 0.0)):
                loss = cross_entropy(scores, following, label_smoothing=smoothing, reduction="sum")
                sums[at] += loss.item()
            words += len(following)
    smoothed, plain = (round(mean, 4) if math.isfinite(mean) else None for mean in (sums / words).tolist())
    return smoothed, plain


def astray(pairs: Pairs) -> list[tuple[Tensor, Tensor]]:
    """Return every target with the source of the next pair, the last one with the first's.

    A network that reads does worse with them, by what its reading is worth; one that only knows how
    English goes on does not.

    Args:
        pairs: word numbers, at least two pairs.

    Chapter: experiments/multi30k
    """
    sources = [source for source, _ in pairs]
    return [(source, target) for source, (_, target) in zip(sources[1:] + sources[:1], pairs, strict=True)]


def quality(model: models.Seq2Seq, corpus: Corpus, longest: int, device: str) -> dict[str, Any]:
    """Translate the test sentences and say how well that went, as :func:`bleu`.

    Args:
        model: the network.
        corpus: the corpus.
        longest: words at most.
        device: torch's name of the device.

    Returns:
        What :func:`bleu` returns, and ``translations`` of the first ``SHOWN`` test sentences.
    """
    hypotheses = [" ".join(words) for words in translate(model, corpus, longest, device)]
    references = [" ".join(words) for words in corpus.references]
    lengths = [len(source) - 2 for source, _ in corpus.test]  # without [START] and [END]
    return {**bleu(hypotheses, references, lengths), "translations": hypotheses[:SHOWN]}


def bleu(hypotheses: Sequence[str], references: Sequence[str], lengths: Sequence[int]) -> dict[str, Any]:
    """Return BLEU of tokenized sentences, upper and lower case told apart.

    Both sides are tokenized by spaCy and nothing is put together again, so the numbers compare networks
    here and are not those of a translation contest; sacrebleu's signature says the same.

    Args:
        hypotheses: tokens with a space between.
        references: likewise.
        lengths: words of the sources.

    Returns:
        ``bleu``; ``bleu_by_length``, for sources of up to 8, 11, 14 words and more, None where there are
        none; ``signature``.

    Chapter: experiments/multi30k
    """
    from sacrebleu.metrics.bleu import BLEU

    metric = BLEU(tokenize="none", force=True)  # force: yes, we mean tokenized text

    def score(chosen: Sequence[int]) -> float | None:
        if not chosen:
            return None
        corpus = metric.corpus_score([hypotheses[k] for k in chosen], [[references[k] for k in chosen]])
        return round(float(corpus.score), 2)

    return {
        "bleu": score(range(len(hypotheses))),
        "bleu_by_length": [score(chosen) for chosen in _by_length(lengths)],
        "signature": str(metric.get_signature()),
    }


def translate(model: models.Seq2Seq, corpus: Corpus, longest: int, device: str) -> list[list[str]]:
    """Return greedy translations of the test sentences.

    Args:
        model: the network.
        corpus: the corpus.
        longest: words at most.
        device: torch's name of the device.

    Chapter: experiments/multi30k
    """
    words = []
    for first in range(0, len(corpus.test), 250):  # at most this many at once, for the memory
        (sources, _), _ = pack(corpus.test[first : first + 250], device)
        numbers = model.translate(sources, start=multi30k.START, end=multi30k.END, longest=longest)
        words += [corpus.english.decode(row) for row in numbers.tolist()]
    return words


def _by_length(lengths: Sequence[int]) -> list[list[int]]:
    """Return the places of the sentences in each bin of lengths."""
    edges = (0, *_LENGTH_BINS, max(lengths) + 1)
    return [[k for k, length in enumerate(lengths) if low <= length < high] for low, high in pairwise(edges)]


def facts(corpus: Corpus) -> dict[str, Any]:
    """Return what a reader of a record wants to know of a corpus that is not at hand, in numbers.

    Args:
        corpus: the corpus.

    Returns:
        ``words`` of both vocabularies; ``pairs`` of each split; ``bins``, the test sentences in each bin
        of ``bleu_by_length``, and ``longest``, the words of their longest source; of the English
        validation words the share ``unknown``, and ``unigram_nats``, what one costs, [END] included, who
        knows how often each was said in training and reads nothing.
    """
    counts = Counter(word for _, target in corpus.train for word in target[1:].tolist())
    coming = [word for _, target in corpus.val for word in target[1:].tolist()]
    lengths = [len(source) - 2 for source, _ in corpus.test]
    cost = -math.fsum(math.log(counts[word] / counts.total()) for word in coming)
    return {
        "words": {"german": len(corpus.german), "english": len(corpus.english)},
        "pairs": {split: len(getattr(corpus, split)) for split in multi30k.FILES},
        "bins": [len(chosen) for chosen in _by_length(lengths)],
        "longest": max(lengths),
        "unknown": round(coming.count(multi30k.UNK) / (len(coming) - len(corpus.val)), 4),
        "unigram_nats": round(cost / len(coming), 4),
    }
