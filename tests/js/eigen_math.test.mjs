// What the formulas must do whatever the package says.
import assert from "node:assert/strict";
import test from "node:test";
import * as math from "../../eigen_teach/static/eigen_math.mjs";
import { close, setDistance } from "./close.mjs";

const SIZES = [2, 3, 4, 5, 6, 7, 8];
const FROZEN = [211, 26, 212, 171, 125, 288, 350]; // degrees of seed 1: a text may name them

test("whole degrees hit π and 2π exactly", () => {
  assert.equal(math.radians(180), Math.PI);
  assert.equal(math.radians(360), math.TURN);
  for (let degrees = 0; degrees <= 360; degrees++) assert.equal(Math.round(math.degrees(math.radians(degrees))), degrees);
});

test("the envelope is one half at the half-life and two at the doubling time", () => {
  for (let i = 1; i <= 150; i++) {
    const radius = i / 100;
    if (radius < 1) close(radius ** math.halfLife(radius), 0.5, 1e-12);
    else assert.equal(math.halfLife(radius), Infinity);
    if (radius > 1) close(radius ** math.doublingTime(radius), 2, 1e-12);
    else assert.equal(math.doublingTime(radius), Infinity);
  }
  assert.equal(math.halfLife(0), 0);
});

test("an orbit of modulus 1 is back at its start when closesAfter says, and not before", () => {
  for (let degrees = 0; degrees <= 180; degrees++) {
    const angle = math.radians(degrees), closing = math.closesAfter(angle);
    const states = math.orbit(1, angle, closing);
    const away = states.map(([x, y]) => Math.hypot(x - 1, y));
    assert.ok(away[closing] < 1e-9, `${degrees} degrees`);
    assert.ok(away.slice(1, closing).every((distance) => distance > 1e-3), `${degrees} degrees`);
  }
  assert.equal(math.closesAfter(math.radians(30)), 12);
  assert.equal(math.closesAfter(1), Infinity);
});

test("randomAngles: one seed, one list; a shorter list is its beginning; whole degrees", () => {
  const angles = math.randomAngles(7, 1);
  assert.deepEqual(angles, math.randomAngles(7, 1));
  assert.deepEqual(angles.slice(0, 3), math.randomAngles(3, 1));
  assert.notDeepEqual(angles, math.randomAngles(7, 2));
  assert.deepEqual(angles.map((angle) => Math.round(math.degrees(angle))), FROZEN);
  for (const angle of math.randomAngles(1000, 5)) {
    assert.ok(angle >= 0 && angle < math.TURN);
    close(math.degrees(angle), Math.round(math.degrees(angle)), 1e-12, 360);
  }
});

test("randomAngles fill the turn evenly", () => {
  const quarters = [0, 0, 0, 0];
  for (const angle of math.randomAngles(8000, 3)) quarters[Math.floor((4 * angle) / math.TURN)]++;
  // each is 2000 give or take 39 (binomial); five of those
  for (const count of quarters) assert.ok(Math.abs(count - 2000) < 195, String(quarters));
  const firsts = Array.from({ length: 400 }, (_, seed) => math.randomAngles(1, seed)[0]);
  const mean = firsts.reduce((sum, angle) => sum + angle, 0) / 400;
  close(mean, Math.PI, 0.45); // five standard errors: neighbouring seeds are as good as any
});

test("dependsOn says which entries move with an angle", () => {
  const step = 1e-6;
  for (const n of SIZES) {
    const angles = Array.from({ length: n - 1 }, (_, k) => 0.4 + 0.11 * k); // no sine, no cosine near 0
    for (let k = 0; k < n - 1; k++) {
      const shifted = (sign) => math.rotationChain(angles.map((angle, i) => angle + (i === k ? sign * step : 0)), 1);
      const ahead = shifted(1), behind = shifted(-1);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const slope = (ahead[i][j] - behind[i][j]) / (2 * step);
          assert.equal(math.dependsOn(i, j, k), Math.abs(slope) > 1e-8, `n ${n}, entry ${i} ${j}, angle ${k}`);
        }
      }
    }
  }
});

test("eigenvalues where QR without an arbitrary shift stands still", () => {
  for (const n of SIZES) {
    const all = (angle) => math.eigenvalues(math.rotationChain(new Array(n - 1).fill(angle), 0.95));
    assert.ok(setDistance(all(0), new Array(n).fill([0.95, 0])) < 1e-12);
    // π/2: unit i goes to i + 1 and the last one back with the sign that makes the determinant 1
    const offset = n % 2 ? 0 : Math.PI / n;
    const roots = Array.from({ length: n }, (_, k) => offset + (math.TURN * k) / n);
    const circle = roots.map((angle) => [0.95 * Math.cos(angle), 0.95 * Math.sin(angle)]);
    assert.ok(setDistance(all(Math.PI / 2), circle) < 1e-12, `n ${n}`);
    // π: -1 at both ends of the diagonal, 1 between
    const signs = Array.from({ length: n }, (_, i) => [i === 0 || i === n - 1 ? -0.95 : 0.95, 0]);
    assert.ok(setDistance(all(Math.PI), signs) < 1e-12, `n ${n}`);
  }
});

test("eigenvalues of an exact cyclic shift, where not even rounding helps", () => {
  for (const n of SIZES) {
    const shift = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === (j + 1) % n)));
    const roots = Array.from({ length: n }, (_, k) => [Math.cos((math.TURN * k) / n), Math.sin((math.TURN * k) / n)]);
    assert.ok(setDistance(math.eigenvalues(shift), roots) < 1e-12, `n ${n}`);
  }
});

/** tr(W), tr(W²) and the moduli, from the matrix alone. */
function assertSpectrum(angles, radius) {
  const W = math.rotationChain(angles, radius), n = W.length;
  const values = math.eigenvalues(W);
  assert.equal(values.length, n);
  for (const value of values) close(Math.hypot(...value), radius, 1e-10, 1, `modulus at ${angles}`);
  const trace = W.reduce((sum, row, i) => sum + row[i], 0);
  const squared = W.reduce((sum, row, i) => sum + row.reduce((part, entry, j) => part + entry * W[j][i], 0), 0);
  close(values.reduce((sum, [re]) => sum + re, 0), trace, 1e-10);
  close(values.reduce((sum, [re, im]) => sum + re * re - im * im, 0), squared, 1e-10);
  close(values.reduce((sum, [, im]) => sum + im, 0), 0, 1e-10);
}

test("every position of every angle slider gives n eigenvalues of the right modulus", () => {
  for (const n of SIZES) {
    const start = math.randomAngles(n - 1, 4);
    for (let k = 0; k < n - 1; k++) {
      for (let degrees = 0; degrees <= 360; degrees++) {
        assertSpectrum(start.map((angle, i) => (i === k ? math.radians(degrees) : angle)), 0.95);
      }
    }
  }
});

test("every position of the radius slider of a chain", () => {
  for (let i = 0; i <= 150; i++) assertSpectrum(math.randomAngles(7, 9), i / 100);
});
