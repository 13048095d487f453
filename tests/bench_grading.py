"""What grading costs, beside nbgrader and a bare nbval run on the same class in the same call.

The peers live in an environment of their own, ``.venv/peers``, which the first run makes. Nobody
is isolated there: their tests run in the kernel of the student's code.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import bench_class
import matrix
from cpu_meter import Cost, cost_of, counts_everything

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv" / "peers"
PEER_PACKAGES = (
    "nbgrader==0.9.6",
    "nbval==0.11.0",
    "pytest==9.2.0",
    "fastapi==0.165.0",
    "httpx==0.28.1",
)
STUDENTS = int(os.environ.get("STUDENTS", "20"))
CURVE = (10, 100, 1000)
WHOLE = 10
"""Students who hand in the whole course."""


def rows(rounds: int) -> Iterator[tuple[str, float]]:
    """Yield name and value of each figure; medians over ``rounds`` runs of each tool."""
    _install_peers()
    yield "grade_students", STUDENTS
    yield "grade_cpu_is_complete", counts_everything()
    tools = {"clinic": _clinic, "nbgrader": _nbgrader, "nbval": _nbval}
    costs: dict[str, list[Cost]] = {name: [] for name in tools}
    for _ in range(rounds):
        for name, tool in tools.items():  # in turn, so that all meet the same load
            costs[name].append(_cost_in_fresh_folder(tool))
    cpu = {name: statistics.median(c.cpu for c in costs[name]) / STUDENTS for name in tools}
    wall = {name: statistics.median(c.wall for c in costs[name]) / STUDENTS for name in tools}
    for name in tools:
        yield f"grade_cpu_seconds_per_submission[{name}]", cpu[name]
        yield f"grade_wall_seconds_per_submission[{name}]", wall[name]
    for name in ("nbgrader", "nbval"):
        yield f"grade_cpu_ratio_to[{name}]", cpu["clinic"] / cpu[name]
        yield f"grade_wall_ratio_to[{name}]", wall["clinic"] / wall[name]


def curve() -> Iterator[tuple[str, float]]:
    """Yield what a submission costs in small and large classes, and the grader's own memory."""
    for students in CURVE:
        with tempfile.TemporaryDirectory() as folder:
            cost = _clinic(Path(folder), students)
        yield f"grade_cpu_seconds_per_submission_of[{students}]", cost.cpu / students
        yield f"grade_wall_seconds_per_submission_of[{students}]", cost.wall / students
        yield f"grader_peak_megabytes_of[{students}]", cost.peak / 2**20


def whole_course() -> Iterator[tuple[str, float]]:
    """Yield what a whole course costs, beside nbval for each of its check notebooks."""
    course = matrix.course()
    env = _environment(CLINIC_COURSE=str(course.root))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(WHOLE):
            shutil.copytree(course.solutions, folder / "in" / f"student{number}")
        grade = [sys.executable, "-m", "clinic", "grade", str(folder / "in")]
        ours = cost_of([*grade, "--out", str(folder / "out")], env, folder)
        _expect(len(list((folder / "out" / "results").glob("*.json"))), WHOLE)
    check = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    names = sorted({rule.notebook for rule in course.rules})
    theirs = sum(
        cost_of([*check, f"tests/checks/{name}"], _environment(), course.root).cpu
        for name in names
    )
    yield "grade_course_cpu_seconds_per_submission[clinic]", ours.cpu / WHOLE
    yield "grade_course_wall_seconds_per_submission[clinic]", ours.wall / WHOLE
    yield "grade_course_cpu_seconds_per_submission[nbval_by_notebook]", theirs
    yield "grade_course_cpu_ratio_to[nbval_by_notebook]", ours.cpu / WHOLE / theirs


def cluster(students: int = 200) -> Iterator[tuple[str, float]]:
    """Yield how fast two Dask workers on this machine are beside the local pool."""
    local = _wall_of_class(students)
    with tempfile.TemporaryDirectory() as folder, _two_workers(Path(folder)) as address:
        dask = _wall_of_class(students, ["--scheduler", address])
    yield "grade_per_second[local]", students / local
    yield "grade_per_second[two_dask_workers]", students / dask
    yield "grade_throughput_ratio[dask_to_local]", local / dask


def _wall_of_class(students: int, options: Sequence[str] = ()) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _clinic(Path(folder), students, options).wall


@contextlib.contextmanager
def _two_workers(root: Path) -> Iterator[str]:
    bench_class.write_bench_course(root / "course")
    place = root / "scheduler.json"
    env = _environment(CLINIC_COURSE=str(root / "course"))
    programs = [
        ["dask_scheduler", "--scheduler-file", str(place), "--host", "127.0.0.1", "--port", "0"]
    ]
    for name in ("one", "two"):
        own = ["--nthreads", "1", "--no-nanny", "--name", name, "--local-directory", str(root)]
        programs.append(["dask_worker", "--scheduler-file", str(place), *own])
    running: list[subprocess.Popen[bytes]] = []
    try:
        for module, *options in programs:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *options]
            with open(os.devnull, "wb") as none:
                started = subprocess.Popen(
                    [*command, "--no-dashboard"], env=env, stdout=none, stderr=none
                )
            running.append(started)
            while not place.exists():
                time.sleep(0.1)
        time.sleep(5)  # the workers are imported and known
        yield json.loads(place.read_text())["address"]
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait()


def _cost_in_fresh_folder(tool: Callable[[Path], Cost]) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        return tool(Path(folder))


def _install_peers() -> None:
    if (PEERS / "bin" / "nbgrader").exists():
        return
    print("installing nbgrader and nbval into .venv/peers, once", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    pip = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *PEER_PACKAGES], check=True)
    subprocess.run([str(PEERS / "bin" / "python"), "-m", "compileall", "-q", PEERS], check=False)


def _environment(**more: str) -> dict[str, str]:
    # It doubles the start of every process where it is set, for all three tools.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | more


def _clinic(folder: Path, students: int = STUDENTS, options: Sequence[str] = ()) -> Cost:
    bench_class.write_bench_course(folder / "course")
    bench_class.write_submissions(folder / "submissions", students)
    out = folder / "out"
    command = [sys.executable, "-m", "clinic", "grade", str(folder / "submissions")]
    env = _environment(CLINIC_COURSE=str(folder / "course"))
    cost = cost_of([*command, "--out", str(out), *options], env, folder)
    _expect(len(list((out / "results").glob("*.json"))), students)
    rows = (out / "gradebook.csv").read_text("utf-8-sig").splitlines()
    _expect(sum(row.startswith("student0") for row in rows), students)
    return cost


def _nbgrader(folder: Path) -> Cost:
    bench_class.write_nbgrader_course(folder, STUDENTS)
    nbgrader = str(PEERS / "bin" / "nbgrader")
    env = _environment(PATH=f"{PEERS / 'bin'}:{os.environ['PATH']}")
    create = [nbgrader, "generate_assignment", "four", "--create", "--course-dir", str(folder)]
    subprocess.run(create, env=env, cwd=folder, check=True, capture_output=True)
    cost = cost_of([nbgrader, "autograde", "four", "--course-dir", str(folder)], env, folder)
    _expect(len(list((folder / "autograded").glob("*/four/*.ipynb"))), STUDENTS)
    return cost


def _nbval(folder: Path) -> Cost:
    bench_class.write_nbval_notebooks(folder, STUDENTS)
    command = [str(PEERS / "bin" / "python"), "-m", "pytest", "--nbval-lax", "--nbval-current-env"]
    return cost_of([*command, "-q", "-p", "no:cacheprovider", str(folder)], _environment(), folder)


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise RuntimeError(f"{found} of {wanted} submissions were graded.")
