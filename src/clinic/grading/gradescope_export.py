"""``clinic export gradescope``: the autograder zip of a Gradescope programming assignment.

Gradescope unpacks it to ``/autograder/source``, runs ``setup.sh`` once as root when it builds the
image, and ``run_autograder`` for each submission in a new container. See
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from clinic.catalog import Course, lesson_paths
from clinic.errors import MachineError, UsageError
from clinic.grading.platforms import chosen_rules, fill_file

_ENGINE = ("pyproject.toml", "environment.yml", "README.md", "LICENSE", "labconfig", "src")
_PIN = re.compile(r"^ *- ([\w.\[\]-]+==.*)$", re.MULTILINE)
_WHEN = (2000, 1, 1, 0, 0, 0)  # the same course gives the same bytes


def export_gradescope(
    course: Course, out: Path, notebooks: Iterable[str] = (), rules: Iterable[str] = ()
) -> list[str]:
    """Write the zip to ``out``; return the rules that it grades.

    Raises UsageError for an unknown notebook or rule, in a course without checks, for a name that
    does not end in ``.zip`` and where ``out`` exists; MachineError when it cannot be written, or
    when this package was installed without its sources.
    """
    if out.suffix != ".zip":
        raise UsageError(f"Gradescope takes a zip: name the file {out}.zip, for example.")
    chosen = [rule.id for rule in chosen_rules(course, notebooks, rules)]
    settings = json.dumps({"rules": chosen, "visibility": "visible"}, indent=1) + "\n"
    engine = _engine()

    def write(file: Path) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, "setup.sh", _SETUP.encode(), executable=True)
            _add(archive, "run_autograder", _RUN.encode(), executable=True)
            _add(archive, "settings.json", settings.encode())
            _add(archive, "pins.txt", _pins(engine / "environment.yml").encode())
            for name, path in [*_engine_files(engine), *_course_files(course)]:
                _add(archive, name, path.read_bytes())

    fill_file(out, write)
    return chosen


def _engine() -> Path:
    """Return the checkout that this package runs from."""
    root = Path(__file__).resolve().parents[3]
    missing = [name for name in _ENGINE if not (root / name).exists()]
    if missing:
        raise MachineError(
            f"The zip needs the sources of the course, and {root} has no {missing[0]}. "
            "Run this from a checkout in which `make env` was run."
        )
    return root


def _engine_files(engine: Path) -> Iterator[tuple[str, Path]]:
    for name in _ENGINE:
        top = engine / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"engine/{path.relative_to(engine).as_posix()}", path


def _course_files(course: Course) -> Iterator[tuple[str, Path]]:
    """Yield lessons and checks; answers and attempts are not needed and do not go out."""
    for folder in (course.notebooks, course.checks):
        for path in lesson_paths(folder):
            yield f"course/{path.relative_to(course.root).as_posix()}", path


def _pins(environment: Path) -> str:
    """Return the exact versions, as `make env` takes them from environment.yml."""
    return "\n".join(_PIN.findall(environment.read_text("utf-8"))) + "\n"


def _add(archive: zipfile.ZipFile, name: str, content: bytes, *, executable: bool = False) -> None:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.external_attr = (0o755 if executable else 0o644) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


_SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
source="$root/source"

suitable() { # whether a Python is new enough and can make environments
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python="${CLINIC_PYTHON:-}"
for candidate in python3.11 python3.12 python3.13 python3; do
  if [ -z "$python" ] && suitable "$candidate"; then python="$candidate"; fi
done
if [ -z "$python" ]; then # Ubuntu 22.04 has Python 3.10
  apt-get update
  apt-get install -y python3-pip
  python3 -m pip install uv==0.13.8
  python3 -m uv python install 3.11
  python="$(python3 -m uv python find 3.11)"
fi

# Students' code runs in a sandbox where the container lets bubblewrap make one.
if [ "$(id -u)" = 0 ]; then apt-get install -y bubblewrap || true; fi

"$python" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install -r "$source/pins.txt" -e "$source/engine"
"""

_RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission; the result is results/results.json.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
export CLINIC_COURSE="$root/source/course"
cd "$root/results"
exec "${CLINIC_PYTHON:-$root/venv/bin/python}" -m clinic.grading.gradescope_run "$root"
"""
