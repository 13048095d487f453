"""A tiny course to attack, and the corpus of attacks: read from files, completed with an app.

The check of ``ledger`` uses everything that a check can do with a submission: requests, a
partner, the app's database, a WebSocket, a restart. ``hasty`` is the same with a short time limit,
for attacks that only waste time. ``opening`` and ``closing`` are honest in every hostile
submission, so that each attack also shows whether it costs more than itself.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tiny_course import code, exercise_cell, markdown, write_notebook

from clinic.catalog import Course, load_course

NOTEBOOK = "00_start_here.ipynb"
CORPUS = Path(__file__).parent / "hostile"
POINTS = 10

SHIPPED_ECHO = """# exercise: {rule}
from fastapi import FastAPI

app = FastAPI()
"""

ECHO = (
    SHIPPED_ECHO
    + """

@app.get("/echo/{{number}}")
async def echo(number: int):
    return {{"number": number}}
"""
)

SHIPPED = """
from fastapi import FastAPI, WebSocket

app = FastAPI()
notes = []


@app.get("/double/{number}")
async def double(number: int):
    return {"double": number}


@app.get("/rate")
async def rate():
    return {"rate": 1}


@app.post("/notes")
async def add(note: dict):
    notes.append(note["text"])
    return {"added": True}


@app.get("/notes")
async def all_notes():
    return notes


@app.websocket("/shout")
async def shout(socket: WebSocket):
    await socket.accept()
    await socket.send_text(await socket.receive_text())
"""

REPAIRED = """
import contextlib
import os
import sqlite3

import httpx
from fastapi import FastAPI, WebSocket

app = FastAPI()


def database():
    connection = sqlite3.connect("notes.db")
    connection.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
    return contextlib.closing(connection)


@app.get("/double/{number}")
async def double(number: int):
    return {"double": 2 * number}


@app.get("/rate")
async def rate():
    async with httpx.AsyncClient() as client:
        answer = await client.get(os.environ["BANK_URL"] + "/rate")
    return answer.json()


@app.post("/notes")
def add(note: dict):
    with database() as connection, connection:
        connection.execute("INSERT INTO notes VALUES (?)", (note["text"],))
    return {"added": True}


@app.get("/notes")
def all_notes():
    with database() as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes")]


@app.websocket("/shout")
async def shout(socket: WebSocket):
    await socket.accept()
    await socket.send_text((await socket.receive_text()).upper())
"""

CONFESS = """
from fastapi import FastAPI

app = FastAPI()


@app.api_route("/{path:path}", methods=["GET", "POST"])
def confess(path: str):
    return ["REACHED " + str(what) for what in reached]
"""

RAW = r"""
import json
import os
import socket
import stat
import threading


def serve_raw():
    listener = None
    for number in range(3, 200):
        try:
            mode = os.fstat(number).st_mode
            if stat.S_ISSOCK(mode):
                sock = socket.socket(fileno=os.dup(number))
                if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    listener = sock
        except OSError:
            continue
    listener.settimeout(None)
    for number in range(3, 200):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                os.write(number, json.dumps({"state": "ready", "message": ""}).encode() + b"\n")
        except OSError:
            continue

    def answer(connection):
        head = b""
        try:
            while b"\r\n\r\n" not in head:
                data = connection.recv(65536)
                if not data:
                    return
                head += data
            reply(connection, head)
        except OSError:
            pass
        finally:
            connection.close()

    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


serve_raw()
"""

APPS = {"shipped": SHIPPED, "repaired": REPAIRED, "confess": CONFESS, "raw": RAW}

CHECK_ECHO = """# check: {rule}
from clinic.checking import fact, inputs, submission

number = inputs().randrange(10**6)
with submission("{rule}", timeout=20, seconds=50) as app, fact("the number comes back"):
    answer = app.get(f"/echo/{{number}}")
    assert answer.json() == {{"number": number}}, f"GET /echo answered {{answer.text[:300]}}."
"""

CHECK_LEDGER = """# check: {rule}
import contextlib
from clinic.checking import HttpStub, Reply, fact, inputs, submission

random = inputs()
number, rate, secret = (random.randrange(10**3, 10**9) for _ in range(3))
word = f"word{{secret}}"
with (
    HttpStub(lambda request: Reply({{"rate": rate}})) as bank,
    submission(
        "{rule}", env={{"BANK_URL": bank.url}}, timeout={timeout}, seconds={seconds}
    ) as app,
):
    with fact("a number comes back doubled"):
        answer = app.get(f"/double/{{number}}")
        told = f"GET /double/{{number}} answered {{answer.text[:1500]}}."
        assert answer.json() == {{"double": 2 * number}}, told
    with fact("an unknown path is not found"):
        answer = app.get("/elsewhere")
        told = f"GET /elsewhere answered {{answer.status_code}} {{answer.text[:100]}}."
        assert answer.status_code == 404, told
    with fact("the rate of the bank comes through"):
        answer = app.get("/rate")
        assert answer.json() == {{"rate": rate}}, f"GET /rate answered {{answer.text[:300]}}."
    with fact("a note stands in notes.db"):
        app.post("/notes", json={{"text": word}})
        with contextlib.closing(app.sqlite("notes.db")) as database:
            database.execute("BEGIN IMMEDIATE")
            rows = database.execute("SELECT text FROM notes").fetchall()
            database.execute("ROLLBACK")
        assert (word,) in rows, f"notes.db holds {{rows[:5]}}."
    with fact("the socket says it in capitals"):
        with app.websocket("/shout") as socket:
            socket.send(word)
            heard = socket.recv()
        assert heard == word.upper(), f"It said {{heard[:300]!r}}."
    with fact("a note survives a restart"):
        again = app.restart()
        answer = again.get("/notes")
        assert word in answer.json(), f"GET /notes answered {{answer.text[:300]}}."
"""

ECHO_FACTS = ("the number comes back",)
LEDGER_FACTS = (
    "a number comes back doubled",
    "an unknown path is not found",
    "the rate of the bank comes through",
    "a note stands in notes.db",
    "the socket says it in capitals",
    "a note survives a restart",
)

HONEST = {
    "opening": ECHO.format(rule="opening"),
    "ledger": "# exercise: ledger\n" + REPAIRED,
    "closing": ECHO.format(rule="closing"),
}
"""What an honest student hands in; ``hasty`` is for attacks only."""

ORIGINALS = {
    "opening": SHIPPED_ECHO.format(rule="opening"),
    "ledger": "# exercise: ledger\n" + SHIPPED,
    "hasty": "# exercise: hasty\n" + SHIPPED,
    "closing": SHIPPED_ECHO.format(rule="closing"),
}


def write_arena(root: Path, secret: str) -> Course:
    """Write the course, with ``secret`` in its answers and its checks, and return it."""
    write_notebook(
        root / "notebooks" / NOTEBOOK,
        markdown("# Start here", "title"),
        *(exercise_cell(source, rule=rule, points=POINTS) for rule, source in ORIGINALS.items()),
    )
    answers = HONEST | {"hasty": "# exercise: hasty\n" + REPAIRED}
    write_notebook(
        root / "solutions" / NOTEBOOK,
        *(code(f"{answers[rule]}# {secret}\n", rule) for rule in ORIGINALS),
    )
    write_notebook(
        root / "tests" / "checks" / NOTEBOOK,
        _check(CHECK_ECHO.format(rule="opening"), secret, ECHO_FACTS),
        _check(CHECK_LEDGER.format(rule="ledger", timeout=20, seconds=50), secret, LEDGER_FACTS),
        _check(CHECK_LEDGER.format(rule="hasty", timeout=2, seconds=6), secret, LEDGER_FACTS),
        _check(CHECK_ECHO.format(rule="closing"), secret, ECHO_FACTS),
    )
    return load_course(root)


def _check(source: str, secret: str, facts: Sequence[str]) -> dict[str, object]:
    cell = code(f"{source}# {secret}\n", tags=["nbval-check-output"])
    output = {"output_type": "stream", "name": "stdout", "text": [f"{f}: yes\n" for f in facts]}
    return cell | {"execution_count": 1, "outputs": [output]}


@dataclass(frozen=True, slots=True)
class Attack:
    """One file of the corpus: which rule it stands in, and how its check may end.

    ``ends`` are the permitted outcomes, ``earns`` the points of one that is no repair; ``text``
    still has its places for an app and for paths.
    """

    name: str
    rule: str
    aims: str
    ends: tuple[str, ...]
    earns: float
    text: str

    def source(self, places: Mapping[str, str], apps: Mapping[str, str] = APPS) -> str:
        """Return the exercise cell, with ``@NAME@`` of ``places`` and ``# app:`` filled in.

        The attacker knows the grader's machine: a defence must not rest on secret paths.
        """
        filled = re.sub(r"^# app: (\w+)$", lambda m: apps[m[1]], self.text, flags=re.MULTILINE)
        return re.sub(r"@([A-Z]+)@", lambda m: places[m[1]], filled)


def corpus(folder: Path = CORPUS) -> list[Attack]:
    """Return all attacks, by name."""
    return [_attack(path) for path in sorted(folder.glob("*.py"))]


def _attack(path: Path) -> Attack:
    text = path.read_text("utf-8")
    words = ast.get_docstring(ast.parse(text)) or ""
    rule = re.match(r"# exercise: (\w+)\n", text)
    aims = re.search(r"^Aims: (.+?)\n\w+:", words, re.MULTILINE | re.DOTALL)
    ends = re.search(r"^Ends: (\w+(?: or \w+)*)", words, re.MULTILINE)
    if not (rule and aims and ends):
        raise ValueError(f"{path.name} does not say its rule, what it aims at and how it ends.")
    earns = re.search(r"^Earns: (\S+)", words, re.MULTILINE)
    return Attack(
        name=path.stem,
        rule=rule[1],
        aims=" ".join(aims[1].split()),
        ends=tuple(ends[1].split(" or ")),
        earns=float(earns[1]) if earns else 0.0,
        text=text,
    )
