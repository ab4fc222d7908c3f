"""What is called for in a room: its options are never hidden, and nothing moves under a finger when it comes or goes."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import harness, looks

pytestmark = pytest.mark.browser

Frame = dict[str, Any]
PHASES = {
    "ready": {"icon": "check", "chip": "Ready", "text": "", "bold": "", "after": ""},
    "running": {"icon": "run", "chip": None, "text": "min ", "bold": "22", "after": " of 40"},
    "paused": {"icon": "pause", "chip": "Paused 2:10", "text": "min ", "bold": "17", "after": " of 40"},
    "recovery": {"icon": "recovery", "chip": "Recovery 38 min", "text": "of ", "bold": "60", "after": ""},
}


@pytest.fixture(scope="module")
def rooms() -> Iterator[Any]:
    with harness.serve() as address, harness.chromium() as browser:

        def opened(size: str) -> Any:
            width, height = looks.SIZES[size]
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{address}/?page=room")
            page.wait_for_function("window.harnessReady === true")
            return page

        yield opened


def strained(phase: str) -> Frame:
    """A high prompt above three others, before a checklist that is open; five options, as many as a rule offers."""
    frame = harness.frame("room_strained") | {"trend": None, "phase": PHASES[phase]}
    first = frame["prompts"][0]
    first["first"] = ["Go to the patient. Call for help.", "Stop the infusion.", "Head and airway, oxygen, cuff and pulse."]
    first["options"].append({"id": "drug", "label": "Antiemetic of another class", "opens": True})
    frame["checklist"] = harness.frame("room_ready")["checklist"] | {
        "title": "Before discharge" if phase == "recovery" else "Before the infusion"
    }
    return frame


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
@pytest.mark.parametrize("phase", PHASES)
def test_headline_options_and_answers_are_whole_beside_a_checklist(rooms: Any, phase: str, size: str) -> None:
    page = rooms(size)
    page.evaluate("frame => feed(frame)", strained(phase))
    page.wait_for_selector(".prompt .option", state="visible")
    assert page.evaluate(WHOLE) == [9, []]
    page.close()


def test_a_checklist_that_is_folded_opens_with_one_tap_and_folds_the_prompts(rooms: Any) -> None:
    page = rooms("1280")
    page.evaluate("frame => feed(frame)", strained("ready"))
    page.locator(".checks .panel-head .button").click()
    page.locator(".checks .items li").first.wait_for(state="visible")
    assert page.locator(".option:visible").count() == 0
    assert page.locator(".prompt .prompt-head h2").first.is_visible()
    page.wait_for_function(
        "since => performance.now() - since > 400", arg=page.evaluate("performance.now()")
    )  # a second tap at once is none
    page.locator(".fold").first.click()
    page.wait_for_selector(".prompt .option", state="visible")
    page.close()


def test_a_card_in_hand_stays_open_and_in_its_place_when_a_higher_prompt_comes(rooms: Any) -> None:
    page = rooms("1280")
    page.evaluate("frame => feed(frame)", harness.frame("room_medium") | {"trend": None})
    option = page.locator(".option", has_text="Call prescriber")
    option.click()
    before = option.bounding_box()
    page.evaluate("frame => feed(frame)", harness.frame("room_several") | {"trend": None, "seq": 2})
    option = page.locator(".prompt.open .option", has_text="Call prescriber")
    assert option.bounding_box() == before
    page.locator(".prompt.open .option", has_text="Lower the rate").click()
    page.locator(".prompt.open .answer .button").first.click()
    assert [(act["prompt"], sorted(act["options"])) for _, act in page.evaluate("acts")] == [("D-3#1", ["call", "lower_rate"])]
    page.close()


PLACES = "() => [...document.querySelectorAll('.log .button')].filter(n => n.checkVisibility()).map(n => { const r = n.getBoundingClientRect(); return [r.x, r.y, r.width, r.height] })"
PROMPTS = 30


@pytest.mark.parametrize("size", looks.SIZES)
def test_thirty_prompts_come_and_go_during_taps_and_no_tap_is_lost_or_moved(rooms: Any, size: str) -> None:
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
    page.evaluate("frame => feed(frame)", calm)
    page.wait_for_selector(".im .page", state="visible")
    if size == "390":
        page.locator(".tab", has_text="Log").click()
    values = page.locator(".log .value")
    values.first.scroll_into_view_if_needed()
    places = page.evaluate(PLACES)
    shift, wanted = 0.0, []
    for n in range(PROMPTS):
        frame = copy.deepcopy(several)
        del frame["prompts"][1 + n % 4 :]
        button = values.nth(n % 11)  # the row that stands in sight at every size
        box = button.bounding_box()
        page.wait_for_function(
            "button => button.imPressed === undefined || performance.now() - button.imPressed > 700", arg=button.element_handle()
        )
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.evaluate("frame => feed(frame)", (calm if n % 2 else frame) | {"seq": f"{n}"})  # comes, or goes, while the finger is down
        page.mouse.up()
        wanted.append(n % 11)
        now = page.evaluate(PLACES)
        assert len(now) == len(places)
        shift = max([shift, *(abs(a - b) for was, here in zip(places, now, strict=True) for a, b in zip(was, here, strict=True))])
    acts = [act for _, act in page.evaluate("acts")]
    taken = [act["value"] for act in acts if act["do"] == "score" and act["scale"] == "dissociation"]
    print(f"\n{size}: {PROMPTS} prompts came and went during {len(wanted)} taps: {len(wanted) - len(taken)} lost, {shift:g} px shift")
    assert taken == wanted
    assert shift == 0
    page.close()
