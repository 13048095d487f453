"""Helpers of the tests of the sandbox: ask code inside what it sees, through a whole judge."""

from __future__ import annotations

import json
from typing import Any

from clinic.nbval_run import Judge
from clinic.verdict import Verdict

ASKED = """
import asyncio, json, os, socket, sys, time
from fastapi import FastAPI

app = FastAPI()
{setup}

@app.get("/echo/{{number}}")
def echo(number: int):
    return json.dumps({expression})
"""


def ask(judge: Judge, expression: str, setup: str = "") -> Any:
    """Return the value of an expression in an app that the judge's check asks."""
    verdict = verdict_on(judge, ASKED.format(setup=setup, expression=expression))
    seen = verdict.facts[0].seen
    assert seen.startswith("GET /echo answered "), (seen, verdict.reason)
    text = seen.removeprefix("GET /echo answered ").removesuffix(".")
    return json.loads(json.loads(text))


def verdict_on(judge: Judge, source: str, rule: str = "echo") -> Verdict:
    """Return the verdict on one source."""
    (verdict,) = judge.run({rule: source})
    return verdict
