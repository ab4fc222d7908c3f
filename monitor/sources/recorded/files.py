"""Which kind of recording a file is, told from its content; its name is only a hint."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

from monitor.sources.recorded import csv_file, edf_file, vital_file, wfdb_file
from monitor.sources.recorded.tracks import MAX_BYTES, MAX_CHANNELS, Recording
from monitor.sources.source import BadFile

READ: Final = "a WFDB header (.hea), a Vital Recorder file (.vital), an EDF recording (.edf) or a table (.csv)"
MAX_HEADERS: Final = 500
UNFORESEEN: Final = "damaged in a way that was not foreseen"
_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"\x89HDF", "an HDF5 or MATLAB 7.3 file"),
    (b"SQLite format 3", "a database"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"\x7fELF", "a program"),
    (b"fLaC", "the data of a WFDB record or sound; name the .hea file beside it"),
    (b"RIFF", "a sound file"),
    (b"{\\rtf", "a text document"),
)


def read_recording(path: str | Path) -> Recording:
    """The recording in this file with all its channels. Raises BadFile with one sentence."""
    asked = Path(path)
    found = _locate(asked)
    try:
        recording = _read(found)
    except BadFile:
        raise
    except (MemoryError, RecursionError):
        raise BadFile(str(found), 1, "too large or too deep to be read; cut the recording") from None
    except (ValueError, ArithmeticError, LookupError, TypeError) as wrong:
        # No fault of a file may end in a traceback at the bedside; tests look for this sentence, because it is ours to mend.
        raise BadFile(str(found), 1, f"{UNFORESEEN} ({type(wrong).__name__}); copy it again from its source") from wrong
    except OSError as wrong:
        raise BadFile(
            str(found), None, f"cannot be opened ({wrong.strerror or type(wrong).__name__}); check the file and its rights"
        ) from None
    if len(recording.tracks) > MAX_CHANNELS:
        raise BadFile(str(found), 1, f"{len(recording.tracks):,} channels; at most {MAX_CHANNELS} are read, split the file")
    if not recording.tracks:
        raise BadFile(str(found), 1, "no channel was found; name a recording with at least one")
    return recording


def _locate(path: Path) -> Path:
    """The file meant: itself, or the WFDB header beside a data file or behind a record's name without its ending."""
    try:
        if path.is_dir():
            raise BadFile(str(path), None, f"a folder; name one recording in it: {READ}")
        if not path.exists():
            header = path.with_name(f"{path.name}.hea") if path.name else path
            if header.is_file():
                return _sized(header)
            raise BadFile(str(path), None, "there is no such file; check the name and the folder")
        if not path.is_file():
            raise BadFile(str(path), None, f"not an ordinary file; name {READ}")
        return _sized(path)
    except (OSError, ValueError) as wrong:
        raise BadFile(str(path)[:200], None, f"cannot be opened ({getattr(wrong, 'strerror', None) or wrong}); check the name") from None


def _sized(path: Path) -> Path:
    size = path.stat().st_size
    if size == 0:
        raise BadFile(str(path), 1, "the file is empty; copy it again from its source")
    if size > MAX_BYTES:
        raise BadFile(str(path), 1, f"{size / 2**20:,.0f} MB; at most 512 MB are read, cut the recording")
    return path


def _read(path: Path) -> Recording:
    with path.open("rb") as f:
        head = f.read(1 << 16)
    if head.startswith(b"\x1f\x8b"):
        return _unpacked(path, head)
    if edf_file.is_edf(head):
        return edf_file.read_edf(path)
    if wfdb_file.is_header(head):
        return wfdb_file.read_wfdb(path)
    other = _not_read_yet(head)
    header = _header_of(path)
    if (other is None and not _is_text(head)) or (other is not None and "WFDB" in other) or path.suffix.lower() in (".dat", ".mat"):
        if header is not None:
            return wfdb_file.read_wfdb(_sized(header))
        if other is None and not _is_text(head):
            beside = " (the data of a WFDB record? then name its .hea file)" if path.suffix.lower() in (".dat", ".mat") else ""
            raise BadFile(str(path), 1, f"not a recording that is known here{beside}; give {READ}")
    if other is not None:
        raise BadFile(str(path), 1, f"{other}: not read yet; give {READ}")
    return _table(path)


def _table(path: Path) -> Recording:
    try:
        return csv_file.read_csv(path)
    except BadFile:
        # The name is no proof, but it tells what was meant.
        if path.suffix.lower() == ".hea":
            raise BadFile(str(path), 1, "not a WFDB header: its first line names no record; copy the .hea file again") from None
        if path.suffix.lower() == ".vital":
            raise BadFile(str(path), 1, "the name says Vital Recorder, the content does not; copy it again from its source") from None
        raise


def _unpacked(path: Path, head: bytes) -> Recording:
    if vital_file.is_vital(path):
        return vital_file.read_vital(path)
    try:
        zlib.decompressobj(31).decompress(head, 64)
    except zlib.error:
        raise BadFile(str(path), 1, "a damaged compressed file; copy it again from its source") from None
    if path.suffix.lower() == ".vital":
        raise BadFile(
            str(path),
            1,
            "the name says Vital Recorder, the content does not (no VITA signature, or cut short); copy it again from its source",
        )
    raise BadFile(str(path), 1, f"a compressed file: not read yet; unpack it and give {READ}")


def _not_read_yet(head: bytes) -> str | None:
    """The name of a format that is recognised and not read, or None."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    text = head[:4096].decode("utf-8-sig", errors="replace").lstrip()
    if head.startswith(b"\xffBIOSEMI"):
        return "a BDF recording"
    if text.startswith(("MSH|", "FHS|", "BHS|", "\x0bMSH|")):
        return "an HL7 v2 message"
    if text.startswith(("{", "[{", "[\n")):
        return "a FHIR resource in JSON" if '"resourceType"' in text else "a JSON document"
    if text.startswith("<"):
        return "a FHIR resource in XML" if "http://hl7.org/fhir" in text else "an XML or HTML document"
    if text.startswith("VITA"):
        return "an unpacked Vital Recorder file"
    return None


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\0" in head:
        return False
    odd = sum(1 for b in head if b < 32 and b not in (9, 10, 11, 12, 13, 27))
    return odd <= 0.02 * len(head)


def _header_of(path: Path) -> Path | None:
    """The WFDB header beside a data file that names it, where there is exactly one."""
    own = path.with_suffix(".hea")
    try:
        headers = [own] if own.is_file() else []
        others = sorted(p for p in path.parent.glob("*.hea") if p != own)[:MAX_HEADERS]
        matching = []
        for header in [*headers, *others]:
            with header.open(encoding="utf-8", errors="replace") as f:
                lines = f.read(1 << 16).splitlines()[1:]
            if any(line.split()[:1] == [path.name] for line in lines if not line.startswith("#")):
                matching.append(header)
    except OSError:
        return None
    return matching[0] if len(matching) == 1 or (matching and matching[0] == own) else None
