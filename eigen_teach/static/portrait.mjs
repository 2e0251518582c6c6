// eigen_teach.portrait in JavaScript, for W = radius times the rotation by angle and the input (drive, 0).
// The same algorithms step by step: tests/js compares them with the Python package.
import { eigenvalues } from "./eigen_math.mjs";

export const ACTIVATIONS = {
  linear: { function: (z) => z, slope: () => 1 },
  tanh: { function: Math.tanh, slope: (h) => 1 - h * h },
  relu: { function: (z) => Math.max(z, 0), slope: (h) => (h > 0 ? 1 : 0) },
  sigmoid: { function: (z) => 1 / (1 + Math.exp(-z)), slope: (h) => h * (1 - h) },
};
export const SETTLING = 3600; // steps until an orbit is judged
const WATCHED = 720, LONGEST = 24, ESCAPE = 1e6;
const GRID = 17, NEWTON_STEPS = 60, RESIDUAL = 1e-10, LAST_STEP = 1e-7, MERGE = 1e-6, TINY = 1e-12;

/** A network of two units: its matrix W, its bias, its activation. */
export function network(radius, angle, activation, drive) {
  const a = radius * Math.cos(angle), s = radius * Math.sin(angle);
  return { W: [[a, -s], [s, a]], b: [drive, 0], name: activation, ...ACTIVATIONS[activation] };
}

const inputs = ({ W, b }, [x, y]) => [W[0][0] * x + W[0][1] * y + b[0], W[1][0] * x + W[1][1] * y + b[1]];

/** The state one step after h. */
export function next(net, h) {
  const [x, y] = inputs(net, h);
  return [net.function(x), net.function(y)];
}

/** The states h_0 = start … h_steps. */
export function trajectory(net, start, steps) {
  const states = [start];
  for (let t = 0; t < steps; t++) states.push(next(net, states[t]));
  return states;
}

/** The matrix diag(φ') W of the step that reached the state h. */
export function jacobian({ W, slope }, [x, y]) {
  const p = slope(x), q = slope(y);
  return [[p * W[0][0], p * W[0][1]], [q * W[1][0], q * W[1][1]]];
}

/** The largest absolute difference between two states. */
const distance = (p, q) => Math.max(Math.abs(p[0] - q[0]), Math.abs(p[1] - q[1]));

/** The x with A x = c; null when A is singular to rounding. */
function solve([[p, q], [r, s]], [c, d]) {
  const det = p * s - q * r;
  if (Math.abs(det) <= TINY * Math.max(1, ...[p, q, r, s].map((entry) => entry * entry))) return null;
  return [(s * c - q * d) / det, (p * d - r * c) / det];
}

const identityMinus = ([[p, q], [r, s]]) => [[1 - p, -q], [-r, 1 - s]];

/** The states that stay, h = φ(W h + b), each once. */
export function fixedPoints(net) {
  const found = { linear: linearFixedPoints, relu: reluFixedPoints }[net.name]?.(net) ?? newton(net);
  return found.filter((point, i) => found.slice(0, i).every((other) => distance(point, other) > MERGE));
}

function linearFixedPoints({ W, b }) {
  const point = solve(identityMinus(W), b);
  return point ? [point] : [];
}

/** Solved once for each set of active units; kept is what is positive just there. */
function reluFixedPoints({ W, b }) {
  const found = linearFixedPoints({ W, b }).filter((h) => Math.min(...h) > TINY);
  for (const [i, j] of [[0, 1], [1, 0]]) { // unit i is active, j is cut
    let size = 0;
    if (Math.abs(1 - W[i][i]) > TINY) size = b[i] / (1 - W[i][i]);
    else if (Math.abs(b[i]) > TINY) continue;
    else if (b[j] > 0 && W[j][i] < 0) size = -b[j] / W[j][i]; // a line of fixed points, from where j is cut
    if (size > TINY && W[j][i] * size + b[j] <= TINY) found.push(i ? [0, size] : [size, 0]);
  }
  return Math.max(...b) <= 0 ? [...found, [0, 0]] : found;
}

/** Newton's method on h - φ(W h + b) from every point of a grid, the middle first. */
function newton(net) {
  const side = Array.from({ length: GRID }, (_, k) => k / (GRID - 1)).map((u) => (net.name === "sigmoid" ? u : 2 * u - 1));
  const grid = side.flatMap((x) => side.map((y) => [x, y]));
  const middle = Math.floor(grid.length / 2);
  return [...grid.slice(middle), ...grid.slice(0, middle)].map((start) => newtonFrom(net, start)).filter(Boolean);
}

function newtonFrom(net, start) {
  let h = start, step = [0, 0];
  for (let k = 0; k < NEWTON_STEPS; k++) {
    const image = next(net, h);
    const [[p, q], [r, s]] = identityMinus(jacobian(net, image));
    const gap = [h[0] - image[0], h[1] - image[1]], det = p * s - q * r;
    step = det === 0 ? [0, 0] : [(s * gap[0] - q * gap[1]) / det, (p * gap[1] - r * gap[0]) / det];
    h = [h[0] - step[0], h[1] - step[1]];
    if (distance(step, [0, 0]) <= TINY) break; // further steps would change less than that
  }
  return distance(h, next(net, h)) <= RESIDUAL && distance(step, [0, 0]) <= LAST_STEP ? h : null;
}

/** The factor a step by which a small displacement from a fixed point grows in the end: below 1, stable. */
export function growth(net, point) {
  const { W, b } = net, z = inputs(net, point);
  const size = (i) => 1 + Math.abs(b[i]) + Math.abs(W[i][0] * point[0]) + Math.abs(W[i][1] * point[1]);
  const kink = z.map((value, i) => Math.abs(value) <= TINY * size(i));
  if (net.name === "relu" && (kink[0] || kink[1])) return growthAtKink(W, z, kink);
  return largestModulus(eigenvalues(jacobian(net, point)));
}

export const largestModulus = (values) => Math.max(...values.map((value) => Math.hypot(...value)));

/** Where ReLU has no slope: sixteen directions, followed for 400 steps through W and the cut. */
function growthAtKink(W, z, kink) {
  const cut = (value, i) => (kink[i] ? Math.max(value, 0) : z[i] > 0 ? value : 0);
  const rates = Array.from({ length: 16 }, (_, k) => {
    let v = [Math.cos((k * Math.PI) / 8), Math.sin((k * Math.PI) / 8)], log = 0;
    for (let t = 0; t < 400; t++) {
      const x = cut(W[0][0] * v[0] + W[0][1] * v[1], 0), y = cut(W[1][0] * v[0] + W[1][1] * v[1], 1);
      const length = Math.hypot(x, y);
      if (length === 0) return -Infinity;
      v = [x / length, y / length];
      if (t >= 300) log += Math.log(length);
    }
    return log;
  });
  return Math.exp(Math.max(...rates) / 100);
}

/** The fewest steps, at most 24, after which every state is back; 0 when there is no such number. */
export function cycle(states) {
  const tolerance = 1e-8 * states.reduce((most, h) => Math.max(most, Math.abs(h[0]), Math.abs(h[1])), 1);
  for (let period = 1; period <= LONGEST; period++) {
    if (states.every((h, t) => t < period || distance(h, states[t - period]) <= tolerance)) return period;
  }
  return 0;
}

/** What the orbit of a start ends on: kind "cycle", "open", "slow" or "away", the period, the last states. */
export function ending(net, start) {
  const states = [start];
  for (let t = 0; t < SETTLING; t++) {
    states.push(next(net, states[t]));
    if (!(distance(states[t + 1], [0, 0]) <= ESCAPE)) return { kind: "away", period: 0, states: [] };
  }
  const last = states.slice(-WATCHED), before = states.slice(-2 * WATCHED, -WATCHED);
  const period = cycle(last);
  return { kind: period ? "cycle" : moved(before, last) ? "slow" : "open", period, states: last };
}

/** Whether the box around the states is another one. */
function moved(before, last) {
  const boxes = [before, last].map((states) =>
    [Math.min, Math.max].flatMap((extreme) => [0, 1].map((i) => extreme(...states.map((h) => h[i])))),
  );
  const size = Math.max(...boxes.flatMap(([left, low, right, high]) => [right - left, high - low]));
  return boxes[0].some((edge, k) => Math.abs(edge - boxes[1][k]) > 0.05 * size);
}
