"""Checks of the chapter template, the smallest that do something."""

from typing import Any

import numpy as np

from eigen_teach.exercises.registry import differs, exercise


@exercise("template/half_life")
def half_life(answer: Any) -> str | None:
    """A number: the half-life of modulus 0.99."""
    return differs(answer, np.log(0.5) / np.log(0.99), "solve 0.99 to the power t = 1/2 for t", 1e-2)


@exercise("template/modulus")
def modulus(answer: Any) -> str | None:
    """A number: the modulus that leaves a tenth after 100 steps."""
    return differs(answer, 0.1**0.01, "its 100th power should be 0.1", 1e-4)
