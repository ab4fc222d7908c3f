"""The dashboard's launcher and menu; nothing clinical. `streamlit run dashboard.py` starts it, evaluator included."""

import streamlit as st
from streamlit import runtime

if not runtime.exists():
    from monitor.live.routes import asset_route, lifespan, push_route
    from monitor.views import components

    app = st.App(__file__, routes=[asset_route(components.ASSETS, components.body), push_route()], lifespan=lifespan)
else:
    from monitor.views.menu import pages

    st.navigation(pages(), position="hidden").run()
