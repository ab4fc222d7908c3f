"""What a page is given to draw: plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Frame = dict[str, Any]


def button(label: str, act: Mapping[str, Any], **more: Any) -> Frame:
    return {"label": label, "act": dict(act), **more}
