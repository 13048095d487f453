"""Every recoverable exercise is found, with its exact text, whatever happened to the notebook."""

from __future__ import annotations

import json
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import tiny_checks
from grading.mangled import CHANGED, MANGLED, NOTES, rules_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_course import code, exercise_cell, markdown, write_notebook

from clinic.catalog import Course, load_course
from clinic.cells import read_notebook
from clinic.errors import UsageError
from clinic.exercise import attempted
from clinic.grading.handin import MAX_ANSWER, HandIn, read_handin
from clinic.grading.submissions import HandedInFile
from clinic.nbval_run import Judge
from clinic.verdict import Outcome

ROOT = Path(__file__).resolve().parents[2]
REAL = load_course(ROOT)
LESSONS = sorted(path.name for path in REAL.notebooks.glob("[0-9]*.ipynb"))
SINGLE = {1: "two exercises merged"}
"""What changes nothing in a lesson with so many exercises."""
NOTHING = HandIn({}, notes=("None of the files holds an exercise of this course.",))


def handed(content: bytes, name: str = "01_async_concurrency.ipynb") -> HandedInFile:
    return HandedInFile(name, lambda: content)


def notebook(*cells: dict[str, Any]) -> HandedInFile:
    return handed(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}).encode(), "n.ipynb")


def repaired(name: str) -> bytes:
    """Return a lesson with the reference repairs in it."""
    answers = {
        cell.clinic["rule"]: cell.source
        for cell in reversed(read_notebook(REAL.solutions / name).cells)
        if "rule" in cell.clinic
    }
    document = json.loads((REAL.notebooks / name).read_text("utf-8"))
    for row in document["cells"]:
        rule = row["metadata"].get("clinic", {}).get("rule")
        if rule in answers:
            row["source"] = answers[rule].splitlines(keepends=True)
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


@pytest.mark.parametrize("kind", MANGLED)
@pytest.mark.parametrize("number", range(2))
def test_recovers_every_exercise(kind: str, number: int) -> None:
    name = ["13_application_structure.ipynb", random.choice(LESSONS)][number]
    wanted = rules_of(repaired(name))
    content = MANGLED[kind](repaired(name))
    same = kind in ("untouched", SINGLE.get(len(wanted)))
    same = same or (kind, list(wanted)) == ("metadata of another", ["capstone"])
    assert same or content != repaired(name)
    handin = read_handin([handed(content, "mine (1).ipynb")], REAL)
    assert set(handin.sources) == set(wanted)
    for rule, text in wanted.items():
        found = handin.sources[rule]
        if kind == "import above" and rule == next(iter(wanted)):
            assert found == f"import this_is_mine as mine\n{text}"
        elif kind in CHANGED:
            assert not attempted(found, text)
        else:
            assert found == text
    _check_notes(kind, handin, list(wanted))


def _check_notes(kind: str, handin: HandIn, rules: list[str]) -> None:
    said = " ".join(handin.notes)
    only_one = kind == "two exercises merged" and len(rules) == 1
    if kind in NOTES and not only_one and (kind, rules) != ("metadata of another", ["capstone"]):
        assert NOTES[kind].format(name="mine (1).ipynb", rule=rules[0]) in said
        assert len(handin.notes) == 1
    else:
        assert handin.notes == ()
    assert not any(char in said for char in "\n\r\x1b")


def test_an_untouched_lesson_gives_the_shipped_texts() -> None:
    files = [handed((REAL.notebooks / name).read_bytes(), name) for name in LESSONS]
    assert read_handin(files, REAL) == HandIn(REAL.originals)


def test_there_are_many_kinds() -> None:
    assert len(MANGLED) > 50
    assert set(NOTES) | CHANGED <= set(MANGLED)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "x.ipynb is empty."),
        (b" \n", "x.ipynb is empty."),
        (b"PK\x03\x04rest", "x.ipynb is a zip file, not a notebook; it was not graded."),
        (b"%PDF-1.7", "x.ipynb is a PDF file, not a notebook; it was not graded."),
        (b"<html>", "x.ipynb is a web page, not a notebook; hand in the .ipynb file itself."),
        (b"{}", "x.ipynb is not a whole notebook: it has no list of cells."),
        (b'{"cells": {"a": 1}}', "x.ipynb is not a whole notebook: it has no list of cells."),
        (b'{"cells": [', "x.ipynb breaks off in the middle; nothing was read."),
        (b"[" * 100_000, ""),
        (b'{"cells": [{"source": "a" "b"}]}', "Cell 1 of x.ipynb cannot be read."),
        (b'{"cells": [' + b'{"source":"a"},' * 30_000, "x.ipynb is too long to be read"),
        (b'{"cells": [{"source": "' + b"a" * 5_000_000 + b'"}]}', "Cell 1 of x.ipynb cannot"),
        (b'{"cells": [{"a": ' + b"[" * 90_000 + b"]" * 90_000 + b"}]}", "Cell 1 of x.ipynb"),
    ],
)
def test_what_is_no_notebook_gives_a_note(course: Course, content: bytes, says: str) -> None:
    handin = read_handin([handed(content, "x.ipynb")], course)
    assert handin.sources == {}
    assert " ".join(handin.notes).startswith(says)


def test_a_million_cells_are_given_up(course: Course) -> None:
    content = b'{"cells": [' + b'{"cell_type":"code","source":"x"},' * 1_000_000 + b"{}]}"
    handin = read_handin([handed(content)], course)
    assert "is too long to be read to its end" in handin.notes[0]


def test_fifty_megabytes_of_outputs_cost_little_memory(course: Course) -> None:
    row = exercise_cell("# exercise: first_rule\napp = 1\n", rule="first_rule")
    row["outputs"] = [{"text": ["0,1,[{2\n"] * 1000}, {"data": "QUJD" * 12_500_000}]
    file = notebook(row)
    size = len(file.read())
    tracemalloc.start()
    handin = read_handin([file], course)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert handin.sources == {"first_rule": "# exercise: first_rule\napp = 1\n"}
    assert peak < 3 * size  # the text once, and what decoding needs


def test_a_file_that_cannot_be_read_is_told(course: Course) -> None:
    def read() -> bytes:
        raise UsageError("huge.ipynb is larger than 64 MB; clear its outputs.")

    good = handed(json.dumps({"cells": [code("# exercise: third_rule\n1")]}).encode())
    handin = read_handin([HandedInFile("huge.ipynb", read), good], course)
    assert handin.sources == {"third_rule": "# exercise: third_rule\n1"}
    assert handin.notes[0] == "huge.ipynb is larger than 64 MB; clear its outputs."


@pytest.mark.parametrize(
    ("spelling", "hint"),
    [("secnd_rule", "; did it say second_rule once?"), ("zzz", "."), ("x\u202ey", ".")],
)
def test_an_unknown_rule_earns_nothing_and_is_told(
    course: Course, spelling: str, hint: str
) -> None:
    handin = read_handin([notebook(code(f"# exercise: {spelling}\nx = 1"))], course)
    assert handin.sources == {}
    if spelling.isprintable():
        assert handin.notes == (f"Cell 1 of n.ipynb says {spelling}, which is no exercise{hint}",)


@pytest.mark.parametrize(
    "source",
    [
        "# exercise: do this first\nx = 1",
        "def f():\n    # exercise: first_rule\n    return 1",
        "x = 1  # exercise: first_rule",
        "# Exercises: first_rule",
    ],
)
def test_sentences_are_no_exercises(course: Course, source: str) -> None:
    assert read_handin([notebook(code(source))], course) == NOTHING


def test_of_several_notebooks_the_changed_cell_that_ran_last_counts(course: Course) -> None:
    def file(name: str, value: int, runs: int | None) -> HandedInFile:
        cell = code(f"# exercise: third_rule\nvalue = {value}\n") | {"execution_count": runs}
        return handed(json.dumps({"cells": [cell]}).encode(), name)

    files = [file("a.ipynb", 7, 3), file("b.ipynb", 8, 2), file("c.ipynb", 1, 9)]
    random.shuffle(files)
    handin = read_handin(files, course)
    assert handin.sources == {"third_rule": "# exercise: third_rule\nvalue = 7\n"}
    assert handin.notes[0] == (
        "Cell 1 of b.ipynb is a second copy of third_rule; the copy that ran last was graded."
    )


def test_a_scratch_copy_by_metadata_does_not_beat_the_exercise(course: Course) -> None:
    scratch = code("value = 'scratch'", clinic={"rule": "third_rule"}) | {"execution_count": 50}
    cells = [code("# exercise: third_rule\nvalue = 2"), markdown("notes"), scratch]
    assert read_handin([notebook(*cells)], course).sources == {
        "third_rule": "# exercise: third_rule\nvalue = 2"
    }


def test_a_missing_cell_of_a_notebook_that_came_is_told(course: Course) -> None:
    handin = read_handin([notebook(code("# exercise: third_rule\nvalue = 2"))], course)
    assert handin.notes == ("01_async_concurrency.ipynb came without a cell for second_rule.",)


def test_endless_copies_are_bounded(course: Course) -> None:
    cells = [code(f"# exercise: third_rule\nvalue = {'x' * 4000}{n}") for n in range(500)]
    handin = read_handin(
        [notebook(*cells, code("# exercise: third_rule\n" + "y" * 60_000))], course
    )
    assert attempted(handin.sources["third_rule"], "value = 1")
    assert len(handin.notes) <= 61
    assert any("is too long to be graded" in note for note in handin.notes)


def test_other_scripts_of_a_student_are_nobodys_business(course: Course) -> None:
    assert read_handin([handed(b"import os\n", "helper.py")], course) == NOTHING


# Free answers


@pytest.fixture
def asking(tmp_path: Path) -> Course:
    """Return a course that asks a question in its second notebook."""
    rule = exercise_cell("# exercise: a\nx = 0", rule="a")
    write_notebook(tmp_path / "notebooks" / "00_start_here.ipynb", rule)
    write_notebook(
        tmp_path / "notebooks" / "01_async.ipynb",
        exercise_cell("# exercise: b\nx = 0", rule="b"),
        _question(),
        markdown("<!-- answer: 01_async -->\n\n*Your answer.*"),
        markdown("## The end"),
    )
    return load_course(tmp_path)


def _question() -> dict[str, Any]:
    return markdown("Why?") | {"metadata": {"clinic": {"question": "01_async", "points": 5}}}


ANSWERED = "<!-- answer: 01_async -->\n"


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ([markdown(ANSWERED + "Because\n\nof <b>it</b>.\n")], "Because\n\nof <b>it</b>."),
        ([markdown(" <!--answer:01_async--> \r\nBecause.")], "Because."),
        ([markdown(ANSWERED + "One"), markdown(ANSWERED + "*Your answer.*")], "One"),
        ([markdown(ANSWERED + "One"), markdown(ANSWERED + "Two")], "Two"),
        ([code(ANSWERED + "In a code cell")], "In a code cell"),
        ([markdown("Why?\n" + ANSWERED + "Merged")], "Merged"),
        ([_question(), markdown("Typed over the first line")], "Typed over the first line"),
        ([markdown(ANSWERED + "a\x1b[31m\u202eb\0c")], "a[31mbc"),
        ([_question(), markdown("## The end")], None),
        ([markdown(ANSWERED + "\n*Your answer.*\n")], None),
        ([markdown(ANSWERED)], None),
        ([markdown("<!-- answer: elsewhere -->\nx")], None),
        ([], None),
    ],
)
def test_answers(asking: Course, cells: list[dict[str, Any]], answer: str | None) -> None:
    handin = read_handin([notebook(*cells)], asking)
    assert handin.answers == ({} if answer is None else {"01_async": answer})


def test_a_long_answer_is_cut(asking: Course) -> None:
    handin = read_handin([notebook(markdown(ANSWERED + "ä" * 50_000))], asking)
    assert handin.answers == {"01_async": "ä" * MAX_ANSWER}
    assert handin.notes == ("The answer for 01_async was cut to 20,000 characters.",)


# Random damage


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_damage_never_raises(course: Course, data: st.DataObject) -> None:
    content = bytearray((course.notebooks / "01_async_concurrency.ipynb").read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 200))
        content[at : at + cut] = data.draw(st.binary(max_size=40) | _fragments())
    handin = read_handin([handed(bytes(content))], course)
    assert set(handin.sources) <= set(course.originals)
    assert all(isinstance(note, str) and len(note) <= 400 for note in handin.notes)


def _fragments() -> st.SearchStrategy[bytes]:
    parts = [
        '"cells": [',
        "{",
        "}",
        "]",
        '"',
        "\\",
        "null",
        "# exercise: second_rule",
        "\n",
        '"""',
    ]
    return st.lists(st.sampled_from(parts), max_size=8).map(lambda some: "".join(some).encode())


PARTS = ["# exercise: ", "first_rule", "third_rule", "app = 1", "def f():", "    return 1"]
MARKS = ["verify(", ")", "'''", "serve(app)", "#", "\n", "\t"]


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(source=st.lists(st.sampled_from([*PARTS, *MARKS])))
def test_random_sources_never_raise(course: Course, source: list[str]) -> None:
    texts = ["".join(source[: len(source) // 2]), "".join(source)]
    handin = read_handin([notebook(*map(code, texts), *map(markdown, texts))], course)
    assert set(handin.sources) <= set(course.originals)


# To the verdict


def test_mangled_exercises_are_judged_as_repaired(tmp_path: Path) -> None:
    course = tiny_checks.write_checks(tmp_path)
    package = exercise_cell(tiny_checks.PACKAGE, rule="package")
    echo = exercise_cell(tiny_checks.ECHO + '\nverify("echo")\n', rule="echo")
    fresh = exercise_cell(tiny_checks.SHIPPED.format(rule="package"), rule="package")
    files = [
        handed(MANGLED["format 3"](notebook(package).read()), "a.ipynb"),
        handed(MANGLED["UTF-16"](notebook(echo, fresh).read()), "b (2).ipynb"),
    ]
    handin = read_handin(files, course)
    with Judge(course) as judge:
        verdicts = judge.run(handin.sources)
    assert {v.rule: v.outcome for v in verdicts} == {
        "echo": Outcome.REPAIRED,
        "package": Outcome.REPAIRED,
    }


def test_a_first_line_that_stands_there_twice_is_one_exercise() -> None:
    """A whole cell was pasted below the first line of the shipped one."""
    rule = REAL.rules[1]
    pasted = f"# exercise: {rule.id}\n{rule.original}\nextra = 1\n"
    handin = read_handin([notebook(code(pasted, rule.id))], REAL)
    assert handin.sources == {rule.id: f"{rule.original}\nextra = 1\n"}


def test_a_file_that_is_no_notebook_is_told() -> None:
    handin = read_handin([handed(b"no notebook", "notebook.ipynb")], REAL)
    assert handin.sources == {}
    assert handin.notes == ("notebook.ipynb is not a notebook: it holds something else.",)
