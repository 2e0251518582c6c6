// RotationChain: the initializer's matrix, its eigenvalues, and what each single rotation does to them.
import { degrees, eigenvalues, radians, randomAngles, rotationChain } from "./eigen_math.mjs";
import { anglesOf, describeRotation, fate, inDegrees, say, theta } from "./words.mjs";
import { button, element, figure, drawing, label, mount, plane, row, slider, statusLine, svg, tie, uniqueId } from "./kit.mjs";

const SIZE = 320;
const EDGE = 24; // room for the units' numbers
const MOST = 8;
const FIRST_SEED = 1;

/** An entry as text that fits its cell; an entry that is zero for all angles is left blank. */
export function cellText(value, i, j, n) {
  if (i > j + 1) return "";
  const text = value.toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", "−");
  return n > 6 ? text.replace("0.", ".") : text;
}

/** The matrix as coloured cells. draw(W, radius, moved) recolours them; moved is a rotation's index or -1. */
function matrixGrid() {
  const cells = Array.from({ length: MOST * MOST }, () => ({ box: svg("rect", { rx: 3 }), text: label(0, 0, "") }));
  const rowNames = Array.from({ length: MOST }, (_, i) => label(EDGE / 2, 0, i + 1));
  const columnNames = Array.from({ length: MOST }, (_, i) => label(0, EDGE / 2 + 5, i + 1));
  const outline = svg("rect", { class: "et-outline", rx: 5 });
  const picture = drawing(SIZE, SIZE, ...cells.flatMap(({ box, text }) => [box, text]), ...rowNames, ...columnNames, outline);
  picture.classList.add("et-matrix");
  let drawnSize = 0;

  function layOut(n) {
    const side = (SIZE - EDGE - 4) / n;
    const center = (k) => EDGE + (k + 0.5) * side;
    cells.forEach(({ box, text }, index) => {
      const i = Math.floor(index / n), j = index % n, shown = i < n ? "inline" : "none";
      place(box, { x: EDGE + j * side + 1, y: EDGE + i * side + 1, width: side - 2, height: side - 2, display: shown });
      place(text, { x: center(j), y: center(i) + 5, display: shown });
    });
    rowNames.forEach((name, i) => place(name, { y: center(i) + 5, display: i < n ? "inline" : "none" }));
    columnNames.forEach((name, j) => place(name, { x: center(j), display: j < n ? "inline" : "none" }));
    drawnSize = n;
  }

  function drawOutline(n, moved) {
    const side = (SIZE - EDGE - 4) / n;
    outline.setAttribute("display", moved < 0 ? "none" : "inline");
    place(outline, { x: EDGE + moved * side, y: EDGE, width: (n - moved) * side, height: (moved + 2) * side });
    for (const names of [rowNames, columnNames]) {
      names.forEach((name, i) => name.classList.toggle("et-strong", moved >= 0 && (i === moved || i === moved + 1)));
    }
  }

  function draw(W, radius, moved) {
    const n = W.length;
    if (n !== drawnSize) layOut(n);
    W.flat().forEach((value, index) => {
      const { box, text } = cells[index];
      box.setAttribute("class", value < 0 ? "et-minus" : "et-plus");
      box.setAttribute("fill-opacity", radius ? (0.62 * Math.abs(value / radius)).toFixed(3) : 0);
      text.textContent = cellText(value, Math.floor(index / n), index % n, n);
    });
    drawOutline(n, moved);
  }
  return { picture, draw };
}

/** The eigenvalues on the plane. draw(values, radius, ghosts) moves the marks. */
function spectrum() {
  const space = plane(SIZE, 1.6, ["real", "imaginary"]);
  const ring = svg("circle", { class: "et-ring", cx: space.middle, cy: space.middle });
  const circles = (className) => Array.from({ length: MOST }, () => svg("circle", { class: className, r: 6 }));
  const ghosts = circles("et-ghost"), marks = circles("et-mark");
  space.picture.append(ring, ...ghosts, ...marks);

  const show = (shapes, values) =>
    shapes.forEach((shape, i) => {
      shape.setAttribute("display", i < values.length ? "inline" : "none");
      if (i >= values.length) return;
      const [cx, cy] = space.at(values[i]);
      place(shape, { cx: cx.toFixed(1), cy: cy.toFixed(1) });
    });
  const draw = (values, radius, before) => {
    ring.setAttribute("r", space.unit * radius);
    show(ghosts, before);
    show(marks, values);
    for (const mark of marks) mark.classList.toggle("et-hollow", radius >= 1);
  };
  return { picture: space.picture, draw };
}

function place(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

/** A whole number to type, under its label. */
function seedInput() {
  const id = uniqueId();
  const input = element("input", { id, type: "number", min: 0, max: 9999, step: 1, value: FIRST_SEED, "data-control": "seed" });
  return { node: element("div", { class: "et-seed" }, element("label", { for: id }, "Seed"), input), input };
}

/** The angles of a chain of n units: those that exist already, then fresh ones. */
export const resized = (angles, n, seed) => [...angles, ...randomAngles(MOST - 1, seed).slice(angles.length)].slice(0, n - 1);

function render({ model, el }) {
  const grid = matrixGrid(), spectre = spectrum(), seed = seedInput(), status = statusLine();
  let values = []; // the eigenvalues that are drawn
  let ghosts = []; // those from when the rotation was taken up
  let moved = -1; // the rotation in hand
  let last = 0; // the rotation that was in hand last

  const takeUp = (k) => {
    [moved, last, ghosts] = [k, k, values];
  };
  const setAngles = (angles) => {
    [moved, ghosts] = [-1, []];
    link.set({ angles });
  };
  const turn = (k, value) => {
    if (moved !== k) takeUp(k);
    link.set({ angles: model.get("angles").map((angle, i) => (i === k ? radians(value) : angle)) });
  };
  const seedNow = () => Math.max(0, Math.floor(Number(seed.input.value) || 0));
  const randomize = () => setAngles(randomAngles(model.get("angles").length, seedNow()));
  const same = (angle) => setAngles(model.get("angles").map(() => angle));
  const resize = (n) => setAngles(resized(model.get("angles"), n, seedNow()));

  const size = slider("n", "Units n", { min: 2, max: MOST, step: 1 }, resize);
  const radius = slider("radius", "Radius λ", { min: 0, max: 1.5, step: 0.01 }, (value) => link.set({ radius: value }));
  const angles = Array.from({ length: MOST - 1 }, (_, k) => {
    const control = slider(`angle-${k + 1}`, `${theta(k)} · units ${k + 1}, ${k + 2}`, { min: 0, max: 360, step: 1 }, (value) => turn(k, value));
    const pickUp = () => {
      takeUp(k);
      draw();
    };
    control.input.addEventListener("focus", pickUp);
    control.input.addEventListener("pointerdown", pickUp);
    return control;
  });

  const showAngle = (control, angle) => {
    control.node.hidden = angle === undefined;
    if (angle === undefined) return;
    const shown = degrees(angle) - 360 * Math.floor(degrees(angle) / 360.001); // a full turn stays 360
    control.show(Math.round(shown), inDegrees(radians(shown)));
  };
  const draw = () => {
    const current = model.get("angles"), lambda = model.get("radius"), n = current.length + 1;
    if (moved >= n - 1) [moved, ghosts] = [-1, []];
    const W = rotationChain(current, lambda);
    values = eigenvalues(W);
    size.show(n, String(n));
    radius.show(lambda, say(lambda));
    angles.forEach((control, k) => showAngle(control, current[k]));
    grid.draw(W, lambda, moved);
    spectre.draw(values, lambda, ghosts);
    const where = lambda === 0 ? "All eigenvalues are 0." : `Eigenvalues of modulus ${say(lambda)} at ${anglesOf(values)}, ${fate(lambda)}.`;
    const effect = moved < 0 ? "" : `${describeRotation(moved, n, lambda)} `;
    grid.picture.setAttribute("aria-label", `Matrix W, ${n} by ${n}, ${n - 1} rotations. ${effect}`);
    spectre.picture.setAttribute("aria-label", `Complex plane with the unit circle. ${where}`);
    status.textContent = effect + where;
  };
  const link = tie(model, ["radius", "angles"], draw);
  const reset = () => {
    [moved, last, ghosts] = [-1, 0, []];
    seed.input.value = FIRST_SEED;
    link.reset();
  };

  const buttons = row(
    seed.node,
    button("random", "Random angles", randomize),
    button("zero", "All zero", () => same(0)),
    button("equal", "All equal", () => same(model.get("angles")[last] ?? model.get("angles")[0])),
    button("reset", "Reset", reset),
  );
  const pictures = row(figure("W: to unit (row), from unit (column)", grid.picture), figure("Eigenvalues, all on the circle of radius λ", spectre.picture));
  const turns = row(...angles.map(({ node }) => node));
  turns.classList.add("et-turns");
  buttons.classList.add("et-buttons");
  // The line stands below the sliders: it grows when one is taken up, and must not push it from the pointer.
  mount(el, "RotationChain", pictures, row(size.node, radius.node), turns, status, buttons);
  draw();
  return link.release;
}

export default { render };
