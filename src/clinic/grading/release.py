"""``clinic release``: the course as learners get it, without answers, checks and traces of work.

What goes in is listed here and nothing else, so that it works in a copy without git as well. Git,
where there is one, only tells the commit and what has changed since.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files as package_files
from pathlib import Path

from clinic.catalog import START, Category, Course
from clinic.cells import Notebook, dump_notebook, parse_notebook, read_bytes
from clinic.errors import UsageError
from clinic.grading.bundle import (
    COURSE,
    MANIFEST,
    require_free,
    with_sums,
    write_folder,
    write_zip,
)
from clinic.grading.shipped import Shipped, as_shipped

AUTHORS = "# -- For authors"
"""The line of Makefile and pyproject.toml that begins the part which learners do not need."""

_CUT = ("Makefile", "pyproject.toml")
_COPIED = ("LICENSE", "environment.yml", "labconfig/default_setting_overrides.json")
_ENGINE = "src/clinic"
_NOT_FOR_LEARNERS = frozenset({"tidy.py"})
"""Of the engine, beside the folder ``grading``: what only authors call."""

_OWN_FOLDERS = ("notebooks", "src", "solutions", "tests", "labconfig")


@dataclass(frozen=True, slots=True)
class Released:
    """What was written where, and ``notes``, sentences for the instructor."""

    folder: Path
    archive: Path | None
    files: int
    lessons: int
    rules: int
    notes: tuple[str, ...]

    @property
    def summary(self) -> str:
        """One sentence on what there is now."""
        also = f", and as {self.archive}" if self.archive else ""
        return (
            f"Released {_count(self.lessons, 'lesson')} with {_count(self.rules, 'exercise')} "
            f"({self.files} files) in {self.folder}{also}"
        )


def release(
    course: Course, out: Path, *, zipped: bool = False, notebooks: Sequence[str] = ()
) -> Released:
    """Write the learners' course into the folder ``out``, and with ``zipped`` to ``out``.zip too.

    ``notebooks`` are the lessons to hand out, by file stem; none means all. The start page always
    goes along, for by it a course is found.

    Raises:
        UsageError: ``out`` holds something or lies inside the course, a lesson is unknown or
            cannot be read, or this copy of the course is not complete.
        MachineError: it cannot be written.
    """
    folder = _place(course, out)
    archive = folder.with_name(f"{folder.name}.zip") if zipped else None
    require_free(folder, archive)
    part = replace(course, categories=_chosen(course, notebooks))
    files, notes = learners_files(part)
    write_folder(files, folder)
    if archive:
        write_zip(files, archive)
    return Released(folder, archive, len(files), len(part.categories), len(part.rules), notes)


def learners_files(course: Course) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return every file of the learners' bundle, and sentences on what is not as one may think.

    Raises UsageError when a file of the course is missing or cannot be read.
    """
    lessons = {f"notebooks/{each.notebook}": _lesson(course, each) for each in course.categories}
    files = {name: _notebook_bytes(lesson) for name, lesson in lessons.items()}
    for name in [*_CUT, *_COPIED, *_engine(course.root)]:
        files[name] = _for_learners(course, name, read_bytes(course.root / name))
    files["README.md"] = _readme(course).encode()
    commit, changed = _history(course, files)
    files[MANIFEST] = _manifest(course, commit, changed)
    return with_sums(files), tuple(_notes(lessons, changed))


def learners_part(text: str) -> str:
    """Return a file's text up to the line from which on it is for authors."""
    lines = text.splitlines(keepends=True)
    end = next((i for i, line in enumerate(lines) if line.startswith(AUTHORS)), len(lines))
    return "".join(lines[:end]).rstrip("\n") + "\n"


def _place(course: Course, out: Path) -> Path:
    """Return where to write, with links followed."""
    folder, root = out.expanduser().resolve(), course.root.resolve()
    if folder.suffix == ".zip":
        raise UsageError(f"{out} would be a folder. For a zip: clinic release FOLDER --zip")
    if root.is_relative_to(folder):
        raise UsageError(f"{out} holds the course itself. Name a new folder.")
    if any(folder.is_relative_to(root / name) for name in _OWN_FOLDERS):
        raise UsageError(f"{out} is inside the course's own folders. Name one outside of them.")
    return folder


def _chosen(course: Course, notebooks: Sequence[str]) -> tuple[Category, ...]:
    known = {category.stem: category for category in course.categories}
    wanted = {name.removesuffix(".ipynb") for name in notebooks}
    for name in sorted(wanted - set(known)):
        raise UsageError(f"There is no lesson {name!r}. The lessons are {', '.join(known)}.")
    wanted = wanted or set(known)
    return tuple(c for c in course.categories if c.stem in wanted or c.notebook == START)


def _lesson(course: Course, category: Category) -> Shipped:
    path = course.notebooks / category.notebook
    return _shipped(course, path, read_bytes(path))


def _shipped(course: Course, path: Path, content: bytes) -> Shipped:
    beside = {category.notebook for category in course.categories}
    notebook = parse_notebook(content, path.name)
    return as_shipped(Notebook(notebook.cells, notebook.metadata, path), beside)


def _notebook_bytes(lesson: Shipped) -> bytes:
    return dump_notebook(lesson.notebook).encode()


def _engine(root: Path) -> list[str]:
    """Return what lessons import: the modules, not the packages for instructors beside them."""
    names = {path.name for path in (root / _ENGINE).glob("[a-z_]*.py")} - _NOT_FOR_LEARNERS
    if "__init__.py" not in names:
        raise UsageError(f"{root} has no {_ENGINE}, so no course can be handed out from there.")
    return [f"{_ENGINE}/{name}" for name in sorted(names)]


def _for_learners(course: Course, name: str, content: bytes) -> bytes:
    """Return what learners get of the content of a file of the course."""
    if name.endswith(".ipynb"):
        return _notebook_bytes(_shipped(course, Path(name), content))
    return learners_part(content.decode()).encode() if name in _CUT else content


def _readme(course: Course) -> str:
    template = package_files("clinic.grading").joinpath("learner_readme.md")
    return template.read_text("utf-8").replace("{rules}", "\n".join(_rule_table(course)))


def _rule_table(course: Course) -> list[str]:
    lines = ["| lesson | rule | section | minutes | points |", "|---|---|---|---|---|"]
    for category in course.categories:
        link = f"[{category.title}](notebooks/{category.notebook})"
        for rule in category.rules:
            row = (link, f"`{rule.id}`", rule.title, rule.minutes, rule.points)
            lines.append("| " + " | ".join(map(str, row)) + " |")
        if category.question:
            points = category.question.points
            lines.append(f"| {link} | | Question in your own words | | {points} |")
    return lines


def _manifest(course: Course, commit: str, changed: Sequence[str]) -> bytes:
    project = tomllib.loads(read_bytes(course.root / "pyproject.toml").decode())["project"]
    row = {
        "course": COURSE,
        "version": project["version"],
        "commit": commit or None,
        "changed_since_commit": list(changed),
        "lessons": [category.stem for category in course.categories],
        "points": sum(rule.points for rule in course.rules)
        + sum(question.points for question in course.questions),
    }
    return (json.dumps(row, indent=1) + "\n").encode()


def _history(course: Course, files: Mapping[str, bytes]) -> tuple[str, tuple[str, ...]]:
    """Return the commit, ``""`` without git, and the files that learners get otherwise than it."""
    found = _git(course.root, "rev-parse", "--show-toplevel", "HEAD").decode().split("\n")
    if len(found) < 2 or Path(found[0]) != course.root.resolve():
        return "", ()
    status = _git(course.root, "status", "--porcelain", "--no-renames", "-z", "-uall")
    touched = {entry[3:] for entry in status.decode("utf-8", "replace").split("\0")}
    changed = [name for name in sorted(touched & set(files)) if name != "README.md"]
    return found[1], tuple(n for n in changed if _committed(course, n) != files[n])


def _committed(course: Course, name: str) -> bytes | None:
    content = _git(course.root, "show", f"HEAD:{name}")
    try:
        return _for_learners(course, name, content) if content else None
    except UsageError:
        return None


def _git(root: Path, *arguments: str) -> bytes:
    """Return what git says, and nothing where there is no git, or no repository."""
    program = shutil.which("git")
    if program is None:
        return b""
    command = [program, "--no-optional-locks", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else b""


def _notes(lessons: Mapping[str, Shipped], changed: Sequence[str]) -> list[str]:
    restored = {name: lesson for name, lesson in lessons.items() if lesson.restored}
    notes = [
        f"{name} was worked in; released as shipped: {', '.join(lesson.restored)}"
        for name, lesson in restored.items()
    ]
    notes += [
        f"{name} has {_count(lesson.left_out, 'cell')} that the course does not know; left out "
        "(if they belong to the lesson, run: clinic tidy)"
        for name, lesson in lessons.items()
        if lesson.left_out
    ]
    if changed:
        notes.append(f"different from the last commit, released as they are: {', '.join(changed)}")
    return notes


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
