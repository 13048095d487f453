"""Work directories of apps, and removing them whatever they hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clinic.scratch import make_workdir, remove_tree


def dig(folder: Path, depth: int) -> None:
    """Make folders inside each other, deeper than a path may be long."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def test_a_tree_deeper_than_python_recurses_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    dig(folder, 3000)
    assert remove_tree(folder)
    assert not folder.exists()


def test_folders_closed_to_their_owner_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "a/b/c").mkdir(parents=True)
    (folder / "a/b/c/file").touch()
    for closed in ("a/b/c", "a/b", "a", "."):
        (folder / closed).chmod(0)
    assert remove_tree(folder)
    assert not folder.exists()


def test_links_are_removed_and_not_what_they_name(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    (kept / "inside").mkdir(parents=True)
    (kept / "inside/file").touch()
    folder = tmp_path / "folder"
    (folder / "a/b").mkdir(parents=True)
    for place in ("link", "a/link", "a/b/link"):
        (folder / place).symlink_to(kept, target_is_directory=True)
    kept.chmod(0o711)
    assert remove_tree(folder)
    assert (kept / "inside/file").exists()
    assert kept.stat().st_mode & 0o777 == 0o711


def test_many_files_and_folders_side_by_side_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for number in range(50):
        (folder / str(number % 7) / str(number) / "x").mkdir(parents=True)
        (folder / str(number % 7) / str(number) / "x/file").touch()
    assert remove_tree(folder)
    assert not folder.exists()


def test_a_folder_that_is_gone_already_is_gone(tmp_path: Path) -> None:
    assert remove_tree(tmp_path / "none")


def test_what_cannot_be_removed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").touch()
    monkeypatch.setattr(os, "unlink", lambda path: (_ for _ in ()).throw(PermissionError(path)))
    assert not remove_tree(folder)


def test_a_work_directory_is_private_and_fresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLINIC_SCRATCH", str(tmp_path))
    monkeypatch.delenv("CLINIC_WORKDIRS", raising=False)
    workdir, scratch = make_workdir()
    assert workdir == scratch
    assert workdir.parent == tmp_path
    assert workdir.stat().st_mode & 0o077 == 0


def test_a_confined_app_gets_a_folder_with_its_work_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLINIC_WORKDIRS", str(tmp_path))
    workdir, scratch = make_workdir()
    assert workdir == scratch / "work"
    assert scratch.parent == tmp_path
