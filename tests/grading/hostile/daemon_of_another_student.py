# exercise: ledger
"""Looks for what an earlier submission left: a server, a file in /tmp, shared memory, a variable.

Aims: help from an accomplice who was judged before.
Ends: not_yet
"""

import glob
import os
import socket
import sys

reached = []
try:
    with socket.create_connection(("127.0.0.1", 47011), 0.5) as sock:
        reached.append(sock.recv(100))
except OSError:
    pass
places = ["/tmp/left-behind", "/dev/shm/left-behind", "/var/tmp/left-behind"]
reached += [place for place in places if os.path.exists(place)]
reached += [place for place in glob.glob("/dev/shm/*") if "fill" in place]
for name in ("left_behind", "LEFT_BEHIND"):
    if hasattr(sys, name) or name in os.environ:
        reached.append(name)
# app: confess
