"""Bad files do no harm: each kind of file that people write is damaged at random, and read as the program reads it.

It is read, or refused in one sentence with its name; nothing else is ever raised, and nothing of it is kept.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor import settings
from monitor.drills.drill import load_drill
from monitor.protocol.cases import load_cases
from monitor.protocol.document import load_protocol
from monitor.simulator.scenario import load_scenario
from monitor.sources.recorded import open_recording
from monitor.sources.source import BadFile
from promises.found import Found
from promises.scratch import scratch

WORDS = (
    b"", b"null", b"-1", b"1e999", b"nan", b"[]", b"{}", b": ", b"- ", b"\t", b"\x00", b"\xff", b"&a ", b"*a", b"!!python/x ",
    b"9" * 400, b"\n  ", b'"', b"<script>", "\u202e".encode(), b"{" * 60,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    file: str
    read: Callable[[Path], object]


def kinds() -> list[Kind]:
    document = load_protocol(settings.EXAMPLE_PROTOCOL)

    def recording(path: Path) -> object:
        source = open_recording(path)
        return source.read(source.length_s or 0)

    return [
        Kind("protocols/example.yaml", load_protocol),
        Kind("protocols/example.cases.yaml", lambda path: load_cases(path, document)),
        Kind("scenarios/slow-desaturation.yaml", lambda path: load_scenario(str(path))),
        Kind("drills/three-rooms.yaml", lambda path: load_drill(str(path))),
        Kind("rooms.yaml", settings.load_rooms),
        Kind("recordings/little-felt.csv", recording),
    ]


def keep(files: int) -> Found:
    chance, counts, wrong = random.Random(19), Counter[str](), list[str]()
    with scratch() as folder:
        shutil.copytree(settings.SAMPLE_DATA, folder, dirs_exist_ok=True)
        known = kinds()
        whole = {kind: (folder / kind.file).read_bytes() for kind in known}
        for nth in range(files):
            kind = known[nth % len(known)]
            place = folder / kind.file
            place.write_bytes(damaged(whole[kind], chance))
            counts.update(_tried(kind, place, wrong))
            place.write_bytes(whole[kind])
    return Found(
        kept=not wrong and counts["refused"] > 0,
        figures=f"{files} damaged files: {counts['refused']} refused in a sentence ({counts['line']} with their line), "
        f"{counts['read']} still good, {len(wrong)} crashed or said otherwise" + "".join(f": {first}" for first in wrong[:3]),
    )


def _tried(kind: Kind, place: Path, wrong: list[str]) -> Iterator[str]:
    try:
        kind.read(place)
        yield "read"
    except BadFile as refusal:
        yield "refused"
        said = str(refusal)
        if refusal.line is not None:
            yield "line"
        if "\n" in said or place.stem not in said or len(said) > 1000:
            wrong.append(f"{kind.file} said {said[:200]!r}")
    except Exception as crash:
        wrong.append(f"{kind.file} raised {type(crash).__name__}: {str(crash)[:200]!r}")


def damaged(content: bytes, chance: random.Random) -> bytes:
    """One to three changes: bytes, words, lines, halves."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        lines = content.split(b"\n")
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        place = chance.randrange(len(content) + 1)
        match chance.randrange(8):
            case 0:
                content = content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]
            case 1:
                content = content[:place]
            case 2:
                del lines[at]
                content = b"\n".join(lines)
            case 3:
                lines[at], lines[other] = lines[other], lines[at]
                content = b"\n".join(lines)
            case 4:
                lines.insert(at, lines[other])
                content = b"\n".join(lines)
            case 5:
                content = content[:place] + chance.choice(WORDS) + content[place:]
            case 6:
                words = lines[at].split(b" ")
                words[chance.randrange(len(words))] = chance.choice(WORDS)
                lines[at] = b" ".join(words)
                content = b"\n".join(lines)
            case _:
                lines[at] = lines[at].replace(b":", chance.choice(WORDS), 1)
                content = b"\n".join(lines)
    return content
