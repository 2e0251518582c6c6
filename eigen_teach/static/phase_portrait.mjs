// PhasePortrait: two nonlinear units. Where a ring of starting states and one orbit go, and the Jacobian's eigenvalues.
import { degrees, eigenvalues, radians } from "./eigen_math.mjs";
import { inDegrees, say } from "./words.mjs";
import { ending, fixedPoints, growth, jacobian, network, next, SETTLING, trajectory } from "./portrait.mjs";
import { describeEnding, describeFixedPoints, describeJacobian, stability } from "./portrait_words.mjs";
import { button, dots, drawing, element, figure, label, line, mount, row, slider, statusLine, svg, tie, uniqueId } from "./kit.mjs";

const SIZE = 320;
const MIDDLE = SIZE / 2;
const VIEW = 1.3; // units from the origin to the edge of the state plane
const UNIT = MIDDLE / VIEW;
export const FARTHEST_START = 1.2;
export const STEPS = 60;
const RING = { points: 160, steps: 24, radius: 1.2 };
const NAMES = { linear: "linear", tanh: "tanh", relu: "ReLU", sigmoid: "sigmoid" };

const clamp = (value, most) => Math.min(most, Math.max(-most, value));
const size = ([x, y]) => Math.max(Math.abs(x), Math.abs(y));
const inView = (state) => size(state) <= VIEW;

/** Where a state is drawn. One that is far away keeps its direction and comes near enough for a drawing. */
export function at(state) {
  const nearer = UNIT * Math.min(1, 99 / size(state));
  return [MIDDLE + nearer * state[0], MIDDLE - nearer * state[1]];
}

/** Where a point of the plane moves the start: to .01, and no further than the sliders go. */
export const snap = (point) => point.map((value) => clamp(Math.round(100 * value) / 100, FARTHEST_START));

/** The first step of a trajectory that is outside the view: Infinity when none is. */
export function leavesAt(states) {
  const first = states.findIndex((state) => !inView(state));
  return first < 0 ? Infinity : first;
}

/** The steps of a trajectory that begin or end in the view, as one path. */
export function track(states) {
  const steps = states.slice(1).map((state, t) => [states[t], state]);
  return steps.filter((step) => step.some(inView)).map((step) => line(step.map(at))).join("");
}

/** A ring of starting states and its images after 1, 2, … steps: closed curves, up to the first that is all outside. */
export function images(net) {
  const turn = (2 * Math.PI) / RING.points;
  let curve = Array.from({ length: RING.points }, (_, k) => [RING.radius * Math.cos(k * turn), RING.radius * Math.sin(k * turn)]);
  const curves = [curve];
  while (curves.length <= RING.steps && curve.some(inView)) {
    curve = curve.map((state) => next(net, state));
    curves.push(curve);
  }
  return curves;
}

/** The part of the drawing that the states of an activation can reach, as [left, top, width, height]. */
export function reach(name) {
  if (name === "linear") return [-9, -9, SIZE + 18, SIZE + 18];
  if (name === "tanh") return [MIDDLE - UNIT, MIDDLE - UNIT, 2 * UNIT, 2 * UNIT];
  return name === "relu" ? [MIDDLE, -9, MIDDLE + 9, MIDDLE + 9] : [MIDDLE, MIDDLE - UNIT, UNIT, UNIT];
}

function place(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

/** The state plane, made once. draw(…) moves its parts; onDrag gets where the start is pulled to. */
function statePlane(onDrag) {
  const parts = {
    box: svg("rect", { class: "et-box" }),
    axes: svg("path", { class: "et-axis", d: `M0 ${MIDDLE}H${SIZE}M${MIDDLE} 0V${SIZE}` }),
    curves: svg("g", { class: "et-curves" }),
    end: svg("path", { class: "et-end" }),
    track: svg("path", { class: "et-track" }),
    points: svg("path", { class: "et-dots" }),
    fixed: svg("g"),
    start: svg("circle", { class: "et-start", r: 8 }),
    handle: svg("circle", { class: "et-handle", r: 20, "data-control": "drag" }),
  };
  for (let t = 0; t <= RING.steps; t++) {
    parts.curves.append(svg("path", { "stroke-opacity": (0.16 + (0.64 * t) / RING.steps).toFixed(2) }));
  }
  for (let k = 0; k < 9; k++) parts.fixed.append(svg("circle", { class: "et-fixed", r: 5 }));
  const names = [label(SIZE - 4, MIDDLE - 6, "h₁", { "text-anchor": "end" }), label(MIDDLE + 6, 14, "h₂")];
  const one = label(MIDDLE + UNIT + 4, MIDDLE + 18, "1");
  const picture = drawing(SIZE, SIZE, ...Object.values(parts), ...names, one);
  letDrag(picture, parts.handle, onDrag);

  function draw({ net, start, states, end, points, verdicts }) {
    const [x, y, width, height] = reach(net.name);
    place(parts.box, { x, y, width, height });
    const curves = images(net);
    parts.curves.childNodes.forEach((path, t) => path.setAttribute("d", t < curves.length ? `${line(curves[t].map(at))}Z` : ""));
    parts.end.setAttribute("d", dots(end.states.slice(-(end.period || end.states.length)).filter(inView).map(at)));
    parts.end.setAttribute("stroke-width", end.period === 0 ? 3 : end.period <= 4 ? 17 : 11);
    parts.track.setAttribute("d", track(states));
    parts.points.setAttribute("d", dots(states.filter(inView).map(at)));
    parts.fixed.childNodes.forEach((mark, k) => {
      mark.setAttribute("display", k < points.length && inView(points[k]) ? "inline" : "none");
      if (k >= points.length) return;
      const [cx, cy] = at(points[k]);
      place(mark, { cx: cx.toFixed(1), cy: cy.toFixed(1) });
      mark.classList.toggle("et-hollow", verdicts[k] !== "stable");
    });
    const [cx, cy] = at(start);
    for (const mark of [parts.start, parts.handle]) place(mark, { cx: cx.toFixed(1), cy: cy.toFixed(1) });
  }
  return { picture, draw };
}

/** Pull a handle about the drawing; where it was taken stays under the pointer. */
function letDrag(picture, handle, onDrag) {
  let grip = [0, 0];
  const pointOf = ({ clientX, clientY }) => {
    const box = picture.getBoundingClientRect();
    return [((2 * (clientX - box.left)) / box.width - 1) * VIEW, (1 - (2 * (clientY - box.top)) / box.height) * VIEW];
  };
  handle.addEventListener("pointerdown", (event) => {
    const [x, y] = pointOf(event), [cx, cy] = ["cx", "cy"].map((name) => Number(handle.getAttribute(name)));
    grip = [x - (cx - MIDDLE) / UNIT, y + (cy - MIDDLE) / UNIT];
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const [x, y] = pointOf(event);
    onDrag([x - grip[0], y - grip[1]]);
  });
}

/** The complex plane. It shows the unit circle at one size up to λ = 1.4, then steps back to keep λ in view. */
function eigenPlane() {
  const unit = svg("circle", { class: "et-unit", cx: MIDDLE, cy: MIDDLE });
  const one = label(0, MIDDLE + 18, "1");
  const along = svg("path", { class: "et-along" });
  const circles = (className) => [0, 1].map(() => svg("circle", { class: className, r: 7 }));
  const ghosts = circles("et-ghost"), marks = circles("et-mark");
  const axes = svg("path", { class: "et-axis", d: `M0 ${MIDDLE}H${SIZE}M${MIDDLE} 0V${SIZE}` });
  const names = [label(SIZE - 4, MIDDLE - 12, "real", { "text-anchor": "end" }), label(MIDDLE + 6, 14, "imaginary")];
  const picture = drawing(SIZE, SIZE, unit, axes, along, ...ghosts, ...marks, one, ...names);

  function draw({ net, radius, states, values }) {
    const scale = MIDDLE / Math.max(1.6, 1.14 * radius);
    const put = ([x, y]) => [MIDDLE + scale * x, MIDDLE - scale * y];
    const show = (shapes, pair) => shapes.forEach((shape, i) => {
      const [cx, cy] = put(pair[i]);
      place(shape, { cx: cx.toFixed(1), cy: cy.toFixed(1) });
    });
    unit.setAttribute("r", scale);
    one.setAttribute("x", MIDDLE + scale + 6);
    along.setAttribute("d", dots(states.slice(1).flatMap((state) => eigenvalues(jacobian(net, state))).map(put)));
    show(ghosts, eigenvalues(net.W));
    show(marks, values);
    values.forEach((value, i) => marks[i].classList.toggle("et-hollow", Math.hypot(...value) >= 1));
  }
  return { picture, draw };
}

/** Native radio buttons side by side. */
function choice(name, legend, options, onChoice) {
  const group = uniqueId();
  const inputs = Object.keys(options).map((value, i) => {
    const id = `${group}-${i}`;
    const input = element("input", { id, type: "radio", name: group, value, "data-control": `${name}-${value}` });
    input.addEventListener("change", () => onChoice(value));
    return input;
  });
  const pick = (input, i) => element("span", {}, input, element("label", { for: input.id }, Object.values(options)[i]));
  const node = element("fieldset", { class: "et-choice" }, element("legend", {}, legend), ...inputs.map(pick));
  const show = (value) => inputs.forEach((input) => (input.checked = input.value === value));
  return { node, show };
}

/** The symbols of the state plane, and what they mean. */
function key() {
  const item = (text, ...shapes) => element("span", {}, svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, ...shapes), text);
  const circle = (className, r) => svg("circle", { class: className, cx: 10, cy: 10, r });
  const node = element(
    "div",
    { class: "et-key" },
    item("a ring of starts after 1, 2, … steps", svg("circle", { class: "et-image", cx: 10, cy: 10, r: 8 }), svg("circle", { class: "et-image et-late", cx: 10, cy: 10, r: 4 })),
    item("one orbit from its start", svg("path", { class: "et-track", d: "M5 10H16" }), svg("path", { class: "et-dots", d: "M5 10h0M11 10h0M16 10h0" }), svg("circle", { class: "et-start", cx: 5, cy: 10, r: 4.5 })),
    item("where it ends", svg("path", { class: "et-end", "stroke-width": 12, d: "M10 10h0" })),
    item("fixed point, stable", circle("et-fixed", 5)),
    item("fixed point, not stable", circle("et-fixed et-hollow", 5)),
    item(`eigenvalues at step ${STEPS}`, circle("et-mark", 5)),
    item("eigenvalues of W", circle("et-ghost", 6)),
  );
  return node;
}

function render({ model, el }) {
  const state = statePlane((point) => link.set({ start: snap(point) })), eigen = eigenPlane(), status = statusLine();
  const activation = choice("activation", "Activation φ", NAMES, (value) => link.set({ activation: value }));
  const radius = slider("radius", "Radius λ", { min: 0, max: 3, step: 0.01 }, (value) => link.set({ radius: value }));
  const angle = slider("angle", "Angle θ", { min: 0, max: 180, step: 1 }, (value) => link.set({ angle: radians(value) }));
  const drive = slider("drive", "Input to unit 1", { min: -1, max: 1, step: 0.01 }, (value) => link.set({ drive: value }));
  const starts = [0, 1].map((i) =>
    slider(`start-${i + 1}`, `Start h${"₁₂"[i]}`, { min: -FARTHEST_START, max: FARTHEST_START, step: 0.01 }, (value) =>
      link.set({ start: model.get("start").map((old, k) => (k === i ? value : old)) }),
    ),
  );

  const showControls = () => {
    activation.show(model.get("activation"));
    radius.show(model.get("radius"), say(model.get("radius")));
    angle.show(Math.round(degrees(model.get("angle"))), inDegrees(model.get("angle")));
    drive.show(model.get("drive"), say(model.get("drive")));
    starts.forEach((control, i) => control.show(model.get("start")[i], say(model.get("start")[i])));
  };
  const draw = () => {
    showControls();
    const net = network(...["radius", "angle", "activation", "drive"].map((name) => model.get(name)));
    const start = model.get("start"), states = trajectory(net, start, STEPS), end = ending(net, start);
    const points = fixedPoints(net), verdicts = points.map((point) => stability(growth(net, point)));
    const values = eigenvalues(jacobian(net, states[STEPS]));
    state.draw({ net, start, states, end, points, verdicts });
    eigen.draw({ net, radius: model.get("radius"), states, values });
    const resting = describeFixedPoints(net, points, verdicts);
    const going = describeEnding(net, end, leavesAt(states), SETTLING), near = describeJacobian(values, STEPS);
    state.picture.setAttribute("aria-label", `State plane, ${STEPS} steps from the start. ${resting} ${going}`);
    eigen.picture.setAttribute("aria-label", `Complex plane with the unit circle. ${near}`);
    status.textContent = `${resting} ${going} ${near}`;
  };
  const link = tie(model, ["radius", "angle", "activation", "drive", "start"], draw);
  const pictures = row(figure("State: drag the start", state.picture), figure(`Eigenvalues of the Jacobian, step 1 to ${STEPS}`, eigen.picture));
  const main = row(radius.node, angle.node);
  main.classList.add("et-main");
  const fine = row(drive.node, ...starts.map(({ node }) => node));
  // The line stands below the sliders: it grows and shrinks, and must not push them from the pointer.
  pictures.classList.add("et-pictures");
  mount(el, "PhasePortrait", pictures, key(), activation.node, main, fine, status, button("reset", "Reset", link.reset));
  draw();
  return link.release;
}

export default { render };
