# exercise: ledger
"""Resets every connection, now before, now in the middle of the answer.

Aims: an error of the socket that nobody catches.
Ends: not_yet
"""

import random
import socket
import struct


def reply(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le"[: random.choice([0, 5, 30])])
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


# app: raw
