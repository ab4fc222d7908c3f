// The look of this screen: what its address asked for (?theme=light; this window only), what was chosen on this computer,
// or the station's. Streamlit's own
// parts know light and dark, and read their choice only while the page loads: where they show the other, it loads anew.
const THEMES = ["dark", "light", "contrast"];
const KEY = "im-theme";
const LOADED = "im-theme-loaded";
const CHROME = () => `stActiveTheme-${location.pathname}-v2`;

// Storage may be forbidden on a screen; then the station's look stays.
function kept(storage, key, value) {
  try {
    if (value !== undefined) window[storage].setItem(key, value);
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

export function themeOf(station) {
  const asked = new URLSearchParams(location.search).get("theme");
  if (THEMES.includes(asked)) kept("sessionStorage", KEY, asked);
  const wanted = [asked, kept("sessionStorage", KEY), kept("localStorage", KEY), station];
  return wanted.find((one) => THEMES.includes(one)) ?? "dark";
}

// The look after this one, kept on this computer. What the address asked for holds no longer.
export function nextTheme(now) {
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  kept("localStorage", KEY, next);
  kept("sessionStorage", KEY, next);
  const address = new URL(location.href);
  address.searchParams.delete("theme");
  history.replaceState(history.state, "", address);
}

export function dress(theme) {
  if (document.documentElement.dataset.theme === theme) return;
  document.documentElement.dataset.theme = theme;
  const app = document.querySelector(".stApp");
  if (!app) return;
  const wanted = theme === "light" ? "Light" : "Dark";
  kept("localStorage", CHROME(), JSON.stringify(wanted));
  const tried = `${location.pathname} ${wanted}`;
  if (getComputedStyle(app).colorScheme === wanted.toLowerCase() || kept("sessionStorage", LOADED) === tried) return;
  if (kept("sessionStorage", LOADED, tried) === tried) location.reload();
}
