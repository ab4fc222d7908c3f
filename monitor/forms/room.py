"""The room itself: who watches it, away from the monitor, the cuff's cycle, leaving, the end of an emergency."""

from __future__ import annotations

from monitor import commands
from monitor import events as e
from monitor.board.handover import handover_card
from monitor.forms.filling import Filling, Option
from monitor.language import say

NAME, REASON, SAID = 40, 200, 400
INTERVALS_MIN = (1, 2, 3, 5, 10, 15)
BREAK_MIN = 15
AWAY = {"bathroom": say("bathroom"), "walking": say("walking"), "disconnected on purpose": say("disconnected on purpose")}
"""Why somebody is away, as the record has it, and as it is shown."""
MOST_AWAY_MIN = 30


def handover_form(f: Filling) -> None:
    """The card is offered as it is shown: it was made when the form was opened."""
    view = f.view
    assert view is not None
    card = f.keep("card", lambda: handover_card(f.picture, view))
    f.lines(say("What the next nurse will see"), card)
    to = f.text("to", say("To"), NAME, hint=say("may stay empty"))
    f.says(say("Until somebody accepts, you watch. Who stops watching without a handover leaves the room to nobody."))
    f.button("save", say("Offer the handover"), commands.offer_watch(to, card))
    f.button("cover", say("Break cover, {min} min", min=BREAK_MIN), commands.take_watch(to, BREAK_MIN) if to else None, solid=False)
    f.button("leave_watch", say("Stop watching"), commands.leave_watch(), solid=False)


def away_form(f: Filling) -> None:
    why = f.choice("why", say("Why"), [Option(word, label) for word, label in AWAY.items()], needed=True)
    escort = f.text("escort", say("Who goes along"), NAME, needed=True)
    most = f.number("most", say("At most"), say("min"), 1, MOST_AWAY_MIN, say("1 to {most}", most=MOST_AWAY_MIN), needed=True, whole=True)
    f.says(say("Prompts about lost signals become one timer until then. Nothing else is held back."))
    f.button("save", say("Chart: away"), commands.go_away(why, escort, int(most)) if why and escort and most else None)


def cuff_interval_form(f: Filling) -> None:
    obeys = f.state.opened.source_kind == "simulated"
    f.note(say("The cuff of a simulated room obeys.") if obeys else say("This records what was set at the bedside."))
    now = (f.state.cuff_interval_s or 0) // 60
    options = [Option(str(n), say("{n} min", n=n), say("now") if n == now else "") for n in INTERVALS_MIN]
    minutes = f.choice("minutes", say("A reading every"), options, needed=True)
    label = say("Set the cycle") if obeys else say("Record the cycle")
    f.button("save", label, commands.set_cuff_interval(int(minutes) * 60) if minutes else None)


def discharge_form(f: Filling) -> None:
    for item in f.document.blocking("discharge", f.state):
        f.note(say("Open: {question}", question=item.question), "warn")
    against = f.tick("against", say("Leaves against advice: recorded, not refused"))
    escort = f.text("escort", say("Escort"), 80, needed=not against)
    reason = f.text("reason", say("What was said"), SAID, needed=True) if against else ""
    f.button("save", say("Record the discharge"), commands.discharge(escort, against, reason) if escort or against else None)


def close_form(f: Filling) -> None:
    f.note(say("The session is sealed and ends. The next patient starts with nothing of this one."))
    reason = f.text("reason", say("Note"), REASON, hint=say("may stay empty"))
    high = [prompt for prompt in f.state.open_prompts if prompt.priority is e.Priority.HIGH and prompt.answered is None]
    messages = "; ".join(prompt.message for prompt in high)
    told = bool(high) and f.ask(f"high {messages}", say("Nobody has answered: {messages}. Close all the same?", messages=messages))
    f.button("save", say("Close the session"), commands.close(reason, told))


def emergency_end_form(f: Filling) -> None:
    reason = f.text("reason", say("How it ended"), SAID)
    f.says(say("This ends the emergency alone. What still holds stays open and sounds."))
    f.button("save", say("End the emergency"), commands.end_emergency(reason))
