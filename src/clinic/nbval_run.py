"""Run hidden checks through nbval in a process of their own, and read the verdicts.

A :class:`Judge` is one pytest process with one kernel for one check notebook. It can be started
ahead of time; :meth:`Judge.run` then costs only the check itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from clinic import messages
from clinic.catalog import Course, lesson_paths
from clinic.cells import Notebook, dump_notebook, read_notebook
from clinic.errors import CourseError, MachineError, UsageError
from clinic.exercise import attempted, rule_of_check
from clinic.launcher import needs_database
from clinic.scratch import remove_tree
from clinic.verdict import Fact, Outcome, Verdict, fact_from_json, judge_facts

LONGEST_WARM_UP = 120.0
LONGEST_CHECK = 90.0
ASSEMBLED = "checks.ipynb"
SIDE_BY_SIDE = 3
"""How many check notebooks run at once: checks wait more than they compute."""

_YES = re.compile(r"^(?P<text>.+): yes$", re.MULTILINE)

OnVerdict = Callable[[Verdict], None]


class Enclosing(Protocol):
    """A sandbox for a judge, see :class:`clinic.grading.sandbox.Enclosure`."""

    def enclose(
        self, course: Path, folder: Path, command: Sequence[str], channel: int
    ) -> list[str]:
        """Return the command that runs ``command`` in the sandbox."""

    def environment(self, folder: Path, judge: Mapping[str, str]) -> dict[str, str]:
        """Return what is to become of the judge's environment."""


def check_sources(
    course: Course, sources: Mapping[str, str], on_verdict: OnVerdict = lambda verdict: None
) -> list[Verdict]:
    """Check the text of each rule's exercise; return the verdicts in the course's order.

    A text that only repeats the shipped one is "not attempted" and starts no process.
    ``on_verdict`` is called with each verdict as it comes, from any thread.

    Raises UsageError for a rule that the course does not have, or in a course without checks.
    """
    require_checks(course)
    rules = [course.rule(rule) for rule in sources]
    untouched = {rule.id for rule in rules if not attempted(sources[rule.id], rule.original)}
    verdicts = [
        Verdict(rule, Outcome.NOT_ATTEMPTED, core_facts(course, rule)) for rule in untouched
    ]
    for verdict in verdicts:
        on_verdict(verdict)
    jobs: dict[str, dict[str, str]] = {}
    for rule in rules:
        if rule.id not in untouched:
            jobs.setdefault(rule.notebook, {})[rule.id] = sources[rule.id]
    verdicts += _side_by_side(
        [(Judge(course, name), job) for name, job in jobs.items()], on_verdict
    )
    order = [rule.id for rule in course.rules]
    return sorted(verdicts, key=lambda verdict: order.index(verdict.rule))


def _side_by_side(
    jobs: Sequence[tuple[Judge, Mapping[str, str]]], on_verdict: OnVerdict
) -> list[Verdict]:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        try:
            runs = [pool.submit(_run_once, judge, job, on_verdict) for judge, job in jobs]
            return [verdict for run in runs for verdict in run.result()]
        except BaseException:
            # An interrupt must not wait for checks that nobody will read.
            pool.shutdown(wait=False, cancel_futures=True)
            for judge, _ in jobs:
                judge.abandon()
            raise


def require_checks(course: Course) -> None:
    """Raise UsageError in a course that was handed out without its checks."""
    if not course.checks.is_dir():
        raise UsageError(
            "This copy of the course comes without its checks: your instructor holds them. "
            "Hand in your notebook to have it judged."
        )


def _run_once(judge: Judge, sources: Mapping[str, str], on_verdict: OnVerdict) -> list[Verdict]:
    with judge:
        return judge.run(sources, on_verdict)


def core_facts(course: Course, rule: str) -> tuple[Fact, ...]:
    """Return the core facts of a rule, as the stored output of its check states them, unmet.

    Raises CourseError when the course has no check, or one without stored facts.
    """
    notebook = course.checks / course.rule(rule).notebook
    cells = read_notebook(notebook).cells if notebook.exists() else ()
    for cell in cells:
        if cell.kind == "code" and rule_of_check(cell.source) == rule:
            text = "".join(_stream_text(output) for output in cell.outputs)
            return tuple(Fact(match["text"], met=False) for match in _YES.finditer(text))
    raise CourseError(f"The course has no check for {rule} in tests/checks/{notebook.name}.")


def _stream_text(output: Mapping[str, Any]) -> str:
    text = output.get("text", "")
    return text if isinstance(text, str) else "".join(text)


@dataclass(slots=True)
class _Run:
    """The parts of a judge that live as long as its process."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    folder: Path
    version: int

    @property
    def submission(self) -> Path:
        return self.folder / "submission"

    @property
    def output(self) -> str:
        with contextlib.suppress(OSError):
            return (self.folder / "output.txt").read_text("utf-8", "replace")[-2000:]
        return ""

    def ends_within(self, seconds: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)

    def end(self) -> None:
        """End the process if it lives, wake whoever listens to it, and remove its files."""
        with contextlib.suppress(OSError):
            self.channel.shutdown(socket.SHUT_RDWR)
        # Left to itself it also removes its files. That counts when this kernel is killed in this
        # very moment: Jupyter's restart sends an interrupt, which brings us here, and then a kill.
        self.ends_within(1.5)
        if self.process.poll() is None:
            # The kernel sees that its parent is gone, and the launcher that the kernel is.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
        self.channel.close()
        remove_tree(self.folder)


class Judge:
    """One pytest process with nbval and a kernel for one check notebook, or for all of them.

    Use it as a context manager, or :meth:`start` it ahead, :meth:`run` it later and as often as
    you like, and :meth:`close` it. Without ``notebook`` it knows the checks of every rule: one
    kernel then judges a whole submission. With an ``enclosure`` all of it runs in a sandbox.
    """

    def __init__(
        self, course: Course, notebook: str = "", enclosure: Enclosing | None = None
    ) -> None:
        self.course = course
        self.notebook = notebook
        self.enclosure = enclosure
        self._spent = False
        self._given_up = False
        self._run: _Run | None = None
        self._starting = threading.Lock()

    def __enter__(self) -> Judge:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process, which warms up and then waits for a job; returns at once."""
        with self._starting:
            if self._run is None or not self._usable(self._run):
                self._let_go()
                self._run = self._open()
                self._spent = False

    def _open(self) -> _Run:
        version = self._version()  # before pytest reads the check: an edit then makes it stale
        with contextlib.ExitStack() as undo:
            try:
                folder = Path(tempfile.mkdtemp(prefix="clinic-judge-"))
                undo.callback(remove_tree, folder)
                (folder / "submission").mkdir()
                if self._assembles:
                    _assemble(self._notebooks(), folder / ASSEMBLED)
                ours, theirs = socket.socketpair()
                undo.callback(ours.close)
                with theirs:
                    process = self._spawn(folder, theirs)
            except OSError as error:
                raise MachineError(f"The check cannot be started: {error}.") from error
            undo.pop_all()
        return _Run(process, ours, folder, version)

    @property
    def _assembles(self) -> bool:
        """Whether the judge reads a copy of the checks; a sandbox shows it no others."""
        return not self.notebook or self.enclosure is not None

    def _spawn(self, folder: Path, channel: socket.socket) -> subprocess.Popen[bytes]:
        command = self._command(folder)
        env = _judge_environment(self.course, folder, channel.fileno())
        if self._wants_database():
            env["CLINIC_WARM"] = "database"
        with (folder / "output.txt").open("wb") as output:
            if self.enclosure is not None:
                root = self.course.root
                command = self.enclosure.enclose(root, folder, command, channel.fileno())
                env = self.enclosure.environment(folder, env)
            return subprocess.Popen(
                command,
                pass_fds=[channel.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=folder,
                # An interrupt of the learner's kernel must not reach the judge half-way.
                start_new_session=True,
            )

    def _wants_database(self) -> bool:
        """Tell whether the lesson is about a database; then its first verify is not to wait."""
        rules = [rule for rule in self.course.rules if rule.notebook == self.notebook]
        return any(needs_database(rule.original) for rule in rules)

    def _usable(self, run: _Run) -> bool:
        """Tell whether the process lives and has read the check as it is now."""
        return run.process.poll() is None and run.version == self._version()

    def _version(self) -> int:
        try:
            return max(path.stat().st_mtime_ns for path in self._notebooks())
        except (OSError, ValueError) as error:
            raise CourseError(
                f"The course has no checks in tests/checks/{self.notebook}."
            ) from error

    def _notebooks(self) -> list[Path]:
        if self.notebook:
            return [self.course.checks / self.notebook]
        return lesson_paths(self.course.checks)

    def run(
        self, sources: Mapping[str, str], on_verdict: OnVerdict = lambda verdict: None
    ) -> list[Verdict]:
        """Judge the text of each rule; return one verdict per rule, whatever happens.

        Raises CourseError for a rule without a check.
        """
        self._given_up = False
        verdicts: dict[str, Verdict] = {}

        def tell(verdict: Verdict) -> None:
            verdicts[verdict.rule] = verdict
            on_verdict(verdict)

        while rest := {rule: text for rule, text in sources.items() if rule not in verdicts}:
            self._judge_rest(rest, tell)
        return [verdicts[rule] for rule in sources]

    def _judge_rest(self, sources: Mapping[str, str], tell: OnVerdict) -> None:
        """Judge some rules in one process. Where that ends early, it costs one of them.

        That is the rule which was being judged; the next call judges the others anew.
        """
        waiting = list(sources)
        begun = False
        try:
            if self._given_up:
                raise MachineError("This judge has been closed.")
            self._send(self._ready_run(), sources)
            begun = True
            while waiting:
                item = self._hear("item", LONGEST_CHECK)
                verdict = self._verdict(item)
                waiting.remove(verdict.rule)
                tell(verdict)
                if item.get("last"):  # the kernel is dead or stuck
                    self._end()
                    return
        except (MachineError, OSError, ValueError, KeyError, TypeError) as error:
            self._end()
            alone = begun and not self._given_up
            for rule in waiting[:1] if alone else waiting:
                tell(self._could_not_tell(rule, str(error)))
        if self._spent:
            self._end()

    def _send(self, run: _Run, sources: Mapping[str, str]) -> None:
        for rule, source in sources.items():
            path = run.submission / f"{rule}.py"
            path.write_bytes(source.encode("utf-8", "surrogatepass"))
            path.chmod(0o644)  # a sandboxed judge may be another user; the folder is its own
        messages.send(run.channel, {"rules": list(sources)})

    def close(self) -> None:
        """End the process with all that it started, and remove its files."""
        if self._run is not None:
            # A judge that hears nobody any more ends its kernel and itself.
            self._run.channel.close()
            self._run.ends_within(10)
        self.abandon()

    def abandon(self) -> None:
        """End the process at once, in the middle of what it does; from any thread.

        A :meth:`run` under way then judges nothing more.
        """
        self._given_up = True
        self._end()

    def _end(self) -> None:
        with self._starting:
            self._let_go()

    def _let_go(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.end()

    def _ready_run(self) -> _Run:
        """Return the process that waits for a job, a new one if that which was kept is dying."""
        kept = self._run
        self.start()
        try:
            self._hear("waiting", LONGEST_WARM_UP)
        except MachineError:
            if kept is None or kept is not self._run:
                raise
            self._end()
            self.start()
            self._hear("waiting", LONGEST_WARM_UP)
        return self._require_run()

    def _require_run(self) -> _Run:
        if self._run is None:
            raise MachineError("This judge has been closed.")
        return self._run

    def _command(self, folder: Path) -> Sequence[str]:
        options = [
            "--noconftest",
            "-q",
            "-s",
            "-c",
            os.devnull,
            "--rootdir",
            str(folder),
            "--color=no",
        ]
        # Ours comes first: it decides what nbval imports.
        plugins = ["-p", "clinic.nbval_plugin", "-p", "nbval.plugin", "-p", "no:cacheprovider"]
        nbval = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=60"]
        checks = folder / ASSEMBLED if self._assembles else self.course.checks / self.notebook
        return [sys.executable, "-m", "pytest", *plugins, *nbval, *options, str(checks)]

    def _hear(self, event: str, seconds: float) -> dict[str, Any]:
        """Return the next event of that kind. Raises MachineError when there will be none."""
        run = self._require_run()
        deadline = time.monotonic() + seconds
        while True:
            run.channel.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                heard = messages.receive(run.channel)
            except TimeoutError:
                raise MachineError(f"The check gave no answer within {seconds:g} s.") from None
            if heard is None:
                told = run.output.strip(".F \n")  # without pytest's progress
                raise MachineError(f"The check process ended early. {told}".strip())
            if heard[0]["event"] == event:
                return heard[0]

    def _could_not_tell(self, rule: str, reason: str) -> Verdict:
        facts = core_facts(self.course, rule)
        return Verdict(rule, Outcome.COULD_NOT_TELL, facts, reason=reason)

    def _verdict(self, item: Mapping[str, Any]) -> Verdict:
        rows = [json.loads(row) for row in item["rows"]]
        self._spent = self._spent or any("spent" in row for row in rows)
        stated = core_facts(self.course, item["rule"])
        facts = _all_facts(stated, [fact_from_json(row) for row in rows if "text" in row])
        ended = " ".join(row["ended"] for row in rows if "ended" in row)
        complete = {fact.text for fact in stated} <= {row["text"] for row in rows if "text" in row}
        outcome = _outcome(item["passed"], facts, complete or bool(ended))
        note = "".join(row["note"] for row in rows if "note" in row)
        seed = "".join(row["seed"] for row in rows if "seed" in row)
        reason = item["message"] if outcome is Outcome.COULD_NOT_TELL else note or ended
        return Verdict(item["rule"], outcome, facts, item["seconds"], reason, seed)


def _assemble(notebooks: Sequence[Path], target: Path) -> None:
    """Write the code cells of all check notebooks as one, which needs one kernel."""
    cells = [cell for path in notebooks for cell in read_notebook(path).cells]
    checks = tuple(cell for cell in cells if cell.kind == "code" and rule_of_check(cell.source))
    target.write_text(dump_notebook(Notebook(checks)), "utf-8")


def _all_facts(stated: Sequence[Fact], told: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return the facts in the order of the check; those it never came to are unmet."""
    by_text = {fact.text: fact for fact in told}
    core = [by_text.pop(fact.text, fact) for fact in stated]
    return (*core, *by_text.values())


def _outcome(passed: bool, facts: tuple[Fact, ...], explained: bool) -> Outcome:
    """Combine nbval's comparison with the facts; where they disagree, nobody can tell."""
    by_facts = judge_facts(facts)
    if passed and explained and by_facts is Outcome.REPAIRED:
        return Outcome.REPAIRED
    if not passed and explained and by_facts is Outcome.NOT_YET:
        return Outcome.NOT_YET
    return Outcome.COULD_NOT_TELL


def _judge_environment(course: Course, folder: Path, channel: int) -> dict[str, str]:
    dropped = ("PYTEST_", "JPY_", "CLINIC_", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return (
        kept
        | {
            "CLINIC_COURSE": str(course.root),
            "CLINIC_SUBMISSION": str(folder / "submission"),
            "CLINIC_REPORT": str(folder / "report.jsonl"),
            "CLINIC_JUDGE": str(channel),
            "CLINIC_SCRATCH": str(folder),
            "TMPDIR": str(folder),  # what a killed judge leaves behind is removed with it
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            # A file of the learner beside a notebook must not shadow a module of the judge.
            "PYTHONSAFEPATH": "1",
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        }
        | {
            name: os.environ[name]
            for name in ("CLINIC_SEED", "CLINIC_SANDBOX")
            if name in os.environ
        }
    )
