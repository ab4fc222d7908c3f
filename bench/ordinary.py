"""The ordinary way to the same wall, to compare with: a Plotly figure and metrics for each room, in a fragment of a second.

``streamlit run bench/ordinary.py`` with the rooms and the store of a running dashboard; it assesses nothing itself.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import plotly.graph_objects as go
import streamlit as st

from monitor.board.tile import tile
from monitor.live.station import station

st.set_page_config(layout="wide")


@st.fragment(run_every=1)
def wall() -> None:
    here = station()
    with here.follower.reading() as picture:
        tiles = [tile(picture, room) for room in picture.rooms]
    columns = st.columns(6)
    for n, one in enumerate(tiles):
        with columns[n % 6].container(border=True):
            st.markdown(f"**{one['room']} {one['alias'] or ''}**")
            vitals = one.get("vitals", {})
            for place, name in zip(st.columns(4), ("hr", "spo2", "bp", "rr"), strict=True):
                shown = vitals.get(name, {})
                place.metric(name.upper(), shown.get("value") or "--")
            figure = go.Figure([go.Scatter(y=vitals[name]["spark"], name=name) for name in ("hr", "spo2", "rr") if name in vitals])
            figure.update_layout(height=140, margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=False)
            st.plotly_chart(figure, key=f"trend {one['room']}")


wall()
