// Words that the station has not taken in yet, kept by this browser over a reload or a cut connection: never after an answer,
// and never once a screen is locked or somebody has signed out.
const OURS = "im-form-";
const LONGEST_MS = 12 * 60 * 60 * 1000;

// Storage may be forbidden on a screen; then a reload loses what was written since the last answer.
function tried(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

export const keepUnsent = (id, written) => tried(() => localStorage.setItem(OURS + id, JSON.stringify({ ...written, at: Date.now() })));
export const dropUnsent = (id) => tried(() => localStorage.removeItem(OURS + id));

export function unsentOf(id) {
  const kept = tried(() => JSON.parse(localStorage.getItem(OURS + id)));
  return kept && Date.now() - kept.at < LONGEST_MS ? kept : null;
}

export const dropAllUnsent = () =>
  tried(() => Object.keys(localStorage).filter((key) => key.startsWith(OURS)).forEach((key) => localStorage.removeItem(key)));
