// The widgets' formulas against the package's answers; cases.py writes the file EIGEN_TEACH_CASES.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as math from "../../eigen_teach/static/eigen_math.mjs";
import { STEPS } from "../../eigen_teach/static/phase_portrait.mjs";
import * as portrait from "../../eigen_teach/static/portrait.mjs";
import { allClose, close, setDistance } from "./close.mjs";

const path = process.env.EIGEN_TEACH_CASES;
assert.ok(path, "EIGEN_TEACH_CASES must name the file that cases.py wrote; pytest tests/test_widgets.py does both");
const { pairs, chains, matrices, portraits } = JSON.parse(readFileSync(path, "utf8"));
const EXACT = 1e-10; // the same formulas in the same precision
const SET = 1e-8; // two eigenvalue algorithms

test("there are at least 500 random cases, and chains of every size", () => {
  assert.ok(pairs.length + chains.length >= 500, `${pairs.length} pairs and ${chains.length} chains`);
  const sizes = new Set(chains.map(({ matrix }) => matrix.length));
  assert.deepEqual([...sizes].sort(), [2, 3, 4, 5, 6, 7, 8]);
  assert.ok(matrices.length > 0);
});

test("powers, orbit, response and envelope equal the package's", () => {
  for (const { input, ...wanted } of pairs) {
    const [radius, angle, steps] = input;
    const scale = radius ** steps; // a power as large as this cannot be exact to 1e-10 itself
    allClose(math.powers(...input), wanted.powers, EXACT, scale, `powers(${input})`);
    allClose(math.orbit(...input), wanted.orbit, EXACT, scale, `orbit(${input})`);
    allClose(math.modeResponse(...input), wanted.response, EXACT, scale, `modeResponse(${input})`);
    allClose(math.envelope(radius, steps), wanted.envelope, EXACT, scale, `envelope(${input})`);
    assert.ok(Number.isFinite(angle));
  }
});

test("half-life, doubling time and period equal the package's", () => {
  for (const { input, ...wanted } of pairs) {
    const [radius, angle] = input;
    for (const [name, value] of [["halfLife", radius], ["doublingTime", radius], ["period", angle]]) {
      const expected = wanted[name] ?? Infinity;
      close(math[name](value), expected, EXACT, expected === Infinity ? 1 : expected, `${name}(${value})`);
    }
  }
});

test("the chain's matrix equals the package's", () => {
  for (const { input, matrix } of chains) {
    const [radius, angles] = input;
    allClose(math.rotationChain(angles, radius), matrix, EXACT, 1, `rotationChain(${angles})`);
  }
});

test("the chain's eigenvalues equal the package's as sets", () => {
  for (const { input, eigenvalues } of chains) {
    const [radius, angles] = input;
    const gap = setDistance(math.eigenvalues(math.rotationChain(angles, radius)), eigenvalues);
    assert.ok(gap <= SET, `angles ${angles}: ${gap}`);
  }
});

test("eigenvalues of matrices without structure equal NumPy's as sets", () => {
  for (const { matrix, eigenvalues } of matrices) {
    const gap = setDistance(math.eigenvalues(matrix), eigenvalues);
    assert.ok(gap <= SET, `${JSON.stringify(matrix)}: ${gap}`);
  }
});

test("there are hundreds of phase portraits of every activation and every ending", () => {
  assert.ok(portraits.length >= 300, `${portraits.length} portraits`);
  for (const name of Object.keys(portrait.ACTIVATIONS)) {
    assert.ok(portraits.filter(({ input }) => input[2] === name).length >= 75, name);
  }
  assert.deepEqual([...new Set(portraits.map(({ kind }) => kind))].sort(), ["away", "cycle", "open", "slow"]);
});

test("the drawn orbit and the Jacobian's eigenvalues at its end equal the package's", () => {
  for (const { input, start, states, eigenvalues } of portraits) {
    const net = portrait.network(...input), found = portrait.trajectory(net, start, STEPS);
    const scale = Math.max(...states.flat().map(Math.abs)); // linear and ReLU explode: relative to the largest
    allClose(found, states, EXACT, scale, `trajectory(${input})`);
    const gap = setDistance(math.eigenvalues(portrait.jacobian(net, found.at(-1))), eigenvalues);
    assert.ok(gap <= SET, `${input}: ${gap}`);
  }
});

test("the fixed points equal the package's as sets, and so does the growth at each of them", () => {
  for (const { input, points, growth } of portraits) {
    const net = portrait.network(...input);
    const gap = setDistance(portrait.fixedPoints(net), points);
    assert.ok(gap <= SET, `${input}: ${gap}`);
    points.forEach((point, k) => close(portrait.growth(net, point), growth[k], SET, 1, `growth(${input}, ${point})`));
  }
});

test("orbits end as the package says, on the same cycle in the same phase", () => {
  // Where ReLU never closes it is chaos: the two orbits part by rounding, and only that much is the same.
  const rough = (kind) => (kind === "slow" ? "open" : kind);
  for (const { input, start, ...wanted } of portraits) {
    const { kind, period, states } = portrait.ending(portrait.network(...input), start);
    assert.equal(period, wanted.period, `${input}`);
    if (input[2] === "relu") assert.equal(rough(kind), rough(wanted.kind), `${input}`);
    else assert.equal(kind, wanted.kind, `${input}`);
    if (period) allClose(states.slice(-period), wanted.cycle, SET, Math.max(...wanted.cycle.flat().map(Math.abs)), `${input}`);
  }
});
