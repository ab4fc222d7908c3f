// What the form lies over where there is little room: the highest open prompt of the room and its numbers, in two lines that are
// there from the start.
import { onPress } from "./button.js";
import { attr, el, flag, line, list, placed, say, show } from "./dom.js";
import { WORDS } from "./words.js";

const NUMBERS = [["hr", "HR"], ["spo2", "SpO2"], ["bp", "BP"], ["rr", "RR"]];

export function plight(fold) {
  const stars = line("b", "");
  const text = line("span", "");
  const word = line("small", "", WORDS.form.fold);
  const called = el("span", "plight-called", stars, text, word);
  const numbers = el("span", "plight-numbers");
  const setNumbers = placed(numbers, () => {
    const label = line("small", "");
    const value = line("b", "num");
    const node = el("span", "vital", label, value);
    return {
      el: node,
      apply([name, short, one]) {
        attr(node, "class", `vital ${name}`);
        attr(node, "data-priority", one.priority ?? null);
        flag(node, "fill", one.priority === "high" || one.priority === "medium");
        say(label, short);
        say(value, one.value ?? one.gone?.num ?? one.num ?? "--");
      },
    };
  });
  const node = el("button", "plight", called, numbers);
  onPress(null, node, () => void fold());
  return {
    el: node,
    fold(on) {
      say(word, on ? WORDS.form.unfold : WORDS.form.fold);
      attr(node, "aria-expanded", String(!on));
    },
    apply(frame) {
      const room = Boolean(frame.numerics);
      show(node, room);
      if (!room) return;
      const prompt = list(frame.prompts).find((one) => one && one.state !== "answered");
      attr(called, "data-priority", prompt?.priority ?? null);
      flag(called, "fill", Boolean(prompt));
      flag(called, "flash", prompt?.priority === "high" && prompt.state === "active");
      say(stars, prompt?.stars);
      const blind = frame.cut ?? (frame.assessed?.ok === false ? frame.assessed : frame.failed);
      say(text, prompt?.head ?? blind?.text ?? frame.prompts_none ?? WORDS.nothing);
      setNumbers(NUMBERS.map(([name, short]) => [name, short, (name === "bp" ? frame.bp : frame.numerics[name]) ?? {}]));
    },
  };
}
