"""The paper's experiments under the paper's own labels: ``run("table3", "quick")``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eigen_teach import record
from eigen_teach.experiments import table3


@dataclass(frozen=True)
class Experiment:
    """One entry of ``EXPERIMENTS``.

    Args:
        title: one line for the list.
        presets: preset → frozen dataclass of settings; the presets differ in their settings only.
        run_config: takes the settings, returns the record's values.
    """

    title: str
    presets: Mapping[str, Any]
    run_config: Callable[[Any], dict[str, Any]]


EXPERIMENTS = {
    "table3": Experiment("eigenvalue norms of fresh 8 × 8 matrices", table3.PRESETS, table3.run_config),
}


def run(
    label: str, preset: str = "quick", *, jobs: int = 1, dask: str | None = None, device: str = "cpu"
) -> record.Record:
    """Run an experiment and return its record; ``.save()`` stores it.

    Args:
        label: a key of ``EXPERIMENTS``.
        preset: ``"quick"`` or ``"paper"``: the same code, smaller or as large as the paper's.
        jobs: processes on this machine. Table III takes seconds in one and accepts no more.
        dask: address of a Dask cluster; None for Table III.
        device: ``"cpu"`` for Table III.

    Raises:
        ValueError: if label or preset is unknown, or the experiment cannot use jobs, dask or device.

    Example:
        >>> table = run("table3", "quick")
        >>> table.values["np_rnn"]["mean"][0], table.values["np_rnn"]["sd"][0]
        (1.0, 0.0)

    Chapter: initializer/spectra
    """
    experiment = _choose("label", label, EXPERIMENTS)
    config = _choose("preset", preset, experiment.presets)
    for name, given, only in (("jobs", jobs, 1), ("dask", dask, None), ("device", device, "cpu")):
        if given != only:
            raise ValueError(
                f"{name} must be {only!r} for {label}, got {given!r}; leave it out: "
                "one process on the CPU takes seconds"
            )
    start = time.perf_counter()
    values = experiment.run_config(config)
    return record.Record(
        label, preset, asdict(config), values, record.provenance(time.perf_counter() - start)
    )


def _choose(name: str, key: str, table: Mapping[str, Any]) -> Any:
    if not isinstance(key, str) or key not in table:
        raise ValueError(f"{name} must be known, got {key!r}; choose from {', '.join(table)}")
    return table[key]
