"""What does it cost to train the networks of Figure 2 side by side, and one after the other?

    python benchmarks/ensemble.py [--rounds 5] [--steps 20]

The networks, words and batches of ``figure2``'s paper preset, one seed, one thread. Beside the ensemble stand
two loops of ``training.fit`` over plain modules: one reads all steps of the padded words and then each word's
own last state, the other packs them. In every round each way trains for the same few steps, in a new order of
the ways, so that whatever else the machine does falls on all of them. The figures are medians over the
rounds, in milliseconds for one step of all networks: CPU time, which other processes disturb less, and wall
time. The ratios compare with the faster loop.
"""

import argparse
import os
import random
import statistics
import time
from itertools import islice

os.environ["OMP_NUM_THREADS"] = "1"  # before torch and NumPy start their threads

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence

from eigen_teach import ensemble, training
from eigen_teach.experiments import figure2

CELLS = ["tanh", "gru", "lstm"]
SEED = 0


class Padded(nn.Module):
    """A plain model that reads all steps, and then the state at each word's end."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, inputs):
        """Return the readouts of (x, lengths)."""
        x, lengths = inputs
        states, _ = self.model.rnn(x)
        return self.model.readout(states[torch.arange(len(x)), lengths - 1])


class Packed(Padded):
    """The same with PyTorch's own packed sequences."""

    def forward(self, inputs):
        """Return the readouts of (x, lengths)."""
        packed = pack_padded_sequence(*inputs, batch_first=True, enforce_sorted=False)
        _, last = self.model.rnn(packed)
        return self.model.readout((last[0] if isinstance(last, tuple) else last)[0])


def trainers(config, cell, steps):
    """Return how many networks there are, and the ways to train them for some steps, by name."""
    field = figure2.entrants(config, cell)
    group = figure2.start(config, cell, field, SEED)
    words, _ = figure2.words_of(config, config.grammar, SEED)
    stream = figure2.tensors(words, "cpu").batches(config.batch_size, SEED)
    batches = list(islice(stream, steps))
    rates = [entrant.lr for entrant in field]
    members = [group.member(i) for i in range(len(group))]

    def loop(wrapper):
        for member, lr in zip(members, rates, strict=True):
            training.fit(wrapper(member), batches, cross_entropy, lr=lr, steps=steps)

    return len(group), {
        "ensemble": lambda: ensemble.fit(group, batches, ensemble.cross_entropies, lr=rates, steps=steps),
        "padded": lambda: loop(Padded),
        "packed": lambda: loop(Packed),
    }


def measure(ways, rounds, steps):
    """Return the medians, by way, of CPU and wall time in ms for one step of all networks."""
    times = {name: ([], []) for name in ways}
    order = list(ways)
    shuffler = random.Random(SEED)
    for number in range(rounds + 1):
        shuffler.shuffle(order)
        for name in order:
            wall, cpu = time.perf_counter(), time.process_time()
            ways[name]()
            spent = time.process_time() - cpu, time.perf_counter() - wall
            if number:  # the first round only warms up
                for values, seconds in zip(times[name], spent, strict=True):
                    values.append(1e3 * seconds / steps)
    return {
        name: dict(zip(("cpu", "wall"), map(statistics.median, values), strict=True))
        for name, values in times.items()
    }


def ratio(row, clock):
    """Return how many times dearer the faster loop is."""
    return min(row["padded"][clock], row["packed"][clock]) / row["ensemble"][clock]


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--cells", nargs="+", default=CELLS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    setting = figure2.PRESETS["paper"]
    config = {"threads": torch.get_num_threads(), "hidden_size": setting.hidden_size}
    config |= {"batch_size": setting.batch_size, "rounds": arguments.rounds, "steps": arguments.steps}
    print(
        "milliseconds a step of all networks;", ", ".join(f"{key} {value}" for key, value in config.items())
    )
    print(
        "cell  networks        "
        + "".join(f"{name:>10}" for name in ("ensemble", "padded", "packed", "ratio"))
    )
    for cell in arguments.cells:
        networks, ways = trainers(setting, cell, arguments.steps)
        row = measure(ways, arguments.rounds, arguments.steps)
        for clock in ("cpu", "wall"):
            cells = "".join(f"{row[name][clock]:10.2f}" for name in ways)
            print(f"{cell:5} {networks:8}   {clock:5}{cells}{ratio(row, clock):10.1f}", flush=True)


if __name__ == "__main__":
    main()
