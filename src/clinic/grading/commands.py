"""The instructor's part of the command ``clinic``: what the options are; the work is elsewhere.

Each function imports what it needs when it is called, so that ``clinic check`` starts as quickly
as it would without all this.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from clinic.catalog import find_course


def add_commands(commands: Any) -> None:
    """Add the instructor's commands to the parser of ``clinic``."""
    _add_release(commands)
    _add_grade(commands)
    _add_doctor(commands)
    _add_export(commands)


def _add_release(commands: Any) -> None:
    command = commands.add_parser(
        "release",
        help="make the folder that learners get, without answers and checks",
        description="Writes the course as learners get it into the folder OUT: without answers, "
        "checks and whatever a learner has typed into the lessons here.",
    )
    command.add_argument("out", type=Path, metavar="OUT", help="a new, an empty or a released one")
    command.add_argument("--zip", action="store_true", help="write OUT.zip as well")
    command.add_argument(
        "--notebook",
        action="append",
        default=[],
        metavar="NAME",
        help="only this lesson and the start page, such as 01_async_concurrency; may be repeated",
    )
    command.set_defaults(run=_release)


def _release(arguments: argparse.Namespace) -> int:
    from clinic.grading.release import release

    released = release(
        find_course(), arguments.out, zipped=arguments.zip, notebooks=arguments.notebook
    )
    for sentence in released.notes:
        print(f"clinic: {sentence}", file=sys.stderr)
    print(released.summary)
    return 0


def _add_grade(commands: Any) -> None:
    command = commands.add_parser(
        "grade",
        help="for instructors: grade what a class handed in",
        description="Judges every submission in a sandbox and writes one result per student, a "
        "gradebook and feedback to OUT. A run that was stopped goes on where it was; a second run "
        "grades only what changed.",
    )
    command.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="a folder with one folder or notebook per student, or the zip of a learning platform",
    )
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder for the results"
    )
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="students judged at once (as many as keep this machine busy, at most 3 per core)",
    )
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="judge on the Dask cluster of this scheduler"
    )
    command.add_argument("--rules", metavar="A,B", help="grade these rules only")
    command.add_argument(
        "--late", type=Path, metavar="CSV", help="who handed in late, and what that costs"
    )
    command.add_argument(
        "--no-sandbox",
        action="store_true",
        help="run the submissions with your own rights; for code that you trust",
    )
    command.add_argument("--regrade", action="store_true", help="judge everything anew")
    command.add_argument("--json", action="store_true", help="print the results as a JSON list")
    command.set_defaults(run=_grade)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of students; take 1 or more")
    return number


def _grade(arguments: argparse.Namespace) -> int:
    from clinic.grading.console import grade_from_terminal

    return grade_from_terminal(arguments)


def _add_doctor(commands: Any) -> None:
    command = commands.add_parser(
        "doctor",
        help="for instructors: say whether this machine can grade strangers' code safely",
        description="Tries the sandbox of `clinic grade` and says what of it works here. Exit "
        "status 0 where grading is safe, 1 where it is not.",
    )
    command.add_argument("--json", action="store_true", help="as a JSON list")
    command.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    from clinic.grading import doctor

    return doctor.run(arguments)


def _add_export(commands: Any) -> None:
    command = commands.add_parser("export", help="write the course for another grading platform")
    platforms = command.add_subparsers(metavar="PLATFORM", required=True)
    nbgrader = platforms.add_parser(
        "nbgrader",
        help="a course folder for nbgrader",
        description="Write a new nbgrader course folder: one source assignment per notebook, and "
        "an nbgrader_config.py by which `nbgrader autograde` judges from outside.",
    )
    nbgrader.add_argument("out", type=Path, metavar="OUT", help="a folder to make")
    nbgrader.add_argument(
        "--no-sandbox",
        action="store_true",
        help="let autograde run students' code unprotected, where bubblewrap cannot be had",
    )
    _add_choice(nbgrader)
    nbgrader.set_defaults(run=_export_nbgrader)
    gradescope = platforms.add_parser(
        "gradescope",
        help="an autograder zip for a Gradescope programming assignment",
        description="Write the zip that a Gradescope programming assignment takes as its "
        "autograder. It holds the engine and the hidden checks.",
    )
    gradescope.add_argument("out", type=Path, metavar="OUT.zip", help="a file to make")
    _add_choice(gradescope)
    gradescope.set_defaults(run=_export_gradescope)


def _add_choice(command: Any) -> None:
    command.add_argument(
        "--notebook",
        action="append",
        default=[],
        metavar="NAME",
        help="only this notebook, such as 01_async_concurrency; may be given more than once",
    )
    command.add_argument(
        "--rules", default="", metavar="ID[,ID...]", help="only the exercises of these rules"
    )


def _export_nbgrader(arguments: argparse.Namespace) -> int:
    from clinic.grading.nbgrader_export import export_nbgrader

    names = export_nbgrader(
        find_course(),
        arguments.out,
        arguments.notebook,
        _names(arguments.rules),
        sandboxed=not arguments.no_sandbox,
    )
    print(f"{arguments.out} holds {_counted(names, 'assignment')}: {', '.join(names)}.")
    print(f"Next: cd {arguments.out} && nbgrader generate_assignment {names[0]}")
    return 0


def _export_gradescope(arguments: argparse.Namespace) -> int:
    from clinic.grading.gradescope_export import export_gradescope

    rules = export_gradescope(
        find_course(), arguments.out, arguments.notebook, _names(arguments.rules)
    )
    print(
        f"{arguments.out} grades {_counted(rules, 'exercise')}. "
        "It holds the hidden checks: keep it to yourself."
    )
    print(
        "Next: give it to a Gradescope programming assignment as its autograder; in the settings "
        "take 1 CPU, 1.5 GB or more and a timeout of 20 minutes."
    )
    return 0


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _counted(names: list[str], one: str) -> str:
    return f"{len(names)} {one}{'' if len(names) == 1 else 's'}"
