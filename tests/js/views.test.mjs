// The pure parts of the views, at every position of their sliders.
import assert from "node:assert/strict";
import test from "node:test";
import { envelope, modeResponse, radians, randomAngles } from "../../eigen_teach/static/eigen_math.mjs";
import { leavesAt, snap, visibleOrbit } from "../../eigen_teach/static/eigen_plane.mjs";
import { landmark, scales } from "../../eigen_teach/static/mode_response.mjs";
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
