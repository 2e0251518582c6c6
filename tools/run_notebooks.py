"""Execute the book's chapters reproducibly: the same code gives the same bytes.

    python tools/run_notebooks.py            execute the stale chapters, two at a time
    python tools/run_notebooks.py --all      execute every chapter
    python tools/run_notebooks.py --check    name the stale chapters, execute nothing; exit status 1 if any

Every chapter is stamped with two hashes in its metadata. `inputs` covers its code cells, the package files
it used (found by asking the kernel after the run) and the pins of numpy, scipy, torch and matplotlib;
`outputs` covers what is stored: text, pictures, widget state. A chapter is stale when either no longer holds.
"""

import argparse
import base64
import hashlib
import io
import json
import os
import re
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "eigen_teach"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
PINNED = ("numpy", "scipy", "torch", "matplotlib")
INSTALL_TAG = "install"  # the first cell: it names the repository, not the lesson
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}

# Data files of the package (records, widget scripts) are seen by an audit hook, modules through sys.modules.
WATCH_FILES = """
import sys as _sys
_opened = set()
_sys.addaudithook(lambda event, args: _opened.add(str(args[0])) if event == "open" else None)
"""
REPORT_FILES = """
import json as _json, os as _os, sys as _sys
_modules = [m.__file__ for n, m in list(_sys.modules.items()) if n.split(".")[0] == "eigen_teach"]
print(_json.dumps([_os.path.realpath(p) for p in [*_modules, *sorted(_opened)] if p]))
"""


def chapters(root: Path = ROOT) -> list[Path]:
    """All notebooks of the book, and the template that contributors copy."""
    return sorted(p for p in (root / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)


def code_cells(notebook) -> list:
    """The code cells that carry the lesson, without the one that installs the package."""
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    return [c for c in cells if INSTALL_TAG not in c.metadata.get("tags", [])]


def inputs_hash(notebook, uses: list[str], root: Path = ROOT) -> str:
    """Hash of everything that decides the outputs: code, used package files, pins."""
    digest = hashlib.sha256()
    for cell in code_cells(notebook):
        digest.update(cell.source.encode() + b"\0")
    for name in uses:
        file = root / name
        digest.update(name.encode() + b"\0" + (file.read_bytes() if file.exists() else b"missing") + b"\0")
    for line in (root / "requirements.txt").read_text().splitlines():
        if line.split("==")[0] in PINNED:
            digest.update(line.encode() + b"\0")
    return digest.hexdigest()


def outputs_hash(notebook) -> str:
    """Hash of everything that is stored: outputs, pictures included, and the widgets' state."""
    outputs = [c.outputs for c in notebook.cells if c.cell_type == "code"]
    stored = [outputs, notebook.metadata.get("widgets", {})]
    return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()


def stale_because(path: Path, root: Path = ROOT) -> str:
    """Why a chapter has to be executed again, or the empty string."""
    notebook = nbformat.read(path, as_version=4)
    stamp = notebook.metadata.get("eigen_teach")
    if not stamp:
        return "it has no stamp"
    if inputs_hash(notebook, stamp["uses"], root) != stamp["inputs"]:
        return "its code, a package file it uses or a pin has changed"
    if outputs_hash(notebook) != stamp["outputs"]:
        return "its stored outputs are not those of its last execution"
    return ""


def ask_kernel(client: NotebookClient, code: str) -> str:
    """Run code beside the notebook's cells and return what it prints."""
    printed: list[str] = []

    def keep(message):
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    run_sync(client.kc.execute_interactive)(code, store_history=False, output_hook=keep)
    return "".join(printed)


def used_files(report: str) -> list[str]:
    """Package files among the paths the kernel reports, relative to the root, sources only."""
    paths = {Path(p) for p in json.loads(report)}
    inside = {p for p in paths if p.is_relative_to(PACKAGE) and p.suffix != ".pyc" and p.is_file()}
    return sorted(p.relative_to(ROOT).as_posix() for p in inside)


def merge_streams(cell) -> None:
    """Join neighbouring pieces of one stream: where the kernel cut them depends on the clock."""
    merged: list = []
    for output in cell.outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    cell.outputs = merged


def shrink_pictures(cell) -> None:
    """Store a cell's pictures with a palette: a third of the bytes, no colour visibly off."""
    for output in cell.outputs:
        encoded = output.get("data", {}).get("image/png")
        if encoded:
            picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
            packed = io.BytesIO()
            picture.quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
                packed, "png", optimize=True
            )
            output.data["image/png"] = base64.b64encode(packed.getvalue()).decode()


def shown_models(notebook, models: dict) -> set[str]:
    """Ids of the widgets that a cell shows, and of those that these refer to, such as their layouts."""
    outputs = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    found = [identity for identity in models if identity in outputs]
    for identity in found:  # grows while it is read
        named = re.findall(r"IPY_MODEL_(\w+)", json.dumps(models[identity]))
        found += [name for name in named if name not in found]
    return set(found)


def normalise(notebook) -> str:
    """The notebook as text, without what differs from run to run: random ids, null fields."""
    notebook.metadata["language_info"] = {"name": "python"}
    widgets = notebook.metadata.get("widgets", {}).get(WIDGET_STATE)
    models = widgets["state"] if widgets else {}
    for unseen in models.keys() - shown_models(notebook, models):
        del models[unseen]
    for model in models.values():  # a default layout is sixty nulls
        model["state"] = {k: v for k, v in model["state"].items() if v is not None}
    text = nbformat.writes(notebook)
    for number, random_id in enumerate(models):
        text = text.replace(random_id, f"{number:032x}")
    return text


def run_cells(notebook) -> list[str]:
    """Execute every cell in an empty folder with one thread; return the package files that were used."""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            record_timing=False,
            store_widget_state=True,
            resources={"metadata": {"path": folder}},
        )
        with client.setup_kernel(env={**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"}):
            ask_kernel(client, WATCH_FILES)
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
            report = ask_kernel(client, REPORT_FILES)
            client.set_widgets_metadata()
    return used_files(report)


def execute(path: Path) -> str:
    """Execute one chapter and replace its file in one step; the file is untouched when a cell fails."""
    start = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("eigen_teach", None)
    notebook.metadata.pop("widgets", None)
    uses = run_cells(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            merge_streams(cell)
            shrink_pictures(cell)
    notebook = nbformat.reads(normalise(notebook), as_version=4)
    notebook.metadata["eigen_teach"] = {
        "inputs": inputs_hash(notebook, uses),
        "outputs": outputs_hash(notebook),
        "uses": uses,
    }
    half_written = path.with_suffix(".ipynb.part")
    half_written.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")
    half_written.replace(path)
    return f"{path.relative_to(ROOT)}: executed in {time.perf_counter() - start:.1f} s"


def parse_arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, help="chapters; all of the book where none is named")
    parser.add_argument("--all", action="store_true", help="execute chapters that are up to date as well")
    parser.add_argument("--check", action="store_true", help="name the stale chapters and stop")
    parser.add_argument("--jobs", type=int, default=2, help="chapters at a time (default 2)")
    return parser.parse_args()


def main() -> int:
    """Execute, or with --check name, the stale chapters."""
    arguments = parse_arguments()
    paths = [p.resolve() for p in arguments.paths] or chapters()
    reasons = {p: "asked for" if arguments.all else stale_because(p) for p in paths}
    stale = [p for p, reason in reasons.items() if reason]
    if arguments.check:
        for path in stale:
            print(f"{path.relative_to(ROOT)}: {reasons[path]}; run `make notebooks`")
        return bool(stale)
    with ProcessPoolExecutor(max_workers=arguments.jobs) as pool:
        running = {path: pool.submit(execute, path) for path in stale}
    failures = {path: run.exception() for path, run in running.items() if run.exception()}
    for path, run in running.items():
        print(f"{path.relative_to(ROOT)}: FAILED\n{failures[path]}" if path in failures else run.result())
    print(
        f"{len(stale) - len(failures)} executed, {len(paths) - len(stale)} up to date, {len(failures)} failed"
    )
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
