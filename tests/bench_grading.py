"""What grading costs, beside nbgrader and a bare nbval run on the same class in the same call.

The peers live in an environment of their own, ``.venv/peers``, which the first run makes. Nobody
is isolated there: their tests run in the kernel of the student's code.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import bench_class
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


def _clinic(folder: Path) -> Cost:
    bench_class.write_bench_course(folder / "course")
    bench_class.write_submissions(folder / "submissions", STUDENTS)
    out = folder / "out"
    command = [sys.executable, "-m", "clinic", "grade", str(folder / "submissions")]
    env = _environment(CLINIC_COURSE=str(folder / "course"))
    cost = cost_of([*command, "--out", str(out)], env, folder)
    _expect(len(list((out / "results").glob("*.json"))), STUDENTS)
    rows = (out / "gradebook.csv").read_text("utf-8-sig").splitlines()
    _expect(sum(row.startswith("student") for row in rows), STUDENTS)
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
