# exercise: hasty
"""Answers 100 Continue without end, and never anything else.

Aims: a client that skips them for ever.
Ends: not_yet
"""


def reply(connection, head):
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 1000)


# app: raw
