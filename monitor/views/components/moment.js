// How long ago something was. Monotonic time stops while a laptop sleeps and the wall clock may be set: the longer of
// the two is the age.
export const instant = () => ({ mono: performance.now(), wall: Date.now() });
export const elapsed = (from) => Math.max(performance.now() - from.mono, Date.now() - from.wall);
