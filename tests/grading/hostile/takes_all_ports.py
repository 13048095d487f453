# exercise: ledger
"""Takes every free port with daemons of its own, so that nobody else finds one.

Aims: a check that cannot start its partner or a second start, for this student or others.
Ends: not_yet or could_not_tell
"""

import os
import socket
import time

for share in range(40):
    if os.fork() == 0:
        os.setsid()
        held = []
        try:
            for port in range(1024 + share, 65536, 40):
                sock = socket.socket()
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                held.append(sock)
                try:
                    sock.bind(("127.0.0.1", port))
                    sock.listen()
                except OSError:
                    continue
        except OSError:
            pass
        time.sleep(600)
        os._exit(0)
time.sleep(1)
# app: shipped
