"""How long does it take to fill an (n, n) matrix? The eigen initializer beside what one would use instead.

    python benchmarks/initializer.py [--rounds 15] [--record]

One thread, float32, in place. In every round each method is called a few times in a row, in a new order of
the methods, so that whatever else the machine does falls on all of them. The first call of a row finds the
caches as another method left them; it is kept apart. The figures are medians: of the repeated calls, from
which the ratios are made, and of the first calls, which are printed for the eigen initializer.
"""

import argparse
import math
import os
import random
import statistics
import time

os.environ["OMP_NUM_THREADS"] = "1"  # before torch and NumPy start their threads

import numpy as np
import torch

from eigen_teach import init, record

SIZES = [8, 16, 32, 64, 128, 150, 256, 512, 1024, 2048, 4096]
LITERAL_UP_TO = 256  # n dense products of n × n matrices: a minute at 1024
REPEATS = 4
SLOPE_FROM = 512  # smaller matrices only measure the cost of calling


def literal_product_(tensor):
    """Multiply λ I by one dense plane rotation after the other, as (16) to (18) are printed."""
    n = len(tensor)
    product = 0.95 * torch.eye(n)
    for k, theta in enumerate((2 * math.pi * torch.rand(n - 1, dtype=torch.float64)).tolist()):
        rotation = torch.eye(n)
        rotation[k, k] = rotation[k + 1, k + 1] = math.cos(theta)
        rotation[k, k + 1] = -math.sin(theta)
        rotation[k + 1, k] = math.sin(theta)
        product = product @ rotation
    return tensor.copy_(product)


METHODS = {
    "eigen_": init.eigen_,
    "zero_": torch.Tensor.zero_,
    "normal_": torch.nn.init.normal_,
    "orthogonal_": torch.nn.init.orthogonal_,
    "literal": literal_product_,
}


def milliseconds(method, tensor):
    """Return the time of one call."""
    start = time.perf_counter()
    method(tensor)
    return 1e3 * (time.perf_counter() - start)


def measure(n, rounds):
    """Return the median time in ms of every method that is sensible at size n: repeated and first calls."""
    tensor = torch.empty(n, n)
    methods = {name: method for name, method in METHODS.items() if name != "literal" or n <= LITERAL_UP_TO}
    first, repeated = {name: [] for name in methods}, {name: [] for name in methods}
    order = list(methods)
    shuffler = random.Random(n)
    for _ in range(rounds):
        shuffler.shuffle(order)
        for name in order:
            first[name].append(milliseconds(methods[name], tensor))
            repeated[name] += [milliseconds(methods[name], tensor) for _ in range(REPEATS)]
    medians = {name: statistics.median(values) for name, values in repeated.items()}
    return medians, {name: statistics.median(values) for name, values in first.items()}


def slope(medians, name):
    """Return the exponent p of time ~ n^p from a straight line through the large sizes, log against log."""
    sizes = [n for n in medians if n >= SLOPE_FROM and name in medians[n]]
    if len(sizes) < 2:
        return None
    return float(np.polyfit(np.log(sizes), np.log([medians[n][name] for n in sizes]), 1)[0])


def report(medians, firsts, slopes):
    """Print the table: milliseconds, then how many times faster (or slower) than each rival."""
    names = list(METHODS)
    ratios = "  eigen_/zero_  orthogonal_/eigen_  literal/eigen_   eigen_, first call"
    print("    n |" + "".join(f"{name:>13}" for name in names) + " |" + ratios)
    for n, row in medians.items():
        cells = "".join(f"{row[name]:13.4f}" if name in row else f"{'-':>13}" for name in names)
        beside = [row["eigen_"] / row["zero_"], row["orthogonal_"] / row["eigen_"]]
        literal = f"{row['literal'] / row['eigen_']:15.0f}" if "literal" in row else f"{'-':>15}"
        print(f"{n:5} |{cells} |{beside[0]:14.2f}{beside[1]:20.1f} {literal}{firsts[n]['eigen_']:21.4f}")
    cells = "".join(f"{'-' if slopes[name] is None else format(slopes[name], '.2f'):>13}" for name in names)
    print(f"slope |{cells} |  exponent p of n^p, from n = {SLOPE_FROM}")


def significant(table):
    """Four significant digits: more would be noise."""
    return {str(n): {name: float(f"{ms:.4g}") for name, ms in row.items()} for n, row in table.items()}


def main():
    """Measure, print, and store the record where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="rounds up to n = 1024; a fifth of it above")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--record", action="store_true", help="store the figures that the book shows")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    start = time.perf_counter()
    config = {"threads": torch.get_num_threads(), "dtype": "float32", "repeats": REPEATS}
    config |= {"rounds": arguments.rounds, "sizes": arguments.sizes}
    print("milliseconds;", ", ".join(f"{key} {value}" for key, value in config.items()))
    medians, firsts = {}, {}
    for n in arguments.sizes:
        rounds = arguments.rounds if n <= 1024 else max(3, arguments.rounds // 5)
        medians[n], firsts[n] = measure(n, rounds)
    slopes = {name: slope(medians, name) for name in METHODS}
    report(medians, firsts, slopes)
    if arguments.record:
        values = {"milliseconds": significant(medians), "first_call": significant(firsts), "slope": slopes}
        provenance = record.provenance(time.perf_counter() - start)
        print(record.Record("initializer_speed", "paper", config, values, provenance).save().name)


if __name__ == "__main__":
    main()
