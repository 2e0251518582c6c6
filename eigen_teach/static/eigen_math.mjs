// The formulas of eigen_teach in JavaScript: pure functions, no page. Angles in radians, time in steps.
// tests/js compares every one of them with the Python package.

export const TURN = 2 * Math.PI;

/** Radians of a number of degrees; exactly π and 2π at 180 and 360. */
export const radians = (degrees) => Math.PI * (degrees / 180);

/** Degrees of an angle in radians. */
export const degrees = (angle) => (angle / Math.PI) * 180;

/** λ^0 … λ^steps of the eigenvalue λ = radius·e^(i·angle), as pairs [real, imaginary]. */
export function powers(radius, angle, steps) {
  return Array.from({ length: steps + 1 }, (_, t) => {
    const size = radius ** t;
    return [size * Math.cos(t * angle), size * Math.sin(t * angle)];
  });
}

/**
 * States h_0 = (1, 0) … h_steps of h_t = W h_(t-1), W = radius times the rotation by angle.
 * W does to the plane what λ does to the complex numbers, so h_t is λ^t read as a point.
 */
export const orbit = (radius, angle, steps) => powers(radius, angle, steps);

/** Re(λ^t) for t = 0 … steps: what a mode answers to a single kick. */
export const modeResponse = (radius, angle, steps) => powers(radius, angle, steps).map(([real]) => real);

/** radius^t for t = 0 … steps: the size that bounds the mode's response. */
export const envelope = (radius, steps) => Array.from({ length: steps + 1 }, (_, t) => radius ** t);

/** Steps until a mode has lost half of its size: 0 at modulus 0, Infinity from modulus 1 on. */
export function halfLife(radius) {
  if (radius >= 1) return Infinity;
  return radius === 0 ? 0 : Math.LN2 / -Math.log(radius);
}

/** Steps until a mode outside the unit circle has doubled: Infinity up to modulus 1. */
export const doublingTime = (radius) => (radius > 1 ? Math.LN2 / Math.log(radius) : Infinity);

/** Steps of one turn, 2π/angle: Infinity for a positive real eigenvalue. */
export const period = (angle) => (angle === 0 ? Infinity : TURN / Math.abs(angle));

/** Fewest steps that make a whole number of turns, at most 360: Infinity when none does. */
export function closesAfter(angle) {
  for (let steps = 1; steps <= 360; steps++) {
    const turns = (steps * angle) / TURN;
    if (Math.abs(turns - Math.round(turns)) < 1e-9) return steps;
  }
  return Infinity;
}

/**
 * W = radius·G_1 G_2 … G_(n-1) as rows, G_k the rotation by the k-th angle in the plane (k, k+1).
 * The closed form: W[i][j] = radius·c_(i-1) c_j times the product of -s_k for i <= k < j, where c_(-1) = c_(n-1) = 1,
 * on and above the diagonal; radius·s_j just below it; 0 further down.
 */
export function rotationChain(angles, radius) {
  const n = angles.length + 1;
  const sine = angles.map(Math.sin);
  const cosine = [...angles.map(Math.cos), 1];
  return Array.from({ length: n }, (_, i) => {
    const row = new Array(n).fill(0);
    if (i > 0) row[i - 1] = radius * sine[i - 1];
    let product = radius * (i > 0 ? cosine[i - 1] : 1);
    for (let j = i; j < n; j++) {
      row[j] = product * cosine[j];
      product *= -sine[j];
    }
    return row;
  });
}

/** Whether entry (i, j) of a chain contains the k-th angle (all from 0): a block of rows to k+1, columns from k. */
export const dependsOn = (i, j, k) => i - 1 <= k && k <= j;

/** `count` angles in whole degrees below a full turn, in radians: the same seed gives the same angles. */
export function randomAngles(count, seed) {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (state + 0x9e3779b9) >>> 0; // a counter, and below it two rounds that mix its bits
    let bits = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return radians(Math.floor((((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32) * 360));
  });
}

const EPSILON = 2 ** -52;

/**
 * Eigenvalues of a small real matrix (rows), as pairs [real, imaginary] in no special order.
 * Shifted QR on the Hessenberg form: backward stable, so exact to rounding for normal matrices.
 */
export function eigenvalues(matrix) {
  const work = hessenberg(matrix);
  const tiny = EPSILON * Math.hypot(...matrix.flat());
  const found = [];
  for (let top = work.n - 1, tries = 0; top >= 0; ) {
    let low = top;
    while (low > 0 && modulus(work, low, low - 1) > tiny) low--;
    if (low === top) {
      found.push(entry(work, top, top));
      top--;
      tries = 0;
    } else {
      // A cyclic shift is its own QR step under the usual shift: now and then an arbitrary one is needed.
      if (++tries > 200) throw new Error("the eigenvalues did not converge"); // better than a page that hangs
      qrStep(work, low, top, tries % 8 === 4 ? arbitraryShift(work, top) : wilkinsonShift(work, top));
    }
  }
  return found;
}

const entry = ({ n, re, im }, i, j) => [re[i * n + j], im[i * n + j]];
const modulus = (work, i, j) => Math.hypot(...entry(work, i, j));

/** Complex copy of a real matrix, similar to it and zero below the first subdiagonal. */
function hessenberg(matrix) {
  const n = matrix.length;
  const work = { n, re: Float64Array.from(matrix.flat()), im: new Float64Array(n * n) };
  for (let j = 0; j < n - 2; j++) {
    for (let i = j + 2; i < n; i++) {
      if (work.re[i * n + j] === 0) continue;
      const plane = planeRotation(work, j + 1, i, j);
      turnRows(work, plane, j + 1, i);
      turnColumns(work, plane, j + 1, i);
    }
  }
  return work;
}

/** The unitary turn of rows p and q that makes the entry (q, column) zero. */
function planeRotation(work, p, q, column) {
  const [a, b] = entry(work, p, column);
  const [c, d] = entry(work, q, column);
  const size = Math.hypot(a, b, c, d);
  return size === 0 ? [1, 0, 0, 0] : [a / size, b / size, c / size, d / size];
}

/** Rows p, q become conj(x)·p + conj(y)·q and x·q - y·p, where x = a + ib and y = c + id. */
function turnRows({ n, re, im }, [a, b, c, d], p, q) {
  for (let P = p * n, Q = q * n; P < p * n + n; P++, Q++) {
    const pr = re[P], pi = im[P], qr = re[Q], qi = im[Q];
    re[P] = a * pr + b * pi + c * qr + d * qi;
    im[P] = a * pi - b * pr + c * qi - d * qr;
    re[Q] = a * qr - b * qi - c * pr + d * pi;
    im[Q] = a * qi + b * qr - c * pi - d * pr;
  }
}

/** The adjoint of turnRows from the right: columns p, q become x·p + y·q and conj(x)·q - conj(y)·p. */
function turnColumns({ n, re, im }, [a, b, c, d], p, q) {
  for (let P = p, Q = q; P < n * n; P += n, Q += n) {
    const pr = re[P], pi = im[P], qr = re[Q], qi = im[Q];
    re[P] = a * pr - b * pi + c * qr - d * qi;
    im[P] = a * pi + b * pr + c * qi + d * qr;
    re[Q] = a * qr + b * qi - c * pr - d * pi;
    im[Q] = a * qi - b * qr - c * pi + d * pr;
  }
}

/** One step on the block low … top: factor H - shift = QR, then put RQ + shift in its place. */
function qrStep(work, low, top, [re, im]) {
  const { n } = work;
  const addShift = (sign) => {
    for (let i = 0; i < n; i++) {
      work.re[i * n + i] += sign * re;
      work.im[i * n + i] += sign * im;
    }
  };
  addShift(-1);
  const planes = [];
  for (let i = low; i < top; i++) {
    planes.push(planeRotation(work, i, i + 1, i));
    turnRows(work, planes.at(-1), i, i + 1);
  }
  planes.forEach((plane, k) => turnColumns(work, plane, low + k, low + k + 1));
  addShift(1);
}

/** The eigenvalue of the last 2 by 2 block that is nearer to its last entry. */
function wilkinsonShift(work, top) {
  const [ar, ai] = entry(work, top - 1, top - 1), [br, bi] = entry(work, top - 1, top);
  const [cr, ci] = entry(work, top, top - 1), [dr, di] = entry(work, top, top);
  const hr = (ar - dr) / 2, hi = (ai - di) / 2; // half of the difference of the diagonal
  const [rr, ri] = squareRoot(hr * hr - hi * hi + br * cr - bi * ci, 2 * hr * hi + br * ci + bi * cr);
  const sign = hr * rr + hi * ri > 0 ? -1 : 1;
  return [dr + hr + sign * rr, di + hi + sign * ri];
}

/** A shift off every symmetry: the last entry, moved by about the size of its neighbour. */
function arbitraryShift(work, top) {
  const [re, im] = entry(work, top, top);
  const size = modulus(work, top, top - 1);
  return [re + 0.7 * size, im + 0.4 * size];
}

function squareRoot(re, im) {
  const size = Math.hypot(re, im);
  const real = Math.sqrt(Math.max(0, (size + re) / 2));
  const imaginary = Math.sqrt(Math.max(0, (size - re) / 2));
  return [real, im < 0 ? -imaginary : imaginary];
}
