"""Writes the sample frames that the browser tests and the screenshots draw. Run: python tests/browser/make_frames.py.

All values are invented. The frames show every state that board.py can hand over, and some that strain the layout.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from monitor.board.pad import pad

OUT = Path(__file__).parent / "frames"
Frame = dict[str, Any]
T0 = 1_795_357_296_000  # 2026-11-22 14:21:36 UTC


def wave(seed: int, centre: float, drift: float, noise: float, n: int = 40, gap: tuple[int, int] | None = None) -> list[float | None]:
    rng = random.Random(seed)
    level = 0.0
    out: list[float | None] = []
    for i in range(n):
        level = 0.8 * level + rng.gauss(0, noise)
        value = round(centre - drift * (1 - i / (n - 1)) + level, 1)
        out.append(None if gap and gap[0] <= i < gap[1] else value)
    return out


def button(label: str, do: str, **more: Any) -> Frame:
    extra = {k: more.pop(k) for k in list(more) if k not in ("icon", "disabled", "solid", "pressed", "why", "kind", "at")}
    return {
        "label": label,
        "act": {"do": do, **extra},
        "icon": None,
        "disabled": False,
        "solid": False,
        "pressed": None,
        "why": None,
        "kind": None,
        **more,
    }


def vital(kind: str, value: str | None, seed: int, drift: float = 0.0, **more: Any) -> Frame:
    label, unit, noise = {"hr": ("HR", "/min", 1.2), "spo2": ("SpO2", "%", 0.4), "rr": ("RR", "/min", 0.6)}[kind]
    gap = more.pop("gap", None)
    spark = wave(seed, float(value or 90), drift, noise, gap=gap)
    gone = None if value is not None else more.pop("gone", {"num": "--", "why": "no signal"})
    return {"label": label, "unit": unit, "value": value, "gone": gone, "priority": None, "spark": spark, "aging": False, **more}


def pressure(
    value: str | None, age: str | None, text: str = "", cuff: str = "", to: float = 31, limit: float | None = 80, **more: Any
) -> Frame:
    deviation = None if value is None else {"base": 25, "from": 25, "to": to, "limit": limit, "text": text}
    state = more.pop("state", "fresh" if value else "none")
    return {
        "label": "BP",
        "age": age,
        "value": value,
        "state": state,
        "num": None if value else "---/---",
        "why": [],
        "deviation": deviation,
        "cuff": cuff,
        "priority": None,
        **more,
    }


def alarm(sound: str | None = None, **more: Any) -> Frame:
    return {
        "sound": sound,
        "reminder_s": 120,
        "pause_s": 120,
        "plate": None,
        "paused": False,
        "button": button("Pause audio 120\N{NO-BREAK SPACE}s", "audio", on=False),
        "deaf": None,
        **more,
    }


PAUSED: Frame = {
    "plate": {"text": "Audio paused 1:24", "by": "M. Ortiz", "sub": "M. Ortiz · until ***"},
    "paused": True,
    "button": button("Sound on now", "audio", on=True),
}


def head(page: str, title: str) -> Frame:
    return {
        "seq": 1,
        "page": page,
        "mode": "TRAINING",
        "source": "SIMULATED PATIENTS",
        "title": title,
        "assessed": {"ok": True, "text": "Assessed 1 s ago", "sub": "evaluator alive"},
        "feed": {"text": "Live", "sub": "station 1"},
        "viewer": button("M. Ortiz", "dialog", name="who", icon="person"),
        "clock": "14:21:36",
        "theme": "dark",
        "alarm": alarm(),
        "menu": [button("Protocol", "go", page="protocol")],
        "foot": [
            "Advises and records. Does not drive the pump and does not replace the bedside monitor's alarms. Confirm at the bedside. Does not decide how many rooms a nurse may watch.",
            "Protocol: example 0.1, not signed · BP bar: solid tick baseline, double tick limit 165 systolic · trends 30 min",
        ],
    }


def tile(room: str, alias: str | None, **more: Any) -> Frame:
    n = int(room)
    return {
        "room": room,
        "alias": alias,
        "act": {"do": "open_room", "room": room},
        "state": "calm",
        "priority": None,
        "aria": f"Room {room}, {alias or 'empty'}",
        "source": None,
        "watcher": "MO" if n % 3 else "JK",
        "watcher_missing": False,
        "phase": {"icon": "run", "chip": None, "text": "min ", "bold": str(10 + n), "after": " of 40"},
        "progress": {"kind": "running", "percent": round(100 * (10 + n) / 40)},
        "vitals": {
            "hr": vital("hr", str(70 + n), n, 6),
            "spo2": vital("spo2", "97", 20 + n),
            "bp": pressure("128/78", "2 min", "+5/+2", "cuff 2:41"),
            "rr": vital("rr", "14", 40 + n),
        },
        "no_signal": None,
        "scores": {
            "diss": {"label": "Dissociation", "short": "Dissoc.", "value": str(n % 7), "age": "4 min", "word": "not charted"},
            "comf": {"label": "Comfort", "short": "Comfort", "value": "8", "age": "4 min", "word": "not charted"},
        },
        "due": {"label": "Next due", "text": "scores", "time": "6:10", "over": False},
        "log": {"label": "Log", "icon": "pen", "aria": f"Log scores, room {room}"},
        "undo": None,
        "emergency": button("Emergency", "emergency", room=room, kind="emergency", aria=f"Emergency, room {room}"),
        "strip": {
            "kind": "none",
            "priority": None,
            "stars": None,
            "icon": None,
            "line1": "Nothing called for",
            "line2": "",
            "flash": False,
        },
        "note": None,
        **more,
    }


def empty(room: str, text: str = "Next: Plover at 15:00", headline: str = "Empty", label: str = "Check in…") -> Frame:
    blank = dict.fromkeys(("vitals", "scores", "due", "log", "emergency", "strip", "progress", "phase", "watcher"))
    return tile(room, None, **blank, state="empty", note={"head": headline, "text": text, "button": button(label, "open_room", room=room)})


def strip(kind: str, line1: str, line2: str, priority: str | None = None, stars: str | None = None, icon: str | None = None) -> Frame:
    return {"kind": kind, "priority": priority, "stars": stars, "icon": icon, "line1": line1, "line2": line2, "flash": priority == "high"}


ALIASES = ["Heron", "Maple", "Otter", "Cedar", "Lark", "Finch", "Willow", "Birch", "Wren", "Robin", "Plover", "Teal"]


def calm() -> Frame:
    f = head("ward", "Ward")
    f |= {
        "tally": ["10 infusing", "2 free"],
        "pad": pad(),
        "banner": None,
        "banner_none": "Nothing called for in any room. Next: room 2 cuff in 0:52.",
        "tiles": [tile(str(i + 1), ALIASES[i]) for i in range(10)]
        + [empty("11"), empty("12", "Next: Teal at 14:45", "Being cleaned, 6 min", "Mark ready")],
    }
    f["tiles"][1] |= {"state": "pleasant"}
    f["tiles"][1]["strip"]["line1"] = "Strong and pleasant: nothing called for"
    f["tiles"][1]["scores"]["diss"]["value"] = "10"
    return f


def states() -> Frame:
    f = calm()
    f["source"] = "SIMULATED AND RECORDED PATIENTS"
    f["alarm"] |= PAUSED
    f["tally"] = ["7 infusing", "1 paused", "1 recovery", "1 ready", "2 free"]
    t = f["tiles"]
    f["banner"] = {
        "priority": "high",
        "stars": "***",
        "where": "Room 3 Otter",
        "what": "SpO2 87 < 90",
        "why": "for 12 s · options: stop the infusion, airway, oxygen, call · line D-7",
        "rest": [{"priority": "medium", "text": "** 1"}, {"priority": "tech", "text": "!! 2"}, {"priority": "low", "text": "* 1"}],
        "button": button("Open room 3", "open_room", room="3"),
    }
    t[0] |= {"source": "RECORDED bidmc_01"}
    t[0]["vitals"]["bp"]["age"] = t[0]["scores"]["diss"]["age"] = t[0]["scores"]["comf"]["age"] = "just now"
    t[2] |= {
        "state": "alarm",
        "priority": "high",
        "strip": strip("prompt", "SpO2 87 < 90 for 12 s", "Options: stop, airway, oxygen, call · line D-7", "high", "***"),
    }
    t[2]["vitals"]["spo2"] = vital("spo2", "87", 5, 10, priority="high")
    t[2]["vitals"]["hr"] = vital("hr", "188", 6, 60)
    t[3] |= {
        "state": "watching",
        "strip": strip("watch", "Watching BP: +28 ≥ 25 over baseline", "One reading; the second decides, in 1:40", icon="eye"),
        "watcher": None,
        "watcher_missing": True,
    }
    t[3]["vitals"]["bp"] = pressure("152/94", "1 min", "+28/+16", "repeat 1:40", 60, 80)
    t[4] |= {
        "state": "alarm",
        "priority": "medium",
        "strip": strip("prompt", "BP 168/102 ≥ 165/100, confirmed", "4 options · line D-3 · unanswered 1:05", "medium", "**"),
    }
    t[4]["vitals"]["bp"] = pressure("168/102", "1 min", "+44/+24", "cuff 3:24", 80, 76, priority="medium")
    t[5] |= {
        "state": "alarm",
        "priority": "tech",
        "no_signal": {"head": "NO SIGNAL", "text": "HR and SpO2 for 0:42"},
        "strip": strip("prompt", "No signal from the bedside monitor", "Look at the patient; check cables and power · T-1", "tech", "!!"),
    }
    t[5]["vitals"] |= {"hr": vital("hr", None, 1), "spo2": vital("spo2", None, 2), "rr": vital("rr", None, 3)}
    t[6] |= {
        "state": "alarm",
        "priority": "tech",
        "strip": strip("prompt", "Cuff failed twice: no BP for 11 min", "Check cuff and arm, then repeat · T-3", "tech", "!!"),
    }
    t[6]["vitals"]["bp"] = pressure(None, "14:20", state="failed", num="-?-", why=["CUFF FAILED twice", "last 134/82 at 14:10"])
    t[7] |= {
        "state": "answered",
        "phase": {"icon": "pause", "chip": "Paused 2:10", "text": "min ", "bold": "17", "after": " of 40"},
        "progress": {"kind": "paused", "percent": 42},
        "strip": strip(
            "done", "Answered: paused, calming measures", "M. Ortiz 14:19 · eases over 10 to 20 min · re-check 2:50", icon="check"
        ),
    }
    t[7]["vitals"]["bp"] = pressure("144/88", "7 min", "+16/+8", "cuff 2:58", 45, 68, state="aging")
    t[7]["due"] = {"label": "Next due", "text": "re-check", "time": "2:50", "over": False}
    t[8] |= {
        "state": "alarm",
        "priority": "low",
        "phase": {"icon": "recovery", "chip": "Recovery 38 min", "text": "of ", "bold": "60", "after": ""},
        "progress": {"kind": "recovery", "percent": 63},
        "strip": strip("prompt", "BP 19 min old, due every 15", "Option: a reading now · line R-2", "low", "*"),
        "due": {"label": "Next due", "text": "late: cuff", "time": "4:11", "over": True},
    }
    t[8]["vitals"]["bp"] = pressure(None, "19 min", state="old", why=["TOO OLD to show", "was 129/82 at 14:02"])
    t[9] |= {
        "state": "ready",
        "phase": {"icon": "check", "chip": "Ready", "text": "since ", "bold": "14:12", "after": ""},
        "progress": {"kind": "recovery", "percent": 100},
        "vitals": None,
        "scores": None,
        "checks": [
            {"text": x, "done": True}
            for x in (
                "Self again, 14:09",
                "BP 127/80, within 20 %",
                "Nausea 0 of 10",
                "Steady gait",
                "Driver here",
                "Advice given in writing",
                "Signatures: 2 of 2",
            )
        ],
        "strip": strip("ready", "Ready to leave: 7 of 7", "Prescriber signed 14:18 · driver waiting in lobby", icon="check"),
        "log": None,
    }
    return f


def strained() -> Frame:
    """Long names, long prompts, three-digit everything."""
    f = states()
    for i, t in enumerate(f["tiles"][:9]):
        t["alias"] = "Nachtigall-Reihersdorf"
        t["vitals"]["hr"] = vital("hr", "188", i)
        t["vitals"]["spo2"] = vital("spo2", "100", i + 30)
        t["vitals"]["rr"] = vital("rr", "28", i + 60)
        t["vitals"]["bp"] = pressure("248/148", "12 min", "+104/+64", "cuff over 11:40", 100, 76, priority=t["vitals"]["bp"]["priority"])
        t["scores"]["diss"] |= {"value": "10", "age": "114 min"}
        t["scores"]["comf"] |= {"value": None}
        t["due"] = {"label": "Next due", "text": "late: sedation", "time": "14:39", "over": True}
        t["strip"]["line1"] = "Dissoziation 10 und stark belastend, Wohlbefinden fällt: 2 < 4"
        t["strip"]["line2"] = "4 options · line D-12 · unanswered 11:05 · found late"
        t["no_signal"] = None
    f["tiles"][1] |= {"source": "RECORDED bidmc_01", "watcher": None, "watcher_missing": True}
    f["banner"] |= {
        "where": "Room 12 Nachtigall-Reihersdorf",
        "what": "Dissociation 10 and bothered a lot ≥ 7",
        "why": "for 12 min 14 s · options: lower the rate, calming measures, calming drug by the prescriber's order, stop the infusion, call the prescriber · line D-12",
    }
    return f


def four() -> Frame:
    f = states()
    f["tiles"] = [f["tiles"][0], f["tiles"][2], f["tiles"][4], empty("4")]
    for i, t in enumerate(f["tiles"]):
        t["room"] = str(i + 1)
    f["tally"] = ["3 infusing", "1 free"]
    return f


def emptyward() -> Frame:
    f = calm()
    f["tiles"] = [empty(str(i + 1), "No one waiting") for i in range(4)]
    f["tally"] = ["4 free"]
    return f


def not_assessed() -> Frame:
    f = calm()
    f["assessed"] = {"ok": False, "text": "NOT BEING ASSESSED", "sub": "evaluator silent since 14:21:05"}
    f["banner"] = {
        "priority": "tech",
        "stars": "!!",
        "where": "NOT BEING ASSESSED for 0:14",
        "what": "",
        "why": "Numbers still arrive, but no prompt can appear. Watch the bedside monitors.",
        "rest": [],
        "button": None,
    }
    return f


def many() -> Frame:
    f = states()
    f["tiles"] += [tile(str(i + 13), ALIASES[i]) for i in range(12)]
    return f


def many_strained() -> Frame:
    f = strained()
    worst = [t for t in f["tiles"] if t["vitals"]]
    f["tiles"] = [copy.deepcopy(worst[i % len(worst)]) | {"room": str(i + 1)} for i in range(24)]
    return f


if __name__ == "__main__":
    sys.modules["make_frames"] = sys.modules["__main__"]
    import room_frames

    OUT.mkdir(exist_ok=True)
    made = {
        "wall_calm": calm(),
        "wall_states": states(),
        "wall_strained": strained(),
        "wall_four": four(),
        "wall_empty": emptyward(),
        "wall_not_assessed": not_assessed(),
        "wall_many": many(),
        "wall_many_strained": many_strained(),
        **room_frames.frames(),
    }
    for name, frame in made.items():
        (OUT / f"{name}.json").write_text(
            json.dumps(copy.deepcopy(frame), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
        )
        print(name, len((OUT / f"{name}.json").read_bytes()))
