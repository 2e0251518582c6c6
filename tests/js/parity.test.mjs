// The widgets' formulas against the package's answers; cases.py writes the file EIGEN_TEACH_CASES.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as math from "../../eigen_teach/static/eigen_math.mjs";
import { allClose, close, setDistance } from "./close.mjs";

const path = process.env.EIGEN_TEACH_CASES;
assert.ok(path, "EIGEN_TEACH_CASES must name the file that cases.py wrote; pytest tests/test_widgets.py does both");
const { pairs, chains, matrices } = JSON.parse(readFileSync(path, "utf8"));
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
