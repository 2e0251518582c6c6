// What the views share: elements, a labelled slider, buttons, drawings, and the tie to the model.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** An HTML element; text goes in as a child, so nothing is ever parsed as markup. */
export const element = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

/** An id that no other widget has, even one from another copy of this module. */
export const uniqueId = () => `et-${Math.random().toString(36).slice(2, 10)}`;

/** A drawing of the given size. Its label is what a screen reader says. */
export const drawing = (width, height, ...children) =>
  svg("svg", { class: "et-drawing", role: "img", viewBox: `0 0 ${width} ${height}` }, ...children);

/** A drawing under its caption. */
export const figure = (caption, picture) =>
  element("div", { class: "et-figure" }, element("div", { class: "et-caption" }, caption), picture);

/** Text in a drawing. */
export const label = (x, y, text, attributes = {}) => svg("text", { x, y, ...attributes }, text);

/** A path through points [x, y] in drawing units. */
export const line = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** A path of dots: each a line of no length, which a round cap turns into a disc. */
export const dots = (points) => points.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join("");

/**
 * A native slider under its label and its value.
 * show(value, text) sets both; onInput gets the number.
 */
export function slider(name, text, { min, max, step }, onInput) {
  const id = uniqueId();
  const output = element("output", { for: id });
  const input = element("input", { id, type: "range", min, max, step, "data-control": name });
  input.addEventListener("input", () => onInput(Number(input.value)));
  const head = element("div", { class: "et-label" }, element("label", { for: id }, text), output);
  const show = (value, words) => {
    if (Number(input.value) !== value) input.value = value;
    output.textContent = words;
    input.setAttribute("aria-valuetext", words);
  };
  return { node: element("div", { class: "et-slider" }, head, input), input, show };
}

/** A push button. */
export function button(name, text, onClick) {
  const node = element("button", { type: "button", "data-control": name }, text);
  node.addEventListener("click", onClick);
  return node;
}

/** A row of controls. */
export const row = (...children) => element("div", { class: "et-row" }, ...children);

/** The line that says what the drawings show. */
export const statusLine = () => element("p", { class: "et-status", "aria-live": "polite" });

/** Put a widget's parts on the page. */
export const mount = (el, name, ...parts) =>
  el.append(element("div", { class: "eigen-teach", "data-widget": name }, ...parts));

/**
 * Tie a view to its model: set(values) writes several traits and draws once; a change from elsewhere
 * (Python, a link, a second view) draws too; reset() goes back to what the widget was made with.
 */
export function tie(model, names, draw) {
  let writing = false;
  const changed = () => writing || draw();
  for (const name of names) model.on(`change:${name}`, changed);
  const set = (values) => {
    writing = true;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    writing = false;
    draw();
    model.save_changes();
  };
  const reset = () => set(model.get("_start"));
  const release = () => names.forEach((name) => model.off(`change:${name}`, changed));
  return { set, reset, release };
}

/** Call back with an element's width now and whenever it changes; returns the function that stops it. */
export function followWidth(node, onWidth) {
  const observer = new ResizeObserver(([{ contentRect }]) => contentRect.width > 0 && onWidth(Math.round(contentRect.width)));
  observer.observe(node);
  return () => observer.disconnect();
}

/** Axes and unit circle of a square part of the plane: `half` units from the origin to each edge. */
export function plane(size, half, axisNames) {
  const middle = size / 2;
  const unit = middle / half;
  const at = ([x, y]) => [middle + unit * x, middle - unit * y];
  const picture = drawing(
    size,
    size,
    svg("circle", { class: "et-unit", cx: middle, cy: middle, r: unit }),
    svg("path", { class: "et-axis", d: `M0 ${middle}H${size}M${middle} 0V${size}` }),
    label(middle + unit + 8, middle + 18, "1"),
    label(size - 4, middle - 6, axisNames[0], { "text-anchor": "end" }),
    label(middle + 6, 14, axisNames[1]),
  );
  return { picture, at, unit, middle };
}
