"""``python -m bench [NAME ...]``: all measurements, or those named. The last figures are kept in docs/measured.md."""

from __future__ import annotations

import sys

from bench import browser, chain, engine

ALL = {
    "replay": engine.replay_speed,
    "growth": engine.tick_growth,
    "patient": engine.patient_speed,
    "cohort": engine.cohort_speed,
    "waves": engine.wave_speed,
    "size": chain.file_size,
    "kill": chain.kill_and_return,
    "live": browser.live,
    "paint": browser.first_paint,
}


def main(names: list[str]) -> int:
    unknown = [n for n in names if n not in ALL]
    if unknown:
        print(f"there is no measurement called {unknown[0]}; known are {', '.join(ALL)}", file=sys.stderr)
        return 1
    for name in names or ALL:
        for line in ALL[name]():
            print(f"{name:<8} {line}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
