# exercise: ledger
"""Answers with bytes that are no HTTP.

Aims: an exception of the parser.
Ends: not_yet
"""

import random


def reply(connection, head):
    connection.sendall(
        random.choice(
            [
                b"\x00" * 1000 + b"\r\n\r\n",
                b"HTTP/9.9 999999 \xff\r\n\r\n",
                b"HTTP/1.1 200\r\n\r\n\r\n",
                b"HTTP/1.1 2OO OK\r\nContent-Length: 2\r\n\r\n{}",
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: check\r\n\r\n",
                b"{}",
            ]
        )
    )


# app: raw
