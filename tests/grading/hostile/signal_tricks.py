# exercise: ledger
"""Ignores every signal that can be ignored and floods itself with timers.

Aims: a process that cannot be stopped.
Ends: not_yet
"""

import faulthandler
import signal

for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
faulthandler.enable()
# app: shipped
