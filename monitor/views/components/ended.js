// Where the sign-in that a page was made for has ended, the page goes to the sign-in page, so that nothing of a patient stays in
// the tab. Only the door's own word counts: a network that falls and a server that is started anew say nothing of it.
import { dropAllUnsent } from "./unsent.js";

export async function leaveWhereEnded(of) {
  if (!of) return; // nobody signs in, in training
  const answer = await fetch(new URL("here", document.baseURI), { headers: { "x-signed-in": of } }).catch(() => null);
  if (answer?.status !== 401) return;
  dropAllUnsent();
  location.replace(new URL("sign-in?ended", document.baseURI));
}
