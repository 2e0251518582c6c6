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
HOST = "widget_host.js"
OWN_FILES = (HOST, "book.css")
MATHJAX = "mathjax/tex-chtml-full.js"
MATHJAX_FONTS = "mathjax/output/chtml"


def set_config(app: Sphinx, config: Config) -> None:
    """Name the host in place of ipywidgets' html-manager, and the site's own MathJax."""
    config.nb_ipywidgets_js = {HOST: {}}
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
    """Drop Thebe (off-site, needs a kernel) and repeated scripts; on a page with widgets, put these first."""
    scripts: list[Any] = []
    for script in context["script_files"]:
        text = f"{script.filename} {script.attributes.get('body', '')}"
        if "thebe" not in text and script not in scripts:
            scripts.append(script)
    hosted = [script for script in scripts if HOST in str(script.filename)]
    if hosted:
        draw_widgets_first(scripts, hosted[0], context)
    context["script_files"][:] = scripts


def drop_deprecated_roles(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: document | None
) -> None:
    """Docutils gives the entries of a bibliography a role that ARIA has since withdrawn; axe complains."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def draw_widgets_first(scripts: list[Any], host: Any, context: dict[str, Any]) -> None:
    """Move the host to the end of the article, and hold back MathJax until it has drawn.

    Scripts that wait for the page's end run in their order, and the theme's icons, of more than a megabyte,
    would come first.
    """
    scripts.remove(host)
    context["body"] += f'<script src="{context["pathto"]("_static/" + HOST, 1)}"></script>'
    for script in scripts:
        if MATHJAX in str(script.filename):
            # A type that no browser loads; the host adds the script for real.
            script.attributes.clear()
            script.attributes["type"] = "text/x-deferred-mathjax"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the hooks."""
    app.connect("config-inited", set_config)
    app.connect("builder-inited", copy_assets)
    app.connect("html-page-context", clean_scripts, priority=900)
    app.connect("html-page-context", drop_deprecated_roles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
