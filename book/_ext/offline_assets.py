"""Sphinx extension: everything a page loads comes from the book's own _static, nothing from a CDN.

It replaces ipywidgets' html-manager by `widget_host.js`, serves MathJax from the site, and drops what the
theme would load off-site.
"""

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

from docutils.nodes import document
from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).parent
OWN_FILES = ("widget_host.js", "book.css")
MATHJAX = "mathjax/tex-chtml-full.js"
MATHJAX_FONTS = "mathjax/output/chtml"


def set_config(app: Sphinx, config: Config) -> None:
    """Name the two scripts; both wait for the page's text, the host first."""
    config.nb_ipywidgets_js = {"widget_host.js": {"defer": "defer"}}
    config.mathjax_path = MATHJAX
    app.add_css_file("book.css")


def copy_assets(app: Sphinx) -> None:
    """Copy the host, the style sheet and MathJax into the site."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    static.mkdir(parents=True, exist_ok=True)
    for name in OWN_FILES:
        shutil.copyfile(HERE / name, static / name)
    source = Path(str(files("sphinx-mathjax-offline") / "static"))
    shutil.copytree(source / MATHJAX_FONTS, static / MATHJAX_FONTS, dirs_exist_ok=True)
    shutil.copyfile(source / MATHJAX, static / MATHJAX)


def clean_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: document | None
) -> None:
    """Drop Thebe (off-site, needs a kernel), repeated scripts, and MathJax where the host adds it later."""
    hosted = any("widget_host.js" in str(script.filename) for script in context["script_files"])
    kept: list[Any] = []
    for script in context["script_files"]:
        text = f"{script.filename} {script.attributes.get('body', '')}"
        if "thebe" in text or script in kept:
            continue
        if hosted and MATHJAX in str(script.filename):
            # DOMContentLoaded waits for deferred scripts. An unknown type keeps the browser from loading this
            # one; the host draws the widgets first, then adds it for real.
            script.attributes.clear()
            script.attributes["type"] = "text/x-deferred-mathjax"
        kept.append(script)
    context["script_files"][:] = kept


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the hooks."""
    app.connect("config-inited", set_config)
    app.connect("builder-inited", copy_assets)
    app.connect("html-page-context", clean_scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
