# exercise: ledger
"""JSON values that compare equal to more than one thinks: true, 2.0, duplicate keys.

Aims: a comparison in the check that is too kind.
Ends: not_yet
"""

from fastapi import FastAPI, Response

app = FastAPI()


@app.api_route("/{path:path}", methods=["GET", "POST"])
async def everything(path: str):
    pairs = ", ".join(f'"double": {value}' for value in ("true", "NaN", "null", "1e400", "-0.0"))
    return Response("{" + pairs + "}", media_type="application/json")
