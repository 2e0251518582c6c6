import re
from collections import Counter
from itertools import pairwise, product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eigen_teach.data import tomita

GRAMMARS = range(1, 8)
STATES = {1: 2, 2: 3, 3: 5, 4: 4, 5: 4, 6: 3, 7: 5}


def all_words(length):
    return ["".join(symbols) for symbols in product("01", repeat=length)]


WORDS = [word for length in range(11) for word in all_words(length)]
in_grammar = st.integers(1, 7)
texts = st.text("01", max_size=30)


# predicates


@pytest.mark.parametrize(
    ("grammar", "accepted", "rejected"),
    [
        (1, ["", "1", "11111"], ["0", "10", "1101"]),
        (2, ["", "10", "101010"], ["1", "01", "0", "100", "1011"]),
        # 100110: the odd run of 0s follows an even run of 1s, but an odd one came before.
        (3, ["", "1", "0", "100", "1100", "110", "011000"], ["10", "1110", "100110", "010"]),
        (4, ["", "00", "1001001"], ["000", "110001", "10000"]),
        (5, ["", "00", "1010", "0110"], ["0", "1", "10", "11100"]),
        (6, ["", "01", "000", "111", "0101", "00001"], ["0", "1", "011", "0001"]),
        (7, ["", "0011", "0101", "00110011", "1"], ["1010", "01010", "0010110"]),
    ],
)
def test_predicate_on_words_read_by_hand(grammar, accepted, rejected):
    assert [word for word in accepted if not tomita.accepts(grammar, word)] == []
    assert [word for word in rejected if tomita.accepts(grammar, word)] == []


def test_standard_reading_of_grammar_3_differs_from_the_other_on_64_words():
    def immediately(word):  # an odd run of 1s, and at once an odd run of 0s
        runs = re.findall("0+|1+", word)
        return not any(a[0] == "1" and len(a) % 2 and len(b) % 2 for a, b in pairwise(runs))

    differ = [word for word in WORDS if immediately(word) != tomita.accepts(3, word)]
    assert len(differ) == 64
    assert differ[0] == "100110"


@given(grammar=in_grammar, text=texts)
@settings(max_examples=50)
def test_word_may_be_text_or_numbers(grammar, text):
    numbers = [int(symbol) for symbol in text]
    expected = tomita.accepts(grammar, text)
    assert tomita.accepts(grammar, numbers) == expected
    assert tomita.accepts(grammar, np.array(numbers, dtype=np.int8)) == expected


# automata


@pytest.mark.parametrize("grammar", GRAMMARS)
def test_automaton_and_predicate_agree_on_all_2047_words_up_to_length_10(grammar):
    assert len(WORDS) == 2047
    machine = tomita.dfa(grammar)
    assert [word for word in WORDS if machine.accepts(word) != tomita.accepts(grammar, word)] == []


@pytest.mark.parametrize("grammar", GRAMMARS)
def test_automaton_is_minimal(grammar):
    machine = tomita.dfa(grammar)
    # Myhill and Nerode: every state is reached, and some word tells each two of them apart.
    assert {int(machine.states(word)[-1]) for word in WORDS[:63]} == set(range(STATES[grammar]))
    futures = np.empty((STATES[grammar], 63), dtype=bool)
    for state in range(STATES[grammar]):
        for column, word in enumerate(WORDS[:63]):
            end = state
            for symbol in word:
                end = machine.transitions[end, int(symbol)]
            futures[state, column] = machine.accepting[end]
    assert len(np.unique(futures, axis=0)) == STATES[grammar]


@pytest.mark.parametrize("grammar", [1, 2, 3, 4, 7])
def test_last_state_is_a_sink_that_rejects(grammar):
    machine = tomita.dfa(grammar)
    assert (machine.transitions[-1] == STATES[grammar] - 1).all()
    assert not machine.accepting[-1]


@given(grammar=in_grammar, text=texts)
@settings(max_examples=50)
def test_states_are_the_path_of_the_transitions(grammar, text):
    machine = tomita.dfa(grammar)
    path = machine.states(text)
    assert path[0] == 0
    assert len(path) == len(text) + 1
    steps = [int(symbol) for symbol in text]
    assert (path[1:] == machine.transitions[path[:-1], steps]).all()


# counting


@pytest.mark.parametrize("grammar", GRAMMARS)
def test_counts_are_those_of_all_words(grammar):
    for length in range(11):
        accepted = sum(tomita.accepts(grammar, word) for word in all_words(length))
        assert tomita.counts(grammar, length) == (2**length - accepted, accepted)


@given(grammar=in_grammar, length=st.integers(0, 62))
@settings(max_examples=50)
def test_counts_add_up_exactly_up_to_the_longest_word(grammar, length):
    assert sum(tomita.counts(grammar, length)) == 2**length


def test_counts_of_long_words_have_their_closed_forms():
    assert tomita.counts(1, 62)[1] == tomita.counts(2, 62)[1] == 1
    assert tomita.counts(5, 62)[1] == 2**61  # one more 0 or 1 decides each parity
    # Words of one, two or three runs, with either symbol first, and of four runs with 0 first.
    assert tomita.counts(7, 20)[1] == 2 + 2 * 19 + 2 * comb(19, 2) + comb(19, 3)


@pytest.mark.parametrize(
    ("grammar", "lengths"),
    [(2, [2, 4, 6]), (5, [2, 4, 6]), (4, [3, 4, 5, 6]), (3, [2, 3, 4, 5, 6]), (7, [4, 5, 6])],
)
def test_lengths_with_both_leave_out_what_one_class_lacks(grammar, lengths):
    assert tomita.lengths_with_both(grammar, range(1, 7)) == lengths


# drawing


@pytest.mark.parametrize("grammar", GRAMMARS)
@pytest.mark.parametrize("balanced", [True, False])
def test_labels_are_the_predicate_s(grammar, balanced):
    lengths = tomita.lengths_with_both(grammar, range(1, 21))
    words = tomita.sample(grammar, 200, lengths, balanced=balanced)
    assert len(words) == 200
    assert words.labels.tolist() == [tomita.accepts(grammar, text) for text in words.texts()]
    assert set(words.lengths) == set(lengths)
    assert words.lengths.tolist() == [len(text) for text in words.texts()]


@pytest.mark.parametrize("grammar", GRAMMARS)
@pytest.mark.parametrize("label", [0, 1])
def test_words_of_a_class_are_drawn_evenly(grammar, label):
    every = [word for word in all_words(8) if tomita.accepts(grammar, word) == label]
    words = tomita.sample(grammar, 80 * len(every), [8], rng=3)
    drawn = [text for text, own in zip(words.texts(), words.labels, strict=True) if own == label]
    assert set(drawn) <= set(every)
    if len(every) > 1:
        tally = Counter(drawn)
        # The seed is fixed; that one of these fourteen falls below by chance was to happen once in 70 seeds.
        assert stats.chisquare([tally[word] for word in every]).pvalue > 0.001


def test_words_of_both_classes_are_drawn_evenly_when_not_balanced():
    words = tomita.sample(7, 6400, [6], balanced=False, rng=5)
    tally = Counter(words.texts())
    assert stats.chisquare([tally[word] for word in all_words(6)]).pvalue > 0.001


def test_long_words_are_drawn_evenly_too():
    # Length 62, where counts fill an int64: the first symbol of a rejected word of grammar 6 is a fair coin.
    words = tomita.sample(6, 4000, [62], rng=1)
    first = words.symbols[words.labels == 0, 0]
    assert stats.binomtest(int(first.sum()), len(first)).pvalue > 0.001
    assert words.labels.tolist() == [tomita.accepts(6, text) for text in words.texts()]


@given(grammar=in_grammar, count=st.integers(1, 120), seed=st.integers(0, 9))
@settings(max_examples=50)
def test_each_length_and_class_has_its_share_to_within_one_word(grammar, count, seed):
    lengths = tomita.lengths_with_both(grammar, range(1, 13))
    words = tomita.sample(grammar, count, lengths, rng=seed)
    kinds = list(zip(words.lengths.tolist(), words.labels.tolist(), strict=True))
    shares = [kinds.count(kind) for kind in product(lengths, (0, 1))]
    assert max(shares) - min(shares) <= 1
    assert sum(shares) == count


def test_padding_stands_behind_every_word_and_nowhere_else():
    words = tomita.sample(4, 50, [3, 9])
    behind = np.arange(9) >= words.lengths[:, None]
    np.testing.assert_array_equal(words.symbols == tomita.PADDING, behind)
    assert words.symbols.dtype == np.int8


def test_one_hot_has_one_1_a_symbol_and_none_for_padding():
    words = tomita.Words(np.array([[1, 0, -1]], np.int8), np.array([2]), np.array([0]))
    assert words.one_hot().tolist() == [[[0, 1], [1, 0], [0, 0]]]
    assert words.one_hot().dtype == np.float32


def test_seed_fixes_the_words_and_a_generator_goes_on():
    def texts(seed):
        return tomita.sample(4, 30, [12], rng=seed).texts()

    assert texts(1) == texts(1) != texts(2)
    rng = np.random.default_rng(1)
    assert texts(rng) == texts(1) != texts(rng)


def test_order_of_words_says_nothing_about_the_class():
    labels = tomita.sample(4, 2000, [12], rng=0).labels
    # The number of runs in a random order of 1000 and 1000 has mean 1001 and standard deviation 22.
    assert abs(np.count_nonzero(np.diff(labels)) - 1000) < 90


# the leak of length


def test_length_leak_of_words_counted_by_hand():
    lengths, labels = np.array([1, 1, 1, 2, 2, 3]), np.array([1, 1, 0, 0, 1, 0])
    words = tomita.Words(np.zeros((6, 3), np.int8), lengths, labels)
    assert tomita.length_leak(words) == (2 + 1 + 1) / 6


def test_length_gives_the_class_away_unless_words_are_balanced():
    lengths = range(1, 21)
    leaks = {g: tomita.length_leak(tomita.sample(g, 4000, lengths, balanced=False)) for g in GRAMMARS}
    # Grammar 5: odd lengths are rejected, even ones a coin from length 2 on.
    assert 0.74 < leaks[5] < 0.78
    assert min(leaks.values()) > 0.6
    assert tomita.length_leak(tomita.sample(5, 4000, range(2, 21, 2))) == 0.5


# bad arguments


@pytest.mark.parametrize("grammar", [0, 8, -1])
@pytest.mark.parametrize(
    "call",
    [
        lambda g: tomita.accepts(g, "1"),
        tomita.dfa,
        lambda g: tomita.counts(g, 3),
        lambda g: tomita.sample(g, 1, [3]),
    ],
)
def test_grammar_must_be_one_of_seven(grammar, call):
    with pytest.raises(ValueError, match=f"grammar must be .*, got {grammar};"):
        call(grammar)


@pytest.mark.parametrize(
    ("word", "error", "message"),
    [
        ("012", ValueError, r"word must hold 0 and 1 only, got '2'; cut off"),
        ([1, 0, tomita.PADDING], ValueError, "got '-1'"),
        ([1.0], ValueError, "got '1.0'"),
        (["10"], ValueError, "got '10'"),
        (10, TypeError, "word must be text or a sequence, got int"),
    ],
)
def test_word_must_hold_0_and_1_only(word, error, message):
    for call in (lambda: tomita.accepts(1, word), lambda: tomita.dfa(1).accepts(word)):
        with pytest.raises(error, match=message):
            call()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"count": 0}, ValueError, "count must be at least 1, got 0"),
        ({"count": 2.5}, TypeError, "count must be an integer"),
        ({"lengths": []}, ValueError, "lengths must hold at least one, got none"),
        ({"lengths": [0]}, ValueError, "length must be at least 1, got 0"),
        ({"lengths": [63]}, ValueError, "length must be at most 62, got 63"),
        (
            {"lengths": [4, 2, 1]},
            ValueError,
            r"lengths must have words of both .* got \[1, 2\], where",
        ),
        ({"rng": -1}, ValueError, "rng must be at least 0, got -1"),
    ],
)
def test_sample_refuses_what_it_cannot_draw(changes, error, message):
    with pytest.raises(error, match=message):
        tomita.sample(4, **{"count": 10, "lengths": [5], **changes})


def test_way_out_of_lengths_with_one_class_is_right():
    with pytest.raises(ValueError, match=r"take lengths_with_both\(grammar, lengths\), or balanced=False"):
        tomita.sample(2, 10, range(1, 9))
    assert len(tomita.sample(2, 10, tomita.lengths_with_both(2, range(1, 9)))) == 10
    assert len(tomita.sample(2, 10, range(1, 9), balanced=False)) == 10
