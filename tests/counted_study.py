"""A study for the tests of sweeps: short runs that write down when they begin and when they are done."""

import os
import time
from dataclasses import dataclass

import numpy as np
import torch

from eigen_teach import training
from eigen_teach.experiments import sweep


@dataclass(frozen=True)
class Counted:
    """Settings: where to write it down, how long a run takes, how many there are."""

    log: str
    seconds: float = 0.1
    seeds: int = 12
    size: int = 60


PRESETS = {"paper": None}  # a test gives its own settings


def plan(config):
    """Two runs a seed."""
    return sweep.grid(config.seeds, cell=("a", "b"))


def note(config, word, run):
    """Append a line, whole, whoever else is writing."""
    descriptor = os.open(config.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{word} {run['cell']}.{run['seed']}\n".encode())
    os.close(descriptor)


def run_one(config, run, _device):
    """Numbers that depend on the run alone, if sums keep to one order and no other run draws in between."""
    note(config, "began", run)
    rng = np.random.default_rng([run["seed"], ord(run["cell"])])
    W = rng.standard_normal((config.size, config.size))
    with training.seeded(run["seed"]):  # torch's own generator, which the threads of a process share
        time.sleep(config.seconds)
        drawn = float(torch.rand(()))
    values = {
        "eigenvalue": float(np.abs(np.linalg.eigvals(W @ W.T)).max()),
        "sum": float(rng.random(1000).sum()),
        "drawn": drawn,
    }
    note(config, "done", run)
    return values
