# exercise: hasty
"""Content lengths that are too long, too short, negative, doubled, and at odds with chunks.

Aims: a check that waits, or that reads one answer as the next.
Ends: not_yet
"""

heads = [
    b"Content-Length: 1000000000000",
    b"Content-Length: 1",
    b"Content-Length: -1",
    b"Content-Length: 2\r\nContent-Length: 3",
    b"Content-Length: 2\r\nTransfer-Encoding: chunked",
    b"Content-Length: 9999999999999999999999999999999999",
]
count = 0


def reply(connection, head):
    global count
    count += 1
    line = heads[count % len(heads)]
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + line + b'\r\n\r\n{"double": 2}' * 3)
    connection.recv(1)


# app: raw
