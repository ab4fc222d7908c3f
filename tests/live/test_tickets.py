"""A ticket opens the topic that its page was shown, for a minute, in the process that minted it."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from monitor.live.tickets import LIFE_S, Tickets, Topic
from tests.conftest import Time

TOPIC = Topic("room", "3", "M. Ørtiz-Łukasz")


def test_a_ticket_names_page_room_and_viewer(time: Time) -> None:
    tickets = Tickets()
    assert tickets.read(tickets.mint(TOPIC)) == TOPIC


def test_a_ticket_may_stand_in_a_subprotocol() -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+", Tickets().mint(TOPIC))


def test_a_ticket_ends_after_a_minute(time: Time) -> None:
    tickets = Tickets()
    ticket = tickets.mint(TOPIC)
    time.pass_by(LIFE_S)
    assert tickets.read(ticket) == TOPIC
    time.pass_by(0.1)
    assert tickets.read(ticket) is None


def test_another_process_does_not_know_it() -> None:
    assert Tickets().read(Tickets().mint(TOPIC)) is None


def test_a_ticket_for_one_room_cannot_be_made_one_for_another() -> None:
    tickets = Tickets()
    body, signature = tickets.mint(TOPIC).split(".")
    text = urlsafe_b64decode(body + "=" * (-len(body) % 4)).replace(b'"3"', b'"4"')
    assert tickets.read(f"{urlsafe_b64encode(text).rstrip(b'=').decode()}.{signature}") is None


@pytest.mark.parametrize("forged", ["", ".", "a", "a.b", "a.b.c", "é.é", "W10.", "W10.W10", "=.="])
def test_what_is_no_ticket_opens_nothing(forged: str) -> None:
    assert Tickets().read(forged) is None
