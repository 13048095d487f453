# exercise: ledger
"""JSON nested a million deep, numbers of a million digits, and halves of surrogate pairs.

Aims: RecursionError or a parser that takes for ever, in the check.
Ends: not_yet
"""

import itertools

from fastapi import FastAPI, Response

app = FastAPI()
bodies = itertools.cycle(
    [
        b"[" * 2_000_000 + b"]" * 2_000_000,
        b'{"a":' * 500_000,
        b'{"double": ' + b"9" * 4_000_000 + b"}",
        b'{"double": "\\ud800\\udfff\\ud800"}',
        b'{"double": 1e999999999, "double": NaN, "x": Infinity}',
        b'"\\u0000\\u001b[2J\\u202e"',
        b"\xef\xbb\xbf\xff\xfe{}",
    ]
)


@app.api_route("/{path:path}", methods=["GET", "POST"])
async def everything(path: str):
    return Response(next(bodies), media_type="application/json; charset=utf-7")
