"""A backup made while the ward is at work gives the same store back: whole, and with the same prompts."""

from __future__ import annotations

import io
import threading
from contextlib import closing, redirect_stdout
from pathlib import Path

from monitor import cli_record
from monitor.protocol.document import Document
from monitor.review.replay import reassess
from monitor.store import open_log
from promises.found import Found
from promises.load import Load
from promises.scratch import scratch


def keep(times: int) -> Found:
    failed, entries = 0, 0
    with scratch() as folder, closing(open_log(folder / "log.db")) as log:
        load, ended, trouble = Load(log, rooms=3, seed=26), threading.Event(), list[BaseException]()

        def work() -> None:
            try:
                while not ended.is_set():
                    load.second()
            except BaseException as wrong:
                trouble.append(wrong)

        at_work = threading.Thread(target=work)
        at_work.start()
        try:
            for n in range(times):
                before = {head.session: head.hash for head in log.heads(open_only=False)}
                with redirect_stdout(io.StringIO()):
                    cli_record.backup(folder / f"{n}.backup", log.url)
                    cli_record.restore(folder / f"{n}.backup", f"sqlite:///{folder / f'{n}.db'}")
                failed += not _same(folder / f"{n}.db", before, load.document)
        finally:
            ended.set()
            at_work.join()
        entries = sum(head.seq + 1 for head in log.heads())
        load.lease.release()
    return Found(
        kept=not failed and not trouble,
        figures=f"{times} backups and restores beside a ward that stored {entries} entries: {failed} not the same again, "
        f"{len(trouble)} times the ward stopped",
    )


def _same(restored: Path, heads: dict[int, str], document: Document) -> bool:
    with closing(open_log(restored)) as log:
        found = [head.session for head in log.heads(open_only=False)]
        return not list(log.verify(heads=heads)) and all(reassess(log, session, document).same for session in found)
