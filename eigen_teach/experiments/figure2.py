"""Figure 2: initializers race on Tomita's grammar 4, and what the paper leaves open is tried twice.

All networks of one cell and seed learn side by side as one ensemble: every initializer, and for some
cells every initializer once more with other learning rates or with other input weights. They share words,
batches and all first values but the recurrent matrix.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch

from eigen_teach import ensemble, init, models, training
from eigen_teach._check import Floats
from eigen_teach.data import tomita
from eigen_teach.experiments import scanline, starts, sweep, tasks

_WORDS, _MATRICES = 1, 2  # streams of random numbers of one seed


@dataclass(frozen=True)
class Race:
    """Settings of a race. Given by the paper: Adam, learning rate .001, no weight decay, 20 networks each.

    The rest is left open and was chosen once: words in which something has to be kept for up to 20 steps,
    a state of 32 units, small yet many times the automaton's, an ordinary batch. A seed that is not among
    the twenty, 99, was looked at once: networks learn in these epochs, and not at once. Nothing was changed.

    Args:
        initializers: of ``weight_hh`` alone, gate by gate: the main choice.
        input_initializers: those that once more fill ``weight_ih`` as well, gate by gate: the check of
            it. IRNN, np-RNN, haar and eigen need a square; default is the law of ``weight_ih`` anyway.
        input_cells: cells in which they do.
        radius: λ of eigen, and of haar: a control of ours, with no rotation chain.
        hidden_size: n.
        lengths: of the shortest and the longest words; each between at which both classes have words.
        train_words: drawn for each seed, half of them accepted at each length; some repeat.
        test_words: likewise, drawn apart; ``seen`` counts those that the training words hold as well.
        batch_size: words a step.
        epochs: passes over the training words; a fraction stops within one.
        lr: Adam's learning rate, the paper's.
        other_rates: once more with each of these, so that each initializer can have the one that suits it.
        rate_cells: cells in which they do.
        seeds: a seed fixes words, order and every first value but ``weight_hh``.
    """

    initializers: tuple[str, ...] = tuple(init.INITIALIZERS)
    input_initializers: tuple[str, ...] = ()
    input_cells: tuple[str, ...] = ()
    radius: float = 0.95
    hidden_size: int = 32
    lengths: tuple[int, int] = (1, 20)
    train_words: int = 4000
    test_words: int = 1000
    batch_size: int = 64
    epochs: float = 15
    lr: float = 1e-3
    other_rates: tuple[float, ...] = ()
    rate_cells: tuple[str, ...] = ()
    seeds: int = 20


@dataclass(frozen=True)
class Figure2(Race):
    """Settings of Figure 2: one grammar, three cells.

    The paper leaves IRNN and sp-RNN (np_rnn here) out of LSTM and GRU; any square initializer can fill a
    gate, so here they are in.

    Args:
        grammar: the paper shows the fourth.
        cells: the panels.
        drawn_words: test words whose states are drawn, for tanh and seed 0.
    """

    grammar: int = 4
    cells: tuple[str, ...] = ("tanh", "lstm", "gru")
    drawn_words: int = 20


PRESETS = {
    "quick": Figure2(
        cells=("tanh",), train_words=500, test_words=300, epochs=5, other_rates=(1e-2,), seeds=2
    ),
    "paper": Figure2(
        input_initializers=("xavier_normal", "xavier_uniform", "kaiming_normal", "kaiming_uniform"),
        input_cells=("tanh", "lstm", "gru"),
        other_rates=(3e-4, 3e-3, 1e-2),
        rate_cells=("tanh",),
    ),
}


class Entrant(NamedTuple):
    """One network of a race.

    Args:
        initializer: of its recurrent matrix.
        lr: its learning rate.
        inputs_too: whether the initializer fills the input weights as well.
    """

    initializer: str
    lr: float
    inputs_too: bool = False


def plan(config: Figure2) -> list[dict[str, Any]]:
    """Return the runs, seed by seed.

    Args:
        config: the settings.
    """
    return sweep.grid(config.seeds, cell=config.cells)


def run_one(config: Figure2, run: dict[str, Any], device: str) -> dict[str, Any]:
    """Train all networks of one cell and seed.

    Args:
        config: the settings.
        run: ``cell`` and ``seed``.
        device: torch's name of the device.

    Returns:
        As :func:`race`; by initializer also ``test_accuracy`` (epochs + 1,) and ``train_loss`` (epochs,),
        None from a divergence on; for tanh and seed 0 also ``drawn``, as :func:`drawing`.
    """
    cell, seed = run["cell"], run["seed"]
    result, history, group = race(config, config.grammar, cell, seed, device)
    result |= curves(config, history)
    if (cell, seed) == ("tanh", 0):
        best = int(np.argmax(history.measures[-1][: len(config.initializers)]))
        words = words_of(config, config.grammar, seed)[1]
        drawn = drawing(group.member(best), config.grammar, words, config.drawn_words, device)
        result["drawn"] = {"initializer": config.initializers[best], **drawn}
    return result


# ---------------------------------------------------------------------------------------------- one race


def race(
    config: Race, grammar: int, cell: str, seed: int, device: str
) -> tuple[dict[str, Any], ensemble.EnsembleHistory, ensemble.Ensemble]:
    """Train all networks of one grammar, cell and seed side by side.

    Args:
        config: the settings.
        grammar: 1 to 7.
        cell: as in ``models.make_rnn``.
        seed: of everything.
        device: torch's name of the device.

    Returns:
        Results, history and trained networks, the initializers of the main choice first. The results:
        ``rates`` and ``inputs_too`` as :func:`scores`; ``first_losses`` of five steps, the mean over all
        networks; ``diverged``, the networks whose loss was no number, each as
        ``[initializer, lr, inputs_too, step]``; ``seen``, the shares of rejected and of accepted test words
        that are training words too.
    """
    field = entrants(config, cell)
    words, test_words = words_of(config, grammar, seed)
    group = start(config, cell, field, seed).to(device)
    per_epoch = scanline.batches_per_epoch(config, config.train_words)
    train_data, test_data = tensors(words, device), tensors(test_words, device)
    history = ensemble.fit(
        group,
        train_data.batches(config.batch_size, seed),
        ensemble.cross_entropies,
        lr=[entrant.lr for entrant in field],
        steps=round(config.epochs * per_epoch),
        measure=lambda trained: ensemble.accuracies(
            trained, test_data.x, test_data.y, test_data.lengths, batch_size=250
        ),
        every=per_epoch,
    )
    result = {
        **scores(field, np.array(history.measures)),
        "first_losses": [round(float(np.nanmean(losses)), 6) for losses in history.losses[:5]],
        "diverged": [
            [*entrant, step]
            for entrant, step in zip(field, history.diverged, strict=True)
            if step is not None
        ],
        "seen": seen(words, test_words),
    }
    return result, history, group


def entrants(config: Race, cell: str) -> list[Entrant]:
    """Return who takes part, the initializers of the main choice first.

    Args:
        config: the settings.
        cell: as in ``models.make_rnn``.
    """
    field = [Entrant(name, config.lr) for name in config.initializers]
    if cell in config.rate_cells:
        field += [Entrant(name, lr) for lr in config.other_rates for name in config.initializers]
    if cell in config.input_cells:
        field += [Entrant(name, config.lr, inputs_too=True) for name in config.input_initializers]
    return field


def start(config: Race, cell: str, field: Sequence[Entrant], seed: int) -> ensemble.Ensemble:
    """Return fresh networks, on the CPU.

    An initializer draws the same recurrent matrix in each network that it fills; two draw different ones.

    Args:
        config: the settings.
        cell: as in ``models.make_rnn``.
        field: who takes part.
        seed: of all first values.
    """
    with training.seeded(seed):
        shared = models.SequenceModel(cell, 2, config.hidden_size, 2)
    members = []
    for entrant in field:
        member = copy.deepcopy(shared)
        with training.seeded(_matrix_seed(seed, entrant.initializer)):
            starts.fill(member.rnn, entrant.initializer, config.radius)
            if entrant.inputs_too:
                starts.fill_inputs(member.rnn, entrant.initializer)
        members.append(member)
    return ensemble.Ensemble(members)


def _matrix_seed(seed: int, initializer: str) -> int:
    """Return a seed of its own for each initializer, apart from that of the other first values."""
    stream = [seed, _MATRICES, list(init.INITIALIZERS).index(initializer)]
    return int(np.random.SeedSequence(stream).generate_state(1)[0])


def words_of(config: Race, grammar: int, seed: int) -> tuple[tomita.Words, tomita.Words]:
    """Return the training and the test words of a seed.

    Args:
        config: the settings.
        grammar: 1 to 7.
        seed: of both.
    """
    rng = np.random.default_rng([seed, _WORDS])
    shortest, longest = config.lengths
    lengths = tomita.lengths_with_both(grammar, range(shortest, longest + 1))
    train_words = tomita.sample(grammar, config.train_words, lengths, rng=rng)
    return train_words, tomita.sample(grammar, config.test_words, lengths, rng=rng)


def seen(train_words: tomita.Words, test_words: tomita.Words) -> list[float]:
    """Return the shares of the rejected and of the accepted test words that are training words too.

    Args:
        train_words: what is learned.
        test_words: what is asked.
    """
    known = set(train_words.texts())
    repeated = np.array([text in known for text in test_words.texts()])
    return [round(float(repeated[test_words.labels == label].mean()), 4) for label in (0, 1)]


def tensors(words: tomita.Words, device: str) -> tasks.Data:
    """Return words as tensors.

    Args:
        words: of ``tomita.sample``.
        device: torch's name of the device.
    """
    return tasks.of_words(words).to(device)


# ------------------------------------------------------------------------------------------- the results


def scores(field: Sequence[Entrant], accuracies: Floats) -> dict[str, Any]:
    """Return how well the networks ended and how early they were good.

    Args:
        field: the networks.
        accuracies: (epochs + 1, networks) on test words, the first before the training.

    Returns:
        ``rates``, by learning rate: ``final``, the last accuracies, and ``mean``, those of all epochs and
        of the start before them, the area under the learning curve (Figure 3 leaves that start out); both
        by initializer. ``inputs_too``: the same of the check.
    """
    rates: dict[str, dict[str, dict[str, float]]] = {}
    inputs_too: dict[str, dict[str, float]] = {"final": {}, "mean": {}}
    for entrant, column in zip(field, accuracies.T, strict=True):
        of_rate = rates.setdefault(f"{entrant.lr:g}", {"final": {}, "mean": {}})
        where = inputs_too if entrant.inputs_too else of_rate
        where["final"][entrant.initializer] = round(float(column[-1]), 4)
        where["mean"][entrant.initializer] = round(float(column.mean()), 4)
    return {"rates": rates, "inputs_too": inputs_too}


def curves(config: Race, history: ensemble.EnsembleHistory) -> dict[str, dict[str, list[float | None]]]:
    """Return the learning curves of the main choice.

    Args:
        config: the settings.
        history: of :func:`race`.

    Returns:
        ``test_accuracy`` (epochs + 1,) and ``train_loss`` (epochs,), the mean of an epoch's steps, or None
        from a divergence on; each by initializer.
    """
    per_epoch = scanline.batches_per_epoch(config, config.train_words)
    losses = np.array(history.losses)
    starts = range(0, len(losses) - per_epoch + 1, per_epoch)
    means = [losses[start : start + per_epoch].mean(axis=0) for start in starts]
    tables = {"test_accuracy": (history.measures, 4), "train_loss": (means, 3)}
    return {
        kind: {
            name: [tasks.rounded(row[k], digits) for row in rows]
            for k, name in enumerate(config.initializers)
        }
        for kind, (rows, digits) in tables.items()
    }


def drawing(
    model: models.SequenceModel, grammar: int, words: tomita.Words, count: int, device: str
) -> dict[str, Any]:
    """Return the states that a network visits, beside those of the automaton that reads the same words.

    Args:
        model: the network.
        grammar: 1 to 7.
        words: the first of them are read.
        count: how many.
        device: torch's name of the device.

    Returns:
        ``x`` and ``y`` (K,) first two principal components of the states after each symbol, word after
        word; ``automaton`` (K,) its state then; ``words`` (count,); ``explained`` (2,), the components'
        shares of the variance.
    """
    states = models.hidden_states(model, tensors(words, device).x[:count]).cpu()
    within = torch.arange(states.shape[1]) < torch.from_numpy(words.lengths[:count])[:, None]
    points = states[within].double().numpy()  # (K, n)
    points = points - points.mean(axis=0)
    _, sizes, axes = np.linalg.svd(points, full_matrices=False)
    first, second = (points @ axes[:2].T).T.round(2)
    texts, machine = words.texts()[:count], tomita.dfa(grammar)
    return {
        "x": first.tolist(),
        "y": second.tolist(),
        "automaton": [int(state) for text in texts for state in machine.states(text)[1:]],
        "words": texts,
        "explained": (sizes[:2] ** 2 / (sizes**2).sum()).round(4).tolist(),
    }


# ------------------------------------------------------------------------------------- reading a record


def by_initializer(
    runs: Sequence[Mapping[str, Any]], measure: str = "final", *, rate: float = 1e-3, **which: Any
) -> dict[str, Floats]:
    """Return one number a seed for each initializer, ready for ``paired.differences``.

    Args:
        runs: of a record's values.
        measure: ``"final"`` or ``"mean"``, as :func:`scores`.
        rate: learning rate; the paper's by default.
        **which: the runs, as ``cell="tanh"`` or ``grammar=3``.

    Returns:
        Initializer → (seeds,), in the order of the seeds.

    Raises:
        ValueError: if no run fits, or has no such learning rate.

    Chapter: experiments/tomita
    """
    chosen = [run["rates"].get(f"{rate:g}") for run in runs if which.items() <= run.items()]
    if not chosen or None in chosen:
        raise ValueError(
            f"rate and which must name runs of the record, got {rate:g} and {which}; see its config"
        )
    return {name: np.array([run[measure][name] for run in chosen]) for name in chosen[0][measure]}


def at_best_rate(
    runs: Sequence[Mapping[str, Any]], measure: str = "final", **which: Any
) -> dict[str, tuple[Floats, Floats]]:
    """Return the same with each initializer's own best learning rate.

    The rate of a seed is the one with the best mean over all the *other* seeds. So no result has a say in
    its own choice, which would flatter whoever varies most.

    Args:
        runs: of a record's values.
        measure: ``"final"`` or ``"mean"``, as :func:`scores`; it also decides.
        **which: the runs, as ``cell="tanh"``.

    Returns:
        Initializer → the rates (seeds,) and the numbers (seeds,).

    Raises:
        ValueError: if fewer than two runs fit.

    Chapter: experiments/tomita
    """
    chosen = [run["rates"] for run in runs if which.items() <= run.items()]
    if len(chosen) < 2:
        raise ValueError(f"which must name at least 2 seeds, got {len(chosen)} for {which}; see the config")
    rates, seeds = list(chosen[0]), np.arange(len(chosen))
    best = {}
    for name in chosen[0][rates[0]][measure]:
        table = np.array([[run[rate][measure][name] for run in chosen] for rate in rates])
        winner = (table.sum(axis=1, keepdims=True) - table).argmax(axis=0)  # (seeds,)
        best[name] = np.array([float(rate) for rate in rates])[winner], table[winner, seeds]
    return best
