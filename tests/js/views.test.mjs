// The pure parts of the views, at every position of their sliders.
import assert from "node:assert/strict";
import test from "node:test";
import { eigenvalues, envelope, modeResponse, radians, randomAngles } from "../../eigen_teach/static/eigen_math.mjs";
import { leavesAt, snap, visibleOrbit } from "../../eigen_teach/static/eigen_plane.mjs";
import { landmark, scales } from "../../eigen_teach/static/mode_response.mjs";
import * as phase from "../../eigen_teach/static/phase_portrait.mjs";
import * as portrait from "../../eigen_teach/static/portrait.mjs";
import * as portraitWords from "../../eigen_teach/static/portrait_words.mjs";
import { verdict } from "../../eigen_teach/static/quiz.mjs";
import { cellText, resized } from "../../eigen_teach/static/rotation_chain.mjs";
import * as words from "../../eigen_teach/static/words.mjs";
import { close } from "./close.mjs";

const RADII = Array.from({ length: 151 }, (_, i) => i / 100);
const ANGLES = Array.from({ length: 181 }, (_, degrees) => radians(degrees));

function assertReadable(text) {
  assert.match(text, /^[A-Zθ].*\.$/);
  assert.doesNotMatch(text, /NaN|Infinity|undefined|null|e-|-\d/);
}

test("EigenPlane: every position draws finite states, says a sentence, and is where a drag would put it", () => {
  for (const radius of RADII) {
    for (const angle of ANGLES) {
      const states = visibleOrbit(radius, angle);
      assert.ok(states.flat().every((value) => Math.abs(value) < 4), `${radius} ${angle}`);
      assert.equal(states.length === 61, radius ** 60 <= 1.6 * Math.SQRT2, `${radius}`);
      assertReadable(words.describePair(radius, angle));
      assertReadable(words.describeOrbit(radius, angle, leavesAt(states)));
      const dragged = snap([radius * Math.cos(angle), -radius * Math.sin(angle)]);
      assert.equal(dragged.radius, radius);
      if (radius > 0) assert.equal(dragged.angle, angle);
    }
  }
  assert.equal(snap([5, 5]).radius, 1.5);
});

test("EigenPlane: the sentences", () => {
  assert.equal(
    words.describePair(0.95, Math.PI / 6),
    "Eigenvalues 0.95 at plus and minus 30 degrees, inside the unit circle: half-life 13.5 steps, period 12 steps.",
  );
  assert.equal(words.describeOrbit(1, Math.PI / 6, Infinity), "The orbit closes after 12 steps.");
  assert.equal(words.describeOrbit(1, 0, Infinity), "The state stays where it is.");
  assert.match(words.describePair(1.05, 1), /outside the unit circle: doubles in 14.2 steps/);
  assert.match(words.describePair(0, 1), /nothing is left after one step/);
  assert.match(words.describePair(0.5, Math.PI), /−0.5.*sign flips/);
  assert.equal(words.describeOrbit(1.5, 0, leavesAt(visibleOrbit(1.5, 0))), "The orbit leaves the view at step 2.");
});

test("ModeResponse: stems stay within the envelope, the mark stands where it is one half or two", () => {
  for (const radius of RADII) {
    for (const steps of [10, 60, 200]) {
      const bound = envelope(radius, steps);
      for (const angle of ANGLES) {
        const stems = modeResponse(radius, angle, steps);
        assert.ok(stems.every((value, t) => Math.abs(value) <= bound[t] * (1 + 1e-12)), `${radius} ${angle}`);
      }
      const mark = landmark(radius, steps);
      if (!mark) continue;
      assert.ok(mark.time <= steps);
      close(radius ** mark.time, radius > 1 ? 2 : 0.5, 1e-12);
    }
  }
  assert.equal(landmark(1, 200), null);
  assert.equal(landmark(0, 200), null);
  assert.equal(landmark(0.99, 60), null);
  assert.equal(landmark(0.95, 60).text, "half-life 13.5 steps");
  assert.equal(landmark(1.05, 60).text, "doubling time 14.2 steps");
});

test("ModeResponse: every number of steps fits every width", () => {
  for (let steps = 10; steps <= 200; steps++) {
    for (const width of [240, 640]) {
      const { x, y } = scales(width, steps, 3);
      assert.ok(x(0) >= 0 && x(steps) <= width && x(steps) > x(0));
      assert.ok(y(3) > 0 && y(3) < y(0) && y(0) < y(-3) && y(-3) < 250);
    }
  }
});

/** Every position of each slider and of the choice; the other sliders walk through values of their own. */
function* portraitPositions() {
  const radii = [0, 0.5, 0.95, 1, 1.05, 1.5, 2, 3], angles = [0, 1, 30, 45, 60, 90, 137, 180].map(radians), drives = [0, 0.3, -1, 1, -0.05];
  const starts = [[0.3, 0.1], [-1.2, 1.2], [0, 0], [1.2, -0.7]];
  const turn = (list, i) => list[i % list.length];
  for (const name of Object.keys(portrait.ACTIVATIONS)) {
    for (let i = 0; i <= 300; i++) yield [i / 100, turn(angles, i), name, turn(drives, i), turn(starts, i)];
    for (let i = 0; i <= 180; i++) yield [turn(radii, i), radians(i), name, turn(drives, i), turn(starts, i)];
    for (let i = 0; i <= 200; i++) yield [turn(radii, i), turn(angles, i + Math.floor(i / 8)), name, i / 100 - 1, turn(starts, i)];
  }
}

/** All that is drawn and said at one position. */
function portraitAt([radius, angle, name, drive, start]) {
  const net = portrait.network(radius, angle, name, drive);
  const states = portrait.trajectory(net, start, phase.STEPS), end = portrait.ending(net, start);
  const points = portrait.fixedPoints(net), growth = points.map((point) => portrait.growth(net, point));
  const values = eigenvalues(portrait.jacobian(net, states.at(-1)));
  const verdicts = growth.map(portraitWords.stability), leaves = phase.leavesAt(states);
  const sentences = [
    portraitWords.describeFixedPoints(net, points, verdicts),
    portraitWords.describeEnding(net, end, leaves, portrait.SETTLING),
    portraitWords.describeJacobian(values, phase.STEPS),
  ];
  return { net, states, end, points, growth, values, verdicts, leaves, sentences };
}

test("PhasePortrait: every position draws finite places, says sentences, and rests only where a point is stable", () => {
  const far = 100 * 320;
  let positions = 0;
  for (const position of portraitPositions()) {
    const { net, states, end, points, growth, values, verdicts, sentences } = portraitAt(position);
    const curves = phase.images(net);
    const drawable = (state) => phase.at(state).every((value) => Math.abs(value) < far); // NaN is not
    assert.ok([...curves, states, points, end.states].every((list) => list.every(drawable)), `${position}`);
    assert.ok(curves.length >= 2 && curves.length <= 25, `${position}`);
    assert.match(phase.track(states), /^(M[-\d. ]+L[-\d. ]+)+$/, `${position}`);
    assert.ok(values.flat().every((value) => Math.abs(value) <= 3 + 1e-12), `${position}`);
    assert.ok(growth.every(Number.isFinite) && points.length <= 9, `${position}`);
    sentences.forEach(assertReadable);
    if (position[2] === "sigmoid") assert.deepEqual(verdicts, ["stable"], `${position}`); // a contraction below 4
    const lasting = position[2] === "tanh" && end.period === 1 ? points : [];
    const nearest = lasting.findIndex((point) => Math.hypot(point[0] - end.states[0][0], point[1] - end.states[0][1]) < 1e-4);
    if (lasting.length) assert.ok(nearest >= 0, `${position}: it rests at no fixed point`);
    if (lasting.length && Math.hypot(...position[4]) > 0) assert.equal(verdicts[nearest], "stable", `${position}`);
    positions++;
  }
  assert.ok(positions >= 4 * 683, `${positions} positions`);
});

test("PhasePortrait: the sentences", () => {
  const say = (...position) => portraitAt(position).sentences;
  const start = [0.3, 0.1], quarter = Math.PI / 2;
  assert.deepEqual(say(0.95, Math.PI / 6, "tanh", 0, start), [
    "One fixed point, at (0, 0): stable.",
    "The orbit comes to rest at (0, 0).",
    "The Jacobian at step 60 has eigenvalues 0.95 at plus and minus 30 degrees, inside the unit circle.",
  ]);
  assert.equal(say(1.1, Math.PI / 6, "tanh", 0, start)[1], "The orbit runs round a ring: no cycle of up to 24 steps.");
  assert.equal(say(1.1, quarter, "tanh", 0, start)[1], "The orbit ends on a cycle of 4 states.");
  assert.equal(say(1.5, 0, "tanh", 0, start)[0], "Nine fixed points: 4 stable, 5 unstable.");
  assert.equal(say(1, 1, "tanh", 0, start)[1], "After 3600 steps the orbit is still on its way.");
  assert.equal(say(1, 0, "linear", 0, start)[0], "W is the identity: every state is a fixed point.");
  assert.equal(say(1, 0, "linear", 0.5, start)[0], "No fixed point.");
  assert.deepEqual(say(2, 0, "linear", 0, start).slice(1), [
    "The orbit explodes. It leaves the view at step 3.",
    "The Jacobian at step 60 has the eigenvalue 2 twice, outside the unit circle.",
  ]);
  assert.deepEqual(say(1.3, Math.PI / 6, "relu", 0, start), [
    "One fixed point, at (0, 0): unstable.",
    "The orbit explodes. It leaves the view at step 9.",
    "The Jacobian at step 60 has eigenvalues 1.13 and 0, one outside the unit circle.",
  ]);
  assert.equal(say(2, radians(60), "relu", 0.4, start)[0], "A line of fixed points starts at (0, 0.23).");
  assert.equal(say(1.7, radians(154), "relu", 0.7, start)[1], "The orbit never settles: no cycle of up to 24 steps.");
  assert.equal(say(3, 2, "relu", 0, start)[2], "The Jacobian at step 60 is 0: no small change of the state is passed on.");
});

test("PhasePortrait: a drag goes where the sliders can, and a state's place is in its activation's box", () => {
  assert.deepEqual(phase.snap([0.333, -0.128]), [0.33, -0.13]);
  assert.deepEqual(phase.snap([5, -5]), [1.2, -1.2]);
  for (let i = -120; i <= 120; i++) assert.deepEqual(phase.snap([i / 100, -i / 100]), [i / 100, -i / 100]);
  for (const [radius, angle, name, drive, start] of portraitPositions()) {
    const [left, top, width, height] = phase.reach(name);
    const [x, y] = phase.at(portrait.next(portrait.network(radius, angle, name, drive), start));
    if (x < 0 || y < 0 || x > 320 || y > 320) continue; // outside the drawing
    assert.ok(x >= left - 1e-9 && x <= left + width + 1e-9 && y >= top - 1e-9 && y <= top + height + 1e-9, `${name} ${x} ${y}`);
  }
});

test("PhasePortrait: a far state keeps its direction, and a step outside the view is not drawn", () => {
  const [x, y] = phase.at([3e8, -4e8]);
  close((y - 160) / (x - 160), 4 / 3, 1e-12);
  assert.equal(phase.track([[0, 0], [2, 0], [3, 0], [9, 9]]).match(/M/g).length, 1);
  assert.equal(phase.leavesAt([[0, 0], [2, 0]]), 1);
  assert.equal(phase.leavesAt([[0, 0], [1, -1]]), Infinity);
});

test("RotationChain: a new size keeps the angles there are and takes the seed's for the rest", () => {
  const angles = [1, 2, 3];
  assert.deepEqual(resized(angles, 3, 1), [1, 2]);
  assert.deepEqual(resized(angles, 4, 1), angles);
  assert.deepEqual(resized(angles, 8, 5), [1, 2, 3, ...randomAngles(7, 5).slice(3)]);
  for (let n = 2; n <= 8; n++) assert.equal(resized(angles, n, 1).length, n - 1);
});

test("RotationChain: the words for one rotation count the entries that contain it", () => {
  assert.equal(
    words.describeRotation(1, 4, 0.95),
    "θ₂ turns units 2 and 3; 9 of 16 entries contain it; every modulus stays 0.95.",
  );
});

test("RotationChain: the words for the spectrum name each pair once", () => {
  const pair = (angle) => [[Math.cos(angle), Math.sin(angle)], [Math.cos(angle), -Math.sin(angle)]];
  assert.equal(words.anglesOf([...pair(radians(30)), ...pair(radians(110)), [1, 0]]), "0°, ±30°, ±110°");
  assert.equal(words.anglesOf([[-1, 1e-17], [-1, -1e-17], [1, 0], [1, 0], [1, -0]]), "0° (3 times), 180° (2 times)");
});

test("RotationChain: numbers in the cells", () => {
  assert.equal(cellText(-0.5, 0, 1, 4), "−0.50");
  assert.equal(cellText(-0.5, 0, 1, 8), "−.50");
  assert.equal(cellText(-0.001, 0, 1, 4), "0.00");
  assert.equal(cellText(1.5, 0, 0, 8), "1.50");
  assert.equal(cellText(0, 3, 1, 8), "");
});

test("Quiz: the verdict says right or wrong in words", () => {
  assert.equal(verdict(-1, 0, ["a", "b"]), "");
  assert.equal(verdict(0, 0, ["a", "b"]), "Right. a");
  assert.equal(verdict(1, 0, ["a", "b"]), "Not quite. b");
});
