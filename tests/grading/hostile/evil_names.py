# exercise: ledger
"""Files and folders whose names are no text, hold escapes, or cannot be read or removed.

Aims: a tidying up or a message that trips over a name.
Ends: not_yet
"""

import os

for name in (b"\xff\xfe", b"a\nb", b"\x1b[2J", b"-rf", b"~", b"$(reboot)", b"x" * 255, b" "):
    try:
        os.mkdir(name)
        with open(name + b"/" + name[:200], "wb") as file:
            file.write(b"x")
    except OSError:
        continue
for target, name in (("loop", "loop"), ("/", "root"), ("@CANARY@", "canary")):
    try:
        os.symlink(target, name)
        os.mkfifo(name + ".fifo")
    except OSError:
        continue
# app: shipped
for folder, _, names in os.walk(".", topdown=False):
    for name in names:
        try:
            os.chmod(os.path.join(folder, name), 0, follow_symlinks=True)
        except (OSError, NotImplementedError):
            continue
