"""What students, their editors and their file systems do to a notebook, by name.

Each function takes the bytes of a lesson with repairs in it and returns what is handed in. Most
change the first exercise, some the whole file; every exercise stays recoverable.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]
Mangle = Callable[[bytes], bytes]

OLDER = "\n\n\nolder = True\n"
"""What a copy has that must not be graded."""


def text_of(row: Row) -> str:
    """Return the source of a cell."""
    return "".join(row["source"])


def rules_of(content: bytes) -> dict[str, str]:
    """Return rule and text of the exercises in a sound notebook."""
    rows = json.loads(content)["cells"]
    return {row["metadata"]["clinic"]["rule"]: text_of(row) for row in rows if is_exercise(row)}


def is_exercise(row: Row) -> bool:
    """Tell whether this is an exercise as shipped."""
    return row["cell_type"] == "code" and "rule" in row["metadata"].get("clinic", {})


def _cells(change: Callable[[list[Row]], None]) -> Mangle:
    def mangle(content: bytes) -> bytes:
        document = json.loads(content)
        change(document["cells"])
        return json.dumps(document, ensure_ascii=False, indent=1).encode()

    return mangle


def _each(change: Callable[[Row], None]) -> Mangle:
    def all_of(rows: list[Row]) -> None:
        for row in rows:
            change(row)

    return _cells(all_of)


def _first(change: Callable[[Row], None]) -> Mangle:
    def first_of(rows: list[Row]) -> None:
        change(rows[_index(rows)])

    return _cells(first_of)


def _index(rows: list[Row]) -> int:
    return next(number for number, row in enumerate(rows) if is_exercise(row))


def _put(**parts: Any) -> Callable[[Row], None]:
    def put(row: Row) -> None:
        row.update(parts)

    return put


def _drop(*keys: str) -> Callable[[Row], None]:
    def drop(row: Row) -> None:
        for key in keys:
            row.pop(key, None)

    return drop


def _source(change: Callable[[str], str]) -> Callable[[Row], None]:
    def put(row: Row) -> None:
        row["source"] = change(text_of(row))

    return put


def _first_line(change: Callable[[str], str]) -> Callable[[Row], None]:
    def put(text: str) -> str:
        line, _, rest = text.partition("\n")
        return f"{change(line)}\n{rest}"

    return _source(put)


def _both(*changes: Callable[[Row], None]) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        for one in changes:
            one(row)

    return change


def _document(change: Callable[[Row], Any]) -> Mangle:
    def mangle(content: bytes) -> bytes:
        return json.dumps(change(json.loads(content))).encode()

    return mangle


def _text(change: Callable[[str], str], encoding: str = "utf-8") -> Mangle:
    def mangle(content: bytes) -> bytes:
        return change(content.decode()).encode(encoding)

    return mangle


def _format_3(document: Row) -> Row:
    rows = []
    for row in document["cells"]:
        old = {"cell_type": row["cell_type"], "metadata": {}}
        if row["cell_type"] == "code":
            old |= {"input": row["source"], "language": "python", "prompt_number": 3}
        else:
            old["source"] = row["source"]
        rows.append(old)
    sheet = {"cells": rows, "metadata": {}}
    return {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [sheet]}


def _colab(document: Row) -> Row:
    document["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    for row in document["cells"]:
        name = row.pop("id", "x")
        row["metadata"] = {"id": name[:12], "outputId": "0c7d"}
    return document


def _vscode(row: Row) -> None:
    row["metadata"] = {"vscode": {"languageId": "python"}}
    row.pop("id", None)


def _script(head: Callable[[Row], str]) -> Mangle:
    def mangle(content: bytes) -> bytes:
        parts = []
        for row in json.loads(content)["cells"]:
            code = row["cell_type"] == "code"
            lines = text_of(row).split("\n")
            body = "\n".join(lines if code else [f"# {line}" for line in lines])
            parts.append(f"{head(row)}\n{body}\n")
        return "\n".join(parts).encode()

    return mangle


def _percent_head(row: Row) -> str:
    return "# %%" if row["cell_type"] == "code" else "# %% [markdown]"


def _nbconvert_head(row: Row) -> str:
    return "# In[3]:\n\n" if row["cell_type"] == "code" else ""


def _shipped_copy_below(rows: list[Row]) -> None:
    number = _index(rows)
    fresh = copy.deepcopy(rows[number])
    fresh["source"] = fresh["metadata"]["clinic"]["original"]
    rows.insert(number + 1, fresh | {"execution_count": 99})


def _older_copy(runs: int | None, older_runs: int | None, *, below: bool) -> Mangle:
    def insert(rows: list[Row]) -> None:
        number = _index(rows)
        old = copy.deepcopy(rows[number])
        old |= {"source": text_of(old) + OLDER, "execution_count": older_runs, "id": "copy"}
        rows[number]["execution_count"] = runs
        rows.insert(number + below, old)

    return _cells(insert)


def _split(*, keep_metadata: bool) -> Mangle:
    def split(rows: list[Row]) -> None:
        number = _index(rows)
        whole = rows[number]
        lines = text_of(whole).split("\n")
        middle = next(n for n in range(4, len(lines)) if lines[n][:1] in ("d", "@", "a"))
        rest = copy.deepcopy(whole) | {"source": "\n".join(lines[middle:]), "id": "rest"}
        rest["metadata"] = rest["metadata"] if keep_metadata else {}
        whole["source"] = "\n".join(lines[:middle])
        rows.insert(number + 1, rest)

    return _cells(split)


def _merged_with_next_code(rows: list[Row]) -> None:
    number = _index(rows)
    following = next(n for n in range(number + 1, len(rows)) if rows[n]["cell_type"] == "code")
    rows[number]["source"] = text_of(rows[number]) + "\n\n" + text_of(rows.pop(following))


def _merged_with_setup(rows: list[Row]) -> None:
    setup = next(row for row in rows if row["cell_type"] == "code")
    number = _index(rows)
    if setup is not rows[number]:
        rows[number]["source"] = text_of(setup) + "\n\n" + text_of(rows[number])
        rows.remove(setup)


def _merged_exercises(rows: list[Row]) -> None:
    number = _index(rows)
    others = [n for n, row in enumerate(rows) if is_exercise(row) and n > number]
    if others:
        rows[number]["source"] = text_of(rows[number]) + "\n\n" + text_of(rows.pop(others[0]))


def _reversed(rows: list[Row]) -> None:
    rows.reverse()


def _no_prose(rows: list[Row]) -> None:
    rows[:] = [row for row in rows if row["cell_type"] == "code"]


def _autograded(row: Row) -> None:
    own = {"grade": True, "grade_id": "cell-1", "locked": False, "points": 1, "solution": True}
    row["metadata"]["nbgrader"] = own


def _forged(row: Row) -> None:
    row["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "cells: []\nrepaired"}]


def _garbled_outputs(row: Row) -> None:
    if row["cell_type"] == "code":
        row["outputs"] = [{"data": {"application/json": {"cells": [{"source": "# no"}]}}}]


def _huge_outputs(row: Row) -> None:
    row["outputs"] = [{"text": ['a line "quoted"\\n\n'] * 30_000, "data": "QUJD" * 200_000}]


def _deep(text: str) -> str:
    nest = "[" * 50_000 + "]" * 50_000
    return text.replace('"outputs": []', f'"outputs": {nest}')


def _conflict(text: str) -> str:
    mark = '\n "nbformat": 4,'
    return text.replace(mark, f"\n<<<<<<< HEAD{mark}\n=======\n>>>>>>> mine", 1)


def _cut_after_last_cell(text: str) -> str:
    return text[: text.rindex('"source"')] if '"source"' in text else text


def _cut(content: bytes) -> bytes:
    """Break the file off in a cell after the last exercise."""
    document = json.loads(content)
    tail = {"cell_type": "markdown", "metadata": {}, "source": "My notes. " * 20}
    document["cells"].append(tail)
    text = json.dumps(document)
    return text[: text.rindex("My notes.")].encode()


def _control_characters(text: str) -> str:
    return text.replace('"metadata": {', '"note": "a\tb\x01", "metadata": {')


MANGLED: dict[str, Mangle] = {
    "untouched": lambda content: content,
    "no ids": _each(_drop("id")),
    "no metadata": _each(_put(metadata={})),
    "nothing but sources": _each(_drop("id", "metadata", "outputs", "execution_count")),
    "no cell types": _each(lambda row: _drop("cell_type")(row) if is_exercise(row) else None),
    "sources as strings": _each(_source(lambda text: text)),
    "lists with other things": _each(
        lambda row: row.update(source=[None, 5, *text_of(row).splitlines(True), {"a": 1}, 0.5])
    ),
    "format 3": _document(_format_3),
    "saved by Colab": _document(_colab),
    "saved by VS Code": _each(_vscode),
    "percent script": _script(_percent_head),
    "script of nbconvert": _script(_nbconvert_head),
    "UTF-16": _text(lambda text: text, "utf-16"),
    "UTF-16 without a mark": _text(lambda text: text, "utf-16-be"),
    "UTF-32": _text(lambda text: text, "utf-32"),
    "byte order mark": _text(lambda text: text, "utf-8-sig"),
    "Latin letters": lambda content: _document(lambda document: document)(content).replace(
        b'"metadata": {', b'"note": "caf\xe9", "metadata": {'
    ),
    "zero bytes": _text(lambda text: text.replace('"cell_type"', '\0"cell_type"') + "\0" * 50),
    "control characters": _text(_control_characters),
    "carriage returns": _text(lambda text: text.replace("\n", "\r\n")),
    "carriage returns in sources": _each(_source(lambda text: text.replace("\n", "\r\n"))),
    "not a number": _text(
        lambda text: text.replace('"nbformat": 4', '"score": NaN, "nbformat": 4')
    ),
    "numbers without end": _text(
        lambda text: text.replace('"metadata": {', '"n": ' + "9" * 5000 + ', "metadata": {')
    ),
    "keys twice": _text(
        lambda text: text.replace('"cell_type": "code"', '"source": "x", "cell_type": "code"')
    ),
    "another kernel": _document(lambda d: d | {"metadata": {"kernelspec": {"name": "ir"}}}),
    "no metadata of the notebook": _document(lambda d: {"cells": d["cells"]}),
    "first line spelt otherwise": _first(
        _first_line(lambda line: "  #Exercise :" + line.split(": ")[1].upper().replace("_", "-"))
    ),
    "comments above": _first(_source(lambda text: "\n# Mine\n#\n\n" + text)),
    "import above": _first(_source(lambda text: "import this_is_mine as mine\n" + text)),
    "words after the rule": _first(_first_line(lambda line: f"{line}  (second try)")),
    "no first line": _first(_source(lambda text: text.split("\n", 1)[1])),
    "nothing left but the id": _first(
        _both(_source(lambda text: text.split("\n", 1)[1]), _put(metadata={}))
    ),
    "rule misspelt": _first(_first_line(lambda line: line[:-2])),
    "metadata of another": _first(lambda row: row["metadata"]["clinic"].update(rule="capstone")),
    "fresh copy below": _cells(_shipped_copy_below),
    "older copy above": _older_copy(None, None, below=False),
    "older copy below": _older_copy(9, 4, below=True),
    "copy never run": _older_copy(9, None, below=True),
    "split": _split(keep_metadata=False),
    "split with metadata": _split(keep_metadata=True),
    "merged with the next": _cells(_merged_with_next_code),
    "merged with the setup": _cells(_merged_with_setup),
    "two exercises merged": _cells(_merged_exercises),
    "check call below": _first(
        _source(lambda text: f'{text}\n\nverify("{text.split(chr(10))[0].split(": ")[1]}")\n')
    ),
    "turned into markdown": _first(_put(cell_type="markdown")),
    "turned into raw": _first(_put(cell_type="raw")),
    "turned into a heading": _first(_put(cell_type="heading")),
    "unknown cell type": _first(_put(cell_type="sql")),
    "cells in reverse": _cells(_reversed),
    "no prose": _cells(_no_prose),
    "broken off": _cut,
    "text after the end": _text(lambda text: text + "\n}}]]\nbye"),
    "conflict of git": _text(_conflict),
    "deep outputs": _text(_deep),
    "cells in outputs": _each(_garbled_outputs),
    "huge outputs": _first(_huge_outputs),
    "forged outputs": _each(_forged),
    "autograded by nbgrader": _each(_autograded),
}

NOTES: dict[str, str] = {
    "Latin letters": "{name} is not saved as UTF-8; some letters may have been misread.",
    "zero bytes": "{name} holds zero bytes; it was read without them.",
    "rule misspelt": "which is no exercise; it was graded as {rule}.",
    "metadata of another": "was the cell of capstone and now says {rule}",
    "older copy above": "is a second copy of {rule}; the copy that comes last was graded.",
    "older copy below": "is a second copy of {rule}; the copy that ran last was graded.",
    "copy never run": "is a second copy of {rule}; the copy that ran last was graded.",
    "split": "{rule} was split: cell",
    "split with metadata": "{rule} was split: cell",
    "merged with the next": "holds another cell beside {rule}; only the exercise was graded.",
    "merged with the setup": "holds another cell beside {rule}; only the exercise was graded.",
    "two exercises merged": "holds {rule} and ",
    "check call below": "holds another cell beside {rule}; only the exercise was graded.",
    "turned into markdown": "is no code cell any more; {rule} was graded.",
    "turned into raw": "is no code cell any more; {rule} was graded.",
    "turned into a heading": "is no code cell any more; {rule} was graded.",
    "unknown cell type": "is no code cell any more; {rule} was graded.",
    "broken off": "{name} breaks off in the middle; the first",
}
"""What must be said; where nothing stands here, nothing may be said."""

CHANGED = {
    "carriage returns in sources",
    "first line spelt otherwise",
    "comments above",
    "import above",
    "words after the rule",
    "no first line",
    "nothing left but the id",
    "rule misspelt",
    "split",
    "split with metadata",
    "script of nbconvert",
}
"""Where the recovered text differs in blank lines and comments, or by what the student added."""
