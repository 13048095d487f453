# exercise: hasty
"""Chunks with absurd sizes, endless extensions and trailers.

Aims: the parser's memory.
Ends: not_yet
"""


def reply(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.sendall(b"2;" + b"x" * 50_000 + b"\r\n{}\r\n")
    connection.sendall(b"0\r\n" + b"X-Trailer: y\r\n" * 100_000)
    connection.sendall(b"ffffffffffffffffffffffff\r\n")
    while True:
        connection.sendall(b"x" * 100_000)


# app: raw
