// What the drawings show, in words: for a screen reader, and for everyone else. Pure functions.
import { closesAfter, degrees, doublingTime, halfLife, period } from "./eigen_math.mjs";

/** A number with at most three digits that matter, and a real minus sign. */
export const say = (value) => String(Number(value.toPrecision(3))).replace("-", "−").replace("e+", "e");

/** "1 step", "13.5 steps". */
export const inSteps = (count) => `${say(count)} ${count === 1 ? "step" : "steps"}`;

/** An angle in degrees, to a tenth. */
export const inDegrees = (angle) => `${Number(degrees(angle).toFixed(1))}°`.replace("-", "−");

/** Where a modulus puts an eigenvalue, and what that means. */
export function fate(radius) {
  if (radius > 1) return `outside the unit circle: doubles in ${inSteps(doublingTime(radius))}`;
  if (radius === 1) return "on the unit circle: neither decays nor grows";
  return `inside the unit circle: half-life ${inSteps(halfLife(radius))}`;
}

/** The conjugate pair in one sentence. */
export function describePair(radius, angle) {
  if (radius === 0) return "Both eigenvalues are 0: nothing is left after one step.";
  if (angle === 0) return `Both eigenvalues are ${say(radius)}, ${fate(radius)}, no turning.`;
  if (angle === Math.PI) return `Both eigenvalues are ${say(-radius)}, ${fate(radius)}, the sign flips at every step.`;
  const place = `${say(radius)} at plus and minus ${say(degrees(angle))} degrees`;
  return `Eigenvalues ${place}, ${fate(radius)}, period ${inSteps(period(angle))}.`;
}

/** What the drawn orbit does, when `visible` steps of it stay in the view. */
export function describeOrbit(radius, angle, visible) {
  if (radius > 1) {
    return Number.isFinite(visible) ? `The orbit leaves the view at step ${visible}.` : "The orbit spirals outwards.";
  }
  if (radius < 1) return radius > 0 && angle > 0 && angle < Math.PI ? "The orbit spirals into 0." : "The orbit falls into 0.";
  const closing = closesAfter(angle);
  if (closing === 1) return "The state stays where it is.";
  return closing <= 360 ? `The orbit closes after ${closing} steps.` : "The orbit does not close within 360 steps.";
}

/** The angles of eigenvalues given as [real, imaginary], each conjugate pair once: "0° (2 times), ±32°". */
export function anglesOf(eigenvalues) {
  const upper = eigenvalues.map(([re, im]) => Math.atan2(im, re)).map((angle) => (isReal(angle) ? Math.abs(angle) : angle));
  const counts = new Map();
  for (const angle of upper.filter((one) => one >= 0).sort((a, b) => a - b)) {
    const name = `${isReal(angle) ? "" : "±"}${inDegrees(angle)}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Array.from(counts, ([name, count]) => (count === 1 ? name : `${name} (${count} times)`)).join(", ");
}

const isReal = (angle) => Math.abs(angle) < 1e-6 || Math.PI - Math.abs(angle) < 1e-6;

/** "θ₂". */
export const theta = (k) => `θ${String.fromCharCode(0x2081 + k)}`;

/** What the k-th rotation (from 0) of a chain of n units does. */
export function describeRotation(k, n, radius) {
  const entries = (k + 2) * (n - k);
  return (
    `${theta(k)} turns units ${k + 1} and ${k + 2}; ${entries} of ${n * n} entries contain it; ` +
    `every modulus stays ${say(radius)}.`
  );
}
