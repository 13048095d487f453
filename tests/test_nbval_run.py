"""Checks run through nbval: every outcome, bad input in one sentence, nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import matrix
import pytest
from processes_of import all_end, command_of, descendants, listening_ports, open_files
from tiny_checks import ECHO, EXTRA, FACTS, NOTEBOOK, PACKAGE, SHIPPED, change_check, write_checks

from clinic.catalog import Course
from clinic.errors import CourseError, UsageError
from clinic.nbval_run import Judge, check_sources, core_facts
from clinic.stubs import wait_until
from clinic.verdict import Fact, Outcome, Verdict

pytestmark = pytest.mark.xdist_group("nbval_run")

WRONG = ECHO.replace('{"number": number}', '{"number": -1}')
ENDLESS = "import time\ntime.sleep(600)\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return write_checks(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def judge(course: Course) -> Iterator[Judge]:
    with Judge(course, NOTEBOOK) as started:
        yield started


def verdict_on(judge: Judge, source: str, rule: str = "echo") -> Verdict:
    (verdict,) = judge.run({rule: source})
    return verdict


def process_of(judge: Judge) -> int:
    assert judge._run is not None
    return judge._run.process.pid


def folder_of(judge: Judge) -> Path:
    assert judge._run is not None
    return judge._run.folder


# outcomes


def test_a_repair_is_repaired_fact_by_fact(judge: Judge) -> None:
    verdict = verdict_on(judge, ECHO)
    assert verdict.outcome is Outcome.REPAIRED
    assert verdict.facts == (
        *(Fact(text, met=True) for text in FACTS),
        Fact(EXTRA, met=True, extra=True),
    )
    assert verdict.reason == ""


def test_a_wrong_answer_is_told_with_what_was_seen_and_what_to_do(judge: Judge) -> None:
    verdict = verdict_on(judge, WRONG)
    first, second, _ = verdict.facts
    assert (verdict.outcome, first.met, second.met) == (Outcome.NOT_YET, False, True)
    assert first.seen == 'GET /echo answered {"number":-1}.'
    assert first.next_step == "return what was sent."


def test_an_extra_fact_decides_nothing(judge: Judge) -> None:
    verdict = verdict_on(judge, ECHO.replace('print("echo of", number)', "pass"))
    assert verdict.outcome is Outcome.REPAIRED
    assert [fact.met for fact in verdict.facts if fact.extra] == [False]


def test_an_exercise_may_be_a_package_of_several_files(judge: Judge) -> None:
    assert verdict_on(judge, PACKAGE, "package").outcome is Outcome.REPAIRED
    wrong = PACKAGE.replace("'packed'", "'empty'")
    assert verdict_on(judge, wrong, "package").outcome is Outcome.NOT_YET


def test_one_run_judges_several_rules_in_the_order_given(judge: Judge) -> None:
    seen: list[Verdict] = []
    verdicts = judge.run({"package": PACKAGE, "echo": WRONG}, seen.append)
    assert [(v.rule, v.outcome) for v in verdicts] == [
        ("package", Outcome.REPAIRED),
        ("echo", Outcome.NOT_YET),
    ]
    assert seen == verdicts


APP_BELOW = "\n" + ECHO


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        pytest.param(
            "def f(:", "The cell has a syntax error in line 1: invalid syntax.", id="syntax"
        ),
        pytest.param("a\0b", "null bytes", id="nul"),
        pytest.param("x = '\ud800'", "The cell is not Python: ", id="surrogate"),
        pytest.param(
            "raise ValueError('no')",
            "The cell raised ValueError: no (line 1 of the cell).",
            id="raises",
        ),
        pytest.param(
            "x = 1",
            "The cell defines no `app`; the check serves the object of that name.",
            id="no-app",
        ),
        pytest.param(
            "app = 7",
            "`app` is of type `int`, not an ASGI application; make it `app = FastAPI(...)`.",
            id="not-asgi",
        ),
        pytest.param(
            "import os; os._exit(0)",
            "The process ended before the app had started (exit status 0).",
            id="exits",
        ),
        pytest.param("exit()", "The cell ended its own process (exit status 0).", id="quits"),
        pytest.param(
            "raise SystemExit", "The cell ended its own process (exit status 0).", id="sys-exit"
        ),
        pytest.param(
            "import os; os.killpg(0, 9)",
            "The process ended before the app had started (killed by SIGKILL).",
            id="kills-itself",
        ),
        pytest.param(
            "print('x' * 20_000_000); raise ValueError('x' * 20_000_000)",
            "The cell raised ValueError: xxx",
            id="megabytes",
        ),
    ],
)
def test_bad_input_is_not_yet_with_one_sentence(judge: Judge, source: str, sentence: str) -> None:
    verdict = verdict_on(judge, source)
    assert verdict.outcome is Outcome.NOT_YET
    assert [(fact.text, fact.met) for fact in verdict.facts] == [(text, False) for text in FACTS]
    assert sentence in verdict.reason
    assert "\n" not in verdict.reason
    assert len(verdict.reason) < 700


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nprint('x' * 20_000_000)\nsys.stderr.write('y' * 20_000_000)" + APP_BELOW,
        "import os\nif os.fork() == 0:\n    os.setsid()\n    os.execlp('sleep', 'sleep', '600')"
        + APP_BELOW,
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)" + APP_BELOW,
    ],
    ids=["megabytes", "forks", "ignores-sigterm"],
)
def test_an_odd_app_that_answers_is_repaired_and_leaves_nothing(judge: Judge, source: str) -> None:
    assert verdict_on(judge, source).outcome is Outcome.REPAIRED
    assert wait_until(
        lambda: not any("sleep" in command_of(pid) for pid in descendants(process_of(judge)))
    )
    left = [path.name for path in folder_of(judge).iterdir() if path.name.startswith("app-")]
    assert left == []


def test_an_app_that_ends_between_two_requests_fails_from_there(judge: Judge) -> None:
    source = ECHO + '\n@app.get("/elsewhere")\ndef leave():\n    import os; os._exit(0)\n'
    verdict = verdict_on(judge, source)
    assert [fact.met for fact in verdict.core] == [True, False]
    assert verdict.core[1].seen == "GET /elsewhere: connection closed before an answer."


def test_an_app_that_hangs_is_ended_by_the_checks_own_limit(judge: Judge) -> None:
    verdict = verdict_on(judge, ENDLESS + ECHO, "hasty")
    assert verdict.outcome is Outcome.NOT_YET
    assert verdict.reason == "The check was ended after 0.5 s."


def test_a_forged_report_never_passes(judge: Judge) -> None:
    rows = [json.dumps({"text": text, "met": True}) for text in FACTS]
    forge = f"open('../report.jsonl', 'a').write({chr(10).join(rows)!r} + '\\n')\n"
    assert verdict_on(judge, forge + WRONG).outcome is not Outcome.REPAIRED
    assert verdict_on(judge, forge + "import os; os._exit(0)").outcome is not Outcome.REPAIRED
    garbage = "open('../report.jsonl', 'a').write('[]\\n{\"met\": 1}\\n')\n"
    assert verdict_on(judge, garbage + WRONG).outcome is not Outcome.REPAIRED
    assert verdict_on(judge, ECHO).outcome is Outcome.REPAIRED


# the check's own fault


def test_a_broken_check_could_not_tell_and_keeps_its_text_to_itself(judge: Judge) -> None:
    verdict = verdict_on(judge, ECHO, "broken_check")
    assert verdict.outcome is Outcome.COULD_NOT_TELL
    assert verdict.reason == "The check failed: ZeroDivisionError: division by zero"
    assert verdict.facts == (Fact("never to be known", met=False),)
    assert verdict_on(judge, ECHO).outcome is Outcome.REPAIRED, "the next one does not suffer"


def test_what_a_check_says_on_stderr_changes_no_verdict(judge: Judge) -> None:
    assert verdict_on(judge, ECHO, "noisy").outcome is Outcome.REPAIRED
    assert verdict_on(judge, WRONG, "noisy").outcome is Outcome.NOT_YET


def test_a_check_whose_kernel_dies_is_noticed_at_once(judge: Judge) -> None:
    verdict = verdict_on(judge, ECHO, "killed_check")
    assert verdict.outcome is Outcome.COULD_NOT_TELL
    assert verdict.reason == "The check failed: the kernel of the check died"
    assert verdict_on(judge, ECHO).outcome is Outcome.REPAIRED, "right after, in a new judge"


def test_a_rule_without_a_check_is_the_courses_fault(course: Course) -> None:
    with pytest.raises(CourseError, match=r"no checks in tests/checks/none\.ipynb"):
        Judge(course, "none.ipynb").start()


# a judge that waits


def test_an_edit_of_the_check_counts_at_the_next_run(course: Course, judge: Judge) -> None:
    verdict_on(judge, ECHO)
    before = process_of(judge)
    verdict_on(judge, ECHO)
    assert process_of(judge) == before, "one judge serves many runs"
    change_check(course, "an unknown path is not found", "an odd path is not found")
    try:
        verdict = verdict_on(judge, ECHO)
        assert verdict.outcome is Outcome.REPAIRED
        assert verdict.facts[1].text == "an odd path is not found"
        assert process_of(judge) != before
    finally:
        change_check(course, "an odd path is not found", "an unknown path is not found")


def test_a_judge_that_was_killed_while_it_waited_is_replaced(judge: Judge) -> None:
    verdict_on(judge, ECHO)
    assert judge._run is not None
    folder = judge._run.folder
    judge._run.process.kill()
    judge._run.process.wait()
    assert verdict_on(judge, ECHO).outcome is Outcome.REPAIRED
    assert not folder.exists()


def test_a_waiting_judge_survives_the_death_of_its_launcher(judge: Judge) -> None:
    verdict_on(judge, ECHO)
    _kill(judge, "clinic.launcher")
    assert verdict_on(judge, ECHO).outcome is Outcome.REPAIRED


@pytest.mark.parametrize(
    ("victim", "reason"),
    [
        ("pytest", "The check process ended early."),
        ("ipykernel", "The check failed: the kernel of the check died"),
        ("clinic.launcher", "The check failed: MachineError: The process that starts the apps"),
    ],
)
def test_whatever_dies_in_the_middle_costs_one_verdict(
    judge: Judge, victim: str, reason: str
) -> None:
    verdict_on(judge, ECHO)
    with _when_an_app_runs(judge, lambda: _kill(judge, victim)):
        verdict = verdict_on(judge, ENDLESS)
    assert verdict.outcome is Outcome.COULD_NOT_TELL
    assert verdict.reason.startswith(reason)
    assert verdict_on(judge, ECHO).outcome is Outcome.REPAIRED


def test_a_kernel_that_dies_costs_the_other_rules_nothing(judge: Judge) -> None:
    sources = {"package": PACKAGE, "killed_check": ECHO, "noisy": ECHO, "echo": WRONG}
    outcomes = {verdict.rule: verdict.outcome for verdict in judge.run(sources)}
    assert outcomes == {
        "package": Outcome.REPAIRED,
        "killed_check": Outcome.COULD_NOT_TELL,
        "noisy": Outcome.REPAIRED,
        "echo": Outcome.NOT_YET,
    }


def test_no_process_of_a_judge_listens_on_a_port(judge: Judge) -> None:
    verdict_on(judge, ECHO)
    pids = [process_of(judge), *descendants(process_of(judge))]
    assert len(pids) >= 3, "pytest, its kernel and the launcher"
    assert [port for pid in pids for port in listening_ports(pid)] == []


def test_the_judge_of_a_lesson_with_a_database_is_warmed_for_it(course: Course) -> None:
    lesson = matrix.course().rule("async_database").notebook
    assert Judge(matrix.course(), lesson)._wants_database()
    assert not Judge(course, NOTEBOOK)._wants_database()
    assert not Judge(matrix.course())._wants_database(), "one for all rules waits with it"


def test_giving_up_from_another_thread_ends_everything_at_once(course: Course) -> None:
    judge = Judge(course, NOTEBOOK)
    verdict_on(judge, ECHO)
    pids = [process_of(judge)]
    folder = folder_of(judge)

    def give_up() -> None:
        pids.extend(descendants(pids[0]))
        judge.abandon()

    with _when_an_app_runs(judge, give_up):
        verdict = verdict_on(judge, ENDLESS)
    assert verdict.outcome is Outcome.COULD_NOT_TELL
    assert len(pids) >= 4, "pytest, its kernel, the launcher and the app"
    assert all_end(pids)
    assert not folder.exists()


def test_closing_leaves_no_process_no_file_and_no_descriptor(course: Course) -> None:
    before = open_files()
    with Judge(course, NOTEBOOK) as judge:
        verdict_on(judge, ECHO)
        pids = [process_of(judge), *descendants(process_of(judge))]
        folder = folder_of(judge)
    assert all_end(pids)
    assert not folder.exists()
    assert open_files() == before
    judge.close()
    judge.abandon()


def test_a_judge_ends_with_the_process_that_started_it(course: Course) -> None:
    pid = os.fork()
    if pid == 0:
        judge = Judge(course, NOTEBOOK)
        judge.start()
        (course.root / "pid.txt").write_text(f"{process_of(judge)} {folder_of(judge)}")
        os._exit(0)
    os.waitpid(pid, 0)
    number, folder = (course.root / "pid.txt").read_text().split()
    assert all_end([int(number)], 30)
    assert wait_until(lambda: not Path(folder).exists(), 10)


# many at once


def test_sources_are_judged_in_the_courses_order(course: Course) -> None:
    seen: list[str] = []
    verdicts = check_sources(
        course,
        {"package": PACKAGE, "broken_check": SHIPPED.format(rule="broken_check"), "echo": WRONG},
        lambda verdict: seen.append(verdict.rule),
    )
    assert [(v.rule, v.outcome.value) for v in verdicts] == [
        ("echo", "not_yet"),
        ("package", "repaired"),
        ("broken_check", "not_attempted"),
    ]
    assert seen[0] == "broken_check", "what needs no process comes first"
    assert sorted(seen) == ["broken_check", "echo", "package"]


def test_what_is_not_attempted_starts_no_process(course: Course) -> None:
    before = set(descendants(os.getpid()))
    (verdict,) = check_sources(course, {"echo": SHIPPED.format(rule="echo") + "# a remark\n"})
    assert (verdict.outcome, verdict.seconds) == (Outcome.NOT_ATTEMPTED, 0)
    assert verdict.facts == tuple(Fact(text, met=False) for text in FACTS)
    assert set(descendants(os.getpid())) <= before


def test_a_misspelt_rule_is_answered_with_the_nearest(course: Course) -> None:
    with pytest.raises(UsageError, match="no rule 'ecco'; did you mean 'echo'"):
        check_sources(course, {"ecco": ECHO})
    with pytest.raises(UsageError, match="no rule 'ecco'"):
        core_facts(course, "ecco")


def test_a_course_without_checks_says_who_has_them(tmp_path: Path) -> None:
    course = write_checks(tmp_path)
    (course.checks / NOTEBOOK).rename(tmp_path / "away.ipynb")
    with pytest.raises(CourseError, match="no check for echo"):
        core_facts(course, "echo")
    course.checks.rmdir()
    with pytest.raises(UsageError, match="your instructor holds them"):
        check_sources(course, {"echo": ECHO})


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt, also where the tests run in the background and it is ignored."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_all_judges(course: Course) -> None:
    before = set(descendants(os.getpid()))

    def interrupt() -> None:
        wait_until(lambda: _apps(os.getpid(), before) != [], 60)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        check_sources(course, {"echo": ENDLESS})
    thread.join()
    assert all_end([pid for pid in descendants(os.getpid()) if pid not in before])


def _kill(judge: Judge, name: str) -> None:
    pids = [process_of(judge), *descendants(process_of(judge))]
    victim = next(pid for pid in pids if name in command_of(pid))
    os.kill(victim, signal.SIGKILL)
    assert all_end([victim])


def _apps(pid: int, besides: set[int]) -> list[int]:
    """Return the apps among the descendants: they are forks of the launcher."""
    found = [p for p in descendants(pid) if p not in besides]
    launchers = [p for p in found if "clinic.launcher" in command_of(p)]
    return [p for p in launchers if set(launchers) & set(_parents(p))]


def _parents(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])]
    return []


@contextlib.contextmanager
def _when_an_app_runs(judge: Judge, action: object) -> Iterator[None]:
    """Call ``action`` on another thread as soon as the judge has an app."""
    assert callable(action)

    def act() -> None:
        wait_until(lambda: judge._run is not None and _apps(process_of(judge), set()) != [], 60)
        time.sleep(0.2)  # not needed for the verdict; lets the app get into its sleep
        action()

    thread = threading.Thread(target=act)
    thread.start()
    yield
    thread.join()
