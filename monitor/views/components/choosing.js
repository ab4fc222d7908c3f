// Choosing by keys: arrows step through a grid, digits name one of it (1 and then 0 within a second is 10). Only Enter
// presses what is chosen, so that no digit logs or opens anything by itself.
const TYPING_MS = 1000;

// Buttons that are named by what is written on them.
export const named = (nodes) => [...(nodes ?? [])].map((node) => ({ name: node.textContent, node, target: node }));

// items(): [{name, node, target}] in their order; columns(): how many stand side by side. Gives a table for keys(), which leaves
// the keys to others while there is nothing to choose.
export function choosing(items, columns) {
  let typed = "";
  let at = -TYPING_MS;
  const focus = (one) => one?.target.focus();

  function step(by) {
    const all = items();
    if (!all.length) return false;
    const here = all.findIndex((one) => one.node.contains(document.activeElement));
    const next = here < 0 ? 0 : here + by;
    if (next >= 0 && next < all.length) focus(all[next]);
    return true;
  }

  function name(digit) {
    const all = items();
    if (!all.length) return false;
    const now = performance.now();
    typed = now - at < TYPING_MS ? typed + digit : digit;
    at = now;
    const find = (text) => all.find((one) => one.name === text);
    focus(find(typed) ?? find((typed = digit)));
    return true;
  }

  return {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ArrowUp: () => step(-columns()),
    ArrowDown: () => step(columns()),
    ...Object.fromEntries([..."0123456789"].map((digit) => [digit, () => name(digit)])),
  };
}
