"""The docked form in a real Chromium, against the static harness: here Python is played by what is fed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from monitor.forms.numbers import read_number
from tests.browser import harness, looks
from tests.browser.form_frames import DRUG, FORMS, KEYPAD, NOTE, ORDER, Form
from tests.browser.harness import AT_ONCE_MS, CUT_MS, Open, passes
from tests.forms.typed import TYPED

pytestmark = pytest.mark.browser

_seq = itertools.count(50_000)


@pytest.fixture
def open_form(blank: Open, address: str) -> Open:
    def opened(form: Form | None, frame: str = "room_medium", size: str = "1920", held: bool = True, **changed: Any) -> Any:
        page = blank(looks.SIZES[size])
        page.state = harness.frame(frame) | {"trend": None} | changed
        page.address = address
        load(page, form, held)
        return page

    return opened


def load(page: Any, form: Form | None, held: bool = True) -> None:
    harness.opens(page, page.address, page.state["page"].replace("ward", "wall"), held)
    give(page, form)
    page.wait_for_selector(".im .page", state="visible")


def give(page: Any, form: Form | None, done: list[str] | None = None, **changed: Any) -> None:
    """A run of the page: a new frame, and the form as Python draws it now."""
    frame = page.state | changed | {"seq": next(_seq)}
    page.evaluate("([frame, form, done]) => feed(frame, undefined, false, form, done)", [frame, form, done or []])


def wrote(page: Any) -> list[Any]:
    found: list[Any] = page.evaluate("window.wrote.filter(one => one.name === 'wrote')")
    return found


def last(page: Any) -> Any:
    page.wait_for_function("window.wrote.some(one => one.name === 'wrote')")
    return wrote(page)[-1]


def acts(page: Any) -> list[Any]:
    return [value for name, value in page.evaluate("window.acts") if name == "act"]


def kept(page: Any, form: Form) -> Any:
    return page.evaluate("id => JSON.parse(localStorage.getItem('im-form-' + id))", form["id"])


def box(page: Any, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    result: dict[str, float] = found
    return result


def test_words_and_caret_stay_while_frames_and_answers_come(open_form: Open) -> None:
    page = open_form(NOTE)
    area = page.get_by_label("What happened")
    for n, letter in enumerate("held her hand"):
        page.keyboard.type(letter)
        give(page, NOTE | {"rev": n, "notes": [{"kind": "plain", "text": f"Frame {n}"}]}, clock=f"14:22:{n:02d}")
    assert area.input_value() == "held her hand"
    page.keyboard.press("Home")
    page.keyboard.type("I ")
    give(page, NOTE | {"parts": [{"label": "New", "fields": [*ORDER["parts"][0]["fields"][:1], *NOTE["parts"][0]["fields"]]}]})
    page.keyboard.type("also ")
    assert area.input_value() == "I also held her hand"


def test_what_is_written_is_sent_at_most_five_times_a_second_and_the_newest_is_sent(open_form: Open) -> None:
    page = open_form(NOTE, held=False)
    page.get_by_label("What happened").press_sequentially("a long sentence about nothing", delay=15)
    page.wait_for_function("window.wrote.at(-1)?.values?.text === 'a long sentence about nothing'")
    sent = wrote(page)
    assert all(b["at"] - a["at"] > 195 for a, b in itertools.pairwise(sent))
    assert [one["rev"] for one in sent] == sorted({one["rev"] for one in sent})
    assert last(page)["form"] == NOTE["id"]


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_each_of_sixty_typed_texts_arrives_as_it_was_typed_in_either_language(browser: Any, address: str, language: str) -> None:
    context = browser.new_context(locale=language, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.state, page.address = harness.frame("room_medium") | {"trend": None}, address
    load(page, ORDER)
    assert page.evaluate("navigator.language") == language
    fields = [(one["id"], one["label"]) for part in ORDER["parts"] for one in part["fields"] if one["kind"] == "number"]
    assert len(fields) >= 2
    texts = list(TYPED)
    for first in range(0, len(texts), len(fields)):
        written = {}
        for (name, label), text in zip(fields, texts[first:], strict=False):
            field = page.get_by_role("textbox", name=label, exact=True)
            field.fill("")
            field.focus()
            page.keyboard.type(text)
            written[name] = text
        page.wait_for_function("given => Object.entries(given).every(([n, t]) => window.wrote.at(-1)?.values?.[n] === t)", arg=written)
        for text in written.values():
            assert read_number(text, "kg").value == TYPED[text]
    context.close()


def test_a_press_carries_all_that_is_written_and_is_not_sent_twice(open_form: Open) -> None:
    page = open_form(DRUG)
    page.get_by_role("radio", name="Midazolam").click()
    page.get_by_label("Dose").fill("0,5")
    page.get_by_role("checkbox", name="Pulse").click()
    page.get_by_role("button", name="Chart the drug").dblclick()
    [act] = acts(page)
    assert (act["do"], act["form"], act["press"], act["asked"]) == ("form", DRUG["id"], "save", [])
    assert act["values"] == {"drug": "midazolam", "how": "check", "dose": "0,5", "ago": "", "seen": ["pulse"]}
    assert act["rev"] > last(page)["rev"] and act["nonce"]
    give(page, None, [act["nonce"]])
    assert page.locator(".dock").is_hidden()
    assert kept(page, DRUG) is None


def test_what_was_not_stored_is_said_in_the_form_and_can_be_pressed_again(open_form: Open) -> None:
    page = open_form(DRUG)
    save = page.get_by_role("button", name="Chart the drug")
    save.click()
    assert save.get_attribute("aria-disabled") == "true"
    give(page, DRUG | {"rev": acts(page)[0]["rev"], "refused": "Not stored: look at Which."})
    assert page.locator(".dock .refused").inner_text() == "Not stored: look at Which."
    assert save.get_attribute("aria-disabled") is None


def test_a_question_that_is_asked_is_ticked_and_goes_with_the_press(open_form: Open) -> None:
    page = open_form(ORDER)
    page.get_by_role("checkbox", name="10 times the usual dose").click()
    assert last(page)["asked"] == ["tenfold"]
    page.get_by_role("button", name="Record the order").click()
    assert acts(page)[-1]["asked"] == ["tenfold"]


def test_what_was_typed_is_not_replaced_by_what_python_holds(open_form: Open) -> None:
    page = open_form(ORDER)
    dose = page.get_by_label("Dose")
    assert dose.input_value() == "5"
    dose.fill("0,45")
    give(page, ORDER | {"rev": 1})
    assert dose.input_value() == "0,45"
    assert dose.get_attribute("aria-invalid") == "true"
    assert "At most 2 mg/kg" in page.evaluate("id => document.getElementById(id).textContent", dose.get_attribute("aria-describedby").split()[-1])


def test_words_that_were_not_answered_outlive_a_reload_and_are_written_again(open_form: Open) -> None:
    page = open_form(NOTE | {"rev": 4})
    page.get_by_label("What happened").fill("better at 14:15")
    assert last(page)["rev"] == 5
    held = NOTE | {"rev": 4, "parts": [{"label": None, "fields": [NOTE["parts"][0]["fields"][0] | {"value": "bet"}]}]}
    load(page, held)
    assert page.get_by_label("What happened").input_value() == "better at 14:15"
    again = last(page)
    assert again["values"]["text"] == "better at 14:15" and again["rev"] > 5
    give(page, held | {"rev": again["rev"]})
    assert kept(page, NOTE) is None


def test_a_page_that_is_cut_off_keeps_the_form_open_and_says_that_nothing_is_stored(open_form: Open) -> None:
    page = open_form(NOTE)
    passes(page, CUT_MS)
    page.wait_for_selector(".im[data-cut]")
    assert page.get_by_text("nothing can be stored now").is_visible()
    page.get_by_label("What happened").fill("written without a network")
    page.get_by_role("button", name="Save the note").click(force=True)
    assert acts(page) == []
    give(page, NOTE)
    assert page.get_by_text("nothing can be stored now").is_hidden()
    assert page.get_by_label("What happened").input_value() == "written without a network"
    page.wait_for_function("window.wrote.at(-1)?.values?.text === 'written without a network'")
    assert acts(page) == []


def test_a_locked_screen_hides_the_form_and_keeps_nothing_of_it_on_the_computer(open_form: Open) -> None:
    page = open_form(NOTE)
    page.get_by_label("What happened").fill("hers alone")
    give(page, NOTE, lock={"head": "LOCKED", "text": "", "sub": "", "shared": True, "stays": []})
    assert page.locator(".dock").is_hidden() and kept(page, NOTE) is None
    give(page, None, lock={"head": "LOCKED", "text": "", "sub": "", "shared": True, "stays": []})
    give(page, NOTE, lock=None)
    assert page.get_by_label("What happened").input_value() == "hers alone"


def test_escape_leaves_at_once_where_nothing_is_written_and_asks_where_something_is(open_form: Open) -> None:
    page = open_form(NOTE)
    page.keyboard.press("Escape")
    assert [act["press"] for act in acts(page)] == ["leave"]
    give(page, None)
    again = NOTE | {"id": "note-2"}
    give(page, again)
    page.get_by_label("What happened").fill("something")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go on writing").click()
    assert page.get_by_label("What happened").input_value() == "something" and len(acts(page)) == 1
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Throw it away").click()
    assert [act["form"] for act in acts(page)] == ["note-1", "note-2"]


def test_keys_of_the_page_do_nothing_while_somebody_is_in_the_form(open_form: Open) -> None:
    page = open_form(DRUG)
    page.get_by_label("Dose").focus()
    page.keyboard.type("5w")
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Ondansetron").focus()
    page.keyboard.press("w")
    assert acts(page) == [] and page.get_by_label("Dose").input_value() == "5w"
    page.keyboard.press("Control+Enter")
    assert [act["press"] for act in acts(page)] == ["save"]


def test_arrows_step_through_a_choice_and_one_stop_of_tab_is_enough(open_form: Open) -> None:
    page = open_form(DRUG)
    page.get_by_role("radio", name="Ondansetron").focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("radio", name="Midazolam").get_attribute("aria-checked") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText").split() == ["●", "Check", "first"]


def test_what_speaks_against_an_option_is_read_with_its_name(open_form: Open) -> None:
    page = open_form(DRUG)
    assert page.get_by_role("radio", name="Labetalol 10 mg IV speaks against it asthma").is_visible()


def test_a_field_that_comes_back_holds_what_was_typed_in_it(open_form: Open) -> None:
    page = open_form(DRUG)
    page.get_by_label("Dose").fill("4")
    fewer = DRUG | {"parts": [{"label": None, "fields": [one for one in DRUG["parts"][0]["fields"] if one["id"] != "dose"]}]}
    give(page, fewer)
    assert page.get_by_label("Dose").count() == 0
    give(page, DRUG)
    assert page.get_by_label("Dose").input_value() == "4"


def test_a_form_of_a_session_that_is_over_can_only_be_read(open_form: Open) -> None:
    page = open_form(FORMS["ended"])
    area = page.locator(".dock textarea")
    assert area.get_attribute("readonly") is not None
    assert page.locator(".dock .form-note[data-kind=stop]").is_visible()
    page.get_by_role("button", name="File as a late entry").click()
    assert [act["press"] for act in acts(page)] == ["file"]


def test_a_name_at_the_keypad_goes_to_the_door_alone(open_form: Open) -> None:
    page = open_form(KEYPAD)
    page.route("**/here", lambda route: route.fulfill(status=204))
    page.route("**/deed", lambda route: route.fulfill(status=204))
    page.get_by_role("button", name="M. Ortiz").last.click()
    page.keyboard.type("2468")
    page.keyboard.press("Enter")
    page.wait_for_function("window.acts.some(([name]) => name === 'act')")
    assert [(act["do"], act["form"], act["press"]) for act in acts(page)] == [("form", KEYPAD["id"], "signed")]
    assert "2468" not in page.evaluate("JSON.stringify([window.acts, window.wrote, localStorage])")


BESIDE = ".head, .rooms, .actions .emergency, .numerics .vital, .cuffnow"


@pytest.mark.parametrize("size", ["1920", "1280"])
def test_the_form_covers_neither_head_nor_chips_nor_numbers_nor_the_emergency(open_form: Open, size: str) -> None:
    page = open_form(ORDER, size=size)
    dock = box(page, ".dock")
    for each in page.locator(f"{BESIDE}, .called" if size == "1920" else BESIDE).all():
        one = each.bounding_box()
        assert one is None or one["x"] + one["width"] <= dock["x"] + 1 or one["y"] + one["height"] <= dock["y"] + 1, each


PLACES = """() => [...document.querySelectorAll('.head *, .rooms li, .actions .button, .numerics .vital, .cuffnow, .colA .panel, .prompt .button, .log .button')]
  .map(node => { const { x, y, width, height } = node.getBoundingClientRect(); return [x, y, width, height].map(Math.round).join(' '); })"""


@pytest.mark.parametrize("size", ["1920", "1280"])
def test_nothing_of_a_room_moves_when_a_form_opens_speaks_and_goes(open_form: Open, size: str) -> None:
    page = open_form(None, size=size)
    before = page.evaluate(PLACES)
    give(page, ORDER)
    assert page.locator(".dock").is_visible()
    assert page.evaluate(PLACES) == before
    quiet = ORDER | {"asks": [], "says": [], "refused": "Not stored.", "notes": []}
    give(page, quiet)
    assert page.evaluate(PLACES) == before
    give(page, None)
    assert page.evaluate(PLACES) == before


def test_on_a_phone_chips_and_emergency_stand_above_the_form_and_its_buttons_in_sight(open_form: Open) -> None:
    page = open_form(DRUG, size="390")
    dock, save = box(page, ".dock"), page.get_by_role("button", name="Chart the drug")
    assert all(box(page, above)["y"] + box(page, above)["height"] <= dock["y"] for above in (".rooms", ".actions .emergency", ".head"))
    assert save.bounding_box()["y"] + 44 <= 844 and dock["height"] >= 480


def test_a_wall_shows_all_its_rooms_beside_a_form(open_form: Open) -> None:
    page = open_form(KEYPAD, "wall_four")
    dock = box(page, ".dock")
    assert [tile for tile in page.locator(".tile").all() if (one := tile.bounding_box()) and one["x"] + one["width"] > dock["x"]] == []


@pytest.mark.parametrize("size", ["820", "390"])
def test_where_it_lies_over_the_numbers_the_form_shows_them_and_what_is_called_for(open_form: Open, size: str) -> None:
    page = open_form(ORDER, size=size)
    assert page.locator(".plight .num").all_inner_texts() == ["94", "97", "168/102", "16"]
    assert page.locator(".plight-called").get_by_text("BP 168/102").is_visible()
    page.locator(".plight").click()
    assert page.locator(".dock .form-body").is_hidden() and page.locator(".prompt").is_visible()
    passes(page, AT_ONCE_MS)
    page.locator(".plight").click()
    assert page.get_by_label("Dose").is_visible()


@pytest.mark.parametrize("size", looks.SIZES)
def test_every_form_stands_at_every_size_in_every_look(open_form: Open, size: str) -> None:
    page = open_form(None, size=size)
    for theme, (name, form) in itertools.product(looks.THEMES, FORMS.items()):
        give(page, form, theme=theme)
        assert looks.faults(page) == [], (name, theme)


@pytest.mark.parametrize("name", FORMS)
def test_axe_finds_nothing_wrong_with_a_form(open_form: Open, name: str) -> None:
    page = open_form(FORMS[name], size="1280")
    assert looks.violations(page) == []
