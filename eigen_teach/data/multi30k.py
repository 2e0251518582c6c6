"""German and English captions, sentence by sentence: a grammar of our own, or the corpus Multi30k."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from eigen_teach import _check
from eigen_teach.data import fetch

FILES = {"train": "train", "val": "val", "test": "test_2016_flickr"}
LANGUAGES = ("de", "en")
PAD, UNK, START, END = range(4)
SPECIAL = ("[PAD]", "[UNK]", "[START]", "[END]")
_SAMPLE_SIZES = {"train": 4000, "val": 500, "test": 500}


def pairs(
    split: str, *, source: str = "sample", registry: Mapping[str, fetch.DataSet] = fetch.REGISTRY
) -> list[tuple[str, str]]:
    """Return sentence pairs (German, English), always the same in the same order.

    ``"sample"`` comes from the grammar in ``captions`` and needs no network: 4,000, 500 and 500 pairs, no
    pair in two splits. ``"full"`` is Multi30k, task 1: 29,000 pairs, 1,014, and the 1,000 of 2016's Flickr
    test, as they were written, without white space at their ends.

    Args:
        split: "train", "val" or "test".
        source: "sample" or "full"; the latter goes the way of ``fetch.locate``.
        registry: the data sets of ``fetch``, for another address.

    Raises:
        ValueError: unknown split or source, or a file with a wrong checksum or content.
        OSError: a file is nowhere, or the cache cannot be written; see ``fetch.locate``.

    Example:
        >>> len(pairs("train")), set(pairs("train")) & set(pairs("test"))
        (4000, set())

    Reference: D. Elliott, S. Frank, K. Sima'an, L. Specia, arXiv 1605.00459.
    Chapter: experiments/multi30k
    """
    _check.choice("split", split, FILES)
    _check.choice("source", source, ("sample", "full"))
    if source == "sample":
        from eigen_teach.data import captions

        everything = captions.captions(sum(_SAMPLE_SIZES.values()), seed=0)
        start = sum(_SAMPLE_SIZES[earlier] for earlier in list(FILES)[: list(FILES).index(split)])
        return everything[start : start + _SAMPLE_SIZES[split]]
    german, english = (_lines(f"{FILES[split]}.{language}.gz", registry) for language in LANGUAGES)
    if len(german) != len(english):
        raise ValueError(
            f"{FILES[split]} must have as many German sentences as English ones, got {len(german)} and "
            f"{len(english)}; get it anew with: python -m eigen_teach.data.fetch multi30k"
        )
    return list(zip(german, english, strict=True))


def _lines(file: str, registry: Mapping[str, fetch.DataSet]) -> list[str]:
    path = fetch.locate("multi30k", file, registry=registry)
    try:
        text = gzip.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        fetch.discard(path)
        raise ValueError(
            f"{path} must be gzip of UTF-8, got {error}; "
            "get it anew with: python -m eigen_teach.data.fetch multi30k"
        ) from error
    return [line.strip() for line in text.rstrip("\n").split("\n")]  # \x85 and the like are no line ends here


def tokenize(sentences: Iterable[str], language: str) -> list[list[str]]:
    """Split sentences into words and punctuation with spaCy's rules for a language; no model is needed.

    Args:
        sentences: texts.
        language: "de" or "en".

    Raises:
        ValueError: unknown language.

    Example:
        >>> tokenize(["Ein Hund läuft."], "de")
        [['Ein', 'Hund', 'läuft', '.']]

    Chapter: experiments/multi30k
    """
    import spacy  # an extra: only translation needs it

    _check.choice("language", language, LANGUAGES)
    tokenizer = spacy.blank(language).tokenizer
    return [[token.text for token in tokenizer(sentence)] for sentence in sentences]


class Vocabulary:
    """Words and their numbers. Words seen less than ``least`` times are [UNK], as in the paper.

    Args:
        sentences: tokenized training sentences.
        least: how often a word must have been seen; the paper replaces those that appear only once.

    Raises:
        ValueError: if least is below 1, or there are no words.

    Example:
        >>> vocabulary = Vocabulary([["a", "dog"], ["a", "cat"]])
        >>> vocabulary.encode(["a", "dog"]), vocabulary.decode(vocabulary.encode(["a", "dog"]))
        ([2, 4, 1, 3], ['a', '[UNK]'])
    """

    def __init__(self, sentences: Iterable[Sequence[str]], *, least: int = 2) -> None:
        least = _check.count("least", least, 1)
        counts = Counter(word for sentence in sentences for word in sentence)
        if not counts:
            raise ValueError("sentences must hold words, got none; pass tokenized sentences")
        self.words = [*SPECIAL, *(word for word, count in counts.items() if count >= least)]
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, sentence: Sequence[str]) -> list[int]:
        """Return the numbers of a sentence's words between [START] and [END]."""
        return [START, *(self._numbers.get(word, UNK) for word in sentence), END]

    def decode(self, numbers: Iterable[int]) -> list[str]:
        """Return the words up to [END], without [START] and [PAD]."""
        words = []
        for number in numbers:
            if number == END:
                break
            if number not in (START, PAD):
                words.append(self.words[number])
        return words
