"""The repository's address stands in many files: they agree, and one command changes them all."""

import re
import shutil
import subprocess
import sys

import pytest
import run_notebooks
import set_repository
from run_notebooks import ROOT

COPIED = ("_config.yml", "CITATION.cff", "README.md", "pyproject.toml", "requirements.txt")


@pytest.fixture
def fork(tmp_path):
    for name in COPIED:
        shutil.copyfile(ROOT / name, tmp_path / name)
    for folder in ("tools", "book", "eigen_teach"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def set_address(fork, *arguments):
    command = [sys.executable, "tools/set_repository.py", *arguments]
    return subprocess.run(command, cwd=fork, capture_output=True, text=True, check=False)


def test_every_file_names_the_same_repository_and_branch():
    url, branch = set_repository.current()
    for path in set_repository.TEXTS:
        text = path.read_text()
        assert set(re.findall(r"https://github\.com/[\w-]+/[\w-]+", text)) == {url}
        assert set(re.findall(r"git\+\S+@(\w+)", text)) <= {branch}


def test_one_command_changes_the_address_everywhere_and_no_chapter_becomes_stale(fork):
    old = set_repository.current()
    assert set_address(fork, "https://github.com/someone/else.git", "next").returncode == 0
    files = [fork / name for name in COPIED] + run_notebooks.chapters(fork)
    texts = [file.read_text() for file in files]
    assert not [text for text in texts if any(form in text for form in set_repository.forms(*old))]
    assert all("someone/else@next" in text for text in texts[len(COPIED) :])
    for ours, theirs in zip(run_notebooks.chapters(), run_notebooks.chapters(fork), strict=True):
        assert run_notebooks.stale_because(theirs, fork) == run_notebooks.stale_because(ours)


@pytest.mark.parametrize("url", ["", "someone/else", "https://example.org/a/b", "https://github.com/someone"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(SystemExit, match=f"URL must look like https://github.com/OWNER/REPO .* got '{url}'"):
        set_repository.checked(url)


def test_a_refused_address_changes_nothing(fork):
    files = [fork / name for name in COPIED] + run_notebooks.chapters(fork)
    before = [file.read_bytes() for file in files]
    assert "URL must look like" in set_address(fork, "someone/else").stderr
    assert [file.read_bytes() for file in files] == before
