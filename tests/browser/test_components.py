"""The browser side, in a real Chromium, against the static harness: no Streamlit, no store, only frames."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.views import components
from tests.browser import harness, looks
from tests.browser.harness import AT_ONCE_MS, CUT_MS, Frame, Open, feed, passes
from tests.browser.survey import named, ward

pytestmark = pytest.mark.browser


def acts(page: Any) -> list[Frame]:
    return [value for _, value in page.evaluate("window.acts")]


# ---- the same nodes ------------------------------------------------------------------------------------------------

WATCH = """() => { window.changed = []; new MutationObserver(list => list.forEach(m => {
  for (const n of [...m.addedNodes, ...m.removedNodes]) window.changed.push(m.target.className + ': ' + n.nodeName + ' ' + (n.className || n.data || ''));
})).observe(document.querySelector('.im'), {childList: true, subtree: true}); }"""


def tick(frame: Frame, second: int) -> Frame:
    later = copy.deepcopy(frame)
    later["clock"] = f"14:22:{second % 60:02d}"
    for tile in later.get("tiles", []):
        if tile.get("vitals"):
            for name, value in (("hr", 70 + second % 9), ("spo2", 94 + second % 6), ("rr", 12 + second % 5)):
                if tile["vitals"][name]["value"] is not None:
                    tile["vitals"][name]["value"] = str(value)
                tile["vitals"][name]["spark"] = tile["vitals"][name]["spark"][second % 7 :]
            tile["due"] = {"label": "Next due", "text": "scores", "time": f"5:{second % 60:02d}", "over": False}
    return later


def test_no_node_of_the_wall_is_added_or_removed_over_sixty_frames(open_page: Open) -> None:
    frame = harness.frame("wall_states")
    page = open_page(frame)
    page.evaluate(WATCH)
    page.evaluate("frames => frames.forEach(frame => feed(frame))", [tick(frame, second) | {"seq": f"tick {second}"} for second in range(60)])
    assert page.evaluate("window.changed") == []
    assert page.locator(".tile").nth(0).locator(".hr .num").inner_text() == str(70 + 59 % 9)


PLAYED = """async frames => { const shifts = [];
  const shown = frame => { feed(frame); return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); };
  await shown(frames[0]);
  const observer = new PerformanceObserver(list => list.getEntries().forEach(e => e.sources.forEach(s =>
    shifts.push((s.node?.parentElement?.className ?? '') + ': ' + (s.node?.className || s.node?.data || '')))));
  observer.observe({type: 'layout-shift'});
  for (const frame of frames.slice(1)) await shown(frame);
  await new Promise(done => setTimeout(done, 50));
  return shifts; }"""


def test_ages_countdowns_and_prompts_move_nothing_on_the_wall(open_page: Open) -> None:
    states, calm = harness.frame("wall_states"), harness.frame("wall_calm")
    page = open_page(calm)
    frames = [tick(calm, second) | {"seq": f"tick {second}"} for second in range(12)]
    for second, frame in enumerate(frames):
        first = frame["tiles"][0]
        first["due"] = {
            "label": "Next due",
            "text": "cuff" if second % 2 else "scores",
            "time": "10:00" if second % 3 else "9:59",
            "over": False,
        }
        first["vitals"]["bp"] |= {
            "age": ("just now", "1 min", "12 min")[second % 3],
            "cuff": ("cuff now", "cuff 9:59", "cuff 10:00")[second % 3],
        }
        first["phase"]["bold"] = "9" if second % 2 else "10"
        # each mark that a strip can bear, and none
        first["strip"] = [calm["tiles"][0], *(states["tiles"][n] for n in (2, 4, 3, 5))][second % 5]["strip"]
        frame["banner"] = states["banner"] if second % 2 else None
    assert page.evaluate(PLAYED, frames) == []


def test_a_room_keeps_its_nodes_and_a_new_event_adds_one_row(open_page: Open) -> None:
    frame = harness.frame("room_medium")
    page = open_page(frame)
    page.wait_for_selector(".main-svg", state="attached")
    page.evaluate(WATCH.replace("'.im'", "'.colB'"))
    frames = []
    for second in range(20):
        later = copy.deepcopy(frame) | {"trend": None, "seq": f"tick {second}"}
        later["numerics"]["hr"]["value"] = str(90 + second)
        later["prompts"][0]["since"] = f"1:{second:02d}"
        frames.append(later)
    page.evaluate("frames => frames.forEach(frame => feed(frame))", frames)
    assert page.locator(".numerics .hr .num").first.inner_text() == "109"
    assert page.evaluate("window.changed") == []
    page.evaluate(WATCH.replace("'.im'", "'.events'"))
    frame["events"].insert(0, {"at": "14:22:00", "text": "Comfort 7", "by": "M. Ortiz", "strong": False, "act": None})
    feed(page, frame)
    assert [row for row in page.evaluate("window.changed") if not row.startswith(": LI")] == []
    assert len(page.evaluate("window.changed")) == 1


def test_a_state_changes_no_size_and_no_place(open_page: Open) -> None:
    page = open_page(harness.frame("wall_calm"))
    places = """() => [...document.querySelectorAll('.banner, .tile, .tile .vitals, .tile .scores, .tile .strip, .tile .bp .num, .tile .log-button, .tile-emergency')]
      .filter(n => n.offsetParent && !['10', '9'].includes(n.closest('.tile')?.querySelector('.room-number').textContent))
      .map(n => { const r = n.getBoundingClientRect(); return [n.className.replace(/ (fill|flash|none|gone|aged)/g, ''), Math.round(r.x), Math.round(r.y), n.classList.contains('num') ? 0 : Math.round(r.width), Math.round(r.height)] })"""
    calm = page.evaluate(places)
    feed(page, harness.frame("wall_states"))
    assert page.evaluate(places) == calm


def test_the_wall_of_twelve_needs_no_scrolling_and_a_tablet_shows_six(open_page: Open) -> None:
    page = open_page(harness.frame("wall_states"))
    fits = "() => { const w = document.querySelector('.wall'), i = document.querySelector('.im'); return w.scrollHeight <= w.clientHeight && i.scrollHeight <= innerHeight && i.scrollWidth <= innerWidth }"
    assert page.evaluate(fits)
    page.set_viewport_size({"width": 820, "height": 1180})
    page.wait_for_function("getComputedStyle(document.querySelector('.wall')).getPropertyValue('--columns') == '2'")
    seen = "() => { const w = document.querySelector('.wall').getBoundingClientRect(); return [...document.querySelectorAll('.tile')].filter(t => t.getBoundingClientRect().bottom <= w.bottom + 1).length }"
    assert page.evaluate(seen) == 6


DIGITS = """() => { const pen = document.createElement('canvas').getContext('2d');
  return [...document.querySelectorAll('.tile .vital:is(.hr, .spo2, .bp):not(.gone) .num')].filter(n => n.checkVisibility())
    .map(n => { const s = getComputedStyle(n); pen.font = `${s.fontWeight} ${s.fontSize} ${s.fontFamily}`; return pen.measureText('0123456789').actualBoundingBoxAscent }) }"""


@pytest.mark.parametrize("name", ["wall_states", "wall_many"])
def test_twelve_and_twenty_four_rooms_are_read_from_two_metres_without_scrolling(open_page: Open, name: str) -> None:
    frame = harness.frame(name)
    page = open_page(frame)
    assert page.evaluate("() => { const w = document.querySelector('.wall'); return w.scrollHeight <= w.clientHeight }")
    digits = page.evaluate(DIGITS)
    assert len(digits) >= len(frame["tiles"])
    assert min(digits) >= 28


# ---- the watchdog --------------------------------------------------------------------------------------------------


def test_without_a_frame_for_three_seconds_every_number_is_gone_and_comes_back(open_page: Open) -> None:
    frame = harness.frame("wall_states")
    page = open_page(frame)
    passes(page, CUT_MS)
    page.wait_for_selector(".im[data-cut]")
    tiles = page.locator(".tile:not([data-state=empty]):not([data-state=ready])")
    for number in page.locator(".tile .vital .num:visible").all_inner_texts():
        assert not re.search(r"\d", number)
    assert page.locator(".tile .score .num:visible").count() == 0
    for index in range(tiles.count()):
        assert "NO CONNECTION" in tiles.nth(index).inner_text()
        assert tiles.nth(index).get_attribute("data-priority") == "tech"
    assert "last frame 14:21:36" in page.locator(".head").inner_text()
    assert page.locator(".banner").get_attribute("data-priority") == "tech"
    assert "Room 3 Otter SpO2 87 < 90" in page.locator(".banner .rest").inner_text()
    assert "NO CONNECTION" in page.locator("p.sr[role=alert]").inner_text()
    feed(page, frame)
    page.wait_for_selector(".im:not([data-cut])")
    assert page.locator(".tile").nth(0).locator(".hr .num").inner_text() == "71"


def test_the_same_frame_again_does_not_count_as_news(open_page: Open) -> None:
    frame = harness.frame("wall_calm")
    page = open_page(frame)
    shown = frame | {"seq": page.evaluate("0")}
    feed(page, shown, fresh=False)
    for _ in range(4):
        passes(page, CUT_MS // 4)
        feed(page, shown, fresh=False)
    page.wait_for_selector(".im[data-cut]")


def test_a_room_that_is_cut_off_shows_no_live_number(open_page: Open) -> None:
    page = open_page(harness.frame("room_medium"))
    passes(page, CUT_MS)
    page.wait_for_selector(".im[data-cut]")
    for number in page.locator(
        ".numerics .num:visible, .cuffnow .num:visible, .inf .min .num, .inf dd b, .prompt-head .since"
    ).all_inner_texts():
        assert not re.search(r"\d", number)
    assert "NO CONNECTION" in page.locator(".calm-strip").inner_text()


def test_while_nobody_assesses_nothing_is_called_calm_and_numbers_stay(open_page: Open) -> None:
    frame = harness.frame("wall_not_assessed")
    frame["banner"] = None
    page = open_page(frame)
    strips = page.locator(".tile .strip:visible").all_inner_texts()
    assert strips and all("Not being assessed" in text for text in strips)
    assert "NOT BEING ASSESSED" in page.locator(".banner").inner_text()
    assert page.locator(".tile .hr .num").first.inner_text() == "71"
    assert "Nothing called for" not in page.locator(".im").inner_text()


def test_the_facts_of_a_patient_stand_whole_when_nobody_assesses(open_page: Open) -> None:
    frame = harness.frame("room_strained")
    told = ["simulated, 63 y, 91 kg", "identifier 4471", "infusion 3", "allergy: penicillin, metoclopramide", "high blood pressure"]
    frame["facts"] = [{"text": text, "weighs": False, "more": ""} for text in told]
    page = open_page(frame)
    lost = {"ok": False, "text": "NOT BEING ASSESSED", "sub": "evaluator silent since 20:17:49"}
    page.evaluate("f => feed(f)", frame | {"seq": "later", "assessed": lost})
    page.get_by_text("NOT BEING ASSESSED").first.wait_for()
    facts = page.locator(".head .tally")
    assert facts.evaluate("box => box.scrollHeight - box.clientHeight") <= 1
    assert facts.locator("span:visible").all_inner_texts() == told
    assert looks.faults(page) == []


FACTS = """() => {
  const box = document.querySelector('.head .tally').getBoundingClientRect(), more = document.querySelector('.facts .more');
  const shown = [...document.querySelectorAll('.head .tally > span')].filter(one => !one.hidden);
  const whole = shown.every(one => [...one.getClientRects()].every(r => r.top >= box.top - 2 && r.bottom <= box.bottom + 2 && r.right <= box.right + 1));
  return [shown.length, whole, more.hidden ? 0 : parseInt(more.textContent.slice(1))];
}"""


def test_what_does_not_fit_of_a_patients_facts_is_counted_and_one_tap_away(open_page: Open) -> None:
    frame = harness.frame("room_strained")
    page = open_page(frame)
    for width, height in looks.SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"innerWidth == {width} && document.querySelector('.head .tally').clientWidth > 0")
        page.evaluate("f => feed(f)", frame | {"seq": width})
        shown, whole, folded = page.evaluate(FACTS)
        assert whole, (width, shown)
        assert shown + folded == len(frame["facts"]), width
        assert shown >= 4, f"of {len(frame['facts'])} facts only {shown} stand at {width}"
    page.locator(".facts").click()
    assert page.locator(".facts-panel li > span").all_inner_texts() == [one["text"] for one in frame["facts"]]
    assert "speaks against Ondansetron, Prochlorperazine" in page.locator(".facts-panel").inner_text()
    page.keyboard.press("Escape")
    page.locator(".facts-panel").wait_for(state="hidden")


# ---- acts ----------------------------------------------------------------------------------------------------------


def test_a_double_tap_is_one_act_with_a_nonce(open_page: Open) -> None:
    page = open_page(harness.frame("room_medium"))
    page.locator(".tap.comf .value", has_text=re.compile("^6$")).dblclick()
    page.locator(".tap.comf .value", has_text=re.compile("^7$")).click()
    sent = acts(page)
    assert [(act["do"], act["scale"], act["value"]) for act in sent] == [("score", "comfort", 6), ("score", "comfort", 7)]
    assert sent[0]["nonce"] != sent[1]["nonce"]


def test_a_tile_opens_its_room_and_its_buttons_do_only_their_own_act(open_page: Open) -> None:
    page = open_page(harness.frame("wall_calm"))
    page.locator(".tile").nth(1).locator(".vitals").click()
    page.locator(".tile").nth(2).locator(".tile-emergency").click()
    page.locator(".tile").nth(4).locator(".tile-room").press("Enter")
    assert [(act["do"], act["room"]) for act in acts(page)] == [("open_room", "2"), ("emergency", "3"), ("open_room", "5")]


SCORE_PAD = ".tile .pad"


def test_two_taps_log_comfort_over_the_room_s_own_tile_and_nothing_else_moves(open_page: Open) -> None:
    frame = harness.frame("wall_states")
    page = open_page(frame)
    places = """() => [...document.querySelectorAll('.banner, .tile, .tile .num, .tile .strip, .tile .log-button')].filter(n => n.checkVisibility())
      .map(n => { const r = n.getBoundingClientRect(); return [r.x, r.y, r.width, r.height] })"""
    before = page.evaluate(places)
    fifth = page.locator(".tile").nth(4)
    fifth.locator(".score.comf").click()
    assert page.evaluate(places) == before
    assert page.locator(SCORE_PAD).count() == 1
    assert "0 unbearable … 10 fully comfortable" in fifth.locator(".pad").inner_text()
    bp, lies = fifth.locator(".bp .num").bounding_box(), fifth.locator(".pad").bounding_box()
    assert lies["y"] >= bp["y"] + bp["height"] - 4, "the numbers stay in sight"
    passes(page, AT_ONCE_MS)
    fifth.locator(".pad .value", has_text=re.compile("^10$")).dblclick()
    assert [(a["do"], a["scale"], a["value"], a["room"]) for a in acts(page)] == [("score", "comfort", 10, "5")]
    frame["tiles"][4]["undo"] = {"label": "Undo", "at": "comfort 10", "act": {"do": "undo", "room": "5", "seq": 9}}
    passes(page, AT_ONCE_MS)
    feed(page, frame)
    page.locator(SCORE_PAD).wait_for(state="detached")
    assert page.evaluate(places) == before
    fifth.locator(".undo").click()
    assert acts(page)[1]["seq"] == 9
    assert len(acts(page)) == 2


def test_a_double_tap_that_opens_the_score_pad_gives_no_score(open_page: Open) -> None:
    page = open_page(harness.frame("wall_calm"))
    page.locator(".tile").nth(1).locator(".log-button").dblclick()
    page.locator(SCORE_PAD).wait_for()
    passes(page, AT_ONCE_MS)
    page.evaluate("() => { document.querySelector('.pad-tab.diss').click(); document.querySelectorAll('.pad .value')[3].click() }")
    assert acts(page) == [], "a tap at once after the tab is not meant for the other scale"
    passes(page, AT_ONCE_MS)
    page.locator(".pad .value").nth(4).click()
    assert [(a["scale"], a["value"], a["room"]) for a in acts(page)] == [("dissociation", 4, "2")]


def test_a_score_pad_closes_when_the_page_is_cut_off(open_page: Open) -> None:
    page = open_page(harness.frame("wall_calm"))
    page.locator(".tile").first.locator(".score.comf").click()
    page.locator(SCORE_PAD).wait_for()
    passes(page, CUT_MS)
    page.wait_for_selector(".im[data-cut]")
    assert page.locator(SCORE_PAD).count() == 0
    page.locator(".tile").first.locator(".log-button").click()
    assert page.locator(SCORE_PAD).count() == 0


# ---- keys, and the wall display ------------------------------------------------------------------------------------

CHOSEN = "() => document.activeElement.closest('.tile')?.querySelector('.room-number').textContent"


def test_keys_choose_a_room_and_only_enter_opens_it(open_page: Open) -> None:
    frame = harness.frame("wall_many")
    page = open_page(frame)
    columns = int(page.evaluate("getComputedStyle(document.querySelector('.wall')).getPropertyValue('--columns')"))
    for key, room in (("1", "1"), ("2", "12"), ("ArrowLeft", "11"), ("ArrowDown", str(11 + columns)), ("ArrowUp", "11")):
        page.keyboard.press(key)
        assert page.evaluate(CHOSEN) == room, key
    assert acts(page) == []
    page.keyboard.press("Enter")
    assert [(a["do"], a["room"]) for a in acts(page)] == [("open_room", "11")]


def test_keys_log_a_score_and_digits_alone_log_nothing(open_page: Open) -> None:
    frame = harness.frame("wall_calm")
    page = open_page(frame)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("d")
    page.locator(SCORE_PAD).wait_for()
    page.evaluate("() => document.querySelectorAll('.pad .value')[3].focus()")
    page.keyboard.press("1")
    page.keyboard.press("0")
    assert page.evaluate("document.activeElement.textContent") == "10"
    assert acts(page) == []
    passes(page, AT_ONCE_MS)
    page.keyboard.press("Enter")
    assert [(a["scale"], a["value"], a["room"]) for a in acts(page)] == [("dissociation", 10, "1")]
    page.keyboard.press("Escape")
    assert page.locator(SCORE_PAD).count() == 0
    assert page.evaluate(CHOSEN) == "1"


def test_the_keys_of_the_room_reach_its_scores_and_the_wall(open_page: Open) -> None:
    page = open_page(harness.frame("room_calm") | {"trend": None})
    page.keyboard.press("l")
    page.keyboard.press("7")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Comfort 6 ")
    page.keyboard.press("Enter")
    page.keyboard.press("w")
    assert [(a["do"], a.get("value"), a.get("page")) for a in acts(page)] == [("score", 6, None), ("go", None, "ward")]


def test_no_key_acts_while_somebody_types_and_the_list_names_each_key(open_page: Open) -> None:
    page = open_page(harness.frame("wall_states"))
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), {id: 'typed'}))")
    page.locator("#typed").press("a")
    assert acts(page) == []
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    listed = page.locator(".legend dt").all_inner_texts()
    assert {"← → ↑ ↓", "1, 2 … 24", "Enter", "L", "D", "U", "A", "F", "Esc", "?"} <= set(listed)
    assert "W" not in listed, "back to the wall is a key of the room"
    page.keyboard.press("Escape")
    assert not page.locator(".legend").is_visible()
    page.keyboard.press("a")
    assert [(a["do"], a["room"]) for a in acts(page)] == [("open_room", "3")]


CONTROLS = (
    "() => [...document.querySelectorAll('.im button')].filter(b => b.checkVisibility() && !b.closest('[inert]')).map(b => b.className)"
)


def test_a_wall_display_has_no_control_and_no_act_leaves_it(open_page: Open) -> None:
    frame = harness.frame("wall_states")
    page = open_page(frame)
    page.evaluate("f => feed({...f, seq: 7}, undefined, true)", frame)
    assert page.evaluate(CONTROLS) == []
    assert page.locator(".banner .what").inner_text() == "SpO2 87 < 90"
    assert not page.locator(".tile-emergency").first.is_visible()
    page.mouse.click(300, 300)
    for key in ("1", "l", "Enter", "a", "d"):
        page.keyboard.press(key)
    page.evaluate("document.querySelectorAll('.im button').forEach(one => one.click())")
    assert acts(page) == []
    assert page.locator(SCORE_PAD).count() == 0


def test_the_wall_becomes_a_display_with_one_key_and_comes_back_with_it(open_page: Open) -> None:
    frame = harness.frame("wall_states")
    page = open_page(frame)
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement && document.querySelector('.im[data-display]')")
    page.keyboard.press("f")
    page.wait_for_function("!document.fullscreenElement && !document.querySelector('.im[data-display]')")
    page.locator(".tile").first.locator(".tile-room").click()
    assert [a["do"] for a in acts(page)] == ["open_room"]


def test_full_screen_keeps_emergency_and_a_tap_leaves_it(open_page: Open) -> None:
    page = open_page(harness.frame("wall_states") | {"menu": [{"label": "Full screen", "act": {"do": "display"}}]})
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement && document.querySelector('.im[data-display=full]')")
    assert set(page.evaluate(CONTROLS)) == {"button", "button tile-emergency emergency"}
    page.locator(".tile .vitals").first.click()
    page.locator(".tile-emergency").nth(1).click()
    assert [(act["do"], act["room"]) for act in acts(page)] == [("emergency", "2")]
    page.get_by_role("button", name="Leave full screen").click()
    page.wait_for_function("!document.fullscreenElement && !document.querySelector('.im[data-display]')")


def test_six_rooms_use_their_space(open_page: Open) -> None:
    page = open_page(ward(6))
    sizes = page.locator(".tile .vital:is(.hr, .spo2, .bp, .rr):not(.gone) .num").evaluate_all(
        "all => all.filter(n => n.checkVisibility()).map(n => parseFloat(getComputedStyle(n).fontSize))"
    )
    assert len(sizes) >= 20 and min(sizes) >= 85 and max(sizes) >= 90
    assert page.evaluate("() => { const w = document.querySelector('.wall'); return w.scrollHeight <= w.clientHeight }")


@pytest.mark.parametrize("name", ["wall_states", "room_strained"])
def test_no_name_makes_the_head_grow(open_page: Open, name: str) -> None:
    short = harness.frame(name) | {"trend": None}
    page = open_page(short)
    for size in looks.SIZES:
        heights = []
        for frame in (short, named(short)):
            feed(page, frame)
            looks.resize(page, size)
            heights.append(page.locator(".headbox").bounding_box()["height"])
        assert heights[0] == heights[1], size


def test_a_disabled_button_says_why_and_does_nothing(open_page: Open) -> None:
    page = open_page(harness.frame("room_medium"))
    button = page.locator(".actions .button", has_text="Discharge")
    assert "still infusing" in button.inner_text()
    button.click(force=True)
    assert acts(page) == []


def test_ticks_survive_frames_and_did_is_live_only_with_a_tick(open_page: Open) -> None:
    frame = harness.frame("room_medium")
    page = open_page(frame)
    passes(page, AT_ONCE_MS)
    did = page.locator(".prompt .answer .button").first
    did.click(force=True)
    assert acts(page) == []
    page.locator(".option", has_text="Lower the rate").click()
    page.locator(".option", has_text="Call prescriber").click()
    for second in range(5):
        later = copy.deepcopy(frame) | {"trend": None}
        later["prompts"][0]["since"] = f"1:1{second}"
        feed(page, later)
    assert page.locator(".option[aria-pressed=true]").count() == 2
    assert did.inner_text() == "Did these 2"
    did.click()
    act = acts(page)[0]
    assert (act["do"], act["prompt"], act["answer"], sorted(act["options"]), act["reason"]) == (
        "answer",
        "D-3#1",
        "did",
        ["call", "lower_rate"],
        None,
    )

def test_the_next_patient_s_page_has_nothing_of_the_one_before(open_page: Open) -> None:
    frame = {**harness.frame("room_medium"), "session": 7}
    page = open_page(frame)
    passes(page, AT_ONCE_MS)
    page.locator(".option", has_text="Lower the rate").click()
    assert page.locator(".option[aria-pressed=true]").count() == 1
    feed(page, {**copy.deepcopy(frame), "session": 8})
    assert page.locator(".option[aria-pressed=true]").count() == 0
    score = page.locator(".log .values .value").first
    score.click()
    assert acts(page) == [], "a tap at once may have been meant for the one before"
    passes(page, AT_ONCE_MS)
    score.click()
    assert [(a["do"], a["session"]) for a in acts(page)] == [("score", 8)]


def test_defer_asks_for_a_reason_and_a_double_tap_on_defer_gives_none(open_page: Open) -> None:
    page = open_page(harness.frame("room_medium"))
    passes(page, AT_ONCE_MS)
    page.locator(".answer .button", has_text="Defer").dblclick()
    assert acts(page) == []
    passes(page, AT_ONCE_MS)
    page.locator(".reasons .button", has_text="prescriber on the way").click()
    assert [(act["answer"], act["reason"]) for act in acts(page)] == [("deferred", "prescriber on the way")]


def test_a_new_higher_prompt_comes_on_top_and_takes_no_tick_away(open_page: Open) -> None:
    frame = harness.frame("room_medium")
    page = open_page(frame)
    passes(page, AT_ONCE_MS)
    page.locator(".option", has_text="Pause or stop").click()
    feed(page, harness.frame("room_several") | {"trend": None})
    assert "SpO2 87 < 90" in page.locator("p.sr[role=alert]").inner_text()
    assert page.locator(".prompt .prompt-head h2 span:not(.sr)").all_inner_texts() == [
        "SpO2 87 < 90",
        "BP 168/102 ≥ 165/100",
        "No signal: HR for 0:42",
        "BP 19 min old, due every 15",
    ]
    assert page.locator(".prompt").nth(1).locator(".option[aria-pressed=true]").count() == 1
    passes(page, AT_ONCE_MS)
    page.locator(".prompt").nth(2).locator(".fold").click()
    assert page.locator(".prompt").nth(2).locator(".prompt-body").is_visible()


def test_emergency_stands_apart_and_shows_its_lines_first(open_page: Open) -> None:
    page = open_page(harness.frame("room_emergency"))
    assert page.locator(".called > :not([hidden])").first.get_attribute("aria-label") == "Emergency"
    gap = page.evaluate("""() => { const e = document.querySelector('.actions .emergency').getBoundingClientRect();
      return Math.min(...[...document.querySelectorAll('.actions .button:not(.emergency)')].map(b => Math.abs(e.left - b.getBoundingClientRect().right))) }""")
    assert gap >= 24
    page.locator(".emergency-panel .act", has_text="Oxygen given").click()
    assert acts(page)[0]["do"] == "emergency_act"


# ---- the trend -----------------------------------------------------------------------------------------------------


SPAN = "(() => { const x = document.querySelector('.plot')._fullLayout.xaxis; return x.range.map(x.r2l); })()"
"""The part of time that the trend shows, in milliseconds."""


def test_a_zoom_is_kept_over_new_data_and_a_gap_stays_a_gap(open_page: Open) -> None:
    frame = harness.frame("room_medium")
    page = open_page(frame, held=False)
    page.wait_for_selector(".main-svg", state="attached")
    full = page.evaluate(SPAN)
    box = page.locator(".plot .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 22, steps=5)
    page.mouse.up()
    page.wait_for_function(f"full => {SPAN}[0] !== full[0]", arg=full)
    zoomed = page.evaluate(SPAN)
    assert full[0] < zoomed[0] < zoomed[1] < full[1]
    later = copy.deepcopy(frame)
    later["trend"]["marks"].append({"t": (zoomed[0] + zoomed[1]) / 2, "text": "looked in", "priority": None})
    feed(page, later)
    page.locator(".plot text", has_text="looked in").wait_for()
    assert page.evaluate(SPAN) == pytest.approx(zoomed, abs=2)
    assert page.evaluate(
        "document.querySelector('.plot').data.filter(t => ['HR', 'SpO2', 'RR'].includes(t.name)).every(t => t.connectgaps === false)"
    )
    sizes = page.evaluate(
        "[...document.querySelectorAll('.plot text')].filter(t => t.textContent).map(t => parseFloat(getComputedStyle(t).fontSize))"
    )
    assert min(sizes) >= 13
    page.locator(".trend button", has_text="back to now").click()
    page.wait_for_function(f"full => {SPAN}[0] === full", arg=full[0])
    page.locator(".trend button", has_text="15 min").click()
    page.wait_for_function(f"(() => {{ const [left, right] = {SPAN}; return right - left === 20 * 60000; }})()")


LINE = "document.querySelector('.plot').calcdata.find(c => c[0].trace.name === 'HR').at(-1)"
AXIS = "[...document.querySelectorAll('.plot .xtick, .plot .ytick, .plot .scatterlayer .trace')]"


def test_between_two_steps_of_the_axis_lines_grow_in_place_and_tell_what_is_new(open_page: Open) -> None:
    frame = harness.frame("room_medium")
    trend = frame["trend"]
    begun = 5 * 60_000 - trend["now"] % (5 * 60_000)
    trend["now"], trend["to"] = trend["now"] + begun, trend["to"] + begun
    page = open_page(frame, held=False)
    page.wait_for_selector(".main-svg", state="attached")
    span, nodes = page.evaluate(SPAN), page.evaluate_handle(AXIS)
    for minute in range(1, 4):
        trend["now"], trend["to"] = trend["now"] + 60_000, trend["to"] + 60_000
        trend["t"].append(trend["now"])
        for name, value in (("hr", 90 + minute), ("spo2", 95), ("rr", None)):
            trend[name].append(value)
        feed(page, frame)
        page.wait_for_function(f"([at, value]) => {LINE}.x === at && {LINE}.y === value", arg=[trend["now"], 90 + minute])
    assert page.evaluate(SPAN) == span
    assert page.evaluate(f"before => before.length === {AXIS}.length && before.every(node => node.isConnected)", nodes)
    box = page.locator(".plot .nsewdrag").first.bounding_box()
    right = page.evaluate(
        f"(() => {{ const x = document.querySelector('.plot')._fullLayout.xaxis; return x._offset + x.l2p({LINE}.x); }})()"
    )
    plot = page.locator(".plot").bounding_box()
    page.mouse.move(plot["x"] + right - 1, box["y"] + 20)
    page.locator(".plot .hovertext", has_text="HR 93 /min").wait_for()


def test_the_line_that_says_what_to_try_goes_for_good_when_it_is_tapped_or_done(open_page: Open, address: str) -> None:
    frame = harness.frame("wall_calm") | {"first": "Try first: open a room."}

    def shown(page: Any, given: Frame) -> None:
        page.goto(f"{address}/?page={given['page'].replace('ward', 'wall')}")
        page.wait_for_function("window.harnessReady === true")
        feed(page, given)
        page.wait_for_selector(".im .page", state="visible")

    page = open_page(frame)
    line = page.locator(".first")
    assert looks.faults(page) == []
    tiles = page.locator(".wall").bounding_box()
    line.click()
    line.wait_for(state="hidden")
    assert page.locator(".wall").bounding_box() == tiles, "nothing moves when it goes"
    shown(page, frame)
    assert not line.is_visible()

    page = open_page(frame)  # with a storage of its own
    line = page.locator(".first")
    assert line.is_visible()
    shown(page, harness.frame("room_medium"))
    page.locator(".options .button:not([aria-disabled])").first.click()
    page.locator(".prompt .answer .button").first.click()
    assert [act["do"] for act in acts(page)] == ["answer"]
    shown(page, frame)
    assert not line.is_visible()


# ---- colour --------------------------------------------------------------------------------------------------------


def test_colours_are_written_in_the_tokens_only() -> None:
    for name, path in components.ASSETS.items():
        if name.endswith((".css", ".js")) and name not in ("tokens.css", "plotly.min.js"):
            assert re.findall(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?![a-z])", path.read_text(encoding="utf-8")) == [], name


def test_with_reduced_motion_nothing_moves(open_page: Open) -> None:
    frame = harness.frame("wall_states")
    page = open_page(frame, reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    page.emulate_media(reduced_motion="no-preference")
    feed(page, frame)
    page.wait_for_function("document.getAnimations().map(a => a.effect.target.className.split(' ')[0]).join() === 'banner,strip,stars'")
    page.wait_for_function("document.getAnimations().every(a => a.startTime === 0)")


# ---- sturdiness ----------------------------------------------------------------------------------------------------


def every_loss(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every key and of the first element of every list: each is lost once."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from every_loss(inner, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from every_loss(value[0], (*path, 0))


@pytest.mark.parametrize("name", ["wall_states", "room_emergency"])
def test_a_missing_or_null_key_breaks_nothing(open_page: Open, name: str) -> None:
    frame = harness.frame(name) | {"trend": None}
    if name == "room_emergency":
        frame |= {"checklist": harness.frame("room_ready")["checklist"], "handover": harness.frame("room_recorded")["handover"]}
    page = open_page(frame)
    # seq and page are what a frame is known by; they are never lost
    paths = [p for p in every_loss(frame) if p not in (("seq",), ("page",), ("trend",))]
    losses = [[True, *path] for path in paths] + [[False, *path] for path in paths[::4]]
    tried = """([frame, losses]) => losses.map(([null_, ...path], i) => {
        const lost = structuredClone(frame);
        const at = path.slice(0, -1).reduce((inner, step) => inner[step], lost);
        if (null_) at[path.at(-1)] = null; else delete at[path.at(-1)];
        try { feed({ ...lost, seq: `lost ${i}` }); return null } catch (e) { return [null_, path, String(e)] }
    }).filter(Boolean)"""
    assert page.evaluate(tried, [frame, losses]) == []
    feed(page, frame | {"unheard_of": {"x": 1}})
    assert page.locator(".im .page").is_visible()


def test_text_from_people_is_never_markup(open_page: Open) -> None:
    frame = harness.frame("wall_calm")
    frame["tiles"][0]["alias"] = "<img src=x onerror=alert(1)>"
    page = open_page(frame)
    assert page.locator(".tile .alias").first.inner_text() == "<img src=x onerror=alert(1)>"
    assert page.locator(".tile img").count() == 0


def test_before_the_first_frame_it_says_so_and_the_cleanup_takes_the_page_down(open_page: Open) -> None:
    page = open_page(None)
    page.wait_for_selector(".waiting", state="visible")
    assert "Waiting for the first frame" in page.locator(".waiting").inner_text()
    feed(page, harness.frame("wall_four"))
    assert page.locator(".tile").count() == 4
    page.evaluate("unmount()")
    page.locator(".im").wait_for(state="detached")


def test_rooms_appear_and_vanish_without_touching_the_others(open_page: Open) -> None:
    frame = harness.frame("wall_calm")
    page = open_page(frame)
    first = page.evaluate_handle("document.querySelector('.tile')")
    feed(page, frame | {"tiles": frame["tiles"][:3]})
    assert page.locator(".tile").count() == 3
    assert page.evaluate("n => n === document.querySelector('.tile')", first)


def test_the_loader_is_small_and_versions_every_module() -> None:
    for name in ("wall", "room"):
        assert len(components.loader(name)) < 400  # type: ignore[arg-type]
        assert f"?v={components.version()}" in components.loader(name)  # type: ignore[arg-type]
    for name in components.ASSETS:
        if name.endswith(".js") and name != "plotly.min.js":
            for target in re.findall(r'from "([^"]+)"', components.body(name).decode()):
                assert re.fullmatch(rf"\./[a-z]+\.js\?v={components.version()}", target), (name, target)
    assert Path(components.ASSETS["plotly.min.js"]).stat().st_size > 1_000_000
