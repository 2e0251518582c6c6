"""Widgets that compute in the browser; their state is in traits that Python reads and sets.

The drawing is an ES module in ``static``, the same one in JupyterLab, in Colab and on a page without
a kernel.
"""

import math
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, ClassVar

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from eigen_teach import _check, dynamics, linear, portrait
from eigen_teach._check import Complexes, Floats

LARGEST_RADIUS = 1.5
MOST_UNITS = 8
FARTHEST_START = 1.2
PORTRAIT_START = (0.3, 0.1)
PORTRAIT_STEPS = 60
CHAIN_ANGLES = tuple(math.radians(degrees) for degrees in (40, 115, 250))

_STATIC = files("eigen_teach.static")
_IMPORT = re.compile(r'^import \{.*\} from "\./(\w+)\.mjs";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
_NO_CODE = re.compile(r"^ *(//|/\*\*|\*).*\n|^ +|^\n", re.MULTILINE)


def _join(view: str) -> str:
    """Return a view's script with all that it imports in front of it.

    An anywidget module is loaded from a Blob and has no folder to import from. Comment lines and indents
    stay behind in the files: a page carries the script once for every widget on it.
    """
    sources: dict[str, str] = {}

    def collect(name: str) -> None:
        text = _STATIC.joinpath(f"{name}.mjs").read_text(encoding="utf-8")
        for needed in _IMPORT.findall(text):
            if needed not in sources:
                collect(needed)
        sources[name] = _NO_CODE.sub("", _EXPORT.sub("", _IMPORT.sub("", text)))

    collect(view)
    return "\n".join(sources.values())


class _Number(traitlets.Float):  # type: ignore[type-arg]  # not subscriptable in Colab's traitlets
    """A finite number between two bounds; a bad one leaves the trait as it was."""

    def __init__(
        self, default: float, largest: float, wanted: str, way_out: str, *, smallest: float = 0
    ) -> None:
        super().__init__(default)
        self.smallest, self.largest = smallest, largest
        self.wanted, self.way_out = wanted, way_out
        self.tag(sync=True)

    def validate(self, _owner: Any, value: Any) -> float:
        """Return a plain float."""
        number = _check.real(str(self.name), value)
        if not self.smallest <= number <= self.largest:
            raise ValueError(f"{self.name} must be {self.wanted}, got {value}; {self.way_out}")
        return number


class _Count(traitlets.Int):  # type: ignore[type-arg]  # not subscriptable in Colab's traitlets
    """A whole number of steps in the range of its slider."""

    def validate(self, _owner: Any, value: Any) -> int:
        """Return a plain int."""
        count = _check.count(str(self.name), value, 10)
        if count > 200:
            raise ValueError(f"{self.name} must be at most 200, got {value}; a longer axis is not drawn")
        return count


class _Angles(traitlets.List):  # type: ignore[type-arg]  # not subscriptable in Colab's traitlets
    """The angles of a chain: list, array or tensor in, list of plain floats out."""

    def validate(self, _owner: Any, value: Any) -> list[float]:
        """Return a new list."""
        angles = _check.reals("angles", value, ("n - 1",))
        if not 1 <= len(angles) < MOST_UNITS:
            raise ValueError(
                f"angles must have 1 to {MOST_UNITS - 1} entries (n from 2 to {MOST_UNITS}), "
                f"got {len(angles)}; init.rotation_chain takes any number"
            )
        return angles.tolist()  # type: ignore[no-any-return]


class _Activation(traitlets.Unicode):  # type: ignore[type-arg]  # not subscriptable in Colab's traitlets
    """The name of an activation."""

    def validate(self, _owner: Any, value: Any) -> str:
        """Return the name."""
        way_out = "dynamics.simulate takes the same names"
        return _check.choice(str(self.name), value, dynamics.ACTIVATIONS, way_out)


class _State(traitlets.List):  # type: ignore[type-arg]  # not subscriptable in Colab's traitlets
    """A state of two units that the drawing can show: list, array or tensor in, list of plain floats out."""

    def validate(self, _owner: Any, value: Any) -> list[float]:
        """Return a new list."""
        state = _check.reals(str(self.name), value, (2,))
        if np.abs(state).max() > FARTHEST_START:
            raise ValueError(
                f"{self.name} must lie between -{FARTHEST_START} and {FARTHEST_START}, got {state.tolist()}; "
                "dynamics.simulate takes any state"
            )
        return state.tolist()  # type: ignore[no-any-return]


class _Choice(traitlets.Int):  # type: ignore[type-arg]  # not subscriptable in Colab's traitlets
    """The index of one of the quiz's options, or -1 for none."""

    def validate(self, owner: Any, value: Any) -> int:
        """Return a plain int."""
        choice = _check.count(str(self.name), value, -1)
        if choice >= len(owner.options):
            raise ValueError(
                f"{self.name} must be less than {len(owner.options)}, got {value}; -1 clears the choice"
            )
        return choice


class _Widget(anywidget.AnyWidget):
    """What all have: one style sheet, a state to reset to, a repr without an address."""

    _css = _STATIC.joinpath("widgets.css").read_text(encoding="utf-8")
    _shown: ClassVar[tuple[str, ...]] = ()  # the traits that a reader moves
    _start = traitlets.Dict().tag(sync=True)

    @traitlets.default("_start")
    def _values_at_creation(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._shown}

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={_short(getattr(self, name))}" for name in self._shown)
        return f"{type(self).__name__}({values})"


def _eigenvalues(matrix: Floats) -> Complexes:
    """Eigenvalues alone: `linear.modes` wants a basis too, and LAPACK's is bad where eigenvalues meet."""
    values: Complexes = np.linalg.eigvals(matrix).astype(np.complex128)
    return values


def _rotation(radius: float, angle: float) -> Floats:
    """The (2, 2) rotation by ``angle``, times ``radius``."""
    c, s = math.cos(angle), math.sin(angle)
    matrix: Floats = radius * np.array([[c, -s], [s, c]])
    return matrix


def _short(value: Any) -> str:
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(_short(item) for item in value)}]"
    return f"{value:.3g}"


class _Pair(_Widget):
    """A conjugate pair of eigenvalues: the modulus, and the angle of the upper one."""

    _shown: ClassVar[tuple[str, ...]] = ("radius", "angle")
    radius = _Number(0.95, LARGEST_RADIUS, f"from 0 to {LARGEST_RADIUS}", "the paper uses 0.95")
    angle = _Number(
        math.pi / 6, math.pi, "from 0 to π radians", "math.radians(30) turns degrees into radians"
    )

    @property
    def matrix(self) -> Floats:
        """The (2, 2) float64 matrix: the rotation by ``angle`` times ``radius``."""
        return _rotation(self.radius, self.angle)

    @property
    def eigenvalues(self) -> Complexes:
        """The (2,) complex128 eigenvalues of ``matrix``, the upper one first."""
        return _eigenvalues(self.matrix)


class EigenPlane(_Pair):
    """Drag a conjugate pair in the complex plane and watch the orbit of (1, 0).

    Args:
        radius: Modulus of both eigenvalues, 0 to 1.5.
        angle: Angle of the upper one in radians, 0 to π.

    Raises:
        TypeError, ValueError: if one is no number or out of range; an assignment then changes nothing.

    Example:
        The pair's product is the determinant:

        >>> plane = EigenPlane(radius=0.95)
        >>> plane
        EigenPlane(radius=0.95, angle=0.524)
        >>> round(float(np.linalg.det(plane.matrix)), 6), round(float(plane.eigenvalues.prod().real), 6)
        (0.9025, 0.9025)

    Chapter: linear/eigenmodes
    """

    _esm = _join("eigen_plane")

    def __init__(self, radius: float = 0.95, angle: float = math.pi / 6) -> None:
        super().__init__(radius=radius, angle=angle)


class ModeResponse(_Pair):
    """Watch what one mode answers to a single kick: Re(λ^t), its envelope and its half-life.

    Args:
        radius: Modulus of the eigenvalue, 0 to 1.5.
        angle: Its angle in radians, 0 to π.
        steps: Steps shown, 10 to 200.

    Raises:
        TypeError, ValueError: if one is no number or out of range; an assignment then changes nothing.

    Example:
        A negative eigenvalue flips the sign at every step, and the envelope halves it:

        >>> mode = ModeResponse(radius=0.5, angle=math.pi, steps=10)
        >>> mode.response[:4].tolist()
        [1.0, -0.5, 0.25, -0.125]

    Chapter: linear/filters
    """

    _esm = _join("mode_response")
    _shown = ("radius", "angle", "steps")
    steps = _Count(60).tag(sync=True)

    def __init__(self, radius: float = 0.95, angle: float = math.pi / 6, steps: int = 60) -> None:
        super().__init__(radius=radius, angle=angle, steps=steps)

    @property
    def response(self) -> Floats:
        """The (steps + 1,) float64 values of Re(λ^t) from t = 0 on."""
        kick = np.zeros((self.steps + 1, 1))
        kick[0] = 1
        return linear.mode_recursion(self.eigenvalues[:1], kick).real[:, 0]


class PhasePortrait(_Widget):
    """Watch two nonlinear units, h_t = φ(W h_{t-1} + (drive, 0)): a point becomes a ring.

    Args:
        radius: λ of W = λ R(θ), a rotation times a number, 0 to 3.
        angle: θ in radians, 0 to π.
        activation: φ: ``"linear"``, ``"tanh"``, ``"relu"`` or ``"sigmoid"``.
        drive: Constant input to unit 1, -1 to 1.
        start: (2,) state before the first step, entries from -1.2 to 1.2.

    Raises:
        TypeError, ValueError: if one is no number or out of range; an assignment then changes nothing.

    Example:
        A quarter turn through radius 1: at rest, then a cycle of four:

        >>> phase = PhasePortrait(radius=0.9, angle=math.pi / 2)
        >>> phase.period, abs(phase.eigenvalues).round(3).tolist()
        (1, [0.9, 0.9])
        >>> phase.radius = 1.1
        >>> phase.period, phase.fixed_points.tolist()
        (4, [[0.0, 0.0]])

    Chapter: nonlinear/activations
    """

    _esm = _join("phase_portrait")
    _css = _Widget._css + _STATIC.joinpath("phase_portrait.css").read_text(encoding="utf-8")
    _shown = ("radius", "angle", "activation", "drive", "start")
    radius = _Number(0.95, 3.0, "from 0 to 3", "the paper starts at 0.95")
    angle = _Number(
        math.pi / 6, math.pi, "from 0 to π radians", "math.radians(30) turns degrees into radians"
    )
    activation = _Activation("tanh").tag(sync=True)
    drive = _Number(0.0, 1.0, "from -1 to 1", "dynamics.simulate takes any input", smallest=-1)
    start = _State(traitlets.Float(), list(PORTRAIT_START)).tag(sync=True)

    def __init__(
        self,
        radius: float = 0.95,
        angle: float = math.pi / 6,
        activation: str = "tanh",
        drive: float = 0.0,
        *,
        start: ArrayLike = PORTRAIT_START,
    ) -> None:
        super().__init__(radius=radius, angle=angle, activation=activation, drive=drive, start=start)

    @property
    def matrix(self) -> Floats:
        """The (2, 2) float64 matrix W."""
        return _rotation(self.radius, self.angle)

    @property
    def bias(self) -> Floats:
        """The (2,) constant input, (drive, 0)."""
        return np.array([self.drive, 0.0])

    @property
    def states(self) -> Floats:
        """The (61, 2) states of the drawn orbit, the start first."""
        inputs = np.tile(self.bias, (PORTRAIT_STEPS, 1))
        states = dynamics.simulate(self.matrix, inputs, self.activation, h0=self.start)
        return np.vstack([self.start, states])

    @property
    def eigenvalues(self) -> Complexes:
        """The (2,) complex128 eigenvalues of the Jacobian at the last drawn state."""
        return _eigenvalues(dynamics.jacobian(self.matrix, self.states[-1], self.activation))

    @property
    def fixed_points(self) -> Floats:
        """The (k, 2) states that stay: ``portrait.fixed_points``."""
        return portrait.fixed_points(self.matrix, self.bias, self.activation)

    @property
    def period(self) -> int:
        """Steps of the cycle that the orbit ends on: 1 at rest, 0 if there is none of up to 24 steps."""
        return portrait.ending(self.matrix, self.bias, self.activation, self.start).period


class RotationChain(_Widget):
    """Turn every single rotation of the initializer's W = λ G_1 … G_{n-1}: (16), (17), (18).

    Args:
        radius: λ, the modulus of all eigenvalues, 0 to 1.5.
        angles: (n - 1,) angles in radians, one a rotation, n from 2 to 8.

    Raises:
        TypeError, ValueError: if one is no number or out of range; an assignment then changes nothing.

    Example:
        No angle moves a modulus:

        >>> chain = RotationChain(radius=0.95, angles=[1.0, 2.0, 3.0])
        >>> np.abs(chain.eigenvalues).round(6).tolist()
        [0.95, 0.95, 0.95, 0.95]

    Chapter: initializer/rotations
    """

    _esm = _join("rotation_chain")
    _shown = ("radius", "angles")
    radius = _Number(0.95, LARGEST_RADIUS, f"from 0 to {LARGEST_RADIUS}", "the paper uses 0.95")
    angles = _Angles(traitlets.Float(), list(CHAIN_ANGLES)).tag(sync=True)

    def __init__(self, radius: float = 0.95, angles: ArrayLike = CHAIN_ANGLES) -> None:
        super().__init__(radius=radius, angles=angles)

    @property
    def matrix(self) -> Floats:
        """The (n, n) float64 matrix W."""
        import torch

        from eigen_teach import init

        angles = torch.tensor(self.angles, dtype=torch.float64)
        return init.rotation_chain(angles, self.radius).numpy()

    @property
    def eigenvalues(self) -> Complexes:
        """The (n,) complex128 eigenvalues of ``matrix``, conjugate pairs side by side."""
        return _eigenvalues(self.matrix)


class Quiz(_Widget):
    """Ask one question and give a reason for every answer, right or wrong.

    Args:
        question: The question, plain text.
        options: Two or more answers to choose from.
        feedback: One sentence for each option: why it is right, or what it overlooks.
        answer: Index of the right option.

    Raises:
        TypeError: if a text is no string or the answer no integer.
        ValueError: if the lists do not fit each other or the answer points outside.

    Example:
        >>> quiz = Quiz("Is 0.95 inside the unit circle?", ["yes", "no"], ["0.95 < 1."] * 2, answer=0)
        >>> quiz.chosen, quiz.right
        (-1, False)
        >>> quiz.chosen = 0
        >>> quiz.right
        True

    Chapter: linear/state_space
    """

    _esm = _join("quiz")
    _shown = ("chosen",)
    question = traitlets.Unicode(read_only=True).tag(sync=True)
    options = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    feedback = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    answer = traitlets.Int(read_only=True).tag(sync=True)
    chosen = _Choice(-1).tag(sync=True)

    def __init__(self, question: str, options: Sequence[str], feedback: Sequence[str], answer: int) -> None:
        _check_texts("question", [question], 1)
        _check_texts("options", options, 2)
        _check_texts("feedback", feedback, 2)
        if len(feedback) != len(options):
            raise ValueError(
                f"feedback must have a sentence for each of the {len(options)} options, got {len(feedback)}; "
                "a wrong answer needs its reason too"
            )
        if _check.count("answer", answer, 0) >= len(options):
            raise ValueError(
                f"answer must be less than {len(options)}, got {answer}; the first option has index 0"
            )
        super().__init__()
        self.set_trait("question", question)
        self.set_trait("options", list(options))
        self.set_trait("feedback", list(feedback))
        self.set_trait("answer", int(answer))

    @property
    def right(self) -> bool:
        """Whether the chosen option is the right one."""
        return bool(self.chosen == self.answer)

    def __repr__(self) -> str:
        return f"Quiz({self.question!r}, chosen={self.chosen})"


def _check_texts(name: str, texts: Sequence[str], least: int) -> None:
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"{name} must be text, got {texts!r}; write a list of strings, one an option")
    if len(texts) < least or not all(text.strip() for text in texts):
        raise ValueError(
            f"{name} must have at least {least} entries and none empty, got {texts!r}; fill them in"
        )
