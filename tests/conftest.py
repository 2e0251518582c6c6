"""Shared by all tests: one thread, no screen, a browser that may reach nothing but this machine."""

import os
import shutil
import sys

import matplotlib
import pytest
from hypothesis import settings

matplotlib.use("agg")
# `nbformat` loads all of `jsonschema`, and so a grammar of addresses: seconds, for what no notebook has.
sys.modules.setdefault("rfc3987_syntax", None)
# The same examples on every machine and in every run, and no time limit on a busy one.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

collect_ignore = ["colab"]  # a stand-in for `google.colab`: once imported, anywidget takes this for Colab

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: CI runs as root. The rest keeps the browser from calling home.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the network is refused
]


def pytest_addoption(parser):
    parser.addoption("--all-chapters", action="store_true", help="Colab: every chapter, not only two")


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import Error, sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=found, args=BROWSER_FLAGS)
        except Error as error:
            if os.environ.get("EIGEN_TEACH_REQUIRE_BROWSER"):
                raise
            pytest.skip(f"no Chromium: install one, or run `make browser` ({error.message.splitlines()[0]})")
        yield chromium
        chromium.close()
