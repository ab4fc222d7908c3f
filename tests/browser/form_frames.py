"""Forms as Python hands them to the browser (``data.form``): each kind of field, and some that strain the layout. All invented."""

from __future__ import annotations

from typing import Any

Form = dict[str, Any]
ABOUT = "Room 5 · Lark"


def shown(form: str, title: str, parts: list[Form], buttons: list[Form], **more: Any) -> Form:
    return {
        "id": f"{form}-1",
        "form": form,
        "rev": 0,
        "title": title,
        "about": ABOUT,
        "room": "5",
        "session": 17,
        "state": "open",
        "notes": [],
        "parts": parts,
        "says": [],
        "asks": [],
        "buttons": buttons,
        "refused": None,
        **more,
    }


def field(name: str, kind: str, label: str, value: Any = "", **more: Any) -> Form:
    return {"id": name, "kind": kind, "label": label, "value": value, "wrong": None, "hint": None, **more}


def option(name: str, label: str, note: str | None = None, against: bool = False) -> Form:
    return {"id": name, "label": label, "note": note, "against": against}


def part(*fields: Form, label: str | None = None) -> Form:
    return {"label": label, "fields": list(fields)}


def press(name: str, label: str, solid: bool = True) -> Form:
    return {"id": name, "label": label, "solid": solid, "leads": None}


def note(text: str, kind: str = "plain") -> Form:
    return {"kind": kind, "text": text}


NOTE = shown("note", "Note", [part(field("text", "area", "What happened", max=2000))], [press("save", "Save the note")])

ORDER = shown(
    "order",
    "Order",
    [
        part(
            field("weight", "number", "Weight", "70", unit="kg", hint="weighed at check-in: 70 kg (154 lb)"),
            field(
                "dose",
                "number",
                "Dose",
                "5",
                unit="mg/kg",
                wrong="At most 2 mg/kg by this protocol; read it again.",
                hint="usual: 0.5 (protocol, line O-1)",
            ),
            field(
                "minutes",
                "number",
                "Over",
                "1,500",
                unit="min",
                wrong="Not clear: 1500, or one and a half? Write 1500 or 1.5.",
                hint="usual: 40 (protocol, line O-1)",
            ),
            field(
                "concentration",
                "choice",
                "Concentration, read off the syringe",
                options=[option("1", "1 mg/mL"), option("10", "10 mg/mL"), option("50", "50 mg/mL")],
            ),
        ),
        part(
            field("prescriber", "text", "Prescriber", max=80), field("second", "tick", "Read back by a second person"), label="Who ordered it"
        ),
    ],
    [press("save", "Record the order"), press("later", "Keep it for later", False)],
    notes=[note("Half written at 14:02, 20 min ago. Check it before you store it.", "warn")],
    says=[note("5 mg/kg x 70 kg (154 lb) = 350 mg in 40 min: 525 mg/h, 52.5 mL/h at 10 mg/mL, 35 mL in all.")],
    asks=[note("10 times the usual dose. Is this meant?") | {"id": "tenfold"}],
)

DRUG = shown(
    "drug",
    "Drug",
    [
        part(
            field(
                "drug",
                "choice",
                "Which",
                options=[
                    option("ondansetron", "Ondansetron 4 mg IV", "given 14:12; not again before 18:12"),
                    option("midazolam", "Midazolam 1 mg IV"),
                    option("labetalol", "Labetalol 10 mg IV", "asthma charted at check-in", True),
                    option("metoclopramide", "Metoclopramide 10 mg IV", "takes escitalopram: long QT", True),
                ],
            ),
            field("how", "choice", "What was done", "check", options=[option("check", "Check first"), option("given", "Given")]),
            field("dose", "number", "Dose", unit="mg", hint="usual: 4"),
            field("ago", "number", "How long ago", unit="min", hint="empty: now"),
            field(
                "seen", "choices", "Seen before it", options=[option("pulse", "Pulse"), option("bp", "Blood pressure"), option("ecg", "ECG")]
            ),
        )
    ],
    [press("save", "Chart the drug")],
)

ITEMS = [
    "Do things seem to be happening in slow motion?",
    "Do things seem to be unreal to you, as if you are in a dream?",
    "Do you have some experience that separates you from what is happening?",
    "Do you feel as if you are looking at things from outside of your body?",
    "Does your sense of your own body feel changed: larger or smaller?",
]
VALUES = [option(str(n), str(n)) for n in range(5)]
CADSS = shown(
    "cadss",
    "CADSS",
    [part(*(field(f"i{n}", "choice", f"{n + 1}. {ITEMS[n % len(ITEMS)]}", options=VALUES, compact=True) for n in range(23)))],
    [press("save", "Store the answers")],
    says=[note("4 of 23 answered, sum 7.")],
    refused="Not stored: 19 items have no answer yet.",
)
for n in range(0, 23, 3):
    CADSS["parts"][0]["fields"][n]["wrong"] = "Needed."

ENDED = shown(
    "note",
    "Note",
    [
        part(field("text", "area", "What happened", "Anxious at 14:10, held her hand, better at 14:15.", max=2000)),
        part({**field("written", "lines", "What was written here and is not stored"), "lines": ["What happened: anxious at 14:10, held her hand"]}),
    ],
    [press("file", "File as a late entry of Room 5 · Lark")],
    id="note-ended",
    state="ended",
    notes=[note("Lark's session was closed at 14:20 by M. Ortiz; another patient has room 5. Nothing of this goes to the other session.", "stop")],
)

LONG = shown(
    "order",
    "Verordnung und Infusionsgeschwindigkeit",
    [
        part(
            field(
                "weight",
                "number",
                "Körpergewicht, wie es bei der Aufnahme gemessen wurde",
                "1,500",
                unit="mg/kg/h",
                wrong="Nicht eindeutig: eintausendfünfhundert oder eineinhalb? Bitte 1500 oder 1,5 schreiben.",
                hint="üblich nach dem Protokoll der Klinik, Zeile O-1: 0,5 mg/kg; zuletzt für diese Patientin verordnet: 0,45 mg/kg",
            ),
            field(
                "drug",
                "choice",
                "Konzentration, von der Spritze abgelesen und nicht aus der Verordnung",
                wrong="Hier fehlt noch eine Angabe, bevor etwas gespeichert wird.",
                options=[
                    option("a", "Metoclopramid-Hydrochlorid 10 mg intravenös", "QT-Zeit-verlängernde Dauermedikation: Escitalopram", True),
                    option("b", "Ondansetron 4 mg intravenös", "um 14:12 gegeben; frühestens um 18:12 wieder"),
                ],
            ),
            field("who", "text", "Verordnende Ärztin oder verordnender Arzt", max=80, wrong="Höchstens 80 Buchstaben; es sind 112."),
            label="Voraussetzungen und Geschwindigkeitsänderung",
        )
    ],
    [press("save", "Verordnung verbindlich eintragen"), press("other", "Als Nachtrag der Sitzung hinterlegen", False)],
    about="Raum 12 · Regenpfeifer-Schneeammer",
    notes=[
        note("Während dieses Formular offen war, hat sich die Verordnung geändert: vorher 0,30 mg/kg, jetzt 0,45 mg/kg (Dr. Sommerfeld).", "warn")
    ],
    says=[
        note(
            "0,5 mg/kg x 70 kg (154 lb) = 35 mg in 40 min: 52,5 mg/h, entsprechend 5,25 mL/h bei 10 mg/mL, insgesamt 3,5 mL; "
            "die Pumpe muss dieselben Werte anzeigen, bevor jemand beginnt."
        )
    ],
    asks=[
        note("Das ist das Zehnfache der üblichen Dosis für dieses Körpergewicht. Ist das so gemeint?") | {"id": "tenfold"},
        note("Ein Gewicht von 154 wäre in Pfund üblich. Sind es wirklich Kilogramm?") | {"id": "unit"},
    ],
    refused="Nicht gespeichert: Bitte oben ansehen, was noch fehlt oder nicht eindeutig ist.",
)

KEYPAD = shown(
    "who",
    "Who is at the keys?",
    [part({**field("keypad", "keypad", ""), "people": ["M. Ortiz", "A. Lindqvist", "J. Baptiste", "S. Okonkwo"]})],
    [],
    about="",
)

FORMS = {"note": NOTE, "order": ORDER, "drug": DRUG, "cadss": CADSS, "ended": ENDED, "long": LONG, "keypad": KEYPAD}
