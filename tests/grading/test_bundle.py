"""Bundles: written whole, checked by `sha256sum`, never over somebody's work."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from clinic.errors import MachineError, UsageError
from clinic.grading.bundle import (
    COURSE,
    MANIFEST,
    SUMS,
    require_free,
    with_sums,
    write_folder,
    write_zip,
    zip_bytes,
)


def some_files(seed: int | None = None) -> dict[str, bytes]:
    """Return files of random names and contents, with a manifest of the course."""
    chance = random.Random(seed)
    names = {f"{chance.choice('abc')}/d {chance.randrange(99)}/ü-{n}.py" for n in range(9)}
    files = {name: chance.randbytes(chance.randrange(2000)) for name in names}
    return with_sums({**files, MANIFEST: json.dumps({"course": COURSE}).encode()})


def held(folder: Path) -> dict[str, bytes]:
    """Return everything that a folder holds."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return where to write."""
    return tmp_path / "somewhere" / "out"


def test_a_folder_holds_the_files_and_nothing_is_left_beside_it(out: Path) -> None:
    files = some_files()
    write_folder(files, out)
    assert held(out) == files
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    assert out.stat().st_mode & 0o777 == out.parent.stat().st_mode & 0o777


def test_sha256sum_finds_every_change_and_every_loss(out: Path) -> None:
    write_folder(some_files(), out)
    command = ["sha256sum", "--strict", "--quiet", "-c", SUMS]
    assert subprocess.run(command, cwd=out, check=False).returncode == 0
    (out / MANIFEST).write_text("{}")
    changed = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    assert changed.stdout == f"{MANIFEST}: FAILED\n"
    (out / MANIFEST).unlink()
    assert subprocess.run(command, cwd=out, capture_output=True, check=False).returncode != 0


def test_every_file_but_the_list_is_in_the_list() -> None:
    files = some_files()
    listed = files[SUMS].decode().splitlines()
    assert listed == [
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}"
        for name in sorted(set(files) - {SUMS})
    ]


def test_an_empty_folder_and_an_untouched_release_are_replaced(out: Path) -> None:
    out.mkdir(parents=True)
    for _ in range(3):
        files = some_files()
        require_free(out)
        write_folder(files, out)
        assert held(out) == files


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("notes.txt", b"", "'notes.txt' is not as it was released"),
        ("a/__pycache__/x.pyc", b"", "'a/__pycache__/x.pyc' is not as it was released"),
        (".git/HEAD", b"ref", "'.git/HEAD' is not as it was released"),
        (MANIFEST, b"{}", "holds something that is no release"),
        (MANIFEST, b"\xff", "holds something that is no release"),
        (MANIFEST, b"[1]", "holds something that is no release"),
        (SUMS, b"", "is not as it was released"),
        (SUMS, b"\xff\n\n  \n", "is not as it was released"),
    ],
)
def test_work_in_a_release_is_never_overwritten(
    out: Path, name: str, content: bytes, says: str
) -> None:
    write_folder(some_files(), out)
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(content)
    with pytest.raises(UsageError, match=says):
        require_free(out)


def test_a_changed_file_and_a_link_are_work_too(out: Path) -> None:
    files = some_files()
    name = sorted(set(files) - {MANIFEST, SUMS})[0]
    write_folder(files, out)
    (out / name).write_bytes(files[name] + b" ")
    with pytest.raises(UsageError, match="is not as it was released"):
        require_free(out)
    (out / name).write_bytes(files[name])
    require_free(out)
    (out / "link").symlink_to(out.parent, target_is_directory=True)
    with pytest.raises(UsageError, match="'link' is not as it was released"):
        require_free(out)


def test_other_folders_and_files_are_left_alone(out: Path) -> None:
    (out / "empty").mkdir(parents=True)
    with pytest.raises(UsageError, match="holds something that is no release"):
        require_free(out)
    shutil.rmtree(out)
    out.write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        require_free(out)


def test_what_cannot_be_written_is_one_sentence_and_leaves_the_old_one(out: Path) -> None:
    out.parent.parent.mkdir(parents=True, exist_ok=True)
    out.parent.write_text("a file where a folder should be")
    with pytest.raises(MachineError, match=r"out cannot be written: .*\.$"):
        write_folder(some_files(), out)
    with pytest.raises(MachineError, match="cannot be written"):
        write_zip(some_files(), out)
    out.parent.unlink()
    files = some_files()
    write_folder(files, out)
    with pytest.raises(MachineError, match="cannot be written"):
        write_folder({"a" * 300: b""}, out)  # a name that no file system takes
    assert held(out) == files
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_the_same_files_make_the_same_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = some_files()
    shuffled = list(files.items())
    random.shuffle(shuffled)
    first = zip_bytes(files)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert zip_bytes(dict(shuffled)) == first
    write_zip(files, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_zip_unpacks_to_the_files_in_one_folder(tmp_path: Path) -> None:
    files = some_files()
    write_zip(files, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "there")
    assert [path.name for path in (tmp_path / "there").iterdir()] == [COURSE]
    assert held(tmp_path / "there" / COURSE) == files


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 rubbish", b"text"])
def test_only_a_zip_of_the_course_is_replaced(out: Path, content: bytes) -> None:
    out.parent.mkdir(parents=True)
    archive = out.with_suffix(".zip")
    write_zip(some_files(), archive)
    require_free(out, archive)
    archive.write_bytes(content)
    with pytest.raises(UsageError, match="no zip of this course"):
        require_free(out, archive)
