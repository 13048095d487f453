# exercise: ledger
"""Reads address 0, so the kernel of the system ends the process and may write a core file.

Aims: a check that does not survive a crash below Python.
Ends: not_yet
"""

import ctypes
import resource

from fastapi import FastAPI

try:
    resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2)
except (OSError, ValueError):
    pass
app = FastAPI()


@app.get("/double/{number}")
async def double(number: int):
    ctypes.string_at(0)
