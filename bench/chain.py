"""The record: how large it gets."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.engine import HOUR, played
from monitor import events as e
from monitor.store import chain, lease, open_log, packing
from monitor.vitals import Beats
from monitor.ward import drafts


def file_size() -> Iterator[str]:
    """Ten session-hours with 300 events each, one tick a transaction as live, then a checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "size.db"
        log = open_log(f"sqlite:///{path}")
        source, rows = played("strange-frightened", HOUR)
        opened = e.SessionOpened(
            room="1",
            alias="bench",
            source_kind="simulated",
            source_label="SIMULATED",
            protocol="example",
            protocol_digest="0" * 64,
            channels=tuple(e.ChannelDeclared(signal=c.signal, period_s=c.period_s, name=c.name) for c in source.channels),
        )
        held = lease.acquire(log)
        assert held is not None
        prompt = e.PromptChanged(
            rule="D-BP-CONFIRMED",
            episode=3,
            state=e.PromptState.ACTIVE,
            priority=e.Priority.MEDIUM,
            prompt_kind=e.PromptKind.CLINICAL,
            message="BP 168/102 ≥ 165/100, confirmed",
            evidence=tuple(e.Evidence(name=n, value=168, at=1200, note="+44/+24 over baseline") for n in ("nibp_sys", "nibp_dia")),
        )
        events = [prompt, e.Scored(scale="comfort", value=6), e.Observed(what="iv_site", value="well")]
        for hour in range(10):
            session = log.open_session(str(hour), drafts([opened], "bench"))
            unsealed: list[tuple[int, bytes]] = []
            for begin in range(0, HOUR, 60):
                with log.transaction(held.number) as writing:
                    for tick, row in rows[begin : begin + 60]:
                        packed = packing.pack(row, tick, Beats(tick * 1200, 1200, 1183, tick * 233, 233))
                        writing.write_row(session, tick, packed)
                        unsealed.append((tick, packed))
                        if tick % 12 == 0:
                            writing.append(session, tick, drafts([events[tick // 12 % 3]], "bench"))
                    writing.append(session, unsealed[-1][0], [chain.seal_draft(unsealed[0][0], unsealed[-1][0], unsealed)])
                    unsealed.clear()
                    writing.beat(0.0)
        held.release()
        log.close()
        size = sum(p.stat().st_size for p in Path(folder).iterdir() if p.name.startswith("size.db"))
        yield f"{size / 10 / 1e6:.3f} MB an hour with 300 events each (owed: at most 0.5)"
