# exercise: ledger
"""Moves its work directory away and puts a symbolic link to the grader's files in its place.

Aims: files outside that the check reads, writes or removes for it.
Ends: not_yet
"""

import os
import shutil

here = os.getcwd()
for change in (
    lambda: os.rename(here, here + "-away"),
    lambda: shutil.rmtree(here),
    lambda: os.symlink("@CANARY@", here),
):
    try:
        change()
    except OSError:
        continue
# app: shipped
