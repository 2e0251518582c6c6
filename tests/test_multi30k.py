import gzip
import hashlib
import os
from pathlib import Path

import pytest

from eigen_teach.data import fetch, multi30k
from eigen_teach.data.multi30k import END, PAD, START, UNK, Vocabulary

FULL = Path(os.environ.get("EIGEN_TEACH_DATA", "/nowhere")) / "multi30k"
needs_all = pytest.mark.skipif(
    not FULL.is_dir(), reason="set EIGEN_TEACH_DATA to a folder with multi30k/*.gz"
)

# the sample


@pytest.fixture(scope="module")
def sample():
    return {split: multi30k.pairs(split) for split in multi30k.FILES}


def test_sample_has_thousands_of_pairs_and_none_in_two_splits(sample):
    assert {split: len(pairs) for split, pairs in sample.items()} == {"train": 4000, "val": 500, "test": 500}
    assert len(set().union(*sample.values())) == 5000


def test_sample_is_the_same_every_time_and_the_caller_s_own(sample):
    again = multi30k.pairs("val", source="sample")
    again.clear()
    assert multi30k.pairs("val") == sample["val"]


def test_most_words_of_the_sample_s_test_split_are_known_from_training(sample):
    # Otherwise a chapter's small network would have no chance; the grammar has few rare words.
    for side, language in enumerate(multi30k.LANGUAGES):
        words = {
            split: multi30k.tokenize((pair[side] for pair in sample[split]), language)
            for split in ("train", "test")
        }
        numbers = [n for sentence in words["test"] for n in Vocabulary(words["train"]).encode(sentence)]
        assert numbers.count(UNK) < 0.01 * len(numbers)


# the corpus


@needs_all
def test_corpus_is_the_official_one():
    sizes = {split: len(multi30k.pairs(split, source="full")) for split in multi30k.FILES}
    assert sizes == {"train": 29_000, "val": 1_014, "test": 1_000}
    assert multi30k.pairs("train", source="full")[0] == (
        "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.",
        "Two young, White males are outside near many bushes.",
    )


def corpus_in(folder, contents):
    """A data set of two files in ``folder``, as the registry would have it."""
    (folder / "multi30k").mkdir()
    for name, content in contents.items():
        (folder / "multi30k" / name).write_bytes(content)
    sha256 = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return {"multi30k": fetch.DataSet("multi30k", "http://localhost:9/", sha256)}


def test_lines_are_paired_and_stripped(tmp_path, monkeypatch):
    # A next-line character or a form feed inside a sentence must not shift all pairs that follow.
    files = {
        "val.de.gz": gzip.compress("Ein Hund.\nEine\x85 Katze. \n".encode()),
        "val.en.gz": gzip.compress(b"A dog.\n A cat.\x0c\n"),
    }
    monkeypatch.setenv(fetch.DATA_VARIABLE, str(tmp_path))
    pairs = multi30k.pairs("val", source="full", registry=corpus_in(tmp_path, files))
    assert pairs == [("Ein Hund.", "A dog."), ("Eine\x85 Katze.", "A cat.")]


@pytest.mark.parametrize(
    ("german", "message"),
    [
        (gzip.compress(b"Ein Hund.\n"), "as many German sentences as English ones, got 1 and 2"),
        (b"no gzip", "must be gzip of UTF-8"),
        (gzip.compress(b"\xff\xfe\n"), "must be gzip of UTF-8"),
        (gzip.compress(b"Ein Hund.\n" * 50)[:-9], "must be gzip of UTF-8"),
    ],
    ids=["one line too few", "no gzip", "no UTF-8", "cut short"],  # not the bytes: they hold the time
)
def test_a_damaged_file_is_named_with_a_way_out(tmp_path, monkeypatch, german, message):
    files = {"val.de.gz": german, "val.en.gz": gzip.compress(b"A dog.\nA cat.\n")}
    registry = corpus_in(tmp_path, files)
    monkeypatch.setenv(fetch.DATA_VARIABLE, str(tmp_path))
    with pytest.raises(ValueError, match=message) as caught:
        multi30k.pairs("val", source="full", registry=registry)
    assert "python -m eigen_teach.data.fetch multi30k" in str(caught.value)


# words and numbers


def test_tokens_part_words_from_punctuation_and_keep_abbreviations():
    assert multi30k.tokenize(["Ein Mann, z.B. dieser, lacht."], "de") == [
        ["Ein", "Mann", ",", "z.B.", "dieser", ",", "lacht", "."]
    ]
    assert multi30k.tokenize(["A man's dog isn't here."], "en") == [
        ["A", "man", "'s", "dog", "is", "n't", "here", "."]
    ]


def test_vocabulary_knows_words_seen_often_enough_and_nothing_else():
    vocabulary = Vocabulary([["a", "dog", "a"], ["a", "cat", "dog"]])
    assert vocabulary.words == ["[PAD]", "[UNK]", "[START]", "[END]", "a", "dog"]
    assert vocabulary.encode(["dog", "cat", "bird"]) == [START, 5, UNK, UNK, END]
    assert len(Vocabulary([["a", "dog"]], least=1)) == 6


def test_decode_undoes_encode_and_stops_at_the_end():
    vocabulary = Vocabulary([["a", "dog"]] * 2)
    assert vocabulary.decode(vocabulary.encode(["a", "dog"])) == ["a", "dog"]
    assert vocabulary.decode([START, 4, END, 5, PAD]) == ["a"]
    assert vocabulary.decode([4, PAD, PAD]) == ["a"]
    assert vocabulary.decode([]) == []


def test_numbers_of_words_do_not_depend_on_anything_but_the_sentences():
    sentences = [["b", "a"], ["a", "b"]]
    assert Vocabulary(sentences).words == Vocabulary(list(sentences)).words == [*multi30k.SPECIAL, "b", "a"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: multi30k.pairs("dev"), "split must be one of train, val, test, got 'dev'"),
        (lambda: multi30k.pairs("val", source="half"), "source must be one of sample, full, got 'half'"),
        (lambda: multi30k.tokenize(["a"], "fr"), "language must be one of de, en, got 'fr'"),
        (lambda: Vocabulary([]), "sentences must hold words, got none"),
        (lambda: Vocabulary([["a"]], least=0), "least must be"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
