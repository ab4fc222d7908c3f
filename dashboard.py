"""The dashboard's launcher and menu; nothing clinical. `streamlit run dashboard.py` starts it, evaluator included."""

import streamlit as st
from streamlit import runtime

if not runtime.exists():
    from starlette.middleware import Middleware
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    from monitor import fitness, launch
    from monitor.live.door import Gate
    from monitor.live.headers import Headers
    from monitor.live.limits import Limits, guard
    from monitor.live.openid import Provided
    from monitor.live.place import Placed
    from monitor.live.routes import asset_route, lifespan, push_route
    from monitor.live.signing import signing_routes
    from monitor.views import components, identity

    fitness.hold(st.get_option, identity.secrets())
    launch.greet(st.get_option)
    routes = [asset_route(components.ASSETS, components.body), push_route(), *signing_routes()]
    guard(AutoHTTPProtocol)
    middleware = [
        Middleware(Headers, components.ahead),
        Middleware(Limits),
        Middleware(Gate),
        Middleware(Placed),
        Middleware(Provided, identity.login()),
    ]
    app = st.App(__file__, routes=routes, lifespan=lifespan, middleware=middleware)
else:
    from monitor.views.menu import pages

    st.navigation(pages(), position="hidden").run()
