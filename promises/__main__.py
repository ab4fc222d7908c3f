"""``python -m promises`` lists the rows with their last results; with a NAME it runs that row and keeps what came out."""

from __future__ import annotations

import argparse
from datetime import date

from promises import page
from promises.rows import ROWS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m promises")
    parser.add_argument("name", nargs="?", choices=ROWS, help="a row to run in its full form; none: list them")
    parser.add_argument("--quick", action="store_true", help="as little as the tests try; the page keeps its last full result")
    asked = parser.parse_args()
    if asked.name is None:
        for name, (promise, result, on) in page.rows().items():
            print(f"{name:<12} {on:<10} {result}\n{'':<23} {promise}")
        return 0
    row = ROWS[asked.name]
    found = row.tries(row.quick if asked.quick else row.full)
    print(f"{asked.name}: {'NOT KEPT' if not found.kept else 'kept' if found.in_time else 'LATE'}: {found.figures}")
    if not asked.quick:
        page.keep(asked.name, found, date.today())
    return 0 if found.kept and found.in_time else 1


if __name__ == "__main__":
    raise SystemExit(main())
