"""The class that ``bench`` grades: one notebook of four exercises, for this course and its peers.

The four questions are those of a first lesson: a GET, numbers that are validated, a POST with a
model, and a header that a dependency asks for. Ours judges each from outside over HTTP; the peers
run the same assertions with Starlette's TestClient in the kernel of the student's code, which is
how their assignments are written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiny_course import code, exercise_cell, markdown, write_notebook

NOTEBOOK = "00_start_here.ipynb"


@dataclass(frozen=True, slots=True)
class Question:
    """One exercise: its shipped text, its repair, and what is asked of it.

    ``asked`` holds requests (method, path, options) with the status and the JSON that must come.
    """

    rule: str
    shipped: str
    repaired: str
    asked: tuple[tuple[str, str, dict[str, Any], int, Any], ...]


QUESTIONS = (
    Question(
        "greeting",
        'app = FastAPI()\n\n\n@app.get("/hello")\nasync def hello():\n    return "hello"\n',
        'app = FastAPI()\n\n\n@app.get("/hello")\nasync def hello():\n'
        '    return {"hello": "you"}\n',
        (
            ("GET", "/hello", {}, 200, {"hello": "you"}),
            ("GET", "/elsewhere", {}, 404, {"detail": "Not Found"}),
        ),
    ),
    Question(
        "numbers",
        'app = FastAPI()\n\n\n@app.get("/items/{number}")\nasync def read(number, size="5"):\n'
        '    return {"number": number, "size": size}\n',
        'app = FastAPI()\n\n\n@app.get("/items/{number}")\n'
        "async def read(number: int, size: Annotated[int, Query(ge=1, le=50)] = 5):\n"
        '    return {"number": number, "size": size}\n',
        (
            ("GET", "/items/7", {}, 200, {"number": 7, "size": 5}),
            ("GET", "/items/7", {"params": {"size": 9}}, 200, {"number": 7, "size": 9}),
            ("GET", "/items/7", {"params": {"size": 99}}, 422, None),
            ("GET", "/items/seven", {}, 422, None),
        ),
    ),
    Question(
        "orders",
        'app = FastAPI()\n\n\n@app.post("/orders")\nasync def place(order: dict):\n'
        "    return order\n",
        "app = FastAPI()\n\n\nclass Order(BaseModel):\n    sku: str\n    quantity: int\n\n\n"
        '@app.post("/orders", status_code=201)\nasync def place(order: Order) -> Order:\n'
        "    return order\n",
        (
            (
                "POST",
                "/orders",
                {"json": {"sku": "desk", "quantity": 2, "margin": 9}},
                201,
                {"sku": "desk", "quantity": 2},
            ),
            ("POST", "/orders", {"json": {"sku": "desk"}}, 422, None),
        ),
    ),
    Question(
        "keys",
        'app = FastAPI()\n\n\n@app.get("/stock")\nasync def read_stock():\n'
        '    return {"desk": 4}\n',
        "app = FastAPI()\n\n\n"
        "async def require_key(x_key: Annotated[str | None, Header()] = None):\n"
        '    if x_key != "paper-lamp":\n        raise HTTPException(401, "Unknown key")\n\n\n'
        '@app.get("/stock", dependencies=[Depends(require_key)])\nasync def read_stock():\n'
        '    return {"desk": 4}\n',
        (
            ("GET", "/stock", {"headers": {"X-Key": "paper-lamp"}}, 200, {"desk": 4}),
            ("GET", "/stock", {"headers": {"X-Key": "wood"}}, 401, {"detail": "Unknown key"}),
            ("GET", "/stock", {}, 401, {"detail": "Unknown key"}),
        ),
    ),
)

HEAD = (
    "from typing import Annotated\n\n"
    "from fastapi import Depends, FastAPI, Header, HTTPException, Query\n"
    "from pydantic import BaseModel\n\n"
)


def cell_of(question: Question, text: str) -> str:
    """Return the whole text of an exercise cell."""
    return f"# exercise: {question.rule}\n{HEAD}{text}"


def write_bench_course(root: Path) -> None:
    """Write the course of four exercises, its answers and its hidden checks."""
    shipped = [
        exercise_cell(cell_of(question, question.shipped), rule=question.rule)
        for question in QUESTIONS
    ]
    write_notebook(root / "notebooks" / NOTEBOOK, markdown("# Four questions", "title"), *shipped)
    write_notebook(
        root / "solutions" / NOTEBOOK,
        *(code(cell_of(q, q.repaired), q.rule, clinic={"rule": q.rule}) for q in QUESTIONS),
    )
    write_notebook(root / "tests" / "checks" / NOTEBOOK, *map(_check, QUESTIONS))


def write_submissions(folder: Path, count: int) -> None:
    """Write ``count`` submissions that repair everything, each with another comment."""
    for number in range(count):
        cells = [
            code(f"{cell_of(q, q.repaired)}# {number}\n", q.rule, clinic={"rule": q.rule})
            for q in QUESTIONS
        ]
        write_notebook(folder / f"student{number:04}" / NOTEBOOK, *cells)


def write_nbgrader_course(root: Path, count: int) -> None:
    """Write the same as an nbgrader course: ``source`` and ``submitted`` of one assignment."""
    source: list[dict[str, Any]] = []
    for question in QUESTIONS:
        source += [_nbgrader_solution(question), _nbgrader_test(question)]
    write_notebook(root / "source" / "four" / NOTEBOOK, *source)
    for number in range(count):
        place = root / "submitted" / f"student{number:04}" / "four" / NOTEBOOK
        write_notebook(place, *_peer_cells(number, nbgrader=True))


def write_nbval_notebooks(folder: Path, count: int) -> None:
    """Write one notebook per student, the assertions below each answer."""
    for number in range(count):
        write_notebook(folder / f"test_student{number:04}.ipynb", *_peer_cells(number))


def _peer_cells(number: int, *, nbgrader: bool = False) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = []
    for question in QUESTIONS:
        text = f"{cell_of(question, question.repaired)}# {number}\n"
        if nbgrader:
            cells.append(_nbgrader_solution(question, text))
            cells.append(_nbgrader_test(question))
        else:
            cells += [
                code(text, question.rule),
                code(_assertions(question), f"check-{question.rule}"),
            ]
    return cells


def _nbgrader_solution(question: Question, text: str = "") -> dict[str, Any]:
    own = _nbgrader(question.rule, grade=False, solution=True, locked=False)
    return code(text or cell_of(question, question.repaired), question.rule, nbgrader=own)


def _nbgrader_test(question: Question) -> dict[str, Any]:
    own = _nbgrader(f"check-{question.rule}", grade=True, solution=False, locked=True) | {
        "points": 10
    }
    hidden = f"### BEGIN HIDDEN TESTS\n{_assertions(question)}### END HIDDEN TESTS\n"
    return code(hidden, f"check-{question.rule}", nbgrader=own)


def _nbgrader(grade_id: str, **flags: bool) -> dict[str, Any]:
    return {"grade_id": grade_id, "schema_version": 3, "task": False, **flags}


def _assertions(question: Question) -> str:
    lines = ["from fastapi.testclient import TestClient", "", "client = TestClient(app)"]
    for method, path, options, status, body in question.asked:
        lines.append(f"answer = client.request({method!r}, {path!r}, **{options!r})")
        lines.append(f"assert answer.status_code == {status}")
        if body is not None:
            lines.append(f"assert answer.json() == {body!r}")
    return "\n".join(lines) + "\n"


def _check(question: Question) -> dict[str, Any]:
    lines = [
        f"# check: {question.rule}",
        "from clinic.checking import fact, submission",
        "",
        f'with submission("{question.rule}") as app:',
    ]
    texts = []
    for number, (method, path, options, status, body) in enumerate(question.asked, start=1):
        texts.append(f"request {number} of {question.rule} is answered as it should be")
        lines += [
            f'    with fact("{texts[-1]}"):',
            f"        answer = app.request({method!r}, {path!r}, **{options!r})",
            f'        assert answer.status_code == {status}, f"{{answer.status_code}}"',
        ]
        if body is not None:
            lines.append(f"        assert answer.json() == {json.dumps(body)}, answer.text")
    output = {
        "output_type": "stream",
        "name": "stdout",
        "text": [f"{text}: yes\n" for text in texts],
    }
    cell = code("\n".join(lines) + "\n", question.rule, tags=["nbval-check-output"])
    return cell | {"execution_count": 1, "outputs": [output]}
