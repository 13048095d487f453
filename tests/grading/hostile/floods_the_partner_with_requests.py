# exercise: hasty
"""Asks the check's partner thousands of things with large bodies, on hundreds of connections.

Aims: the memory and the open files of the check.
Ends: not_yet
"""

# app: shipped
import os
import socket
import threading
from urllib.parse import urlsplit


def flood():
    bank = urlsplit(os.environ.get("BANK_URL", "http://127.0.0.1:1"))
    body = b"x" * 8_000_000
    request = b"POST /%s HTTP/1.1\r\nHost: b\r\nContent-Length: %d\r\n\r\n"
    while True:
        try:
            with socket.create_connection((bank.hostname, bank.port)) as sock:
                while True:
                    sock.sendall(request % (b"a" * 1000, len(body)) + body)
                    sock.recv(65536)
        except OSError:
            continue


def idle():
    bank = urlsplit(os.environ.get("BANK_URL", "http://127.0.0.1:1"))
    held = []
    try:
        for _ in range(300):
            held.append(socket.create_connection((bank.hostname, bank.port)))
    except OSError:
        pass
    threading.Event().wait()


for target in (flood, flood, flood, idle):
    threading.Thread(target=target, daemon=True).start()
