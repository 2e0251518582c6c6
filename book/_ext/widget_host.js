// Draws every anywidget of a static page from its stored state: no kernel, no html-manager.
// Load it with `defer`: the page is parsed by then.
(() => {
  "use strict";
  const TYPE = "application/vnd.jupyter.widget-";
  const NO_KERNEL = "This widget needs a kernel: open the page in Colab.";

  /** What a widget's script expects of a model. */
  class Model {
    #traits;
    #listeners = new Map();
    constructor(traits) {
      this.#traits = traits;
    }
    get(name) {
      return this.#traits[name];
    }
    set(name, value) {
      if (this.#traits[name] === value) return;
      this.#traits[name] = value;
      this.#tell(`change:${name}`, value);
      this.#tell("change");
    }
    on(event, listener) {
      this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    }
    off(event, listener) {
      const kept = (this.#listeners.get(event) ?? []).filter((other) => listener && other !== listener);
      this.#listeners.set(event, kept);
    }
    #tell(event, value) {
      for (const listener of this.#listeners.get(event) ?? []) listener(this, value);
    }
    save_changes() {} // there is no kernel to save to
    send() {}
  }

  const scripts = (kind) => document.querySelectorAll(`script[type="${TYPE}${kind}+json"]`);
  const modules = new Map(); // by source: what ten widgets share is compiled once
  const models = new Map(); // by id: a widget shown twice is one model
  const styles = new Set();

  function storedState() {
    return Object.assign({}, ...Array.from(scripts("state"), (script) => JSON.parse(script.textContent).state));
  }

  async function load(source) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: widget } = await import(url);
    URL.revokeObjectURL(url);
    return typeof widget === "function" ? widget() : widget;
  }

  function addStyle(text) {
    if (!text || styles.has(text)) return;
    styles.add(text);
    document.head.append(Object.assign(document.createElement("style"), { textContent: text }));
  }

  function open(id, traits) {
    if (!modules.has(traits._esm)) modules.set(traits._esm, load(traits._esm));
    if (!models.has(id)) models.set(id, start(modules.get(traits._esm), new Model(traits)));
    return models.get(id);
  }

  async function start(module, model) {
    const widget = await module;
    await widget.initialize?.({ model });
    return { widget, model };
  }

  async function draw(script, state, el) {
    const id = JSON.parse(script.textContent).model_id;
    const traits = state()[id]?.state;
    if (!traits?._esm) return complain(el, NO_KERNEL);
    addStyle(traits._css);
    const { widget, model } = await open(id, traits);
    await widget.render?.({ model, el });
  }

  function complain(el, text) {
    const line = Object.assign(document.createElement("p"), { className: "widget-error", textContent: text });
    line.setAttribute("role", "alert");
    el.replaceChildren(line);
  }

  async function drawAll() {
    let state;
    const stored = () => (state ??= storedState()); // read in `try`
    const views = Array.from(scripts("view"), async (script) => {
      const el = document.createElement("div");
      script.after(el);
      try {
        await draw(script, stored, el);
      } catch (error) {
        complain(el, `This widget could not be drawn: ${error.message}`);
        console.error(error);
      }
    });
    await Promise.all(views);
    performance.mark("widgets-mounted");
  }

  /** MathJax waited under a type that browsers do not load. */
  function addMathJax() {
    for (const held of document.querySelectorAll('script[type="text/x-deferred-mathjax"]')) {
      const script = document.createElement("script");
      script.src = held.src;
      held.replaceWith(script);
    }
  }

  drawAll().finally(addMathJax);
})();
