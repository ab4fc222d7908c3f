"""``python -m bench [NAME ...]``: all measurements, or those named. The last figures are kept in docs/measured.md.

``soak`` and ``day`` take long, so they run only when named; ``--minutes`` says how long.
"""

from __future__ import annotations

import argparse
from functools import partial

from bench import browser, chain, day, drill, engine, room, server, soak

ALL = {
    "replay": engine.replay_speed,
    "growth": engine.tick_growth,
    "patient": engine.patient_speed,
    "cohort": engine.cohort_speed,
    "waves": engine.wave_speed,
    "drill": drill.late_ticks,
    "size": chain.file_size,
    "server": server.wards_on_a_server,
    "live": browser.live,
    "paint": browser.first_paint,
    "tile": browser.first_tile,
    "sweep": room.sweep,
    "open": room.opening,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(ALL)}, soak, day")
    parser.add_argument("--minutes", type=float, help="how long to soak (default: 120), or to live through the day (24)")
    asked = parser.parse_args()
    known = {**ALL, "soak": partial(soak.soak, asked.minutes or 120), "day": partial(day.day, asked.minutes or 24)}
    for name in asked.names:
        if name not in known:
            parser.error(f"there is no measurement called {name}")
    for name in asked.names or ALL:
        for line in known[name]():
            print(f"{name:<8} {line}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
