"""Whether the rooms file or the protocol has been changed since this process read it. What was read goes on until it is started anew."""

from __future__ import annotations

from pathlib import Path

from monitor.board.view import Changed
from monitor.live.station import Station
from monitor.protocol.document import read_station
from monitor.sources.source import BadFile


class Files:
    def __init__(self, at: Station) -> None:
        self.at = at
        self._seen = self._stats()

    def look(self) -> None:
        """Tells the screens by the follower. Cheap while nothing has changed."""
        stats = self._stats()
        if stats != self._seen:
            self._seen = stats
            self.at.follower.changed = self._changed()

    def _stats(self) -> list[tuple[int, int] | None]:
        return [_stat(path) for path in (self.at.rooms_file, self.at.protocol_file)]

    def _changed(self) -> Changed | None:
        path = self.at.rooms_file
        try:
            rooms, protocol, document = read_station(path)
        except (BadFile, OSError) as wrong:
            named = wrong.file if isinstance(wrong, BadFile) else str(wrong.filename)
            return Changed(Path(named).name, readable=False)
        if rooms != self.at.rooms:
            return Changed(path.name, readable=True)
        return None if document.digest == self.at.document.digest else Changed(protocol.name, readable=True)


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
