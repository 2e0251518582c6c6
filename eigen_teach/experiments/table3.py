"""Table III: ordered eigenvalue moduli of freshly initialized 8 × 8 matrices."""

from __future__ import annotations

from dataclasses import dataclass

from eigen_teach import spectra


@dataclass(frozen=True)
class Table3:
    """Settings of Table III; the paper draws 500 matrices of size 8 × 8 for each initializer.

    Args:
        hidden_size: n of the (n, n) matrices.
        trials: draws for each initializer.
        seed: the k-th initializer draws from seed + k, so that no two columns share random numbers.
        initializers: keys of ``init.INITIALIZERS``, in the paper's order. Its sp-RNN is taken to be np-RNN.

    Chapter: initializer/spectra
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


def run_config(config: Table3) -> dict[str, dict[str, list[float]]]:
    """Return mean and standard deviation of the ordered moduli for each initializer.

    Args:
        config: the settings.

    Returns:
        ``{"default": {"mean": [...], "sd": [...]}, ...}``, largest modulus first, rounded to 6 digits.

    Raises:
        ValueError: if a name is not in ``init.INITIALIZERS``, or a setting is out of range.

    Example:
        >>> values = run_config(Table3(trials=50, initializers=("eigen",)))
        >>> sorted(set(values["eigen"]["mean"])), max(values["eigen"]["sd"])
        ([0.95], 0.0)

    Chapter: initializer/spectra
    """
    from eigen_teach import init

    unknown = [name for name in config.initializers if name not in init.INITIALIZERS]
    if unknown:
        raise ValueError(
            f"initializers must be keys of init.INITIALIZERS, got {', '.join(map(repr, unknown))}; "
            f"choose from {', '.join(init.INITIALIZERS)}"
        )
    values = {}
    for k, name in enumerate(config.initializers):
        mean, sd = spectra.norm_statistics(
            init.INITIALIZERS[name], config.hidden_size, trials=config.trials, seed=config.seed + k
        )
        values[name] = {"mean": mean.round(6).tolist(), "sd": sd.round(6).tolist()}
    return values
