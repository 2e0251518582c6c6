"""Add two marked numbers: the same comparison as ``recall`` on a regression task."""

from __future__ import annotations

from dataclasses import dataclass

from eigen_teach.experiments import recall, tasks


@dataclass(frozen=True)
class Adding(recall.Recall):
    """Settings of the adding problem.

    Args:
        task: what is learned; its score is 1 - squared error / (1/6), the variance of the sum.
    """

    task: tasks.Task = tasks.ADDING


PRESETS = {
    "quick": Adding(
        task=tasks.Adding(length=10),
        cells=("tanh",),
        initializers=("default", "eigen"),
        hidden_size=16,
        steps=100,
        test=200,
        points=5,
        seeds=1,
        other_seeds=0,
    ),
    "paper": Adding(),
}
plan, run_one = recall.plan, recall.run_one  # nothing in them knows the task
