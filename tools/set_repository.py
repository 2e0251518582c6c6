"""Say where the book lives: owner, name and branch, in every file that names them.

These are `_config.yml`, `README.md`, `CITATION.cff`, `pyproject.toml` and every chapter's first cell.

python tools/set_repository.py https://github.com/OWNER/REPO [BRANCH]
"""

import re
import sys
from pathlib import Path

import nbformat
from run_notebooks import INSTALL_TAG, ROOT, chapters

CONFIG = ROOT / "_config.yml"
TEXTS = (CONFIG, ROOT / "CITATION.cff", ROOT / "README.md", ROOT / "pyproject.toml")
URL = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+?")


def install_cell(url: str, branch: str) -> str:
    """The first cell of every chapter: silent where the package is there, one install in Colab."""
    return (
        "try:\n"
        "    import eigen_teach  # noqa: F401\n"
        "except ModuleNotFoundError:\n"
        f'    %pip install -q "eigen-teach @ git+{url}@{branch}"'
    )


def current() -> tuple[str, str]:
    """URL and branch as `_config.yml` has them."""
    text = CONFIG.read_text()
    return re.search(r"(?m)^  url: (\S+)", text)[1], re.search(r"(?m)^  branch: (\S+)", text)[1]


def forms(url: str, branch: str) -> list[str]:
    """The ways in which a text names the repository, the longest first."""
    slug = url.removeprefix("https://github.com/")
    return [f"{url}@{branch}", f"github/{slug}/blob/{branch}", url]


def rewrite(path: Path, old: tuple[str, str], new: tuple[str, str]) -> None:
    """Replace the repository's address in a text file."""
    text = path.read_text()
    for before, after in zip(forms(*old), forms(*new), strict=True):
        text = text.replace(before, after)
    path.write_text(text)


def set_chapter(path: Path, source: str) -> None:
    """Give a chapter its first cell. Its stamp stays valid: the cell is no part of the lesson."""
    notebook = nbformat.read(path, as_version=4)
    cell = next(c for c in notebook.cells if INSTALL_TAG in c.metadata.get("tags", []))
    cell.source = source
    path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")


def checked(url: str) -> str:
    """The address without what git adds to it; ends the script if it is none of GitHub's."""
    url = url.rstrip("/").removesuffix(".git")
    if not URL.fullmatch(url):
        sys.exit(
            "URL must look like https://github.com/OWNER/REPO (the Colab button needs GitHub), "
            f"got {url!r}; run: make repository URL=https://github.com/OWNER/REPO"
        )
    return url


def main(url: str, branch: str = "main") -> None:
    """Write the address into everything that holds it."""
    url, old = checked(url), current()
    for path in TEXTS:
        rewrite(path, old, (url, branch))
    CONFIG.write_text(CONFIG.read_text().replace(f"  branch: {old[1]}", f"  branch: {branch}"))
    for path in chapters():
        set_chapter(path, install_cell(url, branch))
    print(f"{url}, branch {branch}: written to the configuration and {len(chapters())} chapters")


if __name__ == "__main__":
    main(*sys.argv[1:])
