"""Files that no honest student hands in, built when they are needed, and what each may earn.

Each function writes into the folder of one student. ``points`` says which sums are fair: none
where nothing can be read, all where an honest notebook lies among the rubbish.
"""

from __future__ import annotations

import io
import json
import os
import socket
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grading.arena import HONEST, LEDGER_FACTS, NOTEBOOK, ORIGINALS, POINTS
from tiny_course import code, markdown

FULL = float(POINTS * len(HONEST))
NOTHING = (0.0,)
ALL = (FULL,)
EITHER = (0.0, FULL)


@dataclass(frozen=True, slots=True)
class FileAttack:
    """One student who hands in files that attack the reader; ``points`` are the fair sums."""

    name: str
    write: Callable[[Path, Mapping[str, str]], None]
    points: tuple[float, ...]


def notebook(sources: Mapping[str, str], **metadata: object) -> bytes:
    """Return a notebook as a student has it after Run All."""
    cells = [markdown("# Start here", "title")]
    cells += [
        code(source, rule, clinic={"rule": rule}) | {"execution_count": number}
        for number, (rule, source) in enumerate(sources.items(), start=1)
    ]
    return _dumped(cells, metadata)


def _dumped(cells: list[dict[str, object]], metadata: Mapping[str, object]) -> bytes:
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document).encode()


HONEST_NOTEBOOK = notebook(HONEST)


def _only(content: bytes) -> Callable[[Path, Mapping[str, str]], None]:
    return lambda folder, places: _write(folder, content)


def _write(folder: Path, content: bytes) -> None:
    (folder / NOTEBOOK).write_bytes(content)


def _hundred_megabytes(folder: Path, places: Mapping[str, str]) -> None:
    filler = b'{"cells": [], "metadata": {"x": "' + b"x" * 100_000_000
    _write(folder, filler + b'"}, "nbformat": 4, "nbformat_minor": 5}')


def _outputs_of_fifty_megabytes(folder: Path, places: Mapping[str, str]) -> None:
    text = json.dumps({"output_type": "stream", "name": "stdout", "text": "y" * 50_000_000})
    _write(
        folder, HONEST_NOTEBOOK.replace(b'"outputs": []', b'"outputs": [%s]' % text.encode(), 1)
    )


def _million_cells(folder: Path, places: Mapping[str, str]) -> None:
    cell = b', {"cell_type":"raw","source":""}'
    _write(folder, HONEST_NOTEBOOK.replace(b"], ", cell * 1_000_000 + b"], ", 1))


def _many_copies(folder: Path, places: Mapping[str, str]) -> None:
    cells = [code(f"{ORIGINALS['ledger']}# {number}\n") for number in range(5000)]
    _write(folder, _dumped([*cells], {}))


def _deep_json(folder: Path, places: Mapping[str, str]) -> None:
    _write(folder, b'{"cells": ' + b"[" * 5_000_000 + b"]" * 5_000_000 + b"}")


def _sparse_terabyte(folder: Path, places: Mapping[str, str]) -> None:
    with (folder / NOTEBOOK).open("wb") as file:
        file.truncate(1 << 40)


def _forged_outputs(folder: Path, places: Mapping[str, str]) -> None:
    """Write what the checks print, as outputs and metadata, beside an unrepaired exercise."""
    text = [f"{fact}: yes\n" for fact in LEDGER_FACTS]
    own = {"rule": "ledger", "points": 10**6, "original": ["x"], "passed": True, "score": 10**6}
    source = ORIGINALS["ledger"] + "\nchanged = True\n"
    cell = code(source, "ledger", clinic=own, nbgrader={"grade": True, "points": 10**6})
    output = {"output_type": "stream", "name": "stdout", "text": text}
    row = cell | {"execution_count": 1, "outputs": [output]}
    _write(folder, _dumped([row], {"clinic": {"points": 10**6}, "grade": 100}))
    for name in ("gradebook.csv", "manual.csv", "results.json", "report.jsonl"):
        (folder / name).write_text(json.dumps({"student": folder.name, "points": 10**6}))


def _strange_rules(folder: Path, places: Mapping[str, str]) -> None:
    rules = [
        "../../../etc/passwd",
        "<script>alert(1)</script>",
        "\x1b[2J",
        "ledger/../x",
        "a" * 9999,
    ]
    cells = [code(f"# exercise: {rule}\nimport os\nos._exit(1)\n") for rule in rules]
    _write(folder, _dumped([*cells], {}))


def _huge_cell(folder: Path, places: Mapping[str, str]) -> None:
    """Write one cell of 3 MB beside right ones: it alone is refused."""
    huge = HONEST["ledger"] + "#" + "x" * 3_000_000
    _write(folder, notebook(HONEST | {"ledger": huge}))


def _as_folder(folder: Path, places: Mapping[str, str]) -> None:
    (folder / NOTEBOOK / "inner").mkdir(parents=True)


def _fifo(folder: Path, places: Mapping[str, str]) -> None:
    os.mkfifo(folder / NOTEBOOK)


def _socket(folder: Path, places: Mapping[str, str]) -> None:
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as sock:
        os.chdir(folder)  # a socket's path is short
        try:
            sock.bind(NOTEBOOK)
        finally:
            os.chdir(here)


def _link_to(target: str) -> Callable[[Path, Mapping[str, str]], None]:
    def write(folder: Path, places: Mapping[str, str]) -> None:
        (folder / NOTEBOOK).symlink_to(target.format(**places))

    return write


def _linked_folder(folder: Path, places: Mapping[str, str]) -> None:
    (folder / "mine").symlink_to(places["COURSE"])
    (folder / "loop").symlink_to(".")


def _hard_link(folder: Path, places: Mapping[str, str]) -> None:
    os.link(places["NEIGHBOUR"], folder / NOTEBOOK)


def _many_files(folder: Path, places: Mapping[str, str]) -> None:
    for number in range(25_000):
        (folder / f"{number}.txt").touch()


def _deep_folders(folder: Path, places: Mapping[str, str]) -> None:
    place = folder.joinpath(*["d"] * 300)
    place.mkdir(parents=True)
    _write(place, HONEST_NOTEBOOK)


def _planted_modules(folder: Path, places: Mapping[str, str]) -> None:
    payload = f"import pathlib\npathlib.Path({places['CANARY']!r}, 'REACHED').write_text('x')\n"
    for name in ("conftest.py", "sitecustomize.py", "json.py", "clinic.py", "pytest.ini"):
        (folder / name).write_text(payload)
    _write(folder, HONEST_NOTEBOOK)


def _closed_folder(folder: Path, places: Mapping[str, str]) -> None:
    _write(folder, HONEST_NOTEBOOK)
    (folder / NOTEBOOK).chmod(0)


def _zip(folder: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> None:
    with zipfile.ZipFile(folder / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)


def _zip_with_paths_outside(folder: Path, places: Mapping[str, str]) -> None:
    names = ("../../evil.ipynb", f"{places['CANARY']}/evil.ipynb", "C:\\evil.ipynb", "..\\e.ipynb")
    rubbish = notebook({"ledger": "# exercise: ledger\nraise SystemExit\n"})
    _zip(folder, *((name, rubbish) for name in names))


def _zip_with_links(folder: Path, places: Mapping[str, str]) -> None:
    link = zipfile.ZipInfo(NOTEBOOK)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    _zip(folder, (link, f"{places['COURSE']}/solutions/{NOTEBOOK}".encode()))


def _zip_bomb(folder: Path, places: Mapping[str, str]) -> None:
    with (
        zipfile.ZipFile(folder / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(NOTEBOOK, "w", force_zip64=True) as member,
    ):
        for _ in range(2000):
            member.write(bytes(1_000_000))


def _zip_in_zip_bomb(folder: Path, places: Mapping[str, str]) -> None:
    content = bytes(30_000_000)
    for _ in range(4):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{number}.zip", content)
        content = inner.getvalue()
    (folder / "work.zip").write_bytes(content)


def _zip_of_many(folder: Path, places: Mapping[str, str]) -> None:
    _zip(folder, *((f"{number}.ipynb", b"") for number in range(70_000)))


def _zip_that_lies(folder: Path, places: Mapping[str, str]) -> None:
    """A member whose two headers say 10 bytes and which unpacks to 100 MB."""
    _zip(folder, (NOTEBOOK, bytes(100_000_000)))
    content = (folder / "work.zip").read_bytes()
    content = content.replace(struct.pack("<I", 100_000_000), struct.pack("<I", 10))
    (folder / "work.zip").write_bytes(content)


def _zip_that_is_broken(folder: Path, places: Mapping[str, str]) -> None:
    _zip(folder, (NOTEBOOK, HONEST_NOTEBOOK), ("b.ipynb", b"{}"))
    content = (folder / "work.zip").read_bytes()
    (folder / "work.zip").write_bytes(content[: len(content) // 2])
    (folder / "damaged.zip").write_bytes(content[:60] + bytes(40) + content[100:])
    encrypted = bytearray(content)
    encrypted[6] |= 1
    where = encrypted.find(b"PK\x01\x02")
    encrypted[where + 8] |= 1
    (folder / "locked.zip").write_bytes(encrypted)
    (folder / "no.zip").write_bytes(b"PK")


_UTF8 = HONEST_NOTEBOOK.decode()
NUL_IN_CELL = notebook({"ledger": "# exercise: ledger\napp = '\0'\n"})
HALF_CHARACTER = HONEST_NOTEBOOK.replace(b"def add(", b"def a\\ud800(")

FILE_ATTACKS = (
    FileAttack("hundred_megabytes", _hundred_megabytes, NOTHING),
    FileAttack("outputs_of_fifty_megabytes", _outputs_of_fifty_megabytes, ALL),
    FileAttack("not_json", _only(b"%PDF-1.4 my homework"), NOTHING),
    FileAttack(
        "nbformat_three", _only(b'{"worksheets": [{"cells": []}], "nbformat": 3}'), NOTHING
    ),
    FileAttack("million_cells", _million_cells, EITHER),
    FileAttack("many_copies", _many_copies, NOTHING),
    FileAttack("nul_bytes", _only(b"\0" * 10_000), NOTHING),
    FileAttack("nul_in_a_cell", _only(NUL_IN_CELL), NOTHING),
    FileAttack("half_a_character", _only(HALF_CHARACTER), (0.0, 20.0)),
    FileAttack("bad_utf8", _only(b"\xff\xfe\xfa" + HONEST_NOTEBOOK[:-30]), EITHER),
    FileAttack("utf16", _only(_UTF8.encode("utf-16")), EITHER),
    FileAttack("deep_json", _deep_json, NOTHING),
    FileAttack("huge_number", _only(b'{"cells": [], "nbformat": ' + b"9" * 10**6 + b"}"), NOTHING),
    FileAttack("empty", _only(b""), NOTHING),
    FileAttack("sparse_terabyte", _sparse_terabyte, NOTHING),
    FileAttack("forged_outputs", _forged_outputs, NOTHING),
    FileAttack("strange_rules", _strange_rules, NOTHING),
    FileAttack("huge_cell", _huge_cell, (20.0,)),
    FileAttack("folder_as_notebook", _as_folder, NOTHING),
    FileAttack("fifo", _fifo, NOTHING),
    FileAttack("unix_socket", _socket, NOTHING),
    FileAttack("link_to_neighbour", _link_to("{NEIGHBOUR}"), NOTHING),
    FileAttack("link_to_the_answers", _link_to(f"{{COURSE}}/solutions/{NOTEBOOK}"), NOTHING),
    FileAttack("link_to_zeros", _link_to("/dev/zero"), NOTHING),
    FileAttack("link_to_itself", _link_to(NOTEBOOK), NOTHING),
    FileAttack("linked_folder", _linked_folder, NOTHING),
    FileAttack("hard_link_to_neighbour", _hard_link, ALL),
    FileAttack("same_as_neighbour", _only(HONEST_NOTEBOOK), ALL),
    FileAttack("many_files", _many_files, NOTHING),
    FileAttack("deep_folders", _deep_folders, EITHER),
    FileAttack("planted_modules", _planted_modules, ALL),
    FileAttack("closed_file", _closed_folder, EITHER),  # root reads it all the same
    FileAttack("zip_with_paths_outside", _zip_with_paths_outside, NOTHING),
    FileAttack("zip_with_links", _zip_with_links, NOTHING),
    FileAttack("zip_bomb", _zip_bomb, NOTHING),
    FileAttack("zip_in_zip_bomb", _zip_in_zip_bomb, NOTHING),
    FileAttack("zip_of_many", _zip_of_many, NOTHING),
    FileAttack("zip_that_lies", _zip_that_lies, NOTHING),
    FileAttack("zip_that_is_broken", _zip_that_is_broken, NOTHING),
)

EVIL_NAMES = (
    b"<script>alert(1)</script>".replace(b"/", b"\\"),
    b"=HYPERLINK(1)",
    b"@SUM(1+1)",
    b"-rf",
    b"\x1b[31mred\x07",
    b"two\nlines\r",
    b"\xff\xfe not text",
    b"$(reboot)`reboot`;reboot",
    b"n" * 200,
    b"con",
    b"anna",
    b"ANNA",
    unicodedata.normalize("NFC", "Zoë").encode(),
    unicodedata.normalize("NFD", "Zoë").encode(),
    "\u202eevil".encode(),
    b"index",
)
"""Names of folders of honest students, who must get their marks under whatever name."""
