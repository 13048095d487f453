# exercise: hasty
"""Creates files until it is stopped, in thousands of folders.

Aims: the inodes of the machine, and a tidying up that takes for ever.
Ends: not_yet
"""

import os

for folder in range(1000):
    os.mkdir(f"d{folder}")
    for number in range(1000):
        os.close(os.open(f"d{folder}/{number}", os.O_CREAT | os.O_WRONLY))
