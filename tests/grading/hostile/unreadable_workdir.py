# exercise: ledger
"""Takes all permissions from its work directory and from everything in it.

Aims: a tidying up that fails, for a grader who is not root.
Ends: not_yet
"""

import os

os.makedirs("a/b/c")
open("a/b/c/file", "w").close()
# app: shipped


for place in ("a/b/c/file", "a/b/c", "a/b", "a", os.getcwd()):
    os.chmod(place, 0)
