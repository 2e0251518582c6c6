"""Command line of the experiments: ``python -m eigen_teach.experiments list`` or ``run LABEL``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from eigen_teach.data import fetch
from eigen_teach.experiments import EXPERIMENTS, check, forget_runs, run


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command: ``run`` prints the record, or with ``--save`` stores it in the package's results."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "list":
        for label, experiment in EXPERIMENTS.items():
            print(f"{label}  {experiment.title}  ({', '.join(experiment.presets)})")
        return
    spread = {"jobs": options.jobs, "dask": options.dask, "device": options.device}
    try:
        check(options.label, options.preset, **spread)
    except ValueError as error:  # a mistake on the command line; one in a run keeps its traceback
        parser.error(str(error))
    runs = options.runs or fetch.cache_folder() / "runs"
    record = run(options.label, options.preset, **spread, runs=runs, progress=True)
    print(f"stored {record.save()}" if options.save else record.to_json().rstrip())
    if not options.runs:  # nobody asked to keep them, and the record holds all they say
        forget_runs(options.label, options.preset, runs, device=options.device)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eigen_teach.experiments", description="The paper's experiments."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show the labels and their presets")
    runner = commands.add_parser("run", help="run one experiment and print its record")
    runner.add_argument("label", help="the paper's own label, as table3")
    runner.add_argument("--preset", default="quick", help="quick (default) or paper")
    runner.add_argument("--jobs", type=int, default=1, help="processes on this machine")
    runner.add_argument("--dask", help="address of a Dask cluster, as tcp://host:8786")
    runner.add_argument("--device", default="cpu", help="cpu (default) or a torch device")
    runner.add_argument("--runs", help="folder that keeps finished runs; by default the cache, until the end")
    runner.add_argument("--save", action="store_true", help="store the record in the package's results")
    return parser


if __name__ == "__main__":
    main()
