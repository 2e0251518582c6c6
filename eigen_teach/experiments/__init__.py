"""The paper's experiments under the paper's own labels: ``run("table3", "quick")``."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

import torch

from eigen_teach import _check, record
from eigen_teach.experiments import (
    ablation_linearity,
    ablation_radius,
    ablation_rotations,
    adding,
    figure1,
    figure2,
    figure3,
    figure4,
    latch,
    memory_map,
    pixel_mnist,
    recall,
    state_distribution,
    sweep,
    table1,
    table2,
    table3,
    tomita_others,
)


@dataclass(frozen=True)
class Experiment:
    """One entry of ``EXPERIMENTS``.

    Args:
        title: one line for the list.
        presets: preset → frozen dataclass of settings; the presets differ in their settings only.
        plan: takes the settings, returns the runs, seed by seed, so that a cut leaves a balanced rest.
        run_one: takes settings, one run and a device; returns its values.
        collect: takes settings and the results in the plan's order, returns the record's values.
        spans: settings that say which runs there are and change none of them.
        trains: whether it uses torch, and so another device.
    """

    title: str
    presets: Mapping[str, Any]
    plan: Callable[[Any], list[sweep.Run]]
    run_one: Callable[[Any, sweep.Run, str], dict[str, Any]]
    collect: Callable[[Any, list[dict[str, Any]]], dict[str, Any]]
    spans: tuple[str, ...] = ("seeds",)
    trains: bool = True


def entry(title: str, study: Any, **more: Any) -> Experiment:
    """Return the entry of a study's module: ``PRESETS``, ``plan``, ``run_one``, and perhaps ``collect``.

    Args:
        title: one line for the list.
        study: the module.
        **more: further fields of the entry.
    """
    collect = getattr(study, "collect", sweep.all_runs)
    return Experiment(title, study.PRESETS, study.plan, study.run_one, collect, **more)


EXPERIMENTS = {
    "table1": entry("trained spectra on the Mackey–Glass series", table1, spans=("cells", "seeds")),
    "table2": entry("trained spectra on MNIST, read row by row", table2, spans=("cells", "seeds")),
    "table3": entry(
        "eigenvalue norms of fresh 8 × 8 matrices", table3, spans=("initializers",), trains=False
    ),
    "figure1": entry("where the states of trained networks live", figure1, spans=("cells", "seeds")),
    "figure2": entry("learning curves on Tomita's grammar 4", figure2, spans=("cells", "seeds")),
    "tomita_others": entry("Tomita's six other grammars", tomita_others, spans=("grammars", "seeds")),
    "figure3": entry(
        "learning curves on MNIST, read row by row", figure3, spans=("cells", "initializers", "seeds")
    ),
    "figure4": entry("learning curves on Multi30k, German to English", figure4, spans=figure4.SPANS),
    "pixel_mnist": entry(
        "learning curves on MNIST, read pixel by pixel; reduced",
        pixel_mnist,
        spans=("initializers", "seeds"),
    ),
    "memory_map": entry(
        "memory, gradients and chaos over λ",
        memory_map,
        spans=("families", "activations", "seeds"),
        trains=False,
    ),
    "latch": entry("one bit held in noise over λ", latch, spans=("families", "seeds"), trains=False),
    "ablation_radius": entry("the rotation chain at several λ", ablation_radius),
    "ablation_rotations": entry("rotations of several kinds, at one radius", ablation_rotations),
    "ablation_linearity": entry(
        "linear, tanh and ReLU networks", ablation_linearity, spans=("cells", "seeds")
    ),
    "recall": entry(
        "one symbol recalled after 50 noisy steps",
        recall,
        spans=("cells", "other_lr", "other_seeds", "seeds"),
    ),
    "adding": entry(
        "two of twenty-five numbers added", adding, spans=("cells", "other_lr", "other_seeds", "seeds")
    ),
    "state_distribution": entry("where states live, with and without the initializer", state_distribution),
}


def run(
    label: str,
    preset: Any = "quick",
    *,
    jobs: int = 1,
    dask: str | None = None,
    device: str = "cpu",
    runs: str | Path | None = None,
    progress: bool = False,
) -> record.Record:
    """Run an experiment and return its record; ``.save()`` stores it.

    Args:
        label: a key of ``EXPERIMENTS``.
        preset: ``"quick"`` or ``"paper"``: the same code, smaller or as large as the paper's. Or settings
            of your own, as ``table3.Table3(trials=50)``.
        jobs: processes on this machine, one run each.
        dask: address of a Dask scheduler, as ``"tcp://host:8786"``.
        device: torch's name of the device.
        runs: folder that keeps every finished run, so that a sweep goes on where it was stopped; None
            keeps none.
        progress: show a bar with the time left.

    Raises:
        TypeError, ValueError: as :func:`check` does, before the first run.

    Example:
        >>> table = run("table3", "quick")
        >>> table.values["np_rnn"]["mean"][0], table.values["np_rnn"]["sd"][0]
        (1.0, 0.0)

    Chapter: initializer/spectra
    """
    check(label, preset, jobs=jobs, dask=dask, device=device)
    experiment = EXPERIMENTS[label]
    name, config = _settings(experiment, preset)
    folder = None if runs is None else sweep.folder_of(Path(runs), label, config, experiment.spans, device)
    made_by = record.provenance()  # first: a commit during the runs is not the code that makes them
    start = time.perf_counter()
    task = sweep.Task(experiment.run_one, config, device, folder)
    results = sweep.finish(task, experiment.plan(config), jobs=jobs, dask=dask, progress=progress)
    made_by |= {
        "seconds": round(time.perf_counter() - start, 2),
        "device": device,
        "run_commits": sorted({str(result["provenance"]["commit"]) for result in results}),
        "run_seconds": round(sum(result["provenance"]["seconds"] for result in results), 2),
    }
    return record.Record(label, name, asdict(config), experiment.collect(config, results), made_by)


def check(
    label: str, preset: Any = "quick", *, jobs: int = 1, dask: str | None = None, device: str = "cpu"
) -> None:
    """Raise what ``run`` would raise before its first run, and not in the middle of a long night.

    Args:
        label: as ``run`` is told.
        preset: likewise.
        jobs: likewise.
        dask: likewise.
        device: likewise.

    Raises:
        TypeError: if jobs is no integer, or dask no text.
        ValueError: if label or preset is unknown, or the experiment cannot use the rest.
    """
    experiment = EXPERIMENTS[_check.choice("label", label, EXPERIMENTS)]
    _, config = _settings(experiment, preset)
    _check_spread(label, experiment, jobs, dask, device)
    experiment.plan(config)


def forget_runs(label: str, preset: Any, runs: str | Path, *, device: str = "cpu") -> None:
    """Remove the finished runs that ``run`` kept in ``runs``: their record is stored.

    Args:
        label: as ``run`` was told.
        preset: likewise.
        runs: likewise.
        device: likewise.
    """
    experiment = EXPERIMENTS[_check.choice("label", label, EXPERIMENTS)]
    _, config = _settings(experiment, preset)
    shutil.rmtree(sweep.folder_of(Path(runs), label, config, experiment.spans, device), ignore_errors=True)


def _settings(experiment: Experiment, preset: Any) -> tuple[str, Any]:
    """Return the preset's name, ``"own"`` for own settings, and the settings."""
    if is_dataclass(preset) and isinstance(preset, type(experiment.presets["paper"])):
        return "own", preset
    way_out = "for settings of your own, change one of these with dataclasses.replace"
    name = _check.choice("preset", preset, experiment.presets, way_out)
    return name, experiment.presets[name]


def _check_spread(label: str, experiment: Experiment, jobs: int, dask: str | None, device: str) -> None:
    if _check.count("jobs", jobs, 1) > 1 and dask is not None:
        raise ValueError(
            f"jobs must be 1 with a Dask cluster, got {jobs}; its workers decide how many run at once"
        )
    if dask is not None and not isinstance(dask, str):
        raise TypeError(f"dask must be an address, got {dask!r}; as in 'tcp://host:8786'")
    if device != "cpu":
        if not experiment.trains:
            raise ValueError(
                f"device must be 'cpu' for {label}, got {device!r}; it trains nothing: leave it out"
            )
        _check_device(device)


def _check_device(device: str) -> None:
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"device must be one that torch can use here, got {device!r} ({reason}); use 'cpu'"
        ) from None
