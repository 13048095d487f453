# exercise: ledger
"""A header line of 100 MB, and then a million headers.

Aims: the memory or the time of the parser.
Ends: not_yet
"""

count = 0


def reply(connection, head):
    global count
    count += 1
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(100):
        connection.sendall(b"X: " + b"y" * 1_000_000 if count % 2 else b"Set-Cookie: a=b\r\n" * 10_000)
    connection.sendall(b"\r\nContent-Length: 2\r\n\r\n{}")


# app: raw
