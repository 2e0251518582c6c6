"""Sweeps that are spread, killed and taken up again, with real processes and a real cluster on loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import counted_study
import pytest
import threadpoolctl
import torch
from distributed import Client

from eigen_teach import experiments
from eigen_teach.experiments import sweep

RUNS = 24
WORKER_THREADS = (1, 2)  # of a cluster's two workers: one makes a run at a time, the other could make two
HERE = Path(__file__).parent
# A process of its own finds the study of these tests; it runs while others of this suite do.
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}
SCRIPT = """
import sys, counted_study
from eigen_teach import experiments
counted_study.PRESETS = {"paper": counted_study.Counted(sys.argv[1])}
experiments.EXPERIMENTS["counted"] = experiments.entry("counted", counted_study)
experiments.run("counted", "paper", runs=sys.argv[2], jobs=2)
"""


@pytest.fixture
def counted(monkeypatch, tmp_path):
    """The study of these tests under the label "counted", writing its log to a file of this test."""
    config = counted_study.Counted(str(tmp_path / "log"))
    monkeypatch.setattr(counted_study, "PRESETS", {"paper": config})
    monkeypatch.setitem(experiments.EXPERIMENTS, "counted", experiments.entry("counted", counted_study))
    return config


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What the runs give in this process, one after the other: the text to compare with."""
    config = counted_study.Counted(str(tmp_path_factory.mktemp("alone") / "log"), seconds=0)
    results = sweep.finish(sweep.Task(counted_study.run_one, config), counted_study.plan(config))
    return json.dumps(sweep.all_runs(config, results))


def values(record):
    return json.dumps(dict(record.values))


def times(config, word):
    """How often each run began or was done."""
    lines = Path(config.log).read_text().splitlines()
    return Counter(line.split()[1] for line in lines if line.startswith(f"{word} "))


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def kept_files(runs):
    return sorted(runs.rglob("*.json"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_give_the_same_values_and_do_each_run_once(counted, alone, tmp_path, jobs):
    record = experiments.run("counted", "paper", jobs=jobs, runs=tmp_path / "runs")
    assert values(record) == alone
    assert set(times(counted, "done").values()) == {1}
    assert len(kept_files(tmp_path / "runs")) == len(times(counted, "done")) == RUNS


def test_finished_sweep_is_read_back_and_not_run_again(counted, tmp_path):
    first = experiments.run("counted", "paper", jobs=2, runs=tmp_path / "runs")
    again = experiments.run("counted", "paper", runs=tmp_path / "runs")
    assert values(first) == values(again)
    assert set(times(counted, "began").values()) == {1}


def test_more_seeds_keep_the_runs_that_are_finished(counted, tmp_path):
    few, more = replace(counted, seconds=0, seeds=3), replace(counted, seconds=0)
    experiments.run("counted", few, runs=tmp_path / "runs")
    experiments.run("counted", more, runs=tmp_path / "runs")
    assert len(times(counted, "done")) == RUNS
    assert set(times(counted, "began").values()) == {1}


def test_other_settings_and_other_devices_are_other_runs(tmp_path):
    config = counted_study.Counted("log")
    folders = {
        sweep.folder_of(tmp_path, "counted", other, ("seeds",), device)
        for other in (config, replace(config, size=61), replace(config, seconds=1))
        for device in ("cpu", "cuda")
    }
    assert len(folders) == 6


def test_sweep_that_is_killed_goes_on_where_it_was(counted, alone, tmp_path):
    runs = tmp_path / "runs"
    command = [sys.executable, "-c", SCRIPT, counted.log, str(runs)]
    victim = subprocess.Popen(command, env=ENVIRONMENT, start_new_session=True)
    wait_until(lambda: len(kept_files(runs)) >= RUNS // 2)
    os.killpg(victim.pid, signal.SIGKILL)  # with all its processes, as a machine that goes away
    victim.wait()
    kept = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in kept_files(runs)}
    assert RUNS // 2 <= len(kept) < RUNS
    record = experiments.run("counted", "paper", jobs=2, runs=runs)
    assert values(record) == alone
    assert all((path.read_bytes(), path.stat().st_mtime_ns) == before for path, before in kept.items())
    again = {name for name, count in times(counted, "began").items() if count > 1}
    assert not again & {path.stem for path in kept}


# a cluster


@dataclass
class Cluster:
    """A scheduler's address and its workers."""

    address: str
    workers: list[subprocess.Popen]


def start(module, *arguments, log):
    command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
    return subprocess.Popen(command, env=ENVIRONMENT, stdout=log, stderr=log, start_new_session=True)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Dask scheduler and two workers, each a process of its own, on this machine's loopback."""
    folder = tmp_path_factory.mktemp("cluster")
    place, processes = folder / "scheduler.json", []
    where = ["--scheduler-file", str(place), "--host", "127.0.0.1"]
    with (folder / "dask.log").open("w") as log:
        try:
            processes.append(start("dask_scheduler", *where, "--port", "0", log=log))
            wait_until(lambda: place.is_file() and place.read_text().rstrip().endswith("}"))
            for threads in WORKER_THREADS:
                own = ["--nthreads", str(threads), "--local-directory", str(folder / f"worker{threads}")]
                processes.append(start("dask_worker", *where, "--no-nanny", *own, log=log))
            address = json.loads(place.read_text())["address"]
            with Client(address) as client:
                client.wait_for_workers(len(WORKER_THREADS), timeout=120)
            yield Cluster(address, processes[1:])
        finally:
            for process in processes:
                process.kill()
                process.wait()


def test_cluster_gives_the_same_values_and_does_each_run_once(counted, alone, cluster, tmp_path):
    record = experiments.run("counted", "paper", dask=cluster.address, runs=tmp_path / "runs")
    assert values(record) == alone
    assert set(times(counted, "done").values()) == {1}


def test_cluster_loses_a_worker_half_way_and_no_finished_run(counted, alone, cluster, tmp_path):
    runs = tmp_path / "runs"
    with ThreadPoolExecutor(1) as beside:
        sweeping = beside.submit(experiments.run, "counted", "paper", dask=cluster.address, runs=runs)
        wait_until(lambda: len(kept_files(runs)) >= RUNS // 2)
        kept = [path.stem for path in kept_files(runs)]
        cluster.workers[0].kill()  # SIGKILL: no good-bye
        record = sweeping.result(timeout=120)
    assert len(kept_files(runs)) == RUNS
    assert values(record) == alone
    done = times(counted, "done")
    assert {done[name] for name in kept} == {1}
    assert done.total() <= RUNS + 1  # the worker may have died with one run that was done and not yet kept
    again = experiments.run("counted", "paper", runs=runs)  # all there: nothing is made again
    assert values(again) == alone
    assert times(counted, "done") == done


def test_a_run_uses_one_thread_and_gives_the_others_back():
    def count(_config, _run, _device):
        pools = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
        return {"threads": [torch.get_num_threads(), *pools]}

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with threadpoolctl.threadpool_limits(2):
            result = sweep.perform(sweep.Task(count, None), {"seed": 0})
            after = torch.get_num_threads()
    finally:
        torch.set_num_threads(before)
    assert len(result["values"]["threads"]) >= 2  # torch, and a pool of NumPy's at least
    assert set(result["values"]["threads"]) == {1}
    assert after == 2


def test_progress_bar_counts_what_is_kept_and_shows_the_time_left(counted, capsys, tmp_path):
    experiments.run("counted", replace(counted, seconds=0, seeds=2), runs=tmp_path, progress=True)
    experiments.run("counted", replace(counted, seconds=0, seeds=3), runs=tmp_path, progress=True)
    said = capsys.readouterr().err
    assert "4/6" in said
    assert "6/6" in said
    assert "<" in said  # elapsed < left


def test_without_a_folder_nothing_is_kept(counted, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    experiments.run("counted", replace(counted, seconds=0, seeds=1))
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_a_folder_that_cannot_be_made_is_an_error_before_the_first_run(counted, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="file"):
        experiments.run("counted", "paper", runs=tmp_path / "file")
    assert not Path(counted.log).exists()
