# exercise: ledger
"""A right repair that cannot be stopped politely: it ignores SIGTERM and never leaves lifespan.

Aims: a run that waits for the app to stop; it is right, so it keeps its marks.
Ends: repaired
"""

import signal

# app: repaired


class Stubborn:
    def __init__(self, inner):
        self.inner = inner

    async def __call__(self, scope, receive, send):
        if scope["type"] != "lifespan":
            return await self.inner(scope, receive, send)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        await receive()
        await send({"type": "lifespan.startup.complete"})
        while True:
            await receive()


app = Stubborn(app)
