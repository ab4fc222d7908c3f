"""A disk that remembers every write and sync that SQLite asks of it, and can be cut off at any of them.

The recorder stands between SQLite and its own Unix file layer, in the very library that the program uses (SQLite's
VFS interface, by ctypes): nothing else changes. What was synced is on the disk. What was only written is there, or
not, or in part by sectors of 512 bytes, each for itself and in any order.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Write:
    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: str
    folder: bool = False
    """The folder with it, so that what was deleted before stays deleted: SQLite does so once for each new journal."""


@dataclass(frozen=True, slots=True)
class Delete:
    file: str
    synced: bool


Change = Write | Truncate | Delete


@dataclass(slots=True)
class Disk:
    """What is safe on the disk, and what was asked for since and may be lost."""

    safe: dict[str, bytearray] = field(default_factory=dict)
    pending: dict[str, list[Change]] = field(default_factory=dict)

    def take(self, step: Change | Sync) -> None:
        if not isinstance(step, Sync):
            self.pending.setdefault(step.file, []).append(step)
        if isinstance(step, Sync) or (isinstance(step, Delete) and step.synced):
            self._settle(step.file)
        if isinstance(step, Sync) and step.folder:
            for name in [n for n, changes in self.pending.items() if any(isinstance(c, Delete) for c in changes)]:
                last = max(n for n, c in enumerate(self.pending[name]) if isinstance(c, Delete))
                self._settle(name, last + 1)

    def _settle(self, name: str, first: int | None = None) -> None:
        changes = self.pending.pop(name, [])
        for change in changes[:first]:
            _apply(self.safe, change)
        if first is not None and changes[first:]:
            self.pending[name] = changes[first:]

    def cut(self, chance: random.Random) -> dict[str, bytes]:
        """The files as they may be found after the power came back."""
        files = {name: bytearray(held) for name, held in self.safe.items()}
        kept = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        for changes in self.pending.values():
            for change in changes:
                if chance.random() >= kept:
                    if isinstance(change, Delete):
                        break  # the folder still names the old file; what follows went into a new one
                elif isinstance(change, Write) and chance.random() < 0.3:
                    for part in _sectors(change):
                        if chance.random() < 0.5:
                            _apply(files, part)
                else:
                    _apply(files, change)
        return {name: bytes(held) for name, held in files.items()}


def _apply(files: dict[str, bytearray], change: Change) -> None:
    if isinstance(change, Delete):
        files.pop(change.file, None)
        return
    held = files.setdefault(change.file, bytearray())
    end = change.size if isinstance(change, Truncate) else change.offset + len(change.data)
    if len(held) < end:
        held.extend(bytes(end - len(held)))
    if isinstance(change, Truncate):
        del held[end:]
    else:
        held[change.offset : end] = change.data


def _sectors(write: Write) -> Iterator[Write]:
    end, at = write.offset + len(write.data), write.offset
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        yield Write(write.file, at, write.data[at - write.offset : until - write.offset])
        at = until


# ---- the recorder ----

_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(Structure):
    """``sqlite3_vfs`` up to its third version."""

    _fields_ = [
        ("version", c_int), ("file_size", c_int), ("longest_path", c_int), ("next", c_void_p), ("name", c_char_p),
        ("data", c_void_p), ("open", _OPEN), ("delete", _DELETE), ("rest", c_void_p * 14),
    ]  # fmt: skip


class _Methods(Structure):
    """``sqlite3_io_methods`` up to its third version."""

    _fields_ = [
        ("version", c_int), ("close", c_void_p), ("read", c_void_p), ("write", _WRITE), ("truncate", _TRUNCATE),
        ("sync", _SYNC), ("rest", c_void_p * 12),
    ]  # fmt: skip


class _File(Structure):
    _fields_ = [("methods", POINTER(_Methods))]


_CREATES, _JOURNALS = 0x4, 0x800 | 0x4000 | 0x80000
"""SQLITE_OPEN_CREATE; MAIN_JOURNAL, SUPER_JOURNAL and WAL."""
_kept: list[object] = []
"""What SQLite may still point to."""


@contextmanager
def recorded(folder: Path) -> Iterator[list[Change | Sync]]:
    """Every change and sync of the database files in this folder, while they are opened and used inside."""
    steps: list[Change | Sync] = []
    library = ctypes.CDLL(_sqlite3.__file__)  # finds the names of the SQLite that the module is linked with
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    own = library.sqlite3_vfs_find(None)
    vfs, names, copies, fresh = _Vfs.from_buffer_copy(own.contents), dict[int, str](), dict[int, _Methods](), set[int]()
    vfs.name, vfs.next = b"recorded", None

    def logged(of: _Methods) -> _Methods:
        methods = _Methods.from_buffer_copy(of)

        def write(file: int, data: int, length: int, offset: int) -> int:
            steps.append(Write(names[file], offset, ctypes.string_at(data, length)))
            return int(of.write(file, data, length, offset))

        def truncate(file: int, size: int) -> int:
            steps.append(Truncate(names[file], size))
            return int(of.truncate(file, size))

        def sync(file: int, flags: int) -> int:
            status = int(of.sync(file, flags))
            steps.append(Sync(names[file], file in fresh))
            fresh.discard(file)
            return status

        methods.write, methods.truncate, methods.sync = _WRITE(write), _TRUNCATE(truncate), _SYNC(sync)
        return methods

    def opened(_: int, path: int | None, file: int, flags: int, found: object) -> int:
        status = int(own.contents.open(ctypes.addressof(own.contents), path, file, flags, found))
        place = Path(ctypes.string_at(path).decode()) if path else None
        if status == 0 and place is not None and place.parent == folder:
            names[file] = place.name
            fresh.discard(file)
            if flags & _CREATES and flags & _JOURNALS:
                fresh.add(file)
            head = _File.from_address(file)
            methods = head.methods.contents
            at = ctypes.addressof(methods)
            if at not in copies:
                copies[at] = logged(methods)
            head.methods = ctypes.pointer(copies[at])
        return status

    def deleted(_: int, path: bytes, synced: int) -> int:
        status = int(own.contents.delete(ctypes.addressof(own.contents), path, synced))
        if status == 0 and Path(path.decode()).parent == folder:
            steps.append(Delete(Path(path.decode()).name, bool(synced)))
        return status

    vfs.open, vfs.delete = _OPEN(opened), _DELETE(deleted)
    _kept.extend((vfs, copies))
    library.sqlite3_vfs_register(ctypes.byref(vfs), 1)
    try:
        yield steps
    finally:
        library.sqlite3_vfs_unregister(ctypes.byref(vfs))
        library.sqlite3_vfs_register(own, 1)


def put(files: dict[str, bytes], folder: Path) -> None:
    """Lay the files of a cut into an empty folder."""
    for name, held in files.items():
        (folder / name).write_bytes(held)


def written(steps: Sequence[Change | Sync]) -> dict[str, bytes]:
    """The files as they would be read after all these steps, nothing lost."""
    disk = Disk()
    for step in steps:
        disk.take(step)
    for name in list(disk.pending):
        disk.take(Sync(name))
    return {name: bytes(held) for name, held in disk.safe.items()}
