"""The first process inside the sandbox of a judge: make the folders of the apps, then guard it.

``python -m clinic.grading.supervisor PLAN COMMAND...`` with a JSON plan. bwrap has given it just
the capabilities for this. It mounts a file system of limited size for the apps, gives up root
where the grader is root, gives up all capabilities, and starts the judge. When the judge ends it
ends too, and when the grader is gone (killed, for example) it does not wait for the judge for
long: with it everything in the sandbox ends, because the process namespace does.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import sys
from dataclasses import asdict, dataclass

from clinic import confinement

PATIENCE = 10.0
"""Seconds that a judge has to tidy up once nobody listens to it any more."""

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT, _MS_BIND = 2, 4, 8, 32, 4096
_MS_NOSYMFOLLOW = 256


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do; ``user`` is the id to become, None to stay. Sizes in bytes."""

    channel: int
    user: int | None
    store: str
    view: str
    size: int
    files: int
    address_space: int

    def to_text(self) -> str:
        """Return the plan as an argument of this program."""
        return json.dumps(asdict(self))


def main(argv: list[str]) -> int:
    """Set the sandbox up, run the command, and return its exit status."""
    plan = Plan(**json.loads(argv[0]))
    mount_folders(plan)
    become_nobody(plan)
    confinement.never_dump_core()
    resource.setrlimit(resource.RLIMIT_AS, (plan.address_space, plan.address_space))
    confinement.drop_privileges()
    child = os.fork()
    if child == 0:
        os.execv(argv[1], argv[1:])  # noqa: S606 - the judge, no shell
    status = guard(child, plan.channel)
    # bwrap's own first process waits for all others, also for one that hangs.
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    return status


def mount_folders(plan: Plan) -> None:
    """Mount the apps' file system, and a view of it in which no link leads anywhere.

    The checks look at it through the view, so a submission cannot make them open what it names.
    """
    owner = plan.user if plan.user is not None else os.getuid()
    options = f"size={plan.size},nr_inodes={plan.files},mode=0700,uid={owner}"
    safe = _MS_NOSUID | _MS_NODEV
    confinement.mount("tmpfs", plan.store, "tmpfs", safe, options)
    confinement.mount(plan.store, plan.view, "", _MS_BIND)
    look = _MS_REMOUNT | _MS_BIND | safe | _MS_NOEXEC | _MS_NOSYMFOLLOW
    confinement.mount("", plan.view, "", look)


def become_nobody(plan: Plan) -> None:
    """Give up root, for which no limit of processes holds; do nothing for other users."""
    if plan.user is None:
        return
    # bwrap covers parts of /proc for root; the inner sandboxes may only mount a bare one.
    confinement.mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    os.setgroups([])
    os.setresgid(plan.user, plan.user, plan.user)
    os.setresuid(plan.user, plan.user, plan.user)


def guard(child: int, channel: int) -> int:
    """Wait for the judge, but not for long once the grader is gone; return its status."""
    poll = select.poll()
    poll.register(channel, select.POLLRDHUP)
    poll.register(judge := os.pidfd_open(child), select.POLLIN)
    if judge not in dict(poll.poll()):
        poll.unregister(channel)
        if not poll.poll(PATIENCE * 1000):
            return 1
    with contextlib.suppress(ChildProcessError):
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
