"""A tiny course with real checks: an echo, a package of two files, and checks that go wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tiny_course import code, exercise_cell, markdown, write_notebook

from clinic.catalog import Course, load_course

NOTEBOOK = "00_start_here.ipynb"

SHIPPED = '# exercise: {rule}\nfrom fastapi import FastAPI\n\napp = FastAPI(title="{rule}")\n'

ECHO = (
    SHIPPED.format(rule="echo")
    + """

@app.get("/echo/{number}")
async def echo(number: int):
    print("echo of", number)
    return {"number": number}
"""
)

PACKAGE = '''# exercise: package
from clinic import package

shop = package(
    "shop",
    {
        "main.py": """
            from fastapi import FastAPI
            from shop.parts.words import WORD

            app = FastAPI()

            @app.get("/word")
            async def word():
                return WORD
        """,
        "parts/words.py": "WORD = 'packed'",
    },
)
app = shop.app
'''

CHECK_ECHO = """# check: {rule}
from clinic.checking import fact, inputs, submission

number = inputs().randrange(10**6)
with submission("{rule}", seconds={seconds}) as app:
    with fact("the number comes back", next_step="return what was sent."):
        answer = app.get(f"/echo/{{number}}")
        assert answer.json() == {{"number": number}}, f"GET /echo answered {{answer.text}}."
    with fact("an unknown path is not found"):
        answer = app.get("/elsewhere")
        assert answer.status_code == 404, f"GET /elsewhere answered {{answer.status_code}}."
    with fact("the number is printed", extra=True):
        assert f"echo of {{number}}" in app.stdout, "Nothing was printed."
"""
FACTS = ("the number comes back", "an unknown path is not found")
EXTRA = "the number is printed"

CHECK_PACKAGE = """# check: package
from clinic.checking import fact, submission

with submission("package") as app, fact("the word comes back"):
    assert app.get("/word").json() == "packed", "GET /word answered something else."
"""

CHECK_BROKEN = """# check: broken_check
from clinic.checking import fact, submission

with submission("broken_check") as app, fact("never to be known"):
    secret_of_the_check = 1 / 0
"""

CHECK_NOISY = """# check: noisy
import sys
from clinic.checking import fact, submission

with submission("noisy") as app, fact("the number comes back"):
    print("said beside the facts", file=sys.stderr)
    assert app.get("/echo/7").json() == {"number": 7}, "GET /echo/7 answered something else."
"""

CHECK_KILLED = """# check: killed_check
import os, signal
from clinic.checking import fact

with fact("never to be known"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def write_checks(root: Path) -> Course:
    """Write the course and return it."""
    rules = ("echo", "hasty", "package", "noisy", "broken_check", "killed_check")
    write_notebook(
        root / "notebooks" / NOTEBOOK,
        markdown("# Start here", "title"),
        *(exercise_cell(SHIPPED.format(rule=rule), rule=rule) for rule in rules),
    )
    write_notebook(root / "solutions" / NOTEBOOK, code(ECHO, "echo"), code(PACKAGE, "package"))
    write_notebook(
        root / "tests" / "checks" / NOTEBOOK,
        _check(CHECK_ECHO.format(rule="echo", seconds=40), *FACTS, extra=EXTRA),
        _check(CHECK_ECHO.format(rule="hasty", seconds=0.5), *FACTS, extra=EXTRA),
        _check(CHECK_PACKAGE, "the word comes back"),
        _check(CHECK_NOISY, "the number comes back"),
        _check(CHECK_BROKEN, "never to be known"),
        _check(CHECK_KILLED, "never to be known"),
    )
    return load_course(root)


def _check(source: str, *facts: str, extra: str = "") -> dict[str, Any]:
    lines = [f"{fact}: yes\n" for fact in facts] + ([f"{extra} (extra)\n"] if extra else [])
    output = {"output_type": "stream", "name": "stdout", "text": lines}
    cell = code(source, tags=["nbval-check-output"])
    return cell | {"execution_count": 1, "outputs": [output]}


def change_check(course: Course, old: str, new: str) -> None:
    """Replace a text in the check notebook and in its stored outputs."""
    path = course.checks / NOTEBOOK
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1]), "utf-8")
