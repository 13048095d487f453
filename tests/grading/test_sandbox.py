"""The sandbox, through real judges: what code inside sees, what it can use up, what is left."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from processes_of import all_end, descendants
from sandboxed import ask, verdict_on
from tiny_checks import ECHO, FACTS, NOTEBOOK, PACKAGE, write_checks

from clinic.catalog import Course
from clinic.confinement import Limits
from clinic.errors import MachineError
from clinic.grading import sandbox
from clinic.nbval_run import Judge
from clinic.stubs import wait_until
from clinic.verdict import Outcome

pytestmark = [
    pytest.mark.xdist_group("sandbox"),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="there is no bubblewrap here"),
]

LIMITS = Limits(memory=160 * 1024**2, threads=30, cpu_seconds=8, busy_seconds=2)
WRONG = ECHO.replace('{"number": number}', '{"number": -1}')


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return write_checks(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def judge(course: Course) -> Iterator[Judge]:
    enclosure = replace(sandbox.require(), limits=LIMITS, disk_bytes=2**24, disk_files=2000)
    with Judge(course, enclosure=enclosure) as started:
        yield started


def test_verdicts_are_those_of_a_judge_without_a_sandbox(judge: Judge) -> None:
    verdicts = judge.run({"echo": ECHO, "package": PACKAGE, "noisy": WRONG})
    assert [verdict.outcome for verdict in verdicts] == [
        Outcome.REPAIRED,
        Outcome.REPAIRED,
        Outcome.NOT_YET,
    ]
    assert verdicts[0].facts[-1].met, "what the app prints comes out"


# what code inside sees


def test_it_has_no_privileges(judge: Judge) -> None:
    fields = ask(
        judge,
        "[line.split() for line in open('/proc/self/status')"
        " if line.startswith(('Cap', 'NoNewPrivs', 'Seccomp:', 'Uid'))]",
    )
    told = {name: values for name, *values in fields}
    assert told.pop("Uid:") == ["1000"] * 4
    assert told.pop("NoNewPrivs:") == ["1"]
    assert told.pop("Seccomp:") == ["2"]
    assert set(told) == {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"}
    assert {value for (value,) in told.values()} == {"0" * 16}


def test_it_sees_its_own_processes_only(judge: Judge) -> None:
    seen = ask(judge, "[n for n in os.listdir('/proc') if n.isdecimal()]")
    assert len(seen) == 3, "the init of the box, what holds it open, and the app"


@pytest.mark.parametrize("kind", ["user", "mnt", "pid", "ipc", "uts", "net"])
def test_it_has_namespaces_of_its_own(judge: Judge, kind: str) -> None:
    assert ask(judge, f"os.readlink('/proc/self/ns/{kind}')") != os.readlink(
        f"/proc/self/ns/{kind}"
    )


def test_it_sees_nothing_of_the_course_the_judge_and_other_people(
    judge: Judge, course: Course, tmp_path: Path
) -> None:
    assert judge.enclosure is not None
    assert judge._run is not None
    secret = tmp_path / "secret"
    secret.touch()
    root = course.root
    paths = [root / "tests", root / "solutions", root / "notebooks", secret, judge._run.submission]
    paths += [Path("/etc/shadow"), Path("/etc/hostname"), Path("/home"), Path(sandbox.STORE)]
    assert ask(judge, f"[p for p in {[*map(str, paths)]!r} if os.path.lexists(p)]") == []


def test_it_writes_to_its_own_folders_only(judge: Judge) -> None:
    mounts = ask(judge, "[line.split()[4:6] for line in open('/proc/self/mountinfo')]")
    kinds = [place for place, options in mounts if "rw" in options.split(",")]
    writable = [place for place in kinds if not place.startswith("/dev/") or place == "/dev/shm"]
    (app,) = (place for place in writable if place.startswith(sandbox.VIEW))
    assert sorted(writable) == [app, "/dev/shm", "/proc", "/tmp"]
    assert (
        ask(judge, "[p for p in ('/', '/proc/sys/user', '/dev') if os.access(p, os.W_OK)]") == []
    )


def test_a_course_inside_the_system_is_hidden(tmp_path: Path) -> None:
    """Such as one in a container at ``/usr/local/src``."""
    course = Path("/usr/share/zoneinfo")
    outer = sandbox.available().enclose(course, tmp_path, ["judge"], 9)
    place = outer.index(f"{sandbox.ROOT}{course}")
    assert outer[place - 1] == "--tmpfs"
    assert f"{sandbox.ROOT}/usr/share" in outer[:place]


def test_it_has_no_environment_of_ours(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ask(judge, "sorted({*os.environ} - {'PYTHONUNBUFFERED', 'NO_PROXY'})")
    assert names == ["HOME", "LANG", "PATH", "TMPDIR"]
    first = ask(judge, "open('/proc/self/environ').read()")
    assert "CLINIC" not in first
    assert "PYTEST" not in first


def test_it_has_no_descriptor_of_ours(judge: Judge) -> None:
    numbers = ask(
        judge,
        "sorted({os.readlink(f'/proc/self/fd/{n}').split(':')[0]"
        " for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}')})",
    )
    assert [name for name in numbers if name.startswith("/") and "/proc/" not in name] == [
        "/dev/null"
    ]


SEARCH = r"""
import os, re

here = "MARK-" + os.urandom(8).hex()
found = set()
with open("/proc/self/mem", "rb", 0) as memory, open("/proc/self/maps") as maps:
    for line in maps.read().splitlines():
        if " r" in line and "[v" not in line:
            start, end = (int(number, 16) for number in line.split()[0].split("-"))
            for place in range(start, end, 2**20):
                memory.seek(place)
                try:
                    data = memory.read(min(end - place, 2**20))
                except OSError:  # a file that is shorter than its mapping
                    break
                found.update(m.decode() for m in re.findall(rb"MARK-[0-9a-f]{16}", data))
"""


def test_what_holds_the_sandbox_open_leads_nowhere(judge: Judge) -> None:
    """Its first two processes may keep nothing open that is outside, such as the old root."""
    seen = ask(
        judge,
        "[[n, os.listdir(f'/proc/{n}/root') == os.listdir('/'), [os.readlink(f'/proc/{n}/fd/{f}')"
        " for f in (os.listdir(f'/proc/{n}/fd') if os.access(f'/proc/{n}/fd', os.R_OK) else [])"
        " if os.path.lexists(f'/proc/{n}/fd/{f}')]]"
        " for n in (1, 2) if os.access(f'/proc/{n}/root', os.R_OK)]",
    )
    for _, same_root, files in seen:
        assert same_root
        assert not [name for name in files if name.startswith("/") and name != "/dev/null"], seen


RELINK = """
def relink():
    failed = []
    for part in ("tmp", "shm", "work"):
        try:
            os.rename(f"../{part}", f"../{part}-old")
            os.symlink("/", f"../{part}")
        except OSError as error:
            failed.append(part)
    return [failed, os.access("..", os.W_OK)]
"""


def test_the_folder_of_its_folders_is_out_of_reach(judge: Judge) -> None:
    assert ask(judge, "relink()", RELINK) == [["tmp", "shm", "work"], False]


def test_memory_holds_nothing_of_the_submission_before(judge: Judge) -> None:
    mark = f"MARK-{os.urandom(8).hex()}"
    verdict_on(judge, f"left = {mark!r}\n" + ECHO)
    own, found = ask(judge, "[here, sorted(found)]", SEARCH)
    assert own in found, "the search finds what is there"
    assert mark not in found


# the network


def test_it_reaches_its_own_loopback_and_nothing_else(judge: Judge) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours, socket.socket(socket.AF_UNIX) as local:
        name = f"\0clinic-{os.urandom(8).hex()}"
        local.bind(name)
        local.listen()
        port = ours.getsockname()[1]
        setup = f"""
def error_of(action, *arguments):
    try:
        action(*arguments)
    except OSError as error:
        return type(error).__name__
    return ""

def abstract():
    socket.socket(socket.AF_UNIX).connect({name!r})

async def told():
    return [
        error_of(socket.create_connection, ("127.0.0.1", {port}), 3),
        error_of(socket.create_connection, ("1.1.1.1", 443), 3),
        error_of(socket.getaddrinfo, "example.com", 80),
        error_of(abstract),
        open("/proc/net/dev").read().count(":"),
    ]
"""
        assert ask(judge, "asyncio.run(told())", setup) == [
            "ConnectionRefusedError",
            "OSError",
            "gaierror",
            "ConnectionRefusedError",
            1,
        ]


# what it can use up


def test_a_hoarder_of_memory_is_ended_alone_and_told_why(judge: Judge) -> None:
    hoard = "kept = []\nwhile True:\n    kept.append(bytearray(b'x' * 2**22))\n"
    verdicts = judge.run({"echo": hoard, "noisy": ECHO})
    assert verdicts[0].outcome is Outcome.NOT_YET
    assert verdicts[0].reason == "The app was ended: it used more than 160 MB of memory."
    assert verdicts[1].outcome is Outcome.REPAIRED


def test_a_fork_bomb_stays_small_and_leaves_nothing(judge: Judge) -> None:
    bomb = """
def bomb():
    started = 0
    try:
        while True:
            if os.fork() == 0:
                os.setsid()
                time.sleep(600)
            started += 1
    except OSError:
        return started
"""
    assert judge._run is not None
    before = set(descendants(judge._run.process.pid))
    assert ask(judge, "bomb()", bomb) < LIMITS.threads
    pid = judge._run.process.pid
    assert wait_until(lambda: set(descendants(pid)) <= before, 30)


def test_who_computes_without_end_is_ended(judge: Judge) -> None:
    verdict = verdict_on(judge, "while True:\n    pass\n")
    assert verdict.outcome is Outcome.NOT_YET
    assert verdict.reason


def test_files_and_what_hides_as_files_are_limited(judge: Judge) -> None:
    fill = """
def fill(folder, size):
    written = 0
    try:
        for number in range(4000):
            with open(f"{folder}/{number}", "wb") as file:
                written += file.write(bytes(size))
    except OSError:
        pass
    for name in os.listdir(folder):
        if name.isdecimal():
            os.unlink(f"{folder}/{name}")
    return written
"""
    folders = "('.', '/tmp', '/dev/shm')"
    written = ask(judge, f"[fill(folder, 2**20) for folder in {folders}]", fill)
    assert all(0 < size <= 2**24 for size in written)
    assert ask(judge, "fill('.', 1)", fill) < 2000, "the number of files is limited too"
    assert verdict_on(judge, ECHO).outcome is Outcome.REPAIRED


def test_one_file_is_limited_also_where_it_is_a_hole(judge: Judge) -> None:
    setup = "def hole():\n    with open('hole', 'wb') as f:\n        f.truncate(2**40)"
    verdict = verdict_on(judge, f"import os\n{setup}\nhole()\n")
    assert "File too large" in verdict.reason


def test_what_is_left_in_files_is_removed_however_deep_and_closed(judge: Judge) -> None:
    deep = """
def dig():
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    os.mkdir("closed")
    open("closed/file", "w").close()
    os.chmod("closed", 0)
    os.chmod(".", 0)
    return 1
"""
    for _ in range(2):  # twice as many folders as there may be
        assert ask(judge, "dig()", deep) == 1


# what a check must not fall for


def test_a_link_in_the_work_directory_leads_the_check_nowhere(tmp_path: Path) -> None:
    course = write_checks(tmp_path / "course")
    path = course.checks / NOTEBOOK
    old, new = 'answer.json() == {\\"number\\": number}', '(app.workdir / \\"link\\").exists()'
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    linked = "import os\nos.symlink('/etc/passwd', 'link')\n" + ECHO
    real = "open('link', 'w').close()\n" + ECHO
    with Judge(course, enclosure=sandbox.require()) as judge:
        assert verdict_on(judge, real).facts[0].met
        assert not verdict_on(judge, linked).facts[0].met


# the end


def test_the_checks_are_gone_once_they_are_read(judge: Judge) -> None:
    verdict_on(judge, ECHO)
    assert judge._run is not None
    assert not list(judge._run.folder.rglob("*.ipynb"))


def test_a_killed_grader_leaves_no_process(course: Course) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from clinic.catalog import load_course\n"
        "from clinic.grading import sandbox\n"
        "from clinic.nbval_run import Judge\n"
        "judge = Judge(load_course(Path(sys.argv[1])), enclosure=sandbox.require())\n"
        "judge.run({'echo': sys.argv[2]})\n"
        "print('judged', flush=True)\n"
        "judge.run({'echo': 'import time; time.sleep(600)'})\n"
    )
    grader = subprocess.Popen(
        [sys.executable, "-c", script, str(course.root), ECHO], stdout=subprocess.PIPE
    )
    assert grader.stdout is not None
    with grader.stdout:
        assert grader.stdout.readline() == b"judged\n"
    left = descendants(grader.pid)
    assert left
    os.kill(grader.pid, signal.SIGKILL)
    grader.wait()
    assert all_end(left, 60)


def test_without_bubblewrap_one_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MachineError, match=r"apt install bubblewrap.*dnf.*--no-sandbox"):
        sandbox.require()


def test_a_bubblewrap_that_may_do_nothing_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bwrap = tmp_path / "bwrap"
    bwrap.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    bwrap.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(MachineError, match=r"cannot be made .*--no-sandbox\.$"):
        sandbox.require()


def test_facts_are_the_same_in_and_out_of_a_sandbox(judge: Judge) -> None:
    assert tuple(fact.text for fact in verdict_on(judge, WRONG).facts[:2]) == FACTS


def test_process_ids_do_not_come_again_at_a_restart(tmp_path: Path) -> None:
    course = write_checks(tmp_path / "course")
    path = course.checks / NOTEBOOK
    text = path.read_text("utf-8")
    old = 'assert answer.json() == {\\"number\\": number}'
    assert old in text
    new = "assert app.restart().get('/echo/1').json() != answer.json()"
    path.write_text(text.replace(old, new), "utf-8")
    pids = ECHO.replace('{"number": number}', "__import__('os').getpid()")
    with Judge(course, enclosure=sandbox.require()) as judge:
        verdict = verdict_on(judge, pids)
        assert verdict.facts[0].met, verdict


# an older bubblewrap


def test_an_old_bubblewrap_is_not_asked_for_what_it_does_not_know(tmp_path: Path) -> None:
    old = tmp_path / "bwrap"
    old.write_text("#!/bin/sh\necho '  --unshare-user  Create a new user namespace'\n")
    old.chmod(0o755)
    for program, known in ((str(old), False), (sandbox.available().bwrap, True)):
        holder = sandbox.Enclosure(program).boxes().holder
        assert ("--disable-userns" in holder) is known


def test_no_namespace_is_made_where_bubblewrap_does_not_forbid_it(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_knows", lambda *_: False)
    make = "import ctypes; unshare = lambda: ctypes.CDLL(None).unshare(0x10000000)"
    with Judge(course, enclosure=sandbox.available()) as started:
        assert ask(started, "unshare()", make) == -1
