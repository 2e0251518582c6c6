"""Tomita's seven grammars: words of 0 and 1 that are accepted or not, the classification task of Figure 2.

Each grammar is here twice, as a predicate that reads a word and as the smallest automaton that accepts the
same words. The automaton also counts: how many words of a length lead from a state to acceptance. So words
of either class can be drawn evenly, where drawing words at random until one fits would never end: of the
1,048,576 words of length 20, grammars 1 and 2 accept one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigen_teach import _check

PADDING = -1  # no symbol: whoever reads beyond a word's end by mistake does not find a 0
Word = str | Sequence[int] | NDArray[np.integer[Any]]
_LONGEST = 62  # 2^62 words are counted in 64 bits


@dataclass(frozen=True, eq=False)
class DFA:
    """A deterministic finite automaton over 0 and 1 that starts in state 0.

    Args:
        transitions: (states, 2) the state that follows a state and a symbol.
        accepting: (states,) whether a word that ends here is accepted.

    Example:
        >>> machine = dfa(4)
        >>> machine.states("1001").tolist(), machine.accepts("1001")
        ([0, 0, 1, 2, 0], True)
        >>> machine.states("0001").tolist(), machine.accepts("0001")
        ([0, 1, 2, 3, 3], False)
    """

    transitions: NDArray[np.int64]
    accepting: NDArray[np.bool_]

    def states(self, word: Word) -> NDArray[np.int64]:
        """Return the states on the way, the start first.

        Args:
            word: T symbols.

        Returns:
            (T + 1,).

        Raises:
            TypeError, ValueError: as in :func:`accepts`.
        """
        path = [0]
        for symbol in _text(word):
            path.append(int(self.transitions[path[-1], int(symbol)]))
        return np.array(path)

    def accepts(self, word: Word) -> bool:
        """Return whether the last state accepts.

        Args:
            word: symbols 0 and 1.

        Raises:
            TypeError, ValueError: as in the module's function :func:`accepts`.
        """
        return bool(self.accepting[self.states(word)[-1]])


@dataclass(frozen=True, eq=False)
class Words:
    """Words with their classes.

    Args:
        symbols: (N, T) int8, 0 or 1, and ``PADDING`` behind the end of a word shorter than T.
        lengths: (N,) of the words.
        labels: (N,) 1 if accepted, else 0.

    Example:
        >>> words = sample(4, 100, [5, 8])
        >>> words.symbols.shape
        (100, 8)
        >>> all(accepts(4, text) == label for text, label in zip(words.texts(), words.labels))
        True
    """

    symbols: NDArray[np.int8]
    lengths: NDArray[np.int64]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def one_hot(self) -> NDArray[np.float32]:
        """Return (N, T, 2) inputs for a network: (1, 0) for 0, (0, 1) for 1, (0, 0) for padding."""
        inputs: NDArray[np.float32] = (self.symbols[..., None] == np.arange(2)).astype(np.float32)
        return inputs

    def texts(self) -> list[str]:
        """Return the words as text, as ``"1001"``."""
        pairs = zip(self.symbols, self.lengths, strict=True)
        return ["".join(map(str, row[:length])) for row, length in pairs]


# The sink, which is never left, is the last state of the grammars that have one: 1, 2, 3, 4, 7.
_TABLES = {
    1: ([(1, 0), (1, 1)], (0,)),
    2: ([(2, 1), (0, 2), (2, 2)], (0,)),
    # 0: no odd run of 1s so far; 1: in one; after it 2: in an odd run of 0s, 3: in none, 4: past one.
    3: ([(0, 1), (2, 0), (3, 4), (2, 3), (4, 4)], (0, 1, 3)),
    4: ([(1, 0), (2, 0), (3, 0), (3, 3)], (0, 1, 2)),
    5: ([(1, 2), (0, 3), (3, 0), (2, 1)], (0,)),  # whether 0s are odd, and twice whether 1s are
    6: ([(1, 2), (2, 0), (0, 1)], (0,)),  # 0s minus 1s, modulo 3
    7: ([(0, 1), (2, 1), (2, 3), (4, 3), (4, 4)], (0, 1, 2, 3)),
}


def dfa(grammar: int) -> DFA:
    """Return the smallest automaton of a grammar, its sink included.

    Args:
        grammar: 1 to 7, see :func:`accepts`.

    Returns:
        An automaton with 2, 3, 5, 4, 4, 3 or 5 states.

    Raises:
        TypeError, ValueError: there is no such grammar.

    Example:
        >>> [len(dfa(grammar).accepting) for grammar in range(1, 8)]
        [2, 3, 5, 4, 4, 3, 5]

    Chapter: experiments/tomita
    """
    rows, accepting = _TABLES[_grammar(grammar)]
    return DFA(np.array(rows), np.isin(np.arange(len(rows)), accepting))


def accepts(grammar: int, word: Word) -> bool:
    """Return whether a grammar accepts a word.

    1: only 1s. 2: (10)*. 3: no odd run of 0s anywhere after an odd run of 1s. 4: no 000. 5: 0s and 1s even
    in number. 6: as many 0s as 1s, modulo 3. 7: 0*1*0*1*. All but 3 are read the same way by everyone; some
    forbid in 3 only an odd run of 0s that follows the run of 1s at once: then 100110 is accepted.

    Args:
        grammar: 1 to 7.
        word: text such as ``"1001"``, or a sequence of the numbers 0 and 1; may be empty.

    Raises:
        TypeError, ValueError: there is no such grammar, or the word has other symbols.

    Example:
        >>> [grammar for grammar in range(1, 8) if accepts(grammar, "1010")]
        [2, 4, 5, 6]

    Reference: M. Tomita, Dynamic construction of finite automata from examples using hill-climbing, 1982.
    Chapter: experiments/tomita
    """
    number, text = _grammar(grammar), _text(word)
    zeros, ones = text.count("0"), text.count("1")
    match number:
        case 1:
            return zeros == 0
        case 2:
            return text == "10" * ones
        case 3:
            return not _odd_zeros_after_odd_ones(text)
        case 4:
            return "000" not in text
        case 5:
            return zeros % 2 == 0 and ones % 2 == 0
        case 6:
            return (zeros - ones) % 3 == 0
        case _:
            return re.fullmatch("0*1*0*1*", text) is not None


def _odd_zeros_after_odd_ones(text: str) -> bool:
    odd = "".join(run[0] for run in re.findall("0+|1+", text) if len(run) % 2)
    return "1" in odd and "0" in odd[odd.index("1") :]


def counts(grammar: int, length: int) -> tuple[int, int]:
    """Return how many words of a length a grammar rejects and accepts.

    Args:
        grammar: 1 to 7.
        length: 0 to 62.

    Returns:
        Rejected, accepted; together 2^length.

    Raises:
        TypeError, ValueError: a number is none or out of range.

    Example:
        >>> counts(4, 20), counts(1, 20)
        ((825259, 223317), (1048575, 1))

    Chapter: experiments/tomita
    """
    machine, length = dfa(grammar), _length(length)
    rejected, accepted = (int(_ways(machine, length, label)[length, 0]) for label in (0, 1))
    return rejected, accepted


def lengths_with_both(grammar: int, lengths: Iterable[int]) -> list[int]:
    """Return those lengths at which a grammar accepts some words and rejects some.

    Args:
        grammar: 1 to 7.
        lengths: from 0 to 62.

    Raises:
        TypeError, ValueError: a number is none or out of range.

    Example:
        >>> lengths_with_both(5, range(1, 9))  # odd in length: 0s or 1s are odd in number
        [2, 4, 6, 8]

    Chapter: experiments/tomita
    """
    return [length for length in lengths if min(counts(grammar, length)) > 0]


def sample(
    grammar: int,
    count: int,
    lengths: Iterable[int],
    *,
    balanced: bool = True,
    rng: int | np.random.Generator = 0,
) -> Words:
    """Draw words, all those of one length and class equally likely, with repetition.

    Lengths and classes get equal shares, to within one word. So a word's length says nothing about its
    class. Where lengths differ in how much is accepted it otherwise does, which is measured by
    :func:`length_leak`; and a length at which a class is empty, as every odd one of grammars 2 and 5, gives
    the class away and cannot be balanced. What balance cannot mend: a class with few words of a length
    repeats them, and so does a test set.

    Args:
        grammar: 1 to 7.
        count: N, at least 1.
        lengths: from 1 to 62; the empty word has no step after which to decide.
        balanced: equal shares; otherwise all words of a length are equally likely, whatever their class.
        rng: a seed, or a NumPy generator that goes on.

    Returns:
        N words in random order.

    Raises:
        TypeError, ValueError: bad argument, or ``balanced`` and a length at which a class is empty.

    Example:
        >>> words = sample(1, 4, [30])  # one accepted word among 2^30
        >>> int(words.labels.sum()), "1" * 30 in words.texts()
        (2, True)
    """
    machine, count = dfa(grammar), _check.count("count", count, 1)
    chosen = [_length(length, least=1) for length in lengths]
    _check_classes(grammar, chosen, balanced)
    if not isinstance(rng, np.random.Generator):
        rng = np.random.default_rng(_check.count("rng", rng, 0))
    kinds = [(length, label) for length in chosen for label in ((1, 0) if balanced else (None,))]
    symbols = np.full((count, max(chosen)), PADDING, dtype=np.int8)
    sizes, labels = np.empty((2, count), dtype=np.int64)
    order = rng.permutation(count)
    for place, (length, label) in enumerate(kinds):
        rows = order[place :: len(kinds)]
        words = _draw(machine, length, label, len(rows), rng)
        symbols[rows, :length], sizes[rows] = words, length
        labels[rows] = machine.accepting[_last_states(machine, words)]
    return Words(symbols, sizes, labels)


def length_leak(words: Words) -> float:
    """Return the accuracy of the best guess that sees nothing of a word but its length.

    Args:
        words: at least one.

    Returns:
        The share of words that belong to the larger class of their length: .5 says that there is no leak.

    Example:
        >>> length_leak(sample(2, 1000, range(2, 21, 2)))
        0.5
        >>> length_leak(sample(2, 1000, range(2, 21, 2), balanced=False)) > 0.9
        True

    Chapter: experiments/tomita
    """
    accepted = np.bincount(words.lengths, weights=words.labels)
    every = np.bincount(words.lengths)
    return float(np.maximum(accepted, every - accepted).sum() / len(words))


def _draw(
    machine: DFA, length: int, label: int | None, number: int, rng: np.random.Generator
) -> NDArray[np.int8]:
    """Return words (number, length) of one class, or of both when None, all equally likely."""
    if label is None:
        return rng.integers(0, 2, (number, length), dtype=np.int8)
    total = _ways(machine, length, label)[length, 0]
    return _unrank(machine, length, label, rng.integers(0, total, number))


def _unrank(machine: DFA, length: int, label: int, ranks: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return the words (N, length) with these numbers, from 0, in the dictionary of one class."""
    ways = _ways(machine, length, label)
    states = np.zeros(len(ranks), dtype=np.int64)
    symbols = np.empty((len(ranks), length), dtype=np.int8)
    for step in range(length):
        with_zero = ways[length - step - 1, machine.transitions[states, 0]]  # words that go on with 0
        one = ranks >= with_zero
        ranks = np.where(one, ranks - with_zero, ranks)
        symbols[:, step] = one
        states = machine.transitions[states, one.astype(np.int64)]
    return symbols


def _ways(machine: DFA, length: int, label: int) -> NDArray[np.int64]:
    """Return (length + 1, states): how many words of k symbols lead from a state to an end of this class."""
    ways = [(machine.accepting == bool(label)).astype(np.int64)]
    for _ in range(length):
        ways.append(ways[-1][machine.transitions].sum(axis=1))
    return np.array(ways)


def _last_states(machine: DFA, symbols: NDArray[np.int8]) -> NDArray[np.int64]:
    states = np.zeros(len(symbols), dtype=np.int64)
    for column in symbols.T:
        states = machine.transitions[states, column]
    return states


def _grammar(grammar: int) -> int:
    if _check.count("grammar", grammar, 1) not in _TABLES:
        raise ValueError(f"grammar must be from 1 to 7, got {grammar}; Tomita has seven")
    return int(grammar)


def _length(length: int, least: int = 0) -> int:
    if _check.count("length", length, least) > _LONGEST:
        raise ValueError(
            f"length must be at most {_LONGEST}, got {length}; more words than 2^{_LONGEST} are not counted"
        )
    return int(length)


def _check_classes(grammar: int, lengths: list[int], balanced: bool) -> None:
    if not lengths:
        raise ValueError("lengths must hold at least one, got none; as in range(1, 21)")
    lacking = sorted(set(lengths) - set(lengths_with_both(grammar, lengths))) if balanced else []
    if lacking:
        raise ValueError(
            f"lengths must have words of both classes, got {lacking}, where grammar {grammar} has but one; "
            "take lengths_with_both(grammar, lengths), or balanced=False"
        )


def _text(word: Word) -> str:
    """Return a word as text of 0 and 1."""
    if not isinstance(word, str | Sequence | np.ndarray):
        raise TypeError(f"word must be text or a sequence, got {type(word).__name__}; a tensor has .tolist()")
    symbols = [str(symbol) for symbol in word]
    others = [symbol for symbol in symbols if symbol not in ("0", "1")]
    if others:
        raise ValueError(f"word must hold 0 and 1 only, got {others[0]!r}; cut off what is no symbol")
    return "".join(symbols)
