"""A chapter in JupyterLab and in Notebook 7: run all, drag, and Python reads what was dragged."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

CHAPTER = Path(__file__).resolve().parent.parent / "book" / "linear" / "eigenmodes.ipynb"
MARK = "the dragged modulus is"
PAGES = {"lab": "lab/tree/lab.ipynb?reset", "notebook": "notebooks/notebook.ipynb"}


def until(ready, seconds=60):
    """Wait for a condition; a refused connection counts as "not yet"."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if ready():
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.2)
    raise TimeoutError(f"not reached within {seconds} s: {ready.__name__}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def jupyter(folder):
    """A server of both front-ends, in its own process group, with its own settings; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "jupyter", "notebook", "--no-browser"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="]
    command += ["--allow-root", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    own = (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTERLAB_SETTINGS_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
    )
    env = os.environ | {name: str(folder / ".jupyter" / name) for name in own}
    env["IPYTHONDIR"] = str(folder / ".ipython")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=env, start_new_session=True, **quiet)
    try:
        address = f"http://127.0.0.1:{port}/"
        until(lambda: urllib.request.urlopen(address + "api", timeout=2).close() or True)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(8)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def kernel_is_idle(address, notebook):
    """Ask the server: the page says "idle" before there is a kernel."""
    with urllib.request.urlopen(address + "api/sessions") as answer:
        kernels = [session["kernel"] for session in json.load(answer) if session["path"] == notebook]
    return any(kernel["execution_state"] == "idle" and kernel["connections"] for kernel in kernels)


def copy_with_reader(copy):
    """Write the chapter, with a last cell that says what Python reads from the widget."""
    notebook = nbformat.read(CHAPTER, as_version=4)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.cells.append(nbformat.v4.new_code_cell(f'print("{MARK}", round(knobs.radius, 2))'))
    nbformat.write(notebook, copy)


def menu(page, *names):
    for name in names:
        page.get_by_role("menuitem", name=name, exact=True).click()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The server's folder and its address."""
    folder = tmp_path_factory.mktemp("jupyter")
    with jupyter(folder) as address:
        yield folder, address


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_dragged_widget_is_read_by_python(app, browser, server):
    folder, address = server
    copy_with_reader(folder / f"{app}.ipynb")
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(60_000)
    page.goto(address + PAGES[app])
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    until(lambda: kernel_is_idle(address, f"{app}.ipynb"))
    menu(page, "Run", "Run All Cells")
    page.get_by_text(f"{MARK} 0.95").wait_for(state="attached")
    until(lambda: kernel_is_idle(address, f"{app}.ipynb"))

    slider = page.locator('[data-widget="EigenPlane"] input[data-control="radius"]')

    def drags_inside():
        # Outputs above may still be growing, and a drag then misses: it is made again, where the slider is.
        box = slider.bounding_box()
        start, end = ({"x": share * box["width"], "y": box["height"] / 2} for share in (0.95 / 1.5, 0.3))
        slider.drag_to(slider, source_position=start, target_position=end)
        return float(slider.input_value()) < 0.9

    until(drags_inside)
    dragged = round(float(slider.input_value()), 2)
    last = page.locator(".jp-CodeCell").last
    last.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.get_by_text(f"{MARK} {dragged}").wait_for(state="attached")
    page.close()
