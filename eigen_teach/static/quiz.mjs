// Quiz: one question, one choice, and a reason for every answer.
import { button, element, mount, tie, uniqueId } from "./kit.mjs";

/** The line under a question: right or wrong in words, then why. */
export const verdict = (chosen, answer, feedback) =>
  chosen < 0 ? "" : `${chosen === answer ? "Right." : "Not quite."} ${feedback[chosen]}`;

function render({ model, el }) {
  const group = uniqueId();
  const choices = model.get("options").map((text, i) => {
    const id = `${group}-${i}`;
    const input = element("input", { id, type: "radio", name: group, "data-control": `option-${i}` });
    input.addEventListener("change", () => link.set({ chosen: i }));
    return { input, node: element("div", { class: "et-option" }, input, element("label", { for: id }, text)) };
  });
  const said = element("p", { class: "et-verdict", "aria-live": "polite" });
  const question = element("legend", {}, model.get("question"));

  const draw = () => {
    const chosen = model.get("chosen"), answer = model.get("answer");
    choices.forEach(({ input }, i) => (input.checked = i === chosen));
    said.textContent = verdict(chosen, answer, model.get("feedback"));
    said.classList.toggle("et-right", chosen === answer);
    said.hidden = chosen < 0;
    again.disabled = chosen < 0;
  };
  const link = tie(model, ["chosen"], draw);
  const again = button("reset", "Try again", link.reset);
  mount(el, "Quiz", element("fieldset", {}, question, ...choices.map(({ node }) => node)), said, again);
  draw();
  return link.release;
}

export default { render };
