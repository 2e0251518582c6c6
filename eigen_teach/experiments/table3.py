"""Table III: ordered eigenvalue moduli of freshly initialized 8 × 8 matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eigen_teach import init, spectra
from eigen_teach.experiments import starts


@dataclass(frozen=True)
class Table3:
    """Settings of Table III; the paper draws 500 matrices of size 8 × 8 for each initializer.

    Args:
        hidden_size: n of the (n, n) matrices.
        trials: draws for each initializer.
        seed: the k-th initializer draws from seed + k, so that no two columns share random numbers.
        initializers: keys of ``init.INITIALIZERS``, in the paper's order. Its sp-RNN is taken to be np-RNN.
    """

    hidden_size: int = 8
    trials: int = 500
    seed: int = 0
    initializers: tuple[str, ...] = (
        "default",
        "np_rnn",
        "xavier_normal",
        "xavier_uniform",
        "kaiming_normal",
        "kaiming_uniform",
    )


PRESETS = {"quick": Table3(trials=100), "paper": Table3()}


def plan(config: Table3) -> list[dict[str, Any]]:
    """Return one run an initializer.

    Args:
        config: the settings.

    Raises:
        ValueError: if a name is not in ``init.INITIALIZERS``.
    """
    starts.check_known("initializers", config.initializers, init.INITIALIZERS)
    return [{"initializer": name, "seed": config.seed + k} for k, name in enumerate(config.initializers)]


def run_one(config: Table3, run: dict[str, Any], _device: str) -> dict[str, list[float]]:
    """Return mean and standard deviation of the ordered moduli for one initializer.

    Args:
        config: the settings.
        run: ``initializer`` and ``seed``.

    Returns:
        ``{"mean": [...], "sd": [...]}``, largest modulus first, rounded to 6 digits.

    Raises:
        ValueError: if a setting is out of range.

    Example:
        >>> column = run_one(Table3(trials=50), {"initializer": "eigen", "seed": 0}, "cpu")
        >>> sorted(set(column["mean"])), max(column["sd"])
        ([0.95], 0.0)
    """
    mean, sd = spectra.norm_statistics(
        init.INITIALIZERS[run["initializer"]], config.hidden_size, trials=config.trials, seed=run["seed"]
    )
    return {"mean": mean.round(6).tolist(), "sd": sd.round(6).tolist()}


def collect(_config: Table3, results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the columns by name.

    Args:
        _config: not needed.
        results: one an initializer.
    """
    return {result["run"]["initializer"]: result["values"] for result in results}
