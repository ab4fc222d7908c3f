// A sentence of the browser side in the station's language. The server writes the translations in (components.body).
const TRANSLATIONS = {};

export function say(sentence, parts = {}) {
  const told = TRANSLATIONS[sentence] ?? sentence;
  return told.replace(/\{(\w+)\}/g, (_, name) => String(parts[name] ?? ""));
}
