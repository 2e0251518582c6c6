import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import digit_files
import numpy as np
import pytest
from digit_files import IMAGES, LABELS, SOME, idx

from eigen_teach.data import fetch, mnist

NOBODY = 65534
FULL = Path(os.environ.get("EIGEN_TEACH_DATA", "/nowhere")) / "mnist"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("EIGEN_TEACH_CACHE", str(folder))
    monkeypatch.delenv("EIGEN_TEACH_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


@pytest.fixture
def server():
    with digit_files.running() as running:
        yield running


def registry(server):
    return digit_files.registry(server.url, digit_files.good_files())


def some_digits(table):
    return mnist.digits("test", source="full", registry=table)


def assert_some(digits):
    np.testing.assert_array_equal(digits.images, SOME.images)
    np.testing.assert_array_equal(digits.labels, SOME.labels)


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if not path.is_dir())


def closed_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


# the way of a file


def test_download_lies_in_the_cache_and_is_not_repeated(cache, server):
    assert_some(some_digits(registry(server)))
    assert_some(some_digits(registry(server)))
    assert server.asked == [IMAGES, LABELS]
    assert {path.name: path.read_bytes() for path in (cache / "mnist").iterdir()} == digit_files.good_files()


def test_own_folder_is_read_and_neither_cache_nor_network_is_touched(cache, server, tmp_path, monkeypatch):
    own = tmp_path / "own" / "mnist"
    own.mkdir(parents=True)
    for name, content in digit_files.good_files().items():
        (own / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EIGEN_TEACH_DATA", "own")  # relative: resolved from here
    assert_some(some_digits(registry(server)))
    assert fetch.locate("mnist", IMAGES, registry=registry(server)) == own / IMAGES
    assert server.asked == []
    assert not cache.exists()


def test_file_that_the_own_folder_lacks_is_downloaded(cache, server, tmp_path, monkeypatch):
    monkeypatch.setenv("EIGEN_TEACH_DATA", str(tmp_path))
    assert_some(some_digits(registry(server)))
    assert files_in(cache) == sorted([IMAGES, LABELS])


def test_own_folder_that_is_not_there_is_rejected(cache, server, tmp_path, monkeypatch):
    monkeypatch.setenv("EIGEN_TEACH_DATA", str(tmp_path / "no" / "such"))
    with pytest.raises(
        NotADirectoryError, match=r"EIGEN_TEACH_DATA must name an existing folder, got .*such"
    ):
        some_digits(registry(server))
    assert server.asked == []
    monkeypatch.setenv("EIGEN_TEACH_DATA", "")  # as good as not set
    assert fetch.data_folder() is None
    assert_some(some_digits(registry(server)))
    assert files_in(cache) == sorted([IMAGES, LABELS])


def test_wrong_file_in_the_own_folder_is_an_error_and_stays(cache, server, tmp_path, monkeypatch):
    (tmp_path / "mnist").mkdir()
    wrong = tmp_path / "mnist" / IMAGES
    wrong.write_bytes(digit_files.good_files()[IMAGES][:-1])
    monkeypatch.setenv("EIGEN_TEACH_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=r"must have SHA-256 \w+, got \w+; replace the file, or unset"):
        some_digits(registry(server))
    assert wrong.is_file()
    assert server.asked == []
    monkeypatch.delenv("EIGEN_TEACH_DATA")
    assert_some(some_digits(registry(server)))
    assert files_in(cache) == sorted([IMAGES, LABELS])


def test_discard_spares_what_is_not_in_the_cache(cache, server, tmp_path):
    cached = fetch.locate("mnist", IMAGES, registry=registry(server))
    other = tmp_path / "other.gz"
    other.touch()
    for path in (cached, other, cached):  # the second time there is nothing to delete
        fetch.discard(path)
    assert files_in(cache) == []
    assert other.is_file()


@pytest.mark.parametrize(
    ("dataset", "file", "message"),
    [
        ("cifar", IMAGES, "dataset must be one of mnist, got 'cifar'"),
        ("mnist", "train.gz", f"file must be one of {IMAGES}, {LABELS}, got 'train.gz'"),
    ],
)
def test_unknown_name_is_answered_with_those_there_are(cache, server, dataset, file, message):
    with pytest.raises(ValueError, match=message):
        fetch.locate(dataset, file, registry=registry(server))
    assert not cache.exists()


# faults: a clear error, nothing left in the cache, and a retry that works


def no_network(server):
    url = server.url.replace(str(server.server_port), str(closed_port()))
    return digit_files.registry(url, digit_files.good_files())


def no_such_file(server):
    table = registry(server)
    server.files = {}
    return table


def hangs_up(server):
    server.hangs_up = True
    return registry(server)


def truncated(server):
    table = registry(server)
    server.files[IMAGES] = server.files[IMAGES][:-100]
    return table


def other_content(server):
    table = registry(server)
    server.files[LABELS] = idx(2049, SOME.labels[::-1])
    return table


def trusted(**replaced):
    """The registry itself takes a bad file for the right one."""

    def prepare(server):
        server.files |= {{"images": IMAGES, "labels": LABELS}[name]: made for name, made in replaced.items()}
        return digit_files.registry(server.url, server.files)

    return prepare


COMMAND = "python -m eigen_teach.data.fetch mnist"
FAULTS = {
    "no network": (no_network, FileNotFoundError, rf"{IMAGES} .*not in the cache .*refused.*{COMMAND}"),
    "not found": (no_such_file, FileNotFoundError, rf"{IMAGES} .*404.*{COMMAND}"),
    "server hangs up": (hangs_up, FileNotFoundError, rf"{IMAGES} .*{COMMAND}"),
    "truncated gzip": (truncated, ValueError, rf"{IMAGES} .*must have SHA-256 .*nothing was kept.*{COMMAND}"),
    "wrong checksum": (other_content, ValueError, rf"{LABELS} .*must have SHA-256 .*{COMMAND}"),
    "trusted truncated gzip": (
        trusted(images=digit_files.good_files()[IMAGES][:-100]),
        ValueError,
        rf"{IMAGES} must be a whole gzip file, got a damaged one .*{COMMAND}",
    ),
    "wrong magic number": (
        trusted(images=idx(2052, SOME.images)),
        ValueError,
        rf"{IMAGES} must hold images, magic number 2051, got 2052.*{COMMAND}",
    ),
    "fewer labels": (
        trusted(labels=idx(2049, SOME.labels[:-1])),
        ValueError,
        rf"{LABELS} must have one label an image, got 29 labels for 30 images .*{COMMAND}",
    ),
}


@pytest.mark.parametrize(("prepare", "error", "message"), FAULTS.values(), ids=FAULTS)
def test_fault_is_named_the_cache_stays_clean_and_a_retry_works(cache, server, prepare, error, message):
    table = prepare(server)
    with pytest.raises(error, match=message):
        some_digits(table)
    assert set(files_in(cache)) <= set(table["mnist"].sha256)
    for name in files_in(cache):  # what is whole may stay
        assert (cache / "mnist" / name).read_bytes() == digit_files.good_files()[name]
    server.files, server.hangs_up = digit_files.good_files(), False
    assert_some(some_digits(registry(server)))


def test_wrong_file_in_the_cache_is_replaced(cache, server):
    (cache / "mnist").mkdir(parents=True)
    (cache / "mnist" / IMAGES).write_bytes(b"half a fi")
    assert_some(some_digits(registry(server)))
    assert files_in(cache) == sorted([IMAGES, LABELS])


def test_wrong_file_in_the_cache_is_gone_if_it_cannot_be_replaced(cache, server):
    (cache / "mnist").mkdir(parents=True)
    (cache / "mnist" / IMAGES).write_bytes(b"half a fi")
    with pytest.raises(FileNotFoundError, match="refused"):
        some_digits(no_network(server))
    assert files_in(cache) == []


@contextlib.contextmanager
def without_rights():
    """Give up root's right to write everywhere for a while; others have none to give up."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("mode", [0o555, 0o000], ids=["read-only", "closed"])
def test_cache_without_rights_is_named_and_another_one_works(cache, server, monkeypatch, mode):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "cache"
        folder.mkdir()
        os.chmod(place, 0o755)  # pytest's own folder is closed to whom the test becomes
        os.chmod(folder, mode)
        monkeypatch.setenv("EIGEN_TEACH_CACHE", str(folder))
        with (
            without_rights(),
            pytest.raises(OSError, match=r"cache folder must be writable.*EIGEN_TEACH_CACHE"),
        ):
            some_digits(registry(server))
        os.chmod(folder, 0o755)
        assert list(folder.iterdir()) == []
        monkeypatch.setenv("EIGEN_TEACH_CACHE", str(cache))
        assert_some(some_digits(registry(server)))


def test_read_only_cache_that_has_the_files_is_enough(cache, server, monkeypatch):
    with tempfile.TemporaryDirectory() as place:
        monkeypatch.setenv("EIGEN_TEACH_CACHE", place)
        some_digits(registry(server))
        for path in Path(place).rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        os.chmod(place, 0o555)
        with without_rights():
            assert_some(some_digits(registry(server)))
        os.chmod(place, 0o755)
        os.chmod(Path(place) / "mnist", 0o755)
    assert server.asked == [IMAGES, LABELS]
    assert not cache.exists()


@pytest.mark.parametrize("below", ["", "deeper"], ids=["a file", "below a file"])
def test_cache_that_cannot_be_a_folder_is_named(cache, server, monkeypatch, below):
    cache.write_text("no folder")
    monkeypatch.setenv("EIGEN_TEACH_CACHE", str(cache / below))
    with pytest.raises(OSError, match=r"cache folder must be writable, got .*; set \$EIGEN_TEACH_CACHE"):
        some_digits(registry(server))
    assert cache.read_text() == "no folder"
    cache.unlink()
    assert_some(some_digits(registry(server)))


CHILD = """
import json, sys
from eigen_teach.data import fetch, mnist
url, sha256 = sys.argv[1], json.loads(sys.argv[2])
digits = mnist.digits("test", source="full", registry={"mnist": fetch.DataSet("mnist", url, sha256)})
print(int(digits.images.sum()), len(digits.labels))
"""


def test_two_processes_that_fetch_at_once_both_get_the_files(cache, server):
    server.barrier = threading.Barrier(2)  # both are in the middle of the same file, twice
    command = [sys.executable, "-c", CHILD, server.url, json.dumps(registry(server)["mnist"].sha256)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        assert process.communicate(timeout=120)[0].split() == [str(SOME.images.sum()), "30"]
        assert process.returncode == 0
    assert sorted(server.asked) == sorted([IMAGES, LABELS] * 2)
    assert {path.name: path.read_bytes() for path in (cache / "mnist").iterdir()} == digit_files.good_files()


# the command


def fetch_command(*arguments, **environment):
    command = [sys.executable, "-m", "eigen_teach.data.fetch", *arguments]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_command_without_a_network_says_what_to_do_and_fails(cache):
    proxy = f"http://127.0.0.1:{closed_port()}"  # no request leaves this machine
    result = fetch_command("mnist", NO_PROXY="", HTTPS_PROXY=proxy, https_proxy=proxy)
    assert result.returncode == 1
    assert f"{mnist.FILES['train'][0]} of the data set mnist must be here" in result.stderr
    assert "Traceback" not in result.stderr
    assert files_in(cache) == []


def test_command_for_an_unknown_data_set_names_those_there_are():
    result = fetch_command("cifar")
    assert result.returncode == 2
    assert "choose from" in result.stderr
    assert "mnist" in result.stderr


@pytest.mark.skipif(not FULL.is_dir(), reason="set EIGEN_TEACH_DATA to a folder with mnist/*.gz")
def test_command_prints_where_the_files_are(cache):
    result = fetch_command("mnist", EIGEN_TEACH_DATA=str(FULL.parent))
    assert result.stdout.split() == [str(FULL.resolve() / file) for file in fetch.REGISTRY["mnist"].sha256]
    assert not cache.exists()
