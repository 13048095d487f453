"""``verify`` in a real kernel: what a learner sees, what is kept, and what is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel
from jupyter_core.utils import ensure_event_loop
from processes_of import all_end, command_of, descendants
from tiny_checks import ECHO, FACTS, NOTEBOOK, SHIPPED, write_checks

import clinic
from clinic.catalog import Course
from clinic.stubs import wait_until
from clinic.verdict import Fact, Outcome, Verdict
from clinic.verification import next_step, verdict_view

pytestmark = pytest.mark.xdist_group("verification")

WRONG = ECHO.replace('{"number": number}', '{"number": -1}')
ENDLESS = '# exercise: echo\nimport os\nif os.environ.get("TMPDIR") == os.getcwd():\n'
ENDLESS += "    import time\n    time.sleep(600)\n"


@dataclass(slots=True)
class Kernel:
    """A running kernel, and the text that its cells showed."""

    course: Course
    manager: KernelManager
    client: BlockingKernelClient
    shown: list[dict[str, str]] = field(default_factory=list)

    def run(self, source: str) -> str:
        """Run a cell to its end; return the plain text of all that it showed."""
        texts: list[str] = []

        def hook(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                texts.append(content["text"])
            elif message["msg_type"] in ("display_data", "execute_result"):
                self.shown.append(content["data"])
                texts.append(content["data"]["text/plain"])
            elif message["msg_type"] == "error":
                texts.append(f"{content['ename']}: {content['evalue']}")

        self.client.execute_interactive(
            textwrap.dedent(source), output_hook=hook, timeout=120, allow_stdin=False
        )
        return "\n".join(texts)

    def verify(self, exercise: str, rule: str = "echo") -> str:
        """Run an exercise cell and the cell that verifies it."""
        self.run(exercise)
        return self.run(f"verify({rule!r})")

    @property
    def pid(self) -> int:
        return int(self.manager.provisioner.pid)  # type: ignore[union-attr]

    def judges(self) -> list[int]:
        """Return the judges of this kernel and all that they have started."""
        return descendants(self.pid)

    def progress(self) -> dict[str, Any]:
        path = self.course.notebooks / "progress.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}


@contextlib.contextmanager
def kernel_in(course: Course, session: str = "") -> Iterator[Kernel]:
    """Start a kernel among the lessons; ``session`` is what JupyterLab tells of its notebook."""
    source = str(Path(clinic.__file__).parents[1])
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CLINIC", "JPY", "PYTEST"))}
    path = os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH"))))
    environment = kept | {
        "PYTHONPATH": path,
        "IPYTHONDIR": str(course.root / "ipython"),
        "TMPDIR": str(course.root),
        "JPY_SESSION_NAME": session,
    }
    manager, client = start_new_kernel(cwd=str(course.notebooks), env=environment)
    try:
        kernel = Kernel(course, manager, client)
        assert kernel.run("from clinic import verify") == ""
        yield kernel
    finally:
        client.stop_channels()
        if manager.is_alive():
            manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        ensure_event_loop().close()  # jupyter_client leaves it to us


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel_in(write_checks(tmp_path_factory.mktemp("course"))) as running:
        yield running


def test_a_cell_that_was_never_run_is_asked_for(kernel: Kernel) -> None:
    assert kernel.run('verify("package")') == (
        "Nothing to verify yet: in this kernel the cell that begins with '# exercise: package' "
        "has not been run. Run it, then run this cell again."
    )
    assert kernel.judges() == []


def test_a_cell_as_shipped_is_not_attempted_and_starts_nothing(kernel: Kernel) -> None:
    said = kernel.verify(SHIPPED.format(rule="echo"))
    assert said.startswith("○ echo: not attempted — the cell is as it was shipped")
    for text in FACTS:
        assert text in said
    assert kernel.judges() == []
    assert kernel.progress() == {}


def test_a_misspelt_rule_is_answered_with_the_nearest(kernel: Kernel) -> None:
    assert kernel.run('verify("ecco")') == "There is no rule 'ecco'; did you mean 'echo'?"


def test_a_wrong_repair_then_a_right_one(kernel: Kernel) -> None:
    said = kernel.verify(WRONG)
    assert said.startswith("✘ echo: not yet — 1 of 2 facts hold")
    assert "✘ no  the number comes back" in said
    assert 'GET /echo answered {"number":-1}.' in said
    assert "✔ yes an unknown path is not found" in said
    assert said.endswith("Next: return what was sent.")

    said = kernel.verify(ECHO)
    assert said.startswith("✔ echo: repaired — all 2 facts hold")
    assert 'solution("echo")' in said
    assert "repaired" in json.dumps(kernel.progress())


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def f(:\n", "The cell has a syntax error in line 2: invalid syntax."),
        ("raise KeyError('x')\n", "The cell raised KeyError: 'x' (line 2 of the cell)."),
        ("x = 1\n", "The cell defines no `app`; the check serves the object of that name."),
        (
            "app = []\n",
            "`app` is of type `list`, not an ASGI application; make it `app = FastAPI(...)`.",
        ),
        ("raise SystemExit(2)\n", "The cell ended its own process (exit status 2)."),
    ],
)
def test_a_cell_that_gives_no_app_is_said_in_one_sentence(
    kernel: Kernel, source: str, sentence: str
) -> None:
    said = kernel.verify(f"# exercise: echo\n{source}")
    assert said.startswith("✘ echo: not yet — 0 of 2 facts hold\n" + sentence)
    assert said.endswith("Next: mend that first, run the exercise cell, then run this cell again.")


def test_a_broken_check_is_our_fault(kernel: Kernel) -> None:
    said = kernel.verify(ECHO.replace("exercise: echo", "exercise: broken_check"), "broken_check")
    assert said.startswith("? broken_check: could not tell — the fault is ours, not yours")
    assert "ZeroDivisionError: division by zero" in said
    assert "secret_of_the_check" not in said


def test_a_corrupt_progress_file_is_set_aside_and_the_verdict_is_kept(kernel: Kernel) -> None:
    path = kernel.course.notebooks / "progress.json"
    path.write_text("{ no json")
    said = kernel.verify(ECHO)
    assert "✔ echo: repaired" in said
    assert "progress.corrupt-" in said
    assert [p.read_text() for p in path.parent.glob("progress.corrupt-*")] == ["{ no json"]
    assert "repaired" in json.dumps(kernel.progress())


def test_an_interrupt_stops_the_check_and_records_nothing(kernel: Kernel) -> None:
    kernel.verify(ECHO)
    before = kernel.progress()
    kernel.run(ENDLESS)
    said = _while_an_app_starts(kernel, 'verify("echo")', kernel.manager.interrupt_kernel)
    assert said == "Stopped before there was a verdict. Nothing is lost; verify again."
    assert all_end(kernel.judges())
    assert kernel.progress() == before
    assert "✔ echo: repaired" in kernel.verify(ECHO)


def test_the_judge_is_kept_for_the_next_verify(kernel: Kernel) -> None:
    kernel.verify(ECHO)
    before = _judge_of(kernel)
    kernel.verify(WRONG)
    assert _judge_of(kernel) == before


def test_what_is_shown_reads_without_colours_and_in_both_themes(kernel: Kernel) -> None:
    kernel.verify(WRONG)
    markup = kernel.shown[-1]["text/html"]
    assert "✘ no" in markup
    assert "✔ yes" in markup
    assert "#" not in markup.replace("&#x27;", ""), "no colours but those of the theme"


def test_a_course_without_checks_says_who_has_them(tmp_path: Path) -> None:
    course = write_checks(tmp_path)
    (course.checks / NOTEBOOK).unlink()
    course.checks.rmdir()
    with kernel_in(course) as kernel:
        assert "has not been run" in kernel.run('verify("echo")')
        assert kernel.verify(SHIPPED.format(rule="echo")) == (
            "○ echo: not attempted — the cell is as it was shipped\n"
            "Next: change the exercise cell, run it, then run this cell again."
        )
        assert kernel.verify(ECHO).startswith("Your instructor holds the checks of this course")
        assert not (course.notebooks / "progress.json").exists()


def test_a_kernel_restarted_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    course = write_checks(tmp_path)
    with kernel_in(course) as kernel:
        kernel.verify(ECHO)
        before = kernel.progress()
        kernel.run(ENDLESS)
        pids: list[int] = []

        def restart() -> None:
            pids.extend(kernel.judges())
            kernel.manager.restart_kernel(now=True)

        _while_an_app_starts(kernel, 'verify("echo")', restart, answers=False)
        assert len(pids) >= 4
        assert all_end(pids), "the old kernel is gone, and what it had started ends by itself"
        assert wait_until(lambda: not list(tmp_path.glob("clinic-judge-*")))
        kernel.client.wait_for_ready(timeout=60)
        assert kernel.progress() == before
        kernel.run("from clinic import verify")
        assert "✔ echo: repaired" in kernel.verify(ECHO)


def test_when_the_kernel_ends_so_does_its_judge(tmp_path: Path) -> None:
    with kernel_in(write_checks(tmp_path)) as kernel:
        kernel.verify(ECHO)
        pids = kernel.judges()
        assert len(pids) >= 3
    assert all_end(pids, 60)
    assert wait_until(lambda: not list(tmp_path.glob("clinic-judge-*")), 10)


# words


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict("r", Outcome.REPAIRED, (Fact("f", True),)), 'Next: solution("r") shows'),
        (Verdict("r", Outcome.COULD_NOT_TELL, ()), "Next: run the cell again."),
        (Verdict("r", Outcome.NOT_ATTEMPTED, ()), "Next: change the exercise cell"),
        (Verdict("r", Outcome.NOT_YET, (Fact("f", False),), reason="no"), "Next: mend that first"),
        (
            Verdict("r", Outcome.NOT_YET, (Fact("f", True), Fact("g", False, next_step="do g."))),
            "Next: do g.",
        ),
        (Verdict("r", Outcome.NOT_YET, (Fact("f", False),)), "hint 1 says where to look"),
    ],
)
def test_every_outcome_has_a_next_step(verdict: Verdict, words: str) -> None:
    assert words in next_step(verdict)


def test_a_verdict_is_shown_escaped(tmp_path: Path) -> None:
    rule = write_checks(tmp_path).rule("echo")
    fact = Fact("<i>fact</i>", met=False, seen="<script>")
    view = verdict_view(rule, Verdict("echo", Outcome.NOT_YET, (fact,), reason="<b>"))
    assert "<script>" not in view.html
    assert "<b>" not in view.html
    assert "<script>" in view.text


def _judge_of(kernel: Kernel) -> int:
    (judge,) = [pid for pid in kernel.judges() if "nbval_plugin" in command_of(pid)]
    return judge


def _while_an_app_starts(
    kernel: Kernel, source: str, action: Callable[[], object], *, answers: bool = True
) -> str:
    """Run a cell, call ``action`` when the app that it starts is there; return what it showed."""
    message_id = kernel.client.execute(source)
    assert wait_until(lambda: _apps(kernel) > 0, 60)
    action()
    texts: list[str] = []
    while answers:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != message_id:
            continue
        if "data" in message["content"]:
            texts.append(message["content"]["data"]["text/plain"])
        if message["content"].get("execution_state") == "idle":
            break
    return "\n".join(texts)


def _apps(kernel: Kernel) -> int:
    """Return how many apps run: forks of the launcher look like it."""
    return sum("clinic.launcher" in command_of(pid) for pid in kernel.judges()) - 1
