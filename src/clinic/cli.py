"""The command ``clinic``.

Exit status: 0 when the command did its work (what a check found is output, not failure), 1 for a
fault of the course or the machine and for notebooks that are not tidy, 2 for bad input, 130 after
Ctrl-C. Every failure is one sentence on stderr.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from clinic.catalog import Course, find_course, lesson_paths
from clinic.cells import read_bytes, read_notebook
from clinic.errors import ClinicError, CourseError, UsageError
from clinic.exercise import sources_in
from clinic.verdict import Outcome, Verdict

_WORDS = {
    Outcome.REPAIRED: "repaired",
    Outcome.NOT_YET: "not yet",
    Outcome.NOT_ATTEMPTED: "not attempted",
    Outcome.COULD_NOT_TELL: "could not tell",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status (see the module)."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _failed("stopped", 130)
    except UsageError as error:
        return _failed(str(error), 2)
    except ClinicError as error:
        fault = "this is a fault of the course, please report it: "
        return _failed(f"{fault if isinstance(error, CourseError) else ''}{error}", 1)
    except Exception as error:
        if os.environ.get("CLINIC_DEBUG"):
            raise
        return _failed(f"{_FAULT}: {type(error).__name__}: {error}{_MORE}", 1)
    return status


def _failed(sentence: str, status: int) -> int:
    print(f"clinic: {sentence}", file=sys.stderr)
    return status


_FAULT = "this is a fault of the course, please report it"
_MORE = " (CLINIC_DEBUG=1 in the environment tells more)"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where the help is."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"clinic: {message}; `{self.prog} --help` says more.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="clinic", description="Broken FastAPI apps to repair, and their checks.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_rules(commands)
    _add_lab(commands)
    # What learners get comes without the package for instructors, and without what that is for.
    if importlib.util.find_spec("clinic.grading") is not None:
        from clinic.grading.commands import add_commands

        _add_check(commands)
        _add_tidy(commands)
        add_commands(commands)
    return parser


def _add_rules(commands: Any) -> None:
    command = commands.add_parser("rules", help="list the rules of the course")
    command.add_argument("--json", action="store_true", help="as a JSON list")
    command.set_defaults(run=_rules)


def _add_check(commands: Any) -> None:
    command = commands.add_parser("check", help="run the hidden checks on exercises")
    command.add_argument(
        "path", type=Path, metavar="PATH", help="a notebook, a folder of notebooks, or a .py file"
    )
    command.add_argument("--rule", metavar="ID", help="this rule only; what a .py file repairs")
    command.add_argument("--json", action="store_true", help="as a JSON list")
    command.set_defaults(run=_check)


def _add_tidy(commands: Any) -> None:
    command = commands.add_parser(
        "tidy",
        help="for authors: strip notebooks of what makes diffs noisy",
        description="For authors. Fixes cell ids, removes outputs, counts and metadata from the "
        "notebooks of the course, and stores the shipped text of new exercises for reset().",
    )
    command.add_argument("--check", action="store_true", help="only list what is not tidy")
    command.add_argument(
        "--originals",
        action="store_true",
        help="ship the present text of exercises; what is in the cells becomes the original",
    )
    command.set_defaults(run=_tidy)


def _add_lab(commands: Any) -> None:
    command = commands.add_parser("lab", help="open the course in JupyterLab")
    command.add_argument("--port", type=int, metavar="N", help="the port to use")
    command.add_argument("--no-browser", action="store_true", help="only print the link")
    command.set_defaults(run=_lab)


def _rules(arguments: argparse.Namespace) -> int:
    course = find_course()
    if arguments.json:
        keys = ("id", "title", "category", "notebook", "impact", "minutes", "points", "when")
        _print_json(
            {"rule" if key == "id" else key: getattr(rule, key) for key in keys}
            for rule in course.rules
        )
        return 0
    wide = max((len(rule.id) for rule in course.rules), default=0)
    for category in course.categories:
        print(f"{category.title} ({category.notebook})")
        for rule in category.rules:
            print(f"  {rule.id:<{wide}}  {rule.title} ({rule.minutes} min, {rule.points} points)")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    course = find_course()
    sources = collect(course, arguments.path, arguments.rule)
    from clinic import nbval_run

    verdicts = nbval_run.check_sources(course, sources)
    if arguments.json:
        _print_json(verdict.to_json() for verdict in verdicts)
        return 0
    for verdict in verdicts:
        print("\n".join(_lines(verdict)))
    repaired = sum(verdict.outcome is Outcome.REPAIRED for verdict in verdicts)
    print(f"{repaired} of {len(verdicts)} repaired")
    return 0


def _tidy(arguments: argparse.Namespace) -> int:
    from clinic.tidy import tidy_course, write

    course = find_course()
    found = tidy_course(course, originals=arguments.originals)
    changed = [notebook for notebook in found if notebook.changes]
    for notebook in changed:
        if not arguments.check:
            write(notebook)
        verb = "is not tidy" if arguments.check else "is tidy now"
        print(f"{notebook.path.relative_to(course.root)} {verb}")
    edited = [rule for notebook in found for rule in notebook.edited]
    for rule in edited:
        _note(f"the cell of {rule} differs from its original; ship it: clinic tidy --originals")
    return 1 if edited or (changed and arguments.check) else 0


def _lab(arguments: argparse.Namespace) -> int:
    from clinic.lab import open_lab

    return open_lab(find_course(), arguments.port, not arguments.no_browser)


def collect(course: Course, path: Path, rule: str | None = None) -> dict[str, str]:
    """Return rule id and text of the exercises in a notebook, a folder or a ``.py`` file.

    Cells of rules that the course does not have are named on stderr and left out. Of several
    notebooks with one rule, the one with the course's own file name counts.

    Raises:
        UsageError: there is nothing to check in ``path``, or no such ``rule``.
    """
    if rule is not None:
        course.rule(rule)
    if path.suffix == ".py" and not path.is_dir():
        return _from_python(path, rule)
    if not path.is_dir() and path.suffix != ".ipynb" and path.exists():
        raise UsageError(f"{path} is neither a notebook, a folder of notebooks, nor a .py file.")
    found = _from_notebooks(course, _notebooks(path))
    if not found:
        raise UsageError(f"{path} has no exercise cell ('# exercise: <rule>') of this course.")
    if rule is not None and rule not in found:
        raise UsageError(f"{path} has no exercise cell of {rule} ('# exercise: {rule}').")
    return {name: found[name] for name in found if rule in (None, name)}


def _from_python(path: Path, rule: str | None) -> dict[str, str]:
    content = read_bytes(path)
    if rule is None:
        raise UsageError(f"Say which rule {path} repairs: clinic check {path} --rule ID")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not a text file in UTF-8.") from error
    if "\0" in text:
        raise UsageError(f"{path} is not a text file.")
    return {rule: text}


def _notebooks(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    own = lesson_paths(path)
    others = sorted(other for other in path.glob("*.ipynb") if other not in own)
    if not own and not others:
        raise UsageError(f"The folder {path} has no notebooks.")
    return own + others


def _from_notebooks(course: Course, paths: Iterable[Path]) -> dict[str, str]:
    originals = course.originals
    found: dict[str, str] = {}
    for path in paths:
        for rule, source in sources_in(read_notebook(path), originals).items():
            if rule not in originals:
                _note_unknown(course, path, rule)
            elif rule in found:
                _note(f"{path.name} repeats {rule}, which was found already; left out")
            else:
                found[rule] = source
    return found


def _note_unknown(course: Course, path: Path, rule: str) -> None:
    try:
        course.rule(rule)
    except UsageError as error:
        _note(f"{path.name}: {error} That cell is left out.")


def _note(sentence: str) -> None:
    print(f"clinic: {sentence}", file=sys.stderr)


def _print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    print(json.dumps(list(rows), indent=2))


def _lines(verdict: Verdict) -> list[str]:
    time = f" ({verdict.seconds:.1f} s)" if verdict.seconds else ""
    lines = [f"{verdict.rule}: {_WORDS[verdict.outcome]}{time}"]
    lines += [f"       {verdict.reason}"] if verdict.reason else []
    for fact in verdict.facts:
        lines.append(f"  {'yes' if fact.met else 'no':<3}  {'extra: ' * fact.extra}{fact.text}")
        lines += [f"       seen: {fact.seen}"] if fact.seen else []
        lines += [f"       next: {fact.next_step}"] if fact.next_step else []
    return lines
