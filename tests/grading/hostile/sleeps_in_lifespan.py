# exercise: hasty
"""Never finishes to start, and would never finish to stop.

Aims: a run that waits.
Ends: not_yet
"""

import asyncio
import contextlib

from fastapi import FastAPI


@contextlib.asynccontextmanager
async def lifespan(app):
    await asyncio.sleep(1_000_000)
    yield
    await asyncio.sleep(1_000_000)


app = FastAPI(lifespan=lifespan)
