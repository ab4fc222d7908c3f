// A page's own clock, before anything else of it runs: it can be held, so that a busy machine is not taken for a lost connection,
// and put on, so that nobody has to wait until a tap is no longer one at once.
{
  const real = performance.now.bind(performance), begun = Date.now() - real();
  let ahead = 0, held = null;
  performance.now = () => (held ?? real()) + ahead;
  Date.now = () => Math.round(begun + performance.now());
  window.holds = () => { held = real(); };
  window.passes = (ms) => { ahead += ms; };
}
