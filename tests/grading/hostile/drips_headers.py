# exercise: hasty
"""Sends the status line and then one header line after the other, without end.

Aims: a check that waits for the end of the head.
Ends: not_yet
"""

import time


def reply(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Drip: 1\r\n")
        time.sleep(0.2)


# app: raw
