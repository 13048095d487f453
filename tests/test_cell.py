"""Running the text of an exercise as a program: what gives an app, and what is said otherwise."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from clinic.cell import asgi_app, describe, load_app
from clinic.errors import StartError

APP = "async def app(scope, receive, send): ...\n"


@pytest.fixture(autouse=True)
def _keep_main() -> Iterator[None]:
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def message_of(source: str) -> str:
    with pytest.raises(StartError) as raised:
        load_app(source)
    return str(raised.value)


def test_the_app_is_found_and_the_cell_is_the_main_module() -> None:
    app = load_app(APP + "if __name__ == '__main__': app.ran = True")
    assert vars(app) == {"ran": True}
    assert sys.modules["__main__"].__dict__["app"] is app


def test_a_cell_may_await_at_its_top_level() -> None:
    source = APP + "import asyncio\napp.waited = await asyncio.sleep(0, 'done')"
    assert vars(load_app(source)) == {"waited": "done"}


def test_annotations_are_those_of_the_cell_alone() -> None:
    """This package's `from __future__ import annotations` must not turn them into strings."""
    app = load_app(
        APP + "def local():\n    class M: ...\n    def f(m: M): ...\n    return f\n"
        "app.kept = local().__annotations__['m']"
    )
    assert isinstance(vars(app)["kept"], type)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x = 1\ndef f(:\n", "The cell has a syntax error in line 2: invalid syntax."),
        ("%time x = 1", "Line 1 is a notebook command; the check runs the cell as plain Python."),
        (
            "x = 1\n!pip install x",
            "Line 2 is a notebook command; the check runs the cell as plain Python.",
        ),
        (
            "x = '\ud800'",
            "The cell is not Python: 'utf-8' codec can't encode character '\\ud800'"
            " in position 5: surrogates not allowed.",
        ),
        ("+".join(["a"] * 100_000), "The cell is nested too deeply for Python."),
        (
            "x = 1\nraise KeyError('price')",
            "The cell raised KeyError: 'price' (line 2 of the cell).",
        ),
        ("raise Exception", "The cell raised Exception (line 1 of the cell)."),
        ("raise ValueError('one\\ntwo')", "The cell raised ValueError: one (line 1 of the cell)."),
        ("eval('1 +')", "The cell raised SyntaxError: invalid syntax (line 1 of the cell)."),
        (
            "import no_such_thing",
            "The cell raised ModuleNotFoundError: No module named"
            " 'no_such_thing' (line 1 of the cell).",
        ),
        ("raise KeyboardInterrupt", "The cell raised KeyboardInterrupt (line 1 of the cell)."),
        ("import sys; sys.exit()", "The cell ended its own process (exit status 0)."),
        ("raise SystemExit(4)", "The cell ended its own process (exit status 4)."),
        ("x = 1", "The cell defines no `app`; the check serves the object of that name."),
        ("app = None", "`app` is None, not an ASGI application; make it `app = FastAPI(...)`."),
        (
            "app = 'x'",
            "`app` is of type `str`, not an ASGI application; make it `app = FastAPI(...)`.",
        ),
        (
            "from fastapi import FastAPI as app",
            "`app` is of type `type`, not an ASGI application; make it `app = FastAPI(...)`.",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_gives_no_app_is_said_in_one_sentence(source: str, sentence: str) -> None:
    assert message_of(source) == sentence


def test_nul_bytes_are_not_python() -> None:
    assert "null bytes" in message_of("x = 1\0")


def test_a_message_of_many_lines_is_told_by_its_first() -> None:
    """The last line of pydantic's message is a link."""
    source = "from pydantic import BaseModel\nclass A(BaseModel):\n    n: int\nA(n='x')"
    assert message_of(source) == (
        "The cell raised pydantic_core._pydantic_core.ValidationError: 1 validation error for A"
        " (line 4 of the cell)."
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "1 / 0",
            "The cell raised ZeroDivisionError: division by zero"
            " (line 3 of tiny_cell/routers/admin.py: `1 / 0`).",
        ),
        (
            "int('x')",
            "The cell raised ValueError: invalid literal for int() with base 10: 'x'"
            " (line 3 of tiny_cell/routers/admin.py: `int('x')`).",
        ),
        (
            "x = (",
            "The cell raised SyntaxError: '(' was never closed"
            " (line 3 of tiny_cell/routers/admin.py: `x = (`).",
        ),
        (
            "from ..main import app",
            "The cell raised ImportError: cannot import name 'app' from partially initialized",
        ),
        (
            "import json; json.loads('')",
            "The cell raised json.decoder.JSONDecodeError: Expecting value: line 1 column 1"
            " (char 0) (line 3 of tiny_cell/routers/admin.py: `import json; json.loads('')`).",
        ),
    ],
)
def test_an_error_in_a_file_of_a_package_is_told_with_that_file(line: str, sentence: str) -> None:
    path = list(sys.path)
    try:
        told = message_of(
            "from clinic import package\n"
            f'admin = """\nx = 1\n\n{line}\n"""\n'
            'main = "from .routers import admin"\n'
            'package("tiny_cell", {"main.py": main, "routers/admin.py": admin})'
        )
    finally:
        sys.path[:] = path
    assert told.startswith(sentence)


def test_an_error_without_a_usable_text_is_described() -> None:
    class OddError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert "OddError" in describe(OddError())
    assert len(describe(ValueError("x" * 10_000))) <= 500


def test_any_callable_of_three_arguments_is_an_asgi_app() -> None:
    class Wrapper:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    wrapper = Wrapper()
    assert asgi_app({"app": wrapper}) is wrapper
    assert asyncio.iscoroutinefunction(type(wrapper).__call__)
    with pytest.raises(StartError, match="of type `function`"):
        asgi_app({"app": lambda scope: None})
