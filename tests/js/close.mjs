// Comparisons of numbers, lists of numbers, and sets of complex numbers.
import assert from "node:assert/strict";

/** Two numbers, up to a tolerance relative to `scale`; infinities must agree. */
export function close(got, wanted, tolerance, scale = 1, what = "") {
  if (got === wanted) return;
  const gap = Math.abs(got - wanted);
  assert.ok(gap <= tolerance * Math.max(1, scale), `${what}: got ${got}, wanted ${wanted}`);
}

/** Two nested lists of numbers of one shape. */
export function allClose(got, wanted, tolerance, scale = 1, what = "") {
  if (!Array.isArray(wanted)) return close(got, wanted, tolerance, scale, what);
  assert.equal(got.length, wanted.length, `${what}: lengths`);
  wanted.forEach((item, i) => allClose(got[i], item, tolerance, scale, `${what}[${i}]`));
}

/**
 * The largest distance when each number is paired with the nearest that is left: a pairing within the
 * tolerance proves that the sets agree.
 */
export function setDistance(got, wanted) {
  assert.equal(got.length, wanted.length, "as many on both sides");
  const left = [...got];
  const gaps = wanted.map(([re, im]) => {
    const distances = left.map(([x, y]) => Math.hypot(x - re, y - im));
    const nearest = distances.indexOf(Math.min(...distances));
    left.splice(nearest, 1);
    return distances[nearest];
  });
  assert.ok(gaps.every(Number.isFinite), "finite");
  return Math.max(0, ...gaps);
}
