"""Sample frames of one room. Invented values; see make_frames.py."""

from __future__ import annotations

import copy
from typing import Any

from make_frames import T0, button, head, pressure, vital, wave

Frame = dict[str, Any]
MIN = 60_000
SCALES = [
    ("dissociation", "diss", "Dissociation", "0 fully here", "10 fully away"),
    ("comfort", "comf", "Comfort", "0 unbearable", "10 fully comfortable"),
    ("nausea", None, "Nausea", "0 none", "10 worst"),
    ("anxiety", None, "Anxiety", "0 none", "10 worst"),
]
OTHERS = [
    ("1", "", None),
    ("2", "", None),
    ("3", "*** SpO2 low", "high"),
    ("4", "watch", None),
    ("5", "** BP high", "medium"),
    ("6", "!! Signals lost", "tech"),
    ("7", "!! Cuff failed", "tech"),
    ("8", "paused", None),
    ("9", "* BP overdue", "low"),
    ("10", "ready", None),
    ("11", "empty", None),
    ("12", "cleaning", None),
]


def fact(text: str, weighs: bool = False, more: str = "") -> Frame:
    return {"text": text, "weighs": weighs, "more": more}


def trend() -> Frame:
    n = 540  # 45 min of 5-s medians
    t = [T0 - 45 * MIN + i * 5000 for i in range(n)]
    hr = wave(11, 94, 22, 0.5, n, (110, 123))
    spo2 = wave(12, 97, 0, 0.25, n, (110, 123))
    rr = wave(13, 16, 1, 0.3, n, (300, 306))
    m = T0 - 45 * MIN
    return {
        "t": t,
        "hr": hr,
        "spo2": spo2,
        "rr": rr,
        "cuff": [
            [m + 2 * MIN, 126, 80],
            [m + 7 * MIN, 121, 76],
            [m + 22 * MIN, 132, 82],
            [m + 27 * MIN, 139, 86],
            [m + 32 * MIN, 149, 91],
            [m + 38.6 * MIN, 166, 101],
            [m + 43.7 * MIN, 168, 102],
        ],
        "failed": [m + 41.5 * MIN],
        "diss": [[m + 21 * MIN, 0], [m + 26 * MIN, 2], [m + 32 * MIN, 4], [m + 38.6 * MIN, 5]],
        "comf": [[m + 21 * MIN, 8], [m + 26 * MIN, 8], [m + 32 * MIN, 7], [m + 38.6 * MIN, 6]],
        "rate": [[m + 21.4 * MIN, 0.75], [m + 31 * MIN, 0], [m + 32 * MIN, 0.75]],
        "base": {"sys": 124, "dia": 78},
        "limits": [{"sys": 165, "text": "limit 165 systolic"}],
        "marks": [
            {"t": m + 21.4 * MIN, "text": "start", "priority": None},
            {"t": m + 31 * MIN, "text": "pause", "priority": None},
            {"t": m + 32 * MIN, "text": "resume", "priority": None},
            {"t": m + 35.4 * MIN, "text": "ondansetron", "priority": None},
            {"t": m + 34 * MIN, "text": "* nausea", "priority": "low"},
            {"t": m + 44 * MIN, "text": "** BP", "priority": "medium"},
        ],
        "from": m,
        "to": T0 + 20 * MIN,
        "now": T0,
        "planned_end": T0 + 18 * MIN,
        "offset_min": 0,
        "aria": "Trend of the last hour: blood pressure rose from a baseline of 124/78 to 168/102",
    }


def score_row(i: int, value: int | None, last: str | None, due: str) -> Frame:
    scale, colour, label, low, high = SCALES[i]
    return {
        "scale": scale,
        "colour": colour,
        "label": label,
        "last": last,
        "due": due,
        "over": due.startswith("over"),
        "low": low,
        "high": high,
        "values": [{"value": v, "label": str(v), "chosen": v == value} for v in range(11)],
        "ask": button("Not asked", "score", scale=scale, value=None, aria=f"{label}: could not be asked"),
    }


def log() -> Frame:
    return {
        "by": "one tap saves, as M. Ortiz",
        "rows": [
            score_row(0, 5, "5 at 14:15, 6 min ago", "due in 3:39"),
            score_row(1, 6, "6 at 14:15, 6 min ago", "due in 3:39"),
            score_row(2, 4, "4 at 14:12, 9 min ago", "re-check 5:44"),
            score_row(3, 3, "3 at 14:21, now", "due in 9:52"),
            {
                "scale": "sedation",
                "colour": None,
                "label": "Sedation MOAA/S",
                "last": "5 at 14:15",
                "due": "due in 3:39",
                "over": False,
                "low": "5 awake",
                "high": "0 no response",
                "values": [{"value": v, "label": str(v), "chosen": v == 5} for v in range(5, -1, -1)],
                "ask": None,
            },
        ],
        "bothered": {
            "label": "Bothered by it",
            "buttons": [
                button("no", "bothered", value="no", pressed=False),
                button("a little", "bothered", value="little", pressed=True),
                button("yes", "bothered", value="yes", pressed=False),
            ],
        },
        "extra": [
            {
                "label": "Seen in person",
                "buttons": [
                    button("Breathing and colour well", "seen", pressed=False),
                    button("Left resting", "seen", rest=True, pressed=False),
                ],
            },
            {"label": "Red flag", "buttons": [button("Symptom…", "dialog", name="symptom"), button("None of them", "symptom", none=True)]},
            {"label": "IV site", "buttons": [button("well", "iv"), button("not well…", "dialog", name="iv")]},
            {"label": "Pump", "buttons": [button("runs as charted", "pump"), button("differs…", "dialog", name="pump")]},
            {
                "label": "Else",
                "buttons": [
                    button("Vomited", "vomited"),
                    button("Breathing counted…", "dialog", name="rr"),
                    button("Note…", "dialog", name="note"),
                    button("CADSS…", "dialog", name="cadss"),
                ],
            },
        ],
        "undo": button("Undo anxiety 3", "undo", seq=4, icon="undo"),
    }


def prompt_bp() -> Frame:
    return {
        "id": "D-3#1",
        "rule": "D-3",
        "priority": "medium",
        "stars": "**",
        "head": "BP 168/102 ≥ 165/100",
        "sub": "Medium · confirmed by a second reading",
        "since": "1:05",
        "since_word": "unanswered",
        "state": "active",
        "first": None,
        "seen": [
            {"at": "14:20:20", "value": "168/102", "note": "+44/+24 over baseline 124/78", "unknown": False},
            {"at": "14:15:12", "value": "166/101", "note": "5 min 8 s earlier", "unknown": False},
            {"at": "now", "value": "HR 94", "note": "SpO2 97, both within limits", "unknown": False},
            {"at": "?", "value": "cannot tell", "note": "Headache, chest pain: not charted", "unknown": True},
        ],
        "protocol": {
            "rule": "D-3",
            "quote": "On two readings at least 3 min apart at or above 165/100, notify the prescriber and consider a lower rate.",
            "status": "Limit: sourced (CRTCE). Action: proposal, unsigned.",
        },
        "options": [
            {"id": "lower_rate", "label": "Lower the rate", "opens": True},
            {"id": "stop", "label": "Pause or stop", "opens": True},
            {"id": "call", "label": "Call prescriber", "opens": False},
            {"id": "ask", "label": "Ask about symptoms", "opens": False},
        ],
        "technical": False,
        "expect": "A lower rate stops the rise; it does not fall in 10 min. A stop brings it down over 10 to 20 min.",
        "recheck": "5:00 after the answer, with a cuff reading.",
        "defer": ["busy with another room", "reading was disturbed", "prescriber on the way"],
        "decline": ["not clinically relevant", "known for this patient", "reading not trusted", "other"],
        "defer_disabled": None,
        "answered": None,
    }


def prompt_small(i: str, priority: str, stars: str, text: str, sub: str) -> Frame:
    return prompt_bp() | {
        "id": i,
        "priority": priority,
        "stars": stars,
        "head": text,
        "sub": sub,
        "since": "0:40",
        "seen": [{"at": "14:12:01", "value": "4", "note": "charted", "unknown": False}],
        "technical": priority == "tech",
        "options": [
            {"id": "a", "label": "Look at the patient", "opens": False},
            {"id": "b", "label": "Probe, cable, cuff", "opens": False},
        ],
    }


def medium() -> Frame:
    f = head("room", "Room 5 · Lark")
    f["source"] = "SIMULATED"
    f["menu"] = [button("Wall", "go", page="ward", icon="back"), button("Protocol", "go", page="protocol")]
    f["foot"] = [f["foot"][0], "Protocol: example 0.1, not signed"]
    answered = prompt_small("D-9#1", "low", "*", "Nausea 4 ≥ 4", "Low") | {
        "state": "answered",
        "answered": {
            "text": "Nausea 4 ≥ 4 · did: ondansetron",
            "by": "M. Ortiz 14:12 · eases in 10 to 15 min",
            "countdown": "5:44",
            "percent": 62,
        },
    }
    f |= {
        "room": "5",
        "alias": "Lark",
        "facts": [fact("simulated, 41 y, 72 kg"), fact("no allergies charted"), fact("baseline 124/78"), fact("highest 168/102 at 14:20")],
        "rooms": [
            {"room": r, "text": text, "priority": p, "flash": p == "high", "here": r == "5", "act": {"do": "open_room", "room": r}} for r, text, p in OTHERS
        ],
        "actions": [
            button("Emergency", "emergency", room="5", kind="emergency"),
            button("Hand over…", "dialog", name="handover"),
            button("Away…", "dialog", name="away"),
            button("Discharge…", "dialog", name="discharge", disabled=True, why="still infusing"),
        ],
        "empty": None,
        "phase": {"icon": "run", "chip": None, "text": "min ", "bold": "22", "after": " of 40"},
        "progress": {"kind": "running", "percent": 56},
        "numerics": {
            "hr": vital("hr", "94", 1, 20) | {"sub": "ECG", "limits": "50 to 120"},
            "spo2": vital("spo2", "97", 2) | {"sub": "", "limits": "94 or more"},
            "rr": vital("rr", "16", 3) | {"sub": "", "limits": "10 to 25"},
        },
        "waves": {"ecg": "ECG II", "pleth": "Pleth", "of": "simulated", "stands": None},
        "more": [],
        "bp": pressure("168/102", "1 min ago, 14:20", "+44/+24 over 124/78", "cuff 3:24", 80, 76, priority="medium")
        | {"label": "BP mmHg", "at": "14:20", "mean": "mean 124"},
        "cuff": {
            "head": {"text": "next in ", "bold": "3:24", "after": ", every 5 min"},
            "percent": 32,
            "buttons": [
                button("Start now", "cuff", what="start"),
                button("Stop", "cuff", what="stop", disabled=True),
                button("By hand…", "dialog", name="pressure"),
                button("Every 5 min", "dialog", name="cuff_interval"),
                button("Rest: skip 1", "cuff", what="rest", disabled=True),
            ],
            "note": "no rest: 168/102 is over the watch limit",
        },
        "cuff_table": [
            {"at": "14:20", "value": "168/102", "failed": None, "from_base": "+44/+24", "hr": "94", "strong": True},
            {"at": "14:18", "value": None, "failed": "failed: movement", "from_base": "", "hr": "95", "strong": False},
            {"at": "14:15", "value": "166/101", "failed": None, "from_base": "+42/+23", "hr": "92", "strong": True},
            {"at": "14:10", "value": "149/91", "failed": None, "by_hand": "by hand", "from_base": "+25/+13", "hr": "87", "strong": False},
            {"at": "14:05", "value": "139/86", "failed": None, "from_base": "+15/+8", "hr": "82", "strong": False},
        ],
        "trend": trend(),
        "prompts": [prompt_bp(), answered],
        "watching": [],
        "checklist": None,
        "log": log(),
        "infusion": {
            "order": "ketamine 1 mg/mL · pump set by hand",
            "clock": "22:26",
            "text": "of 40:00, running",
            "sub": "pauses not counted",
            "percent": 56,
            "facts": [
                ["Given", "20.2", "mg"],
                ["Left", "15.8", "mg"],
                ["Rate", "0.75", "mg/kg/h"],
                ["Pump", "54.0", "mL/h"],
                ["Dose", "0.28", "of 0.50 mg/kg"],
            ],
            "rows": [
                {"at": "14:08:40", "what": "resumed", "rate": "0.75", "mg": "8.6"},
                {"at": "14:07:30", "what": "paused, line", "rate": "0", "mg": "8.6"},
                {"at": "13:58:00", "what": "started", "rate": "0.75", "mg": "0.0"},
            ],
            "buttons": [
                button("Rate…", "dialog", name="rate"),
                button("Pause", "pause", icon="pause"),
                button("Stop…", "dialog", name="stop"),
            ],
        },
        "drugs": {
            "rows": [
                {"name": "Ondansetron 4 mg IV", "at": "14:12, M. Ortiz", "note": "earliest repeat 18:12", "locked": True},
                {"name": "Metoclopramide", "at": "none given", "note": "second class, needs order", "locked": False},
            ],
            "button": button("Add…", "dialog", name="drug"),
        },
        "emergency": None,
        "handover": None,
        "events": [
            {
                "at": at,
                "text": text,
                "by": by,
                "strong": text.startswith("**"),
            }
            for at, text, by in [
                ("14:21:28", "Anxiety 3", "M. Ortiz"),
                ("14:20:31", "** BP 168/102 confirmed", "rule D-3"),
                ("14:20:20", "Cuff 168/102 (two of two)", "cuff"),
                ("14:18:04", "Cuff failed: movement", "cuff"),
                ("14:15:15", "Dissociation 5, comfort 6", "M. Ortiz"),
                ("14:15:12", "Cuff 166/101 (one of two)", "cuff"),
                ("14:12:40", "Ondansetron 4 mg IV", "M. Ortiz"),
                ("14:12:20", "Nausea prompt: did", "M. Ortiz"),
                ("14:12:01", "* Nausea 4 ≥ 4", "rule D-9"),
                ("14:08:40", "Infusion resumed", "M. Ortiz"),
                ("14:07:30", "Infusion paused: line check", "M. Ortiz"),
            ]
        ],
        "correct": button("Correct…", "dialog", icon="pen", name="correct"),
    }
    return f


def several() -> Frame:
    f = medium()
    f["prompts"] = [
        prompt_bp()
        | {
            "id": "D-7#1",
            "rule": "D-7",
            "priority": "high",
            "stars": "***",
            "head": "SpO2 87 < 90",
            "sub": "High · for 12 s",
            "since": "0:12",
            "first": ["Go to the patient. Call for help.", "Clinic emergency: 4711. Then 112."],
            "defer_disabled": "a high prompt cannot be deferred twice",
        },
        prompt_bp(),
        prompt_small("T-1#1", "tech", "!!", "No signal: HR for 0:42", "Technical"),
        prompt_small("R-2#1", "low", "*", "BP 19 min old, due every 15", "Low · observation"),
        f["prompts"][1],
    ]
    f["watching"] = [{"text": "Watching BP: +28 ≥ 25 over baseline", "sub": "One reading; the second decides, in 1:40"}]
    f["numerics"]["spo2"] |= {"value": "87", "priority": "high"}
    return f


def calm() -> Frame:
    f = medium()
    f["prompts"] = []
    f["bp"] = pressure("128/78", "2 min ago, 14:19", "+4/+0 over 124/78", "cuff 2:41") | {"label": "BP mmHg", "at": "14:19", "mean": "mean 95"}
    f["more"] = [
        {"label": "Pulse", "unit": "/min", "value": "93", "gone": None, "priority": None, "spark": [], "aging": False},
        {"label": "EtCO2", "unit": "mmHg", "value": "38", "gone": None, "priority": None, "spark": [], "aging": False},
    ]
    return f


def item(i: int, text: str, effect: str, labels: list[str], chosen: int | None, note: str | None = None) -> Frame:
    return {
        "id": f"i{i}",
        "text": text,
        "effect": effect,
        "answers": [{"id": x, "label": x, "chosen": k == chosen, "bad": k > 0} for k, x in enumerate(labels)],
        "multiple": False,
        "note": note,
    }


def ready() -> Frame:
    f = calm()
    f["phase"] = {"icon": "check", "chip": "Ready", "text": "since ", "bold": "13:52", "after": ""}
    rows = [
        ("Two identifiers checked", "blocks"),
        ("Consent signed", "blocks"),
        ("Prescriber's release, and how to reach them", "blocks"),
        ("Escort named", "blocks"),
        ("Fasting", "warns"),
        ("Allergies reviewed", "blocks"),
        ("Pregnancy, where it applies", "warns"),
        ("MAOI, benzodiazepine, lamotrigine, stimulant, long-QT drug or antihypertensive today", "warns"),
        ("Alcohol or drugs today", "blocks"),
        ("Psychosis, mania, raised pressure in eye or skull, aneurysm", "blocks"),
        ("Thoughts of self-harm today", "informs"),
        ("Cannula patent", "blocks"),
        ("Cuff arm is neither the probe's nor the cannula's", "warns"),
        ("Rescue equipment checked", "blocks"),
        ("Call bell in hand", "blocks"),
    ]
    f["checklist"] = {
        "id": "before",
        "title": "Before the infusion",
        "done": "5 of 15",
        "items": [
            item(i, text, effect, ["yes", "no"], 0 if i < 5 else None, "needs the prescriber's name" if i == 4 else None)
            for i, (text, effect) in enumerate(rows)
        ],
        "buttons": [button("Start the infusion…", "dialog", name="start", solid=True, disabled=True, why="10 blocking items open")],
    }
    f["infusion"] |= {"clock": "0:00", "text": "of 40:00, not started", "percent": 0, "rows": []}
    f["log"]["undo"] = None
    f["drugs"] = {"rows": [], "button": button("Add…", "dialog", name="drug")}
    return f


def emergency() -> Frame:
    f = several()
    f["emergency"] = {
        "since": "0:42",
        "lines": [
            "Go to the patient, call for help.",
            'Clinic emergency 4711, then 112: say "room 5, sedated, SpO2 87".',
            "Stop the infusion. Airway. Oxygen.",
        ],
        "acts": [
            button(x, "emergency_act", act=x, pressed=i < 2, at="14:22:05" if i < 2 else None)
            for i, x in enumerate(
                [
                    "Help called",
                    "Infusion stopped",
                    "Airway opened",
                    "Oxygen given",
                    "Ambulance called",
                    "Monitor re-attached",
                    "Drug given…",
                    "Else…",
                ]
            )
        ],
        "end": button("End the emergency…", "dialog", name="end_emergency"),
    }
    f["actions"][0]["pressed"] = True
    return f


def empty() -> Frame:
    f = head("room", "Room 11")
    f |= {
        "room": "11",
        "alias": None,
        "facts": [],
        "rooms": medium()["rooms"],
        "actions": [],
        "empty": {"head": "Empty", "text": "Next: Plover at 15:00", "button": button("Check in…", "dialog", name="checkin", solid=True)},
        "menu": medium()["menu"],
    }
    return f


def recorded() -> Frame:
    f = calm()
    f |= {
        "source": "RECORDED bidmc_01",
        "title": "Room 1 · Heron",
        "facts": [fact("recorded, 61 y"), fact("highest 141/88 at 14:02"), fact("2 times real time")],
        "infusion": None,
        "drugs": None,
        "handover": {
            "title": "Handover from J. Kim",
            "lines": [
                "1 open prompt: BP 168/102 ≥ 165/100",
                "Due: scores in 3:39, cuff in 2:41",
                "Last drug: ondansetron 4 mg at 14:12, eases in 10 to 15 min",
            ],
            "buttons": [button("Accept", "accept", solid=True), button("Not now", "later")],
        },
    }
    f["bp"] = pressure(None, None, num="---/---", why=["no cuff reading yet"]) | {"label": "BP mmHg", "at": None, "mean": None}
    f["numerics"]["rr"] = vital("rr", None, 3) | {"sub": "", "limits": "10 to 25"}
    f["waves"] = {"ecg": "ECG", "pleth": "Pleth", "of": "as recorded", "stands": None}
    f["cuff"] = {"head": {"text": "no cuff in this recording", "bold": "", "after": ""}, "percent": None, "buttons": []}
    f["cuff_table"] = []
    f["trend"] = f["trend"] | {
        "cuff": [],
        "failed": [],
        "diss": [],
        "comf": [],
        "rate": [],
        "marks": [],
        "base": None,
        "limits": [],
        "planned_end": None,
    }
    return f


def strained() -> Frame:
    f = several()
    f["title"] = "Room 12 · Nachtigall-Reihersdorf"
    f["facts"] = [
        fact("simulated, 104 y, 148 kg"),
        fact("allergy: penicillin, metoclopramide", True),
        fact("drug that lengthens QT", True, "speaks against Ondansetron, Prochlorperazine"),
        fact("benzodiazepine", True, "speaks against Midazolam, Lorazepam"),
        fact("for blood pressure"),
        fact("prone to motion sickness"),
        fact("high blood pressure"),
        fact("baseline 124/78"),
        fact("highest 248/148 at 14:09"),
        fact("identifier 4471-Reihersdorf"),
        fact("infusion 13"),
    ]
    f["numerics"]["hr"] |= {"value": "188", "priority": "medium"}
    f["numerics"]["spo2"] |= {"value": "100"}
    f["bp"] = pressure("248/148", "12 min ago, 14:09", "+124/+70 over 124/78", "repeat 11:40", 100, 76, priority="high") | {
        "label": "BP mmHg",
        "at": "14:09",
        "mean": "mean 181",
    }
    f["prompts"][0] |= {
        "head": "Dissoziation 10 und stark belastend, Wohlbefinden fällt: 2 < 4",
        "sub": "High · confirmed by a second entry of another person",
        "since": "112:05",
    }
    f["cuff"]["head"] = {"text": "next in ", "bold": "112:24", "after": ", every 120 min"}
    f["cuff"]["buttons"][-1] = button("Baseline 248/148", "baseline")
    f["cuff"]["note"] = "recorded as done at the bedside · no rest: pressure peaks, minute 25 to 45"
    f["prompts"][0]["options"][0] |= {"disabled": True, "why": "infusion paused"}
    f["infusion"] |= {"clock": "112:26", "sub": "pauses not counted · end in 112:37", "text": "of 140:00, paused by M. Ortiz"}
    return f


def frames() -> dict[str, Frame]:
    made = {
        "room_medium": medium(),
        "room_several": several(),
        "room_calm": calm(),
        "room_ready": ready(),
        "room_emergency": emergency(),
        "room_empty": empty(),
        "room_recorded": recorded(),
        "room_strained": strained(),
    }
    return copy.deepcopy(made)
