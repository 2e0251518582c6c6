"""Chapters as Colab runs them: ipywidgets 7, an empty folder, the package from its wheel."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import chapter_facts
import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
COLAB = ROOT / ".venv-colab"
PYTHON = COLAB / "bin" / "python"
VIEW = "application/vnd.jupyter.widget-view+json"
ALWAYS = ("linear/eigenmodes", "initializer/rotations")  # the others are `make colab`


@pytest.fixture(scope="session")
def kernels(tmp_path_factory):
    """A folder for JUPYTER_PATH with one kernel, whose environment holds the wheel as it is now."""
    folder = tmp_path_factory.mktemp("colab")
    pip = [sys.executable, "-m", "pip"]
    source = shutil.copytree(
        ROOT,
        folder / "source",
        ignore=shutil.ignore_patterns(".*", "_build", "build", "*.egg-info", "book"),
    )
    build = [*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, source]
    subprocess.run(build, check=True)
    wheel = next(folder.glob("*.whl"))
    install = [*pip, "--python", PYTHON, "install", "-q", "--no-deps", "--force-reinstall", wheel]
    subprocess.run(install, check=True)
    startup = folder / "ipython" / "profile_default" / "startup"
    shutil.copytree(ROOT / "tests" / "colab" / "startup", startup)
    spec = {
        "argv": [str(PYTHON), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Colab",
        "language": "python",
        "env": {
            "IPYTHONDIR": str(folder / "ipython"),
            "PYTHONPATH": str(ROOT / "tests" / "colab" / "standin"),
            "PYTHONWARNINGS": "default",
        },
    }
    kernel = folder / "kernels" / "colab"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(spec))
    return folder


def run(notebook, folder):
    """Execute a notebook with the Colab kernel, in an empty folder."""
    where = {"metadata": {"path": str(folder)}}
    client = NotebookClient(
        notebook, kernel_name="colab", timeout=60, resources=where, store_widget_state=False
    )
    client.execute(env={**os.environ, "OMP_NUM_THREADS": "1"})


def colab_chapters():
    return [pytest.param(c, id=c.name, marks=[] if c.name in ALWAYS else LATER) for c in chapter_facts.book()]


LATER = pytest.mark.skipif("not config.getoption('--all-chapters')", reason="run by `make colab`")


@pytest.mark.parametrize("chapter", colab_chapters())
def test_chapter_runs_in_colab_and_every_widget_finds_its_manager(chapter, kernels, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(kernels))
    notebook = nbformat.read(chapter.path, as_version=4)
    versions = "import eigen_teach, ipywidgets, IPython\n"
    versions += "print(eigen_teach.__file__, ipywidgets.__version__, IPython.__version__)"
    notebook.cells.append(nbformat.v4.new_code_cell(versions))
    run(notebook, tmp_path)
    printed = "".join(map(chapter_facts.text_of, notebook.cells[-1].outputs))  # a slow print comes in parts
    assert printed.split() == [
        str(next((COLAB / "lib").glob("python3.*")) / "site-packages" / "eigen_teach" / "__init__.py"),
        "7.7.1",
        "7.34.0",
    ]
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    views = [output for output in outputs if VIEW in output.get("data", {})]
    assert views
    assert all("custom_widget_manager" in output.metadata[VIEW]["colab"] for output in views)
