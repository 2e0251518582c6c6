// What a phase portrait shows, in words. Pure functions.
import { degrees } from "./eigen_math.mjs";
import { say } from "./words.mjs";

export const EDGE = 1e-9; // a modulus as near to 1 as this is 1: neither stable nor unstable

/** A number to two decimals: what is smaller is 0. */
export const sayShort = (value) => say(Number(value.toFixed(2)));

const coordinates = (point) => `(${point.map(sayShort).join(", ")})`;

/** "stable", "unstable" or "neutral", from the growth of a small displacement. */
export const stability = (growth) => (growth < 1 - EDGE ? "stable" : growth > 1 + EDGE ? "unstable" : "neutral");

const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];

/** How many states stay where they are, and whether their neighbours come nearer. */
export function describeFixedPoints(net, points, verdicts) {
  if (points.length === 0) {
    return net.name === "linear" && net.b[0] === 0 ? "W is the identity: every state is a fixed point." : "No fixed point.";
  }
  if (points.length === 1) {
    if (net.name === "relu" && verdicts[0] === "neutral") return `A line of fixed points starts at ${coordinates(points[0])}.`;
    return `One fixed point, at ${coordinates(points[0])}: ${verdicts[0]}.`;
  }
  const counts = ["stable", "neutral", "unstable"].map((word) => [verdicts.filter((verdict) => verdict === word).length, word]);
  const list = counts.filter(([count]) => count).map(([count, word]) => `${count} ${word}`).join(", ");
  return `${NUMBERS[points.length] ?? points.length} fixed points: ${list}.`;
}

/** What the orbit ends on. `leaves` is the first drawn step outside the view, Infinity when none is. */
export function describeEnding(net, { kind, period, states }, leaves, settling) {
  const exit = Number.isFinite(leaves) ? ` It leaves the view at step ${leaves}.` : "";
  if (kind === "away") return `The orbit explodes.${exit}`;
  if (kind === "slow") return `After ${settling} steps the orbit is still on its way.${exit}`;
  if (kind === "open") return `The orbit ${net.name === "relu" ? "never settles" : "runs round a ring"}: no cycle of up to 24 steps.${exit}`;
  if (period === 1) return `The orbit comes to rest at ${coordinates(states.at(-1))}.`;
  return `The orbit ends on a cycle of ${period} states.${exit}`;
}

/** The Jacobian's two eigenvalues in one sentence. */
export function describeJacobian(values, steps) {
  const where = `The Jacobian at step ${steps}`;
  const size = Math.max(...values.map((value) => Math.hypot(...value)));
  if (size === 0) return `${where} is 0: no small change of the state is passed on.`;
  const side = { stable: "inside", unstable: "outside", neutral: "on" }[stability(size)];
  const [re, im] = values.reduce((upper, value) => (value[1] > upper[1] ? value : upper));
  if (im > 1e-6) {
    const modulus = sayShort(size), turn = say(Number(degrees(Math.atan2(im, re)).toFixed(1)));
    return `${where} has eigenvalues ${modulus} at plus and minus ${turn} degrees, ${side} the unit circle.`;
  }
  const [low, high] = values.map(([real]) => real).sort((a, b) => Math.abs(a) - Math.abs(b));
  const both = Math.abs(low) < 1 - EDGE === size < 1 - EDGE;
  if (Math.abs(high - low) < 1e-6) return `${where} has the eigenvalue ${sayShort(high)} twice, ${side} the unit circle.`;
  return `${where} has eigenvalues ${sayShort(high)} and ${sayShort(low)}, ${both ? "" : "one "}${side} the unit circle.`;
}
