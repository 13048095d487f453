# exercise: ledger
"""Writes into results, submissions, the course, the installed package and the system.

Aims: a changed gradebook, check or library, for itself or for the next student.
Ends: not_yet
"""

import glob
import os
import sys

places = ["@CANARY@", "@COURSE@/tests/checks", "@COURSE@/solutions", "@SUBMISSIONS@", "@OUT@"]
places += ["@OUT@/results", "/etc", "/usr/local/bin", "/root", "/home", "/proc/self/root/etc"]
places += [path for path in sys.path if path] + [sys.prefix, os.path.dirname(sys.executable)]
places += glob.glob("/proc/[0-9]*/cwd") + glob.glob("/home/*")
for module in list(sys.modules.values()):
    if getattr(module, "__file__", None) and module.__name__.startswith("clinic"):
        places.append(os.path.dirname(module.__file__))
reached = []
for place in places:
    if os.path.realpath(place) == os.getcwd():
        continue
    for name in ("REACHED.pth", "gradebook.csv"):
        try:
            with open(os.path.join(place, name), "w") as file:
                file.write("import os\n")
            if place.startswith("@"):
                reached.append(place)
        except OSError:
            continue
for path in (sys.executable, "/proc/self/exe", "/proc/1/exe", "@CANARY@/secret.txt", os.__file__):
    try:
        with open(path, "r+b") as file:
            file.write(b"#")
        reached.append(path)
    except OSError:
        continue
# app: confess
