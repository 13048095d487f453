# exercise: ledger
"""Content types that name codecs which unpack, execute or never end.

Aims: a decoder in the check that does more than to decode.
Ends: not_yet
"""

import itertools
import zlib

from fastapi import FastAPI, Response

app = FastAPI()
charsets = itertools.cycle(
    ["zlib", "bz2_codec", "unicode_escape", "utf-7", "idna", "punycode", "rot13", "uu", "\x00"]
)


@app.api_route("/{path:path}", methods=["GET", "POST"])
async def everything(path: str):
    kind = f'text/plain; charset="{next(charsets)}"'
    return Response(zlib.compress(bytes(4_000_000)), headers={"content-type": kind})
