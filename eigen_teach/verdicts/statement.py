"""One row of the verdict page, and the rules by which numbers become a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from eigen_teach import record
from eigen_teach.lesson import VERDICTS
from eigen_teach.record import Record

HOLDS, SMALL_PRINT, FALSE, NOT_REPRODUCED = VERDICTS
Load = Callable[[str], Record]


class Finding(NamedTuple):
    """What a measurement says.

    Args:
        ours: our numbers, as text.
        verdict: what follows from them by a rule of this module.
    """

    ours: str
    verdict: str


@dataclass(frozen=True)
class Statement:
    """A sentence, a number or an equation of the paper, with what we say of it.

    Args:
        key: short and unique.
        part: of the page, a key of ``verdicts.PARTS``.
        where: place in the paper.
        words: verbatim.
        evidence: chapter and heading, as ``"experiments/tomita#twenty-pairs"``.
        stated: the verdict that the book states; a test compares it with what is measured.
        measure: takes a loader of records and returns the finding.
        records: labels of the records that it rests on; none for mathematics.
        printed: the paper's number or formula, if there is one.
    """

    key: str
    part: str
    where: str
    words: str
    evidence: tuple[str, ...]
    stated: str
    measure: Callable[[Load], Finding]
    records: tuple[str, ...] = ()
    printed: str = ""

    def judge(self, load: Load = record.load) -> Finding:
        """Measure, with the stored records unless others are given.

        Args:
            load: label → record.
        """
        return self.measure(load)


# --------------------------------------------------------------------------------------------- the rules


class Tally(NamedTuple):
    """Paired differences in one direction, certain ones only.

    Args:
        ahead: in the direction of the claim.
        behind: in the other one.
        of: all differences asked about.
    """

    ahead: int
    behind: int
    of: int

    def __str__(self) -> str:
        behind = f", behind in {self.behind}" if self.behind else ""
        return f"certainly ahead in {self.ahead} of {self.of}{behind}"


def yes(answer: object) -> str:
    """Return ``"yes"`` or ``"no"``, for a reader who does not program.

    Args:
        answer: true or false.
    """
    return "yes" if answer else "no"


def total(tallies: Iterable[Tally]) -> Tally:
    """Add up tallies of several experiments.

    Args:
        tallies: one an experiment.

    Example:
        >>> str(total([Tally(1, 0, 2), Tally(2, 1, 3)]))
        'certainly ahead in 3 of 5, behind in 1'
    """
    return Tally(*(sum(column) for column in zip(*tallies, strict=True)))


def by_count(tally: Tally) -> str:
    """Return the verdict on "it is better than the others".

    All comparisons certain: holds. More ahead than behind: small print. More behind than ahead: does not
    hold. Neither: not reproduced, which says that we could not tell, and not that there is nothing.

    Args:
        tally: of the comparisons that the claim is about.

    Raises:
        ValueError: if there are none.

    Example:
        >>> by_count(Tally(3, 0, 3)), by_count(Tally(1, 0, 3)), by_count(Tally(0, 0, 3))
        ('holds', 'holds with small print', 'not reproduced')
        >>> by_count(Tally(1, 2, 3))
        'does not hold'

    Chapter: experiments/verdict
    """
    if tally.of == 0:
        raise ValueError("tally must be of at least one comparison, got 0; check the names of the rivals")
    if tally.ahead == tally.of:
        return HOLDS
    if tally.ahead == tally.behind:
        return NOT_REPRODUCED
    return SMALL_PRINT if tally.ahead > tally.behind else FALSE


def by_tasks(tasks: Tally, as_meant: bool) -> str:
    """Return the verdict on "it outperforms them in several tasks".

    Ahead in three tasks or more and behind in none, and the rival as its authors meant it: holds. Ahead in
    more tasks than behind: small print. Behind in more: does not hold. Else: not reproduced.

    Args:
        tasks: those in which a difference is certain.
        as_meant: whether the rival was given what its authors made it for.

    Example:
        >>> by_tasks(Tally(3, 0, 10), True), by_tasks(Tally(3, 0, 10), False), by_tasks(Tally(0, 0, 10), True)
        ('holds', 'holds with small print', 'not reproduced')

    Chapter: experiments/verdict
    """
    if tasks.ahead <= tasks.behind:
        return FALSE if tasks.behind > tasks.ahead else NOT_REPRODUCED
    return HOLDS if as_meant and tasks.ahead >= 3 and not tasks.behind else SMALL_PRINT


def by_cases(cases: Iterable[bool]) -> str:
    """Return the verdict on a general sentence from the cases in which it was tried.

    True in all: holds. In some: small print. In none: does not hold.

    Args:
        cases: whether the sentence is true, one a case.

    Raises:
        ValueError: if there are none.

    Example:
        >>> by_cases([True, True]), by_cases([True, False]), by_cases([False, False])
        ('holds', 'holds with small print', 'does not hold')

    Chapter: experiments/verdict
    """
    found = list(cases)
    if not found:
        raise ValueError("cases must hold at least one, got none; a claim that was not tried is not judged")
    return HOLDS if all(found) else SMALL_PRINT if any(found) else FALSE


def by_agreement(within: int, of: int) -> str:
    """Return the verdict on printed numbers that were computed again.

    All agree: holds. At least half: small print. Fewer: not reproduced.

    Args:
        within: how many agree.
        of: how many there are.

    Raises:
        ValueError: if there are none.

    Example:
        >>> by_agreement(8, 8), by_agreement(5, 8), by_agreement(3, 8)
        ('holds', 'holds with small print', 'not reproduced')

    Chapter: experiments/verdict
    """
    if of == 0:
        raise ValueError("of must be at least 1, got 0; a table without numbers is not judged")
    return HOLDS if within == of else SMALL_PRINT if 2 * within >= of else NOT_REPRODUCED


# ------------------------------------------------------------------------------------------ the register


class Part:
    """Collects the statements of one part of the page, in the order of the source."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.statements: list[Statement] = []

    def claim(
        self,
        key: str,
        where: str,
        words: str,
        evidence: tuple[str, ...],
        stated: str,
        records: tuple[str, ...] = (),
        printed: str = "",
    ) -> Callable[[Callable[[Load], Finding]], Callable[[Load], Finding]]:
        """Register the function below as the measurement of a statement.

        Args:
            key: as in :class:`Statement`.
            where: likewise.
            words: likewise.
            evidence: likewise.
            stated: likewise.
            records: likewise.
            printed: likewise.
        """

        def register(measure: Callable[[Load], Finding]) -> Callable[[Load], Finding]:
            row = Statement(key, self.name, where, words, evidence, stated, measure, records, printed)
            self.statements.append(row)
            return measure

        return register
