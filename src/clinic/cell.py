"""Run the source of one exercise cell as a plain Python program, and find its ``app``.

This is what happens to learner code in the process that serves it. A notebook cell may use a
top-level ``await``; notebook commands (``%time``, ``!pip``) have no meaning outside a notebook.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import sys
import traceback
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from clinic.errors import StartError
from clinic.packages import file_in_package

FILENAME = "<exercise>"


def load_app(source: str) -> Callable[..., Any]:
    """Run ``source`` as module ``__main__`` and return its ``app``.

    Raises :class:`StartError`, in words, for whatever keeps the cell from giving an ASGI app.
    """
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    # Tracebacks in the app's log shall show the learner's own lines.
    linecache.cache[FILENAME] = (len(source), None, source.splitlines(keepends=True), FILENAME)
    _execute(_compile(source), module)
    return asgi_app(vars(module))


def asgi_app(names: dict[str, Any]) -> Callable[..., Any]:
    """Return ``names["app"]``. Raises StartError if it cannot be called as an ASGI app."""
    if "app" not in names:
        raise StartError("The cell defines no `app`; the check serves the object of that name.")
    app = names["app"]
    if not _takes_three_arguments(app):
        raise StartError(
            f"`app` is {_kind(app)}, not an ASGI application; make it `app = FastAPI(...)`."
        )
    return app  # type: ignore[no-any-return]


def describe(error: BaseException) -> str:
    """Return the error's own line, with the line of the learner's text where it arose."""
    lines = "".join(traceback.format_exception_only(error)).splitlines()
    # The first line that is not indented: a SyntaxError shows its place above it, and messages of
    # pydantic and SQLAlchemy end with a link.
    first = next(line for line in lines if line[:1].strip())
    return first.strip()[:500].rstrip(".:") + _place(error)


def _place(error: BaseException) -> str:
    """Return where an error arose: a line of the cell, or of a file in the cell's package."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno or 0) for frame in frames]
    if isinstance(error, SyntaxError):  # the file that did not compile has no frame
        places.append((str(error.filename), error.lineno or 0))
    for path, number in reversed(places):
        if path == FILENAME:
            return f" (line {number} of the cell)"
        if file := file_in_package(path):
            # Nobody sees the numbers of a file's lines inside a cell.
            line = linecache.getline(path, number).strip()[:80]
            return f" (line {number} of {file}: `{line}`)"
    return ""


def _compile(source: str) -> CodeType:
    try:
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        # dont_inherit: this module's `from __future__ import annotations` is not the cell's.
        code: CodeType = compile(source, FILENAME, "exec", flags=flags, dont_inherit=True)
    except SyntaxError as error:
        raise StartError(_syntax_message(source, error)) from error
    except ValueError as error:  # what is no text: NUL bytes, halves of surrogate pairs
        raise StartError(f"The cell is not Python: {error}.") from error
    except (RecursionError, MemoryError, OverflowError) as error:
        raise StartError("The cell is nested too deeply for Python.") from error
    return code


def _syntax_message(source: str, error: SyntaxError) -> str:
    lines = source.splitlines()
    number = error.lineno or 0
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    if line.startswith(("%", "!")):
        return f"Line {number} is a notebook command; the check runs the cell as plain Python."
    place = f" in line {number}" if number else ""
    return f"The cell has a syntax error{place}: {error.msg}."


def _execute(code: CodeType, module: ModuleType) -> None:
    try:
        # The learner's own code, in a process of its own.
        result = eval(code, vars(module))  # noqa: S307
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(result)
    except SystemExit as error:
        status = 0 if error.code is None else error.code
        raise StartError(f"The cell ended its own process (exit status {status}).") from error
    except BaseException as error:
        raise StartError(f"The cell raised {describe(error)}.") from error


def _takes_three_arguments(app: object) -> bool:
    if not callable(app):
        return False
    try:
        inspect.signature(app).bind({}, None, None)
    except TypeError:
        return False
    except ValueError:  # a builtin without a signature
        return True
    return True


def _kind(value: object) -> str:
    return "None" if value is None else f"of type `{type(value).__name__}`"
