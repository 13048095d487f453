# exercise: ledger
"""Connects to an abstract Unix socket and to one in the file system, outside of the sandbox.

Aims: a way out that a network namespace alone, or a mount namespace alone, leaves open.
Ends: not_yet
"""

import glob
import socket

reached = []
places = ["\0@ABSTRACT@", "@CANARY@/socket", "/run/dbus/system_bus_socket", "/var/run/docker.sock"]
for pattern in ("/tmp/**/k-*", "/run/user/**/*", "/tmp/.X11-unix/*"):
    places += glob.glob(pattern, recursive=True)
for place in places:
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(0.5)
            sock.connect(place)
            reached.append(place.strip("\0"))
    except OSError:
        continue
# app: confess
