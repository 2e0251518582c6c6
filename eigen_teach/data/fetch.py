"""One way to the files of every large data set: a folder of your own, the cache, or a download.

``$EIGEN_TEACH_DATA`` names a folder with one folder a data set in it, as ``mnist/*.gz``; it is only read.
What is not there is looked for in the cache, ``$EIGEN_TEACH_CACHE`` or the user's cache folder, and
downloaded into it if need be. Wherever a file comes from, its SHA-256 is checked.

``python -m eigen_teach.data.fetch mnist`` gets all files of a data set and prints where they are.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from eigen_teach import _check

DATA_VARIABLE = "EIGEN_TEACH_DATA"
CACHE_VARIABLE = "EIGEN_TEACH_CACHE"


class DataSet(NamedTuple):
    """Where the files of a data set are and how they are known again.

    Args:
        folder: its folder in the cache and in ``$EIGEN_TEACH_DATA``.
        base_url: the address of its files, up to the last slash.
        sha256: file name → SHA-256 in hexadecimal.

    Example:
        >>> sorted({len(digest) for digest in REGISTRY["mnist"].sha256.values()})
        [64]
    """

    folder: str
    base_url: str
    sha256: Mapping[str, str]


_MNIST_SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
_MULTI30K_SHA256 = {
    "train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "test_2016_flickr.de.gz": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "test_2016_flickr.en.gz": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
}
REGISTRY: Mapping[str, DataSet] = MappingProxyType(
    {
        "mnist": DataSet("mnist", "https://ossci-datasets.s3.amazonaws.com/mnist/", _MNIST_SHA256),
        "multi30k": DataSet(
            "multi30k",
            "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/",
            _MULTI30K_SHA256,
        ),
    }
)


def locate(dataset: str, file: str, *, registry: Mapping[str, DataSet] = REGISTRY) -> Path:
    """Return the path of one file of a data set, whose SHA-256 is right; download it if it is nowhere.

    Looked for in ``$EIGEN_TEACH_DATA``, then in the cache, then at the data set's address. A download
    appears in the cache in one step or not at all, also when several processes fetch at once.

    Args:
        dataset: a key of the registry.
        file: a file name of that data set.
        registry: the data sets there are; give your own for another address or other files.

    Returns:
        The path of a file that exists.

    Raises:
        ValueError: unknown name, or the SHA-256 of a file in ``$EIGEN_TEACH_DATA`` or of a download is wrong.
        NotADirectoryError: ``$EIGEN_TEACH_DATA`` is no folder.
        OSError: the cache cannot be written.
        FileNotFoundError: the file is nowhere and cannot be downloaded.

    Example:
        >>> locate("mnist", "t10k.gz")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: file must be one of train-images-idx3-ubyte.gz, ..., got 't10k.gz'; check its spelling
    """
    entry = registry[_check.choice("dataset", dataset, registry)]
    digest = entry.sha256[_check.choice("file", file, entry.sha256)]
    own = data_folder()
    if own is not None and (path := own / entry.folder / file).is_file():
        _require_sha256(path, digest)
        return path
    path = cache_folder() / entry.folder / file
    if not _is_file_with(path, digest):
        _download(dataset, entry.base_url.rstrip("/") + "/" + file, path, digest)
    return path


def data_folder() -> Path | None:
    """Return the folder that ``$EIGEN_TEACH_DATA`` names, as an absolute path; None if it is not set.

    Raises:
        NotADirectoryError: there is no such folder.

    Example:
        >>> folder = data_folder()
        >>> folder is None or folder.is_dir()
        True
    """
    given = os.environ.get(DATA_VARIABLE)
    if not given:
        return None
    folder = Path(given).expanduser().resolve()
    if not folder.is_dir():
        raise NotADirectoryError(
            f"${DATA_VARIABLE} must name an existing folder, got {given!r}, which is {folder} from here; "
            "give its absolute path, or unset the variable to use the cache"
        )
    return folder


def cache_folder() -> Path:
    """Return the folder for downloads, ``$EIGEN_TEACH_CACHE`` or the user's; it need not exist yet.

    Example:
        >>> cache_folder().is_absolute()
        True
    """
    import pooch  # only those who fetch need it

    given = os.environ.get(CACHE_VARIABLE)
    return Path(given or pooch.os_cache("eigen-teach")).expanduser().resolve()


def discard(path: Path) -> None:
    """Delete a file from the cache, so that the next look-up downloads it; files elsewhere stay.

    Args:
        path: what :func:`locate` returned.

    Example:
        >>> discard(Path(__file__))
        >>> Path(__file__).is_file()
        True
    """
    if path.is_relative_to(cache_folder()):
        path.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_file_with(path: Path, digest: str) -> bool:
    return os.path.isfile(path) and _sha256(path) == digest  # Path.is_file raises where it may not look


def _require_sha256(path: Path, digest: str) -> None:
    found = _sha256(path)
    if found != digest:
        raise ValueError(
            f"{path} must have SHA-256 {digest}, got {found}; "
            f"replace the file, or unset ${DATA_VARIABLE} to use the cache"
        )


def _download(dataset: str, url: str, path: Path, digest: str) -> None:
    """Bring ``url`` to ``path`` in the cache, or raise with no wrong file left there."""
    import pooch

    _require_writable(path.parent)
    again = f"python -m eigen_teach.data.fetch {dataset}"
    try:
        # Written aside, checked, then renamed: nobody ever sees half a file.
        pooch.retrieve(url, f"sha256:{digest}", fname=path.name, path=path.parent, progressbar=True)
    except OSError as error:  # every error of the network is one
        raise FileNotFoundError(
            f"{path.name} of the data set {dataset} must be here or come from the network; it is not in "
            f"${DATA_VARIABLE} ({os.environ.get(DATA_VARIABLE) or 'not set'}), not in the cache "
            f"{path.parent}, and {url} gave {error!r}; get it where there is a network with: {again}, "
            f"or put it into a folder {path.parent.name} and set ${DATA_VARIABLE} to the folder above"
        ) from error
    except ValueError as error:  # the wrong checksum
        raise ValueError(
            f"{path.name} from {url} must have SHA-256 {digest}, got something else ({error}); "
            f"nothing was kept, try again with: {again}"
        ) from error
    finally:
        if path.is_file() and not _is_file_with(path, digest):  # it was there before and was not replaced
            path.unlink(missing_ok=True)


def _require_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(
            f"the cache folder must be writable, got {folder} ({error.strerror}); "
            f"set ${CACHE_VARIABLE} to a folder that is, or ${DATA_VARIABLE} to one that holds the files"
        ) from error


def main(arguments: Sequence[str] | None = None) -> None:
    """Get all files of the data sets that are named, and print where they are.

    Args:
        arguments: of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m eigen_teach.data.fetch", description="Get data sets.")
    parser.add_argument("dataset", nargs="+", choices=list(REGISTRY))
    for dataset in parser.parse_args(arguments).dataset:
        for file in REGISTRY[dataset].sha256:
            try:
                print(locate(dataset, file))
            except (OSError, ValueError) as error:
                sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
