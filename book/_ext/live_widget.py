"""Sphinx extension: a directive that puts a live widget on a Markdown page.

    ```{live-widget} EigenPlane
    :radius: 1.0
    ```

Notebooks store the state of their widgets; a plain page has none, so the directive makes the widget while
the site is built and writes the same two script elements that myst-nb writes for a notebook.
"""

import ast
import json
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from ipywidgets import Widget
from offline_assets import HOST
from sphinx.application import Sphinx

from eigen_teach import widgets

MIME = "application/vnd.jupyter.widget"
KERNEL_ONLY = ("layout", "tabbable", "tooltip")  # ipywidgets' own, of no use without a kernel


def script(kind: str, content: dict[str, Any]) -> str:
    """One script element with JSON; `</` is escaped, so that no string can end the element."""
    text = json.dumps(content).replace("</", r"<\/")
    return f'<script type="{MIME}-{kind}+json">{text}</script>'


def page_html(widget: Widget, identity: str) -> str:
    """State and view of one widget, under an id that does not change from build to build."""
    traits = widget.get_state()
    state = {name: value for name, value in traits.items() if name not in KERNEL_ONLY and value is not None}
    model = {"model_name": "AnyModel", "model_module": "anywidget", "state": state}
    stored = {"version_major": 2, "version_minor": 0, "state": {identity: model}}
    return script("state", stored) + script("view", {"model_id": identity, "version_major": 2})


class LiveWidget(Directive):
    """`{live-widget} Name` with the widget's numbers as options."""

    required_arguments = 1
    option_spec: ClassVar = dict.fromkeys(("radius", "angle", "angles"), directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Make the widget and return its HTML; other builders get nothing."""
        options = {name: ast.literal_eval(value) for name, value in self.options.items()}
        widget = getattr(widgets, self.arguments[0])(**options)
        env = self.state.document.settings.env
        env.metadata[env.docname]["live_widget"] = True
        number = env.new_serialno("live-widget")
        return [nodes.raw("", page_html(widget, f"live-{number}"), format="html")]


def add_host(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the host on the pages that hold a widget."""
    if app.env.metadata.get(pagename, {}).get("live_widget"):
        app.add_js_file(HOST)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("live-widget", LiveWidget)
    app.connect("html-page-context", add_host)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
