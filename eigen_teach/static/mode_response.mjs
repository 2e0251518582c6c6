// ModeResponse: what one mode answers to a single kick, its envelope and its half-life.
import { degrees, doublingTime, envelope, halfLife, modeResponse, radians } from "./eigen_math.mjs";
import { describePair, inDegrees, say, inSteps } from "./words.mjs";
import { button, dots, drawing, figure, followWidth, label, line, mount, row, slider, statusLine, svg, tie } from "./kit.mjs";

const HEIGHT = 250;
const EDGE = { left: 60, right: 16, top: 28, bottom: 30 };

/** Functions from steps and values to places in a drawing of the given width. */
export function scales(width, steps, top) {
  const right = width - EDGE.right, middle = (EDGE.top + HEIGHT - EDGE.bottom) / 2;
  return {
    x: (t) => EDGE.left + ((right - EDGE.left) * t) / steps,
    y: (value) => middle - ((middle - EDGE.top) * value) / top,
  };
}

/** Where the mode has halved, or doubled, and what to call that; null when it does neither in the view. */
export function landmark(radius, steps) {
  const time = radius > 1 ? doublingTime(radius) : halfLife(radius);
  if (!(time > 0 && time <= steps)) return null;
  return { time, text: `${radius > 1 ? "doubling time" : "half-life"} ${inSteps(time)}` };
}

/** The drawing's parts, made once. draw(radius, angle, steps, width) moves them. */
function chart() {
  const parts = {
    axis: svg("path", { class: "et-axis" }),
    stems: svg("path", { class: "et-stems" }),
    bounds: svg("path", { class: "et-bounds" }),
    points: svg("path", { class: "et-dots" }),
    mark: svg("path", { class: "et-landmark" }),
  };
  const marker = label(0, 17, "", { class: "et-strong" });
  const levels = [0, 1, 2].map(() => label(EDGE.left - 8, 0, "", { "text-anchor": "end" }));
  const times = [0, 1, 2].map(() => label(0, HEIGHT - 9, "", { "text-anchor": "middle" }));
  const picture = drawing(640, HEIGHT, ...Object.values(parts), marker, ...levels, ...times);
  picture.classList.add("et-wide");

  function drawAxes({ x, y }, steps, top) {
    parts.axis.setAttribute("d", `M${x(0)} ${y(top)}V${y(-top)}M${x(0)} ${y(0)}H${x(steps)}`);
    [top, 0, -top].forEach((value, i) => {
      levels[i].setAttribute("y", y(value) + 5);
      levels[i].textContent = say(Number(value.toPrecision(2)));
    });
    [0, Math.round(steps / 2), steps].forEach((t, i) => {
      times[i].setAttribute("x", x(t));
      times[i].textContent = i === 1 ? `step ${t}` : t;
    });
  }

  function drawLandmark({ x, y }, found, steps, top) {
    parts.mark.setAttribute("d", found ? `M${x(found.time)} ${y(top) - 6}V${y(-top)}` : "");
    marker.textContent = found ? found.text : "";
    if (!found) return;
    const late = found.time > 0.6 * steps;
    marker.setAttribute("x", x(found.time) + (late ? -6 : 6));
    marker.setAttribute("text-anchor", late ? "end" : "start");
  }

  function draw(radius, angle, steps, width) {
    picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const bound = envelope(radius, steps), top = Math.max(1, bound[steps]);
    const scale = scales(width, steps, top);
    const place = (sign) => (value, t) => [scale.x(t), scale.y(sign * value)];
    const answers = modeResponse(radius, angle, steps).map(place(1));
    const zero = scale.y(0).toFixed(1);
    parts.stems.setAttribute("d", answers.map(([x, y]) => `M${x.toFixed(1)} ${zero}V${y.toFixed(1)}`).join(""));
    parts.points.setAttribute("d", dots(answers));
    parts.points.setAttribute("stroke-width", Math.min(6, Math.max(3, 600 / steps)));
    parts.bounds.setAttribute("d", line(bound.map(place(1))) + line(bound.map(place(-1))));
    drawAxes(scale, steps, top);
    drawLandmark(scale, landmark(radius, steps), steps, top);
  }
  return { picture, draw };
}

function render({ model, el }) {
  const { picture, draw: drawChart } = chart();
  const radius = slider("radius", "Modulus |λ|", { min: 0, max: 1.5, step: 0.01 }, (value) => link.set({ radius: value }));
  const angle = slider("angle", "Angle θ", { min: 0, max: 180, step: 1 }, (value) => link.set({ angle: radians(value) }));
  const length = slider("steps", "Steps shown", { min: 10, max: 200, step: 1 }, (value) => link.set({ steps: value }));
  const status = statusLine();
  let width = 640;

  const draw = () => {
    const size = model.get("radius"), turn = model.get("angle"), steps = model.get("steps");
    radius.show(size, say(size));
    angle.show(Math.round(degrees(turn)), inDegrees(turn));
    length.show(steps, String(steps));
    drawChart(size, turn, steps, width);
    const pair = describePair(size, turn);
    picture.setAttribute("aria-label", `Response over ${steps} steps, with its envelope. ${pair}`);
    status.textContent = pair;
  };
  const link = tie(model, ["radius", "angle", "steps"], draw);
  const framed = figure("Answer to one kick: stems Re(λᵗ), lines ±|λ|ᵗ", picture);
  const controls = row(radius.node, angle.node, length.node);
  mount(el, "ModeResponse", framed, controls, status, button("reset", "Reset", link.reset));
  draw();
  const unfollow = followWidth(framed, (now) => {
    width = now;
    draw();
  });
  return () => {
    unfollow();
    link.release();
  };
}

export default { render };
