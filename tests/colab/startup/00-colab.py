"""Colab's kernels start with the output hooks loaded; anywidget looks for them in `sys.modules`."""

import google.colab.output  # noqa: F401
