"""A second server: what is confirmed is on both, it can be read, and it takes over with nothing lost."""

from __future__ import annotations

from contextlib import closing

import pytest

from monitor.store import open_log, open_stored
from monitor.store.lease import acquire
from monitor.store.log import StoreError
from tests.postgres import Pair
from tests.store.filled import NOTE, fill


def test_a_standby_has_what_is_confirmed_can_be_read_and_takes_over_with_nothing_lost(pair: Pair) -> None:
    with closing(open_log(pair.both)) as log, closing(open_stored(pair.second.url(pair.ward))) as standby:
        session = fill(log)
        for _ in range(20):
            log.append(session, [NOTE])
            assert standby.entries(session) == log.entries(session), "there as soon as it is confirmed"
        assert standby.rows(session) == log.rows(session)
        assert list(standby.verify()) == []
        with pytest.raises(StoreError, match="only reads, as a standby does"):
            standby.append(session, [NOTE])
        with pytest.raises(StoreError, match="only reads, as a standby does"):
            acquire(standby)
        confirmed = log.entries(session)
        pair.first.stop("immediate")
        with pytest.raises(StoreError, match=r"127\.0\.0\.1,127\.0\.0\.1/ward does not answer; nothing was saved"):
            log.append(session, [NOTE])
        pair.second.promote()
        assert log.entries(session) == confirmed
        log.append(session, [NOTE])
        lease = acquire(log)
        assert lease is not None
        lease.release()
        assert list(log.verify()) == []
        assert len(standby.entries(session)) == len(confirmed) + 1
