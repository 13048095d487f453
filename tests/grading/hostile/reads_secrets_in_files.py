# exercise: ledger
"""Opens by their very names the files of the grader: answers, checks, other students, results.

Aims: other people's work in a response, from where it reaches the feedback.
Ends: not_yet
"""

import glob
import re

reached = []
patterns = [
    "@COURSE@/**/*",
    "@SUBMISSIONS@/**/*",
    "@OUT@/**/*",
    "@CANARY@/**/*",
    "/proc/[0-9]*/root@SUBMISSIONS@/**/*",
    "/proc/[0-9]*/cwd/**/*",
    "/tmp/**/*",
    "/root/**/*",
    "/home/**/*",
    "/dev/shm/**/*",
    "/var/tmp/**/*",
    "/run/**/*",
]
for pattern in patterns:
    for number, path in enumerate(glob.iglob(pattern, recursive=True)):
        if number > 3000:
            break
        try:
            with open(path, "rb") as file:
                content = file.read(300_000)
        except OSError:
            continue
        reached += [path, *re.findall(rb"CANARY-[0-9a-f]{16}", content)][: 0 if b"CANARY-" not in content else 9]
# app: confess
