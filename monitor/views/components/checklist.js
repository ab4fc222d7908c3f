// A checklist as data: question, answers, what an answer does (blocks, warns, informs).
import { attr, el, flag, keyed, line, list, placed, say, sayOrHide, show } from "./dom.js";
import { button, onPress } from "./button.js";
import { WORDS } from "./words.js";

function answerButton(host, of) {
  const node = line("button", "button check-answer");
  let id = null;
  let chosen = false;
  onPress(host, node, () => ({ do: "check", list: of().list, item: of().item, answer: id, chosen, session: host.frame.session }));
  return {
    el: node,
    apply(given) {
      id = given.id;
      chosen = Boolean(given.chosen);
      say(node, given.label);
      attr(node, "aria-pressed", String(Boolean(given.chosen)));
      attr(node, "aria-label", `${of().text}: ${given.label}`);
      flag(node, "bad", given.bad && given.chosen);
    },
  };
}

// touched(): one of its answers was tapped; unfold(): it shall stand open.
export function checklist(host, touched, unfold) {
  const title = line("h2", "");
  const done = line("small", "");
  const items = el("ol", "items");
  attr(items, "tabindex", "0");
  let name = null;
  const setItems = keyed(items, (one) => one.id, () => {
    let item = {};
    const text = line("span", "");
    const effect = line("small", "effect");
    const note = line("small", "item-note");
    const answers = el("div", "answers");
    const setAnswers = keyed(answers, (one) => one.id, () => answerButton(host, () => ({ list: name, item: item.id, text: item.text })));
    const node = el("li", "", el("p", "", text, " ", effect, note), answers);
    return {
      el: node,
      apply(given) {
        item = given;
        say(text, given.text);
        say(effect, given.effect);
        sayOrHide(note, given.note);
        flag(node, "open", !list(given.answers).some((one) => one.chosen));
        setAnswers(given.answers);
      },
    };
  });
  const buttons = el("div", "trio");
  const setButtons = placed(buttons, () => button(host));
  const fold = line("button", "button", WORDS.unfold);
  fold.type = "button";
  fold.addEventListener("click", unfold);
  const node = el("section", "panel checks", el("div", "panel-head", title, done, fold), items, buttons);
  items.addEventListener("pointerdown", touched);
  return {
    el: node,
    apply(given, open) {
      show(node, Boolean(given));
      if (!given) return;
      flag(node, "open", open);
      show(fold, !open);
      show(items, open);
      show(buttons, open);
      name = given.id;
      attr(node, "aria-label", given.title);
      say(title, given.title);
      say(done, given.done);
      setItems(given.items);
      setButtons(given.buttons);
    },
  };
}
