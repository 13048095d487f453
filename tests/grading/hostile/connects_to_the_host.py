# exercise: ledger
"""Connects to a server on the grader's own loopback, by all names of this machine.

Aims: a helper that waits outside, or services that trust their own machine.
Ends: not_yet
"""

import socket

reached = []
for host in ("127.0.0.1", "127.0.0.53", "localhost", "0.0.0.0", "::1", socket.gethostname()):
    try:
        with socket.create_connection((host, int("@PORT@")), 0.5) as sock:
            reached.append(sock.recv(100).decode())
    except OSError:
        continue
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    try:
        sock.sendto(b"from a submission", ("127.0.0.1", int("@PORT@")))
    except OSError:
        pass
# app: confess
