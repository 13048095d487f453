"""The first signal stops, the next ones change nothing."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from clinic.grading.interruption import Interruption


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_raises_once(number: signal.Signals, status: int) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    with Interruption() as interruption:
        interruption.check()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        assert interruption.status == status
        with pytest.raises(KeyboardInterrupt):
            interruption.check()
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_signal_that_got_lost_is_found_at_the_next_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Swallowing:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    lost: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    with Interruption() as interruption:
        Swallowing()
        assert len(lost) == 1
        with pytest.raises(KeyboardInterrupt):
            interruption.check()
