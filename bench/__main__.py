"""``python -m bench [NAME ...]``: all measurements, or those named. The last figures are kept in docs/measured.md.

``soak`` takes hours, so it runs only when named; ``--minutes`` says how many.
"""

from __future__ import annotations

import argparse
from functools import partial

from bench import browser, chain, drill, engine, room, soak

ALL = {
    "replay": engine.replay_speed,
    "growth": engine.tick_growth,
    "patient": engine.patient_speed,
    "cohort": engine.cohort_speed,
    "waves": engine.wave_speed,
    "drill": drill.late_ticks,
    "size": chain.file_size,
    "live": browser.live,
    "paint": browser.first_paint,
    "sweep": room.sweep,
    "open": room.opening,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(ALL)}, soak")
    parser.add_argument("--minutes", type=float, default=120, help="how long to soak (default: 120)")
    asked = parser.parse_args()
    known = {**ALL, "soak": partial(soak.soak, asked.minutes)}
    for name in asked.names:
        if name not in known:
            parser.error(f"there is no measurement called {name}")
    for name in asked.names or ALL:
        for line in known[name]():
            print(f"{name:<8} {line}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
