"""Add two marked numbers: the comparison of ``recall`` on a regression task.

The score is 1 - squared error / (1/6), the variance of the sum.
"""

from __future__ import annotations

from dataclasses import replace

from eigen_teach.experiments import recall, tasks

PRESETS = {
    "quick": replace(recall.PRESETS["quick"], task=tasks.Adding(length=10)),
    "paper": replace(recall.PRESETS["paper"], task=tasks.ADDING),
}
plan, run_one = recall.plan, recall.run_one  # nothing in them knows the task
