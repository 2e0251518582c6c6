"""Many single runs: spread over processes or a cluster, each one kept as soon as it is finished.

A run is a dictionary such as ``{"cell": "tanh", "seed": 3}`` and stands for one call of a study's
``run_one``. Its result depends on the settings and on that dictionary alone, never on the order of the
runs, on how many are made at once, or on where.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import torch
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from eigen_teach import record

Run = dict[str, Any]
_ONE_AT_A_TIME = threading.Lock()  # a cluster's worker may have several threads; torch's generator is shared


@dataclass(frozen=True)
class Task:
    """How to make one run, wherever it is made.

    Args:
        run_one: takes settings, run and device; returns a dictionary of JSON. A function of a module, so
            that other processes find it.
        config: the settings, a frozen dataclass.
        device: torch's name of the device.
        folder: where finished runs are kept, or None.
    """

    run_one: Callable[[Any, Run, str], dict[str, Any]]
    config: Any
    device: str = "cpu"
    folder: Path | None = None

    def path(self, run: Run) -> Path | None:
        """Return the file of a finished run: ``tanh.3.json``."""
        name = ".".join(str(value) for value in run.values())
        return None if self.folder is None else self.folder / f"{name}.json"


def grid(seeds: int, **choices: Iterable[Any]) -> list[Run]:
    """Return one run for each seed and each combination of choices, seed by seed.

    Whoever stops half-way then has as many seeds of every combination, up to one.

    Args:
        seeds: how many, from 0.
        **choices: name → its values; the last one runs fastest.

    Example:
        >>> grid(1, cell=("tanh", "gru"))
        [{'cell': 'tanh', 'seed': 0}, {'cell': 'gru', 'seed': 0}]
    """
    return [
        {**dict(zip(choices, values, strict=True)), "seed": seed}
        for seed in range(seeds)
        for values in product(*choices.values())
    ]


def all_runs(_config: Any, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a record's values that are the runs as they are.

    Args:
        _config: the settings, which add nothing.
        results: of :func:`finish`.

    Returns:
        ``{"runs": [{"cell": ..., "seed": ..., and the run's own values}, ...]}``.
    """
    return {"runs": [{**result["run"], **result["values"]} for result in results]}


def folder_of(root: Path, label: str, config: Any, spans: Sequence[str], device: str) -> Path:
    """Return the folder for the runs of one study under these settings.

    Args:
        root: folder of all studies.
        label: the paper's own label.
        config: the settings.
        spans: settings that say which runs there are and change none of them, as ``seeds``: with more
            seeds, those that are finished stay so.
        device: runs of another device are other runs.
    """
    decisive = {key: value for key, value in asdict(config).items() if key not in spans}
    digest = hashlib.sha256(json.dumps([decisive, device], sort_keys=True).encode()).hexdigest()
    return root / f"{label}.{digest[:12]}"


def finish(
    task: Task, plan: Sequence[Run], *, jobs: int = 1, dask: str | None = None, progress: bool = False
) -> list[dict[str, Any]]:
    """Make the runs that are missing, and return the results of all, in the order of the plan.

    Args:
        task: how a run is made and where it is kept.
        plan: the runs.
        jobs: processes on this machine; 1 stays in this one.
        dask: address of a Dask scheduler, which then spreads the runs over its workers.
        progress: show a bar with the time left.

    Returns:
        For each run a dictionary with ``run``, ``values`` and ``provenance``.

    Raises:
        OSError: if the folder cannot be written.
    """
    if task.folder is not None:
        task.folder.mkdir(parents=True, exist_ok=True)
    names = [json.dumps(run) for run in plan]
    results = {name: kept for name, run in zip(names, plan, strict=True) if (kept := _kept(task, run))}
    missing = [run for name, run in zip(names, plan, strict=True) if name not in results]
    with tqdm(total=len(plan), initial=len(results), disable=not progress, unit="run") as bar:
        for result in _spread(task, missing, jobs, dask):
            _keep(task, result)
            results[json.dumps(result["run"])] = result
            bar.update()
    return [results[name] for name in names]


def _spread(task: Task, runs: Sequence[Run], jobs: int, dask: str | None) -> Iterator[dict[str, Any]]:
    """Yield the results as they come in."""
    if dask is not None:
        yield from _over_cluster(task, runs, dask)
    elif jobs == 1 or len(runs) < 2:
        yield from (perform(task, run) for run in runs)
    else:
        from joblib import Parallel, delayed

        spread = Parallel(n_jobs=jobs, return_as="generator_unordered")
        yield from spread(delayed(perform)(task, run) for run in runs)


def _over_cluster(task: Task, runs: Sequence[Run], address: str) -> Iterator[dict[str, Any]]:
    from distributed import Client, as_completed

    with Client(address) as client:
        # Dask repeats what a lost worker had.
        futures = client.map(perform, [task] * len(runs), runs, pure=False)
        for _, result in as_completed(futures, with_results=True):
            yield result


def perform(task: Task, run: Run) -> dict[str, Any]:
    """Make one run on one thread and keep it; a run that is kept already is not made again.

    Args:
        task: how it is made.
        run: which one.
    """
    with _ONE_AT_A_TIME, one_thread():
        kept = _kept(task, run)
        if kept is not None:
            return kept
        made_by = record.provenance()  # first: a commit during the run is not the code that makes it
        start = time.perf_counter()
        values = task.run_one(task.config, run, task.device)
        made_by["seconds"] = round(time.perf_counter() - start, 2)
        # As JSON reads it back, so that a fresh result equals one from a file.
        result: dict[str, Any] = json.loads(
            json.dumps({"run": run, "values": values, "provenance": made_by}, allow_nan=False)
        )
        if task.folder is not None and task.folder.is_dir():  # not so on a cluster without a common disk
            _keep(task, result)
    return result


def _kept(task: Task, run: Run) -> dict[str, Any] | None:
    path = task.path(run)
    if path is None or not path.is_file():
        return None
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def _keep(task: Task, result: Mapping[str, Any]) -> None:
    path = task.path(result["run"])
    if path is not None and not path.is_file():
        record.write_atomically(path, json.dumps(result, indent=1, ensure_ascii=False) + "\n")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let linear algebra use a single thread: sums then always have one order, and runs do not fight."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
