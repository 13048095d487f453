# exercise: ledger
"""Answers with a few kilobytes that unpack to many megabytes, and with packings inside packings.

Aims: the memory of the check.
Ends: not_yet
"""

import gzip
import zlib

once = gzip.compress(bytes(50_000_000), 9)
packer = zlib.compressobj(9)
deflated = b"".join(packer.compress(bytes(10_000_000)) for _ in range(20)) + packer.flush()
bombs = [
    ("gzip", once),
    ("gzip, gzip, gzip", gzip.compress(gzip.compress(once))),
    ("deflate", deflated),
    ("br", once),
    (", ".join(["gzip"] * 1000), once),
]
count = 0


def reply(connection, head):
    global count
    coding, body = bombs[count % len(bombs)]
    count += 1
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: %s\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (coding.encode(), len(body), body)
    )


# app: raw
