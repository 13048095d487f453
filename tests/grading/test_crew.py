"""How many judge at once, with processors and a clock on paper."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from clinic.errors import MachineError
from clinic.grading.crew import LOOK, SPAN, Crew, Times, processor_times
from clinic.stubs import wait_until


@dataclass
class Machine:
    """A machine whose clock a test moves; ``idle`` is the share of it that did nothing."""

    idle: float
    now: float = 0.0
    ticks: Times = field(default_factory=lambda: Times(0, 0))

    def clock(self) -> float:
        return self.now

    def times(self) -> Times | None:
        return self.ticks

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.ticks = Times(
            self.ticks.idle + int(100 * seconds * self.idle), self.ticks.total + int(100 * seconds)
        )


class Class:
    """Students who are judged for as long as the test says, on threads."""

    def __init__(self, crew: Crew, students: int) -> None:
        self.crew = crew
        self.working = 0
        self.end = threading.Semaphore(0)
        self.pool = ThreadPoolExecutor(crew.most)
        for _ in range(students):
            crew.enlist()
            self.pool.submit(self._judge)

    def _judge(self) -> None:
        with self.crew.turn():
            self.working += 1
            self.end.acquire()
            self.working -= 1

    def close(self) -> None:
        self.crew.close()
        self.end.release(100)
        self.pool.shutdown()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as closing:
        yield closing


def work(stack: ExitStack, machine: Machine, students: int, most: int = 6) -> Class:
    group = Class(Crew(2, most, machine.times, machine.clock), students)
    stack.callback(group.close)
    assert wait_until(lambda: group.working == min(2, students), 10)
    return group


def look_often(machine: Machine, seconds: float = 2 * SPAN, looks: int = 8) -> None:
    """Let time pass, and everybody who waits look up often enough to see it."""
    for _ in range(looks):
        machine.pass_time(seconds)
        threading.Event().wait(LOOK * 1.2)


def test_more_join_one_by_one_while_processors_are_idle(stack: ExitStack) -> None:
    machine = Machine(idle=0.8)
    group = work(stack, machine, students=40, most=4)
    sizes = [2]
    while sizes[-1] < 4:
        look_often(machine, looks=1)
        sizes.append(group.crew.size)
    assert set(sizes) == {2, 3, 4}
    assert wait_until(lambda: group.working == 4, 10)


def test_nobody_joins_a_busy_machine(stack: ExitStack) -> None:
    machine = Machine(idle=0.1)
    group = work(stack, machine, students=40)
    look_often(machine)
    assert (group.crew.size, group.working) == (2, 2)


def test_nobody_joins_for_work_that_is_soon_done(stack: ExitStack) -> None:
    machine = Machine(idle=0.9)
    group = work(stack, machine, students=3)
    look_often(machine, seconds=0.3)  # one student is ahead, of 2.4 seconds at the most
    assert (group.crew.size, group.working) == (2, 2)


def test_who_is_still_to_come_counts_as_work(stack: ExitStack) -> None:
    machine = Machine(idle=0.9)
    group = work(stack, machine, students=3)
    group.crew.expect(50)
    look_often(machine)
    assert group.crew.size == 3, "there are three here"
    assert group.working == 3


def test_where_nothing_counts_the_processors_all_join(stack: ExitStack) -> None:
    machine = Machine(idle=0.0)
    group = Class(Crew(1, 3, lambda: None, machine.clock), 20)
    stack.callback(group.close)
    while group.working < 3:
        look_often(machine, 5, looks=1)


def test_a_number_that_was_asked_for_is_had_at_once(stack: ExitStack) -> None:
    group = Class(Crew(5, 5, Machine(idle=0.0).times), 9)
    stack.callback(group.close)
    assert wait_until(lambda: group.working == 5, 10)


def test_the_next_one_begins_when_another_is_done(stack: ExitStack) -> None:
    group = work(stack, Machine(idle=0.0), students=5)
    for _ in range(5):
        group.end.release()
    group.pool.shutdown()
    assert group.working == 0


def test_nobody_is_let_into_a_crew_that_is_closed() -> None:
    crew = Crew(1, 1)
    crew.close()
    with pytest.raises(MachineError, match="stopped"), crew.turn():
        pytest.fail("it was let in")


def test_processors_are_counted_where_the_system_does_it() -> None:
    times = processor_times()
    assert times is None or 0 <= times.idle <= times.total
