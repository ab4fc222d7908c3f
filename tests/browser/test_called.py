"""What is called for in a room: its options are never hidden, and nothing moves under a finger when it comes or goes."""

from __future__ import annotations

import copy

import pytest

from tests.browser import harness, looks
from tests.browser.harness import AT_ONCE_MS, Open, feed, passes
from tests.browser.survey import PHASES, strained

pytestmark = pytest.mark.browser

@pytest.fixture
def rooms(open_page: Open) -> Open:
    return lambda size: open_page(None, looks.SIZES[size], "room")


# Whether each part of the card can be seen and tapped at its four corners and its middle, with at most the page itself scrolled.
WHOLE = """() => {
  const card = document.querySelector('.prompt');
  if (document.querySelector('.im').scrollHeight > innerHeight) document.querySelector('.im').scrollTop += card.getBoundingClientRect().top - 4;
  const parts = [...card.querySelectorAll('.prompt-head h2, .option, .answer .button')];
  const hidden = parts.filter(n => {
    const r = n.getBoundingClientRect(), own = n.closest('header') ?? n;
    return [[r.left + 4, r.top + 4], [r.right - 4, r.top + 4], [r.left + 4, r.bottom - 4], [r.right - 4, r.bottom - 4], [(r.left + r.right) / 2, (r.top + r.bottom) / 2]]
      .some(([x, y]) => !own.contains(document.elementFromPoint(x, y)));
  });
  return [parts.length, hidden.map(n => n.textContent)];
}"""


@pytest.mark.parametrize("size", looks.SIZES)
def test_headline_options_and_answers_are_whole_beside_a_checklist(rooms: Open, size: str) -> None:
    page, found = rooms(size), {}
    for patient, phase in enumerate(PHASES):  # each phase of another patient: nothing is left on the page of the one before
        feed(page, strained(phase) | {"session": patient})
        page.wait_for_selector(".prompt .option", state="visible")
        found[phase] = page.evaluate(WHOLE)
    assert found == {phase: [9, []] for phase in PHASES}


def test_a_checklist_that_is_folded_opens_with_one_tap_and_folds_the_prompts(rooms: Open) -> None:
    page = rooms("1280")
    feed(page, strained("ready"))
    page.locator(".checks .panel-head .button").click()
    page.locator(".checks .items li").first.wait_for(state="visible")
    assert page.locator(".option:visible").count() == 0
    assert page.locator(".prompt .prompt-head h2").first.is_visible()
    passes(page, AT_ONCE_MS)
    page.locator(".fold").first.click()
    page.wait_for_selector(".prompt .option", state="visible")


def test_a_card_in_hand_stays_open_and_in_its_place_when_a_higher_prompt_comes(rooms: Open) -> None:
    page = rooms("1280")
    feed(page, harness.frame("room_medium") | {"trend": None})
    passes(page, AT_ONCE_MS)
    option = page.locator(".option", has_text="Call prescriber")
    option.click()
    before = option.bounding_box()
    feed(page, harness.frame("room_several") | {"trend": None})
    option = page.locator(".prompt.open .option", has_text="Call prescriber")
    assert option.bounding_box() == before
    passes(page, AT_ONCE_MS)
    page.locator(".prompt.open .option", has_text="Lower the rate").click()
    page.locator(".prompt.open .answer .button").first.click()
    assert [(act["prompt"], sorted(act["options"])) for _, act in page.evaluate("acts")] == [("D-3#1", ["call", "lower_rate"])]


PLACES = "[...document.querySelectorAll('.log .button')].filter(n => n.checkVisibility()).map(n => { const r = n.getBoundingClientRect(); return [r.x, r.y, r.width, r.height] })"
PROMPTS = 30
ROW = 11
"""The scores from 0 to 10 that stand in sight at every size."""


@pytest.mark.parametrize("size", looks.SIZES)
def test_thirty_prompts_come_and_go_during_taps_and_no_tap_is_lost_or_moved(rooms: Open, size: str) -> None:
    page = rooms(size)
    calm = harness.frame("room_calm") | {"trend": None, "checklist": harness.frame("room_ready")["checklist"]}
    several = strained("running") | {
        "log": calm["log"],
        "cuff": calm["cuff"],
        "bp": calm["bp"],
        "more": calm["more"],
        "facts": calm["facts"],
        "title": calm["title"],
    }
    feed(page, calm)
    page.wait_for_selector(".im .page", state="visible")
    if size == "390":
        page.locator(".tab", has_text="Log").click()
    values = page.locator(".log .value")
    values.first.scroll_into_view_if_needed()
    places, boxes = page.evaluate(PLACES), [value.bounding_box() for value in values.all()[:ROW]]
    shift, wanted = 0.0, []
    for n in range(PROMPTS):
        frame = copy.deepcopy(several)
        del frame["prompts"][1 + n % 4 :]
        box = boxes[n % ROW]
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        feed(page, calm if n % 2 else frame)  # comes, or goes, while the finger is down
        page.mouse.up()
        wanted.append(n % ROW)
        now = page.evaluate(f"() => {{ passes({AT_ONCE_MS}); return {PLACES} }}")
        assert len(now) == len(places)
        shift = max([shift, *(abs(a - b) for was, here in zip(places, now, strict=True) for a, b in zip(was, here, strict=True))])
    acts = [act for _, act in page.evaluate("acts")]
    taken = [act["value"] for act in acts if act["do"] == "score" and act["scale"] == "dissociation"]
    print(f"\n{size}: {PROMPTS} prompts came and went during {len(wanted)} taps: {len(wanted) - len(taken)} lost, {shift:g} px shift")
    assert taken == wanted
    assert shift == 0
