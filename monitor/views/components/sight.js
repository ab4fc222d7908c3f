// When its connection is lost, Streamlit lays a dialog of its own over the page. The page says that itself, with what is
// still known, and it must be seen and tapped meanwhile: the dialog is closed as it comes.
const TITLE = "Connection error";

function clear() {
  for (const dialog of document.querySelectorAll('.stDialog [role="dialog"]')) {
    if (dialog.querySelector("h2")?.textContent === TITLE) dialog.querySelector('button[aria-label="Close"]')?.click();
  }
}

new MutationObserver(clear).observe(document.body, { childList: true });
