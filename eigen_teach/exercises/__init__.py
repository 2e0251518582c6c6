"""The checks behind the exercises: one function each, named ``chapter/exercise``.

A check takes the reader's answer and returns the reason why it is not right yet, or nothing. It is
registered by a decorator in the module of its part, and reached through `eigen_teach.lesson.check`.
"""

from typing import Any

from eigen_teach.exercises import (  # noqa: F401  importing a part registers its checks
    ablations,
    conjectures,
    digits,
    exploration,
    gates,
    grammars,
    initializer,
    linear,
    nonlinear,
    template,
    translation,
    verdict,
)
from eigen_teach.exercises.registry import CHECKS


def judge(name: str, answer: Any) -> str:
    """The line that `lesson.check` prints; any exception of the answer becomes its reason."""
    if name not in CHECKS:
        return f"not yet: there is no exercise {name!r}; the names are {', '.join(sorted(CHECKS))}"
    if answer is ...:
        return "not yet: the cell still holds the ellipsis; put your answer in its place"
    try:
        reason = CHECKS[name](answer)
    except Exception as error:  # whatever the reader wrote: the page must stay whole
        reason = f"the check could not use your answer ({type(error).__name__}: {error})"
        if "ellipsis" in str(error).lower():
            reason = "the function still returns the ellipsis; put your answer in its place"
    return f"not yet: {reason}" if reason else f"right: {name}"
