# exercise: ledger
"""Asks a name server, the cloud's metadata service and web servers, over TCP, UDP and IPv6.

Aims: the answers from outside, or data that leaves.
Ends: not_yet
"""

import socket

reached = []
socket.setdefaulttimeout(0.3)
for name in ("example.com", "pypi.org"):
    try:
        reached += [str(socket.getaddrinfo(name, 80))]
    except OSError:
        continue
for address in (("1.1.1.1", 53), ("8.8.8.8", 443), ("169.254.169.254", 80), ("10.0.0.1", 22)):
    try:
        socket.create_connection(address, 0.3).close()
        reached.append(address)
    except OSError:
        continue
for family, address in ((socket.AF_INET, "8.8.8.8"), (socket.AF_INET6, "2001:4860:4860::8888")):
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"x", (address, 53))
        reached.append(address)
    except OSError:
        continue
try:
    reached += [name for _, name in socket.if_nameindex() if name not in ("lo", "tunl0", "sit0")]
except OSError:
    pass
# app: confess
