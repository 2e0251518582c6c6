// EigenPlane: a conjugate pair to drag in the complex plane, and the orbit of its rotation beside it.
import { degrees, orbit, radians } from "./eigen_math.mjs";
import { describeOrbit, describePair, inDegrees, say } from "./words.mjs";
import { button, dots, figure, line, mount, plane, row, slider, statusLine, svg, tie } from "./kit.mjs";

const SIZE = 320;
const VIEW = 1.6; // units from the origin to the edge of a drawing
const STEPS = 60;
const LARGEST = 1.5;

/** The slider position nearest to a point of the plane: radius to .01, angle to a degree. */
export function snap([x, y]) {
  const radius = Math.min(LARGEST, Math.round(100 * Math.hypot(x, y)) / 100);
  return { radius, angle: radians(Math.round(degrees(Math.atan2(Math.abs(y), x)))) };
}

/** The states that are drawn: all up to the first that no corner of the view can show. */
export function visibleOrbit(radius, angle) {
  const states = orbit(radius, angle, STEPS);
  const gone = states.findIndex((state) => Math.hypot(...state) > VIEW * Math.SQRT2);
  return gone < 0 ? states : states.slice(0, gone + 1);
}

/** The first step of an orbit that is outside the view: Infinity when none is. */
export function leavesAt(states) {
  const first = states.findIndex((state) => Math.max(...state.map(Math.abs)) > VIEW);
  return first < 0 ? Infinity : first;
}

/** The pair as two marks with room for a finger around them; pulling either one moves both. */
function pairMarks(space, onDrag) {
  const marks = [0, 1].map(() => svg("circle", { class: "et-mark", r: 7 }));
  const handles = [0, 1].map(() => svg("circle", { class: "et-handle", r: 20, "data-control": "drag" }));
  const pointOf = ({ clientX, clientY }) => {
    const box = space.picture.getBoundingClientRect();
    const place = (offset, length) => ((2 * offset) / length - 1) * VIEW;
    return [place(clientX - box.left, box.width), -place(clientY - box.top, box.height)];
  };
  for (const handle of handles) {
    let grip = [0, 0]; // from the mark to where it was taken, so that it does not jump to the pointer
    handle.addEventListener("pointerdown", (event) => {
      const [x, y] = pointOf(event), [cx, cy] = ["cx", "cy"].map((name) => Number(handle.getAttribute(name)));
      grip = [x - (cx - space.middle) / space.unit, y + (cy - space.middle) / space.unit];
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const [x, y] = pointOf(event);
      onDrag([x - grip[0], y - grip[1]]);
    });
  }
  return { marks, handles };
}

function render({ model, el }) {
  const eigen = plane(SIZE, VIEW, ["real", "imaginary"]);
  const state = plane(SIZE, VIEW, ["h₁", "h₂"]);
  const spokes = svg("path", { class: "et-spoke" });
  const { marks, handles } = pairMarks(eigen, (point) => link.set(snap(point)));
  eigen.picture.append(spokes, ...marks, ...handles);
  const track = svg("path", { class: "et-track" });
  const points = svg("path", { class: "et-dots" });
  const [startX, startY] = state.at([1, 0]);
  const start = svg("circle", { class: "et-start", cx: startX, cy: startY, r: 7 });
  state.picture.append(track, points, start);

  const radius = slider("radius", "Modulus |λ|", { min: 0, max: LARGEST, step: 0.01 }, (value) => link.set({ radius: value }));
  const angle = slider("angle", "Angle θ", { min: 0, max: 180, step: 1 }, (value) => link.set({ angle: radians(value) }));
  const status = statusLine();

  const draw = () => {
    const size = model.get("radius"), turn = model.get("angle");
    radius.show(size, say(size));
    angle.show(Math.round(degrees(turn)), inDegrees(turn));
    const upper = [size * Math.cos(turn), size * Math.sin(turn)];
    const places = [upper, [upper[0], -upper[1]]].map(eigen.at);
    places.forEach(([x, y], i) => {
      for (const circle of [marks[i], handles[i]]) {
        circle.setAttribute("cx", x.toFixed(1));
        circle.setAttribute("cy", y.toFixed(1));
      }
      marks[i].classList.toggle("et-hollow", size >= 1);
    });
    spokes.setAttribute("d", line([places[0], eigen.at([0, 0]), places[1]]));
    const states = visibleOrbit(size, turn);
    const drawn = states.map(state.at);
    track.setAttribute("d", line(drawn));
    points.setAttribute("d", dots(drawn));
    const pair = describePair(size, turn), course = describeOrbit(size, turn, leavesAt(states));
    eigen.picture.setAttribute("aria-label", `Complex plane with the unit circle. ${pair}`);
    state.picture.setAttribute("aria-label", `State plane, ${STEPS} steps from (1, 0). ${course}`);
    status.textContent = `${pair} ${course}`;
  };
  const link = tie(model, ["radius", "angle"], draw);
  const pictures = [figure("Eigenvalues: drag the pair", eigen.picture), figure(`State, ${STEPS} steps from (1, 0)`, state.picture)];
  mount(el, "EigenPlane", row(...pictures), row(radius.node, angle.node), status, button("reset", "Reset", link.reset));
  draw();
  return link.release;
}

export default { render };
