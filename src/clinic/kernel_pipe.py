"""Close the one TCP port on which the kernel of the checks would listen.

ipykernel's ``IOPubThread`` (7.4) waits on a free port of 127.0.0.1 for the output of forked child
processes. The apps under judgement share that loopback with the checks: one of them could send
messages without end there, which the kernel keeps in memory and prints. The checks fork nothing.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

LONGEST_CLOSE = 10.0


def close_output_pipe() -> None:
    """Stop listening for forked processes, in the kernel that this is called in.

    Raises RuntimeError when the port is still open afterwards. Does nothing outside of a kernel.
    """
    thread: Any = getattr(sys.stdout, "pub_thread", None)
    pipe: Any = getattr(thread, "_pipe_in", None)
    if pipe is None:
        return
    closed = threading.Event()

    def close() -> None:
        thread._pipe_flag = False
        pipe.close()
        closed.set()

    thread.io_loop.add_callback(close)  # ZeroMQ's sockets belong to their thread
    if not closed.wait(LONGEST_CLOSE):
        raise RuntimeError("the kernel's port for output of child processes cannot be closed")
