"""Whose files are whose, in every layout; and that no name and no zip file does any harm."""

from __future__ import annotations

import contextlib
import os
import pickle
import random
import stat
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest
from grading import zips
from grading.zips import NOTEBOOK, zip_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.errors import UsageError
from clinic.grading.submissions import Submission, collect

Handed = dict[str, list[str]]


def write(root: Path, files: Mapping[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def names(submissions: list[Submission]) -> Handed:
    return {one.key: [file.name for file in one.files] for one in submissions}


def notes(submission: Submission) -> str:
    return " ".join(submission.notes)


def both(tmp_path: Path, files: Mapping[str, bytes]) -> list[list[Submission]]:
    """Return what is found in a folder with these files, and in a zip file of them."""
    path = tmp_path / "download.zip"
    path.write_bytes(zip_of(files))
    return [collect(write(tmp_path / "hw1", files)), collect(path)]


A = "01_async.ipynb"


# Layouts


def test_a_folder_per_student(tmp_path: Path) -> None:
    files = {
        f"ada/{A}": NOTEBOOK,
        "ada/more/05_api.ipynb": NOTEBOOK,
        "Bob Builder/x.ipynb": NOTEBOOK,
        "ada/progress.json": b"{}",
        "ada/.ipynb_checkpoints/01-checkpoint.ipynb": NOTEBOOK,
        "ada/plot.png": b"",
        "ada/.DS_Store": b"",
        "__MACOSX/ada/._01.ipynb": b"",
        "README.txt": b"",
    }
    for found in both(tmp_path, files):
        assert names(found) == {"Bob-Builder": ["x.ipynb"], "ada": [A, "more/05_api.ipynb"]}
        assert [one.student for one in found] == ["Bob Builder", "ada"]
        assert all(not one.notes and one.late is None and not one.ids for one in found)
        assert found[1].files[0].read() == NOTEBOOK


@pytest.mark.parametrize("wrapper", ["submissions/", "", "hw/submissions/"])
def test_a_folder_around_the_class_is_seen_through(tmp_path: Path, wrapper: str) -> None:
    (tmp_path / "a.zip").write_bytes(
        zip_of({f"{wrapper}ada/lessons/{A}": NOTEBOOK, f"{wrapper}bob/{A}": NOTEBOOK})
    )
    assert list(names(collect(tmp_path / "a.zip"))) == ["ada", "bob"]


@pytest.mark.parametrize("inside", ["", "submitted/"])
def test_nbgrader(tmp_path: Path, inside: str) -> None:
    course = write(
        tmp_path / "course",
        {
            f"submitted/ada/hw/{A}": NOTEBOOK,
            "submitted/ada/hw/timestamp.txt": "2026-11-01 10:00:00.5 UTC\n",
            f"submitted/bob/hw/{A}": NOTEBOOK,
            f"source/hw/{A}": NOTEBOOK,
            f"release/hw/{A}": NOTEBOOK,
            f"autograded/ada/hw/{A}": NOTEBOOK,
            "gradebook.db": b"",
        },
    )
    found = collect(course / inside)
    assert names(found) == {"ada": [f"hw/{A}"], "bob": [f"hw/{A}"]}
    assert found[0].ids == {"nbgrader": "ada"}
    assert found[0].handed_in_at == "2026-11-01 10:00:00.5 UTC"


@pytest.mark.parametrize("separator", ["/", "_/", "_"])
def test_moodle(tmp_path: Path, separator: str) -> None:
    start = "Ada Lovelace_101_assignsubmission_file"
    files = {
        f"{start}{separator}{A}": NOTEBOOK,
        "Ada Lovelace_101_assignsubmission_onlinetext/onlinetext.html": b"<p>hi",
        f"Ada Lovelace_102_assignsubmission_file{separator}x.ipynb": NOTEBOOK,
        f"Default group_assignsubmission_file{separator}y.ipynb": NOTEBOOK,
        "Bob_7_assignsubmission_onlinetext_onlinetext.html": b"",
    }
    for found in both(tmp_path, files):
        assert names(found) == {
            "Ada-Lovelace-101": [A],
            "Ada-Lovelace-102": ["x.ipynb"],
            "Bob-7": [],
            "Default-group": ["y.ipynb"],
        }
        assert [one.student for one in found][:2] == ["Ada Lovelace", "Ada Lovelace"]
        assert [dict(one.ids) for one in found][:2] == [{"moodle": "101"}, {"moodle": "102"}]
        assert notes(found[2]) == "No notebook was handed in, only onlinetext.html."


def test_canvas(tmp_path: Path) -> None:
    files = {
        f"lovelaceada_11_901_{A}": NOTEBOOK,
        "lovelaceada_11_902_05_api.ipynb": NOTEBOOK,
        f"builder_bob_LATE_12_903_{A}": NOTEBOOK,
        "o_neil_13_text.html": b"",
        "anon_ab1Cd_905_x.ipynb": NOTEBOOK,
        "LATE_anon_zz9zz_906_x.ipynb": NOTEBOOK,
    }
    for found in both(tmp_path, files):
        assert names(found) == {
            "anon_ab1Cd": ["x.ipynb"],
            "anon_zz9zz": ["x.ipynb"],
            "builder_bob-12": [A],
            "lovelaceada-11": [A, "05_api.ipynb"],
            "o_neil-13": [],
        }
        assert [one.late for one in found] == [False, True, True, False, False]
        assert found[2].ids == {"canvas": "12"}
        assert found[2].student == "builder_bob"


def test_of_several_attempts_at_canvas_the_newest_counts(tmp_path: Path) -> None:
    attempts = {f"ada_11_90{n}_hw{end}.ipynb": b"%d" % n for n, end in enumerate(["", "-1", "-2"])}
    for found in both(tmp_path, attempts):
        assert names(found) == {"ada-11": ["hw-2.ipynb"]}
        assert found[0].files[0].read() == b"2"
        assert found[0].notes == (
            "hw.ipynb is an older attempt; hw-2.ipynb counts.",
            "hw-1.ipynb is an older attempt; hw-2.ipynb counts.",
        )


def test_a_flat_folder_of_notebooks(tmp_path: Path) -> None:
    files = {
        "ada.ipynb": NOTEBOOK,
        "Bob B.IPYNB": NOTEBOOK,
        "eve.ipynb.txt": NOTEBOOK,
        "cy.zip": zip_of({f"x/{A}": NOTEBOOK}),
        "list.csv": b"",
    }
    for found in both(tmp_path, files):
        assert names(found) == {
            "Bob-B": ["Bob B.IPYNB"],
            "ada": ["ada.ipynb"],
            "cy": [f"cy.zip/x/{A}"],
            "eve": ["eve.ipynb.txt"],
        }
        assert found[2].files[0].read() == NOTEBOOK


def test_lessons_by_name_are_one_student(tmp_path: Path) -> None:
    for found in both(tmp_path, {A: NOTEBOOK, "05_api (1).ipynb": NOTEBOOK}):
        assert list(names(found).values()) == [[A, "05_api (1).ipynb"]]
    assert [one.key for one in found] == ["download"]


def test_one_notebook_is_one_student(tmp_path: Path) -> None:
    assert names(collect(write(tmp_path, {"ada.ipynb": NOTEBOOK}) / "ada.ipynb")) == {
        "ada": ["ada.ipynb"]
    }


def test_a_download_inside_a_folder_is_opened(tmp_path: Path) -> None:
    moodle = zip_of({f"Ada_1_assignsubmission_file/{A}": NOTEBOOK})
    assert names(collect(write(tmp_path, {"hw1.zip": moodle}))) == {"Ada-1": [A]}


def test_a_students_zip_is_opened_once(tmp_path: Path) -> None:
    inner = zip_of({f"work/{A}": NOTEBOOK, "work/deeper.zip": zips.nested(3), "a.pdf": b""})
    for found in both(tmp_path, {"ada/hw.zip": inner, "bob/hw.rar": b"", "bob/hw.docx": b""}):
        assert names(found) == {"ada": [f"hw.zip/work/{A}"], "bob": []}
        assert found[0].notes == (
            "hw.zip/work/deeper.zip is a zip file in a zip file; it was not opened.",
        )
        assert found[1].notes == (
            "hw.rar cannot be opened; hand in a zip file.",
            "No notebook was handed in, only hw.docx, hw.rar.",
        )


def test_a_student_with_an_empty_folder_is_in_the_class(tmp_path: Path) -> None:
    write(tmp_path, {f"ada/{A}": NOTEBOOK})
    (tmp_path / "bob").mkdir()
    found = collect(tmp_path)
    assert names(found) == {"ada": [A], "bob": []}
    assert found[1].notes == ("No notebook was handed in.",)


def test_readers_can_be_sent_to_another_process(tmp_path: Path) -> None:
    inner = zip_of({A: b"inner"})
    for found in both(tmp_path, {f"ada/{A}": b"outer", "ada/z.zip": inner, "b/x.ipynb": b""}):
        files = pickle.loads(pickle.dumps(found))[0].files
        assert [file.read() for file in files] == [b"outer", b"inner"]


# What is refused


@pytest.mark.parametrize(
    ("files", "place", "says"),
    [
        ({}, "none", "There is no folder or file"),
        ({"a.txt": b""}, ".", "holds no submissions"),
        ({"a.zip": b"PK\x03\x04 and no more"}, "a.zip", "is no zip file, or a damaged one."),
        ({"a.zip": zip_of({})}, "a.zip", "holds no submissions"),
        ({"a.zip": zips.overlapping(50)}, "a.zip", "its entries overlap"),
        ({"a.pdf": b"%PDF"}, "a.pdf", "is no zip file, or a damaged one."),
        (
            {"notebooks/00_start_here.ipynb": NOTEBOOK, "solutions/x.ipynb": NOTEBOOK},
            ".",
            "is the course itself",
        ),
    ],
)
def test_a_place_without_submissions(
    tmp_path: Path, files: dict[str, bytes], place: str, says: str
) -> None:
    with pytest.raises(UsageError, match=r"[^\n]+") as caught:
        collect(write(tmp_path, files) / place)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_names_that_are_not_text_in_a_zip(tmp_path: Path) -> None:
    content = zip_of({"ä.ipynb": NOTEBOOK}).replace("ä".encode(), b"\xff\xff")
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(UsageError, match="unpack it and give the folder"):
        collect(tmp_path / "a.zip")


def test_a_million_entries_are_refused_before_they_become_objects(tmp_path: Path) -> None:
    entry = zip_of({"a": b""})
    start, end = entry.index(b"PK\x01\x02"), entry.index(b"PK\x05\x06")
    directory = entry[start:end] * 1_000_000
    size, offset = len(directory).to_bytes(4, "little"), start.to_bytes(4, "little")
    tail = b"PK\x05\x06" + bytes(4) + b"\x01\x00\x01\x00" + size + offset + bytes(2)
    (tmp_path / "a.zip").write_bytes(entry[:start] + directory + tail)
    tracemalloc.start()
    with pytest.raises(UsageError, match="has more than 200,000 entries"):
        collect(tmp_path / "a.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * len(directory)


# Hostile files in a student's folder


def test_links_and_devices_are_told_and_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path, {"secret/answers.ipynb": b"secret"}) / "secret"
    class_ = write(tmp_path / "class", {f"ada/{A}": NOTEBOOK, f"bob/{A}": NOTEBOOK})
    (class_ / "ada" / "link.ipynb").symlink_to(secret / "answers.ipynb")
    (class_ / "ada" / "folder").symlink_to(secret)
    (class_ / "eve").symlink_to(secret)
    os.mkfifo(class_ / "ada" / "pipe.ipynb")
    os.link(secret / "answers.ipynb", class_ / "bob" / "hard.ipynb")
    found = collect(class_)
    assert names(found) == {"ada": [A], "bob": [A, "hard.ipynb"], "eve": []}
    assert found[0].notes == (
        "folder is a link; links are not followed.",
        "link.ipynb is a link; links are not followed.",
        "pipe.ipynb is no ordinary file.",
    )
    assert notes(found[1]) == "hard.ipynb is a hard link, one of 2 names of the same file."
    assert notes(found[2]).startswith("eve is a link; links are not followed.")


def test_a_file_that_becomes_a_link_or_a_pipe_later_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"ada/a.ipynb": NOTEBOOK, "ada/b.ipynb": NOTEBOOK, "bob/x.ipynb": b""})
    files = collect(tmp_path)[0].files
    for name in ("a", "b"):
        (tmp_path / "ada" / f"{name}.ipynb").unlink()
    (tmp_path / "ada" / "a.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "ada" / "b.ipynb")
    with pytest.raises(UsageError, match=r"a\.ipynb cannot be read"):
        files[0].read()
    with pytest.raises(UsageError, match=r"b\.ipynb is no ordinary file"):
        files[1].read()


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {f"ada/{A}": b"", "bob/x.ipynb": b""})
    with (tmp_path / "ada" / A).open("r+b") as file:
        file.truncate(10**12)
    with pytest.raises(UsageError, match=rf"{A} is larger than 64 MB"):
        collect(tmp_path)[0].files[0].read()


def test_deep_and_wide_folders_end(tmp_path: Path) -> None:
    deep = "/".join("d" * 40)
    write(tmp_path, {f"ada/{deep}/{A}": NOTEBOOK, f"ada/{A}": NOTEBOOK})
    for number in range(20_100):
        (tmp_path / "ada" / f"{number}.ipynb").touch()
    found = collect(write(tmp_path, {f"bob/{A}": NOTEBOOK}))
    assert len(found[0].files) == 200
    assert "ada holds more than 20,000 files; not all were read." in found[0].notes
    assert names(found)["bob"] == [A]


def test_too_deep_is_told(tmp_path: Path) -> None:
    write(tmp_path, {f"ada/{'d/' * 40}{A}": NOTEBOOK, f"bob/{A}": NOTEBOOK})
    assert "lies too deep in folders." in notes(collect(tmp_path)[0])


# Hostile zip files


@pytest.mark.parametrize(
    ("content", "files", "says"),
    [
        (zips.encrypted(A), [], f"h.zip/{A} is protected with a password"),
        (
            zips.zip_with_link(A, "/etc/passwd"),
            [],
            f"h.zip/{A} is a link; links are not followed.",
        ),
        (zips.zip_with_mode(A, b"", stat.S_IFIFO), [], f"h.zip/{A} is no ordinary file."),
        (zips.overlapping(9), [], "h.zip is no sound zip file: its entries overlap."),
        (b"PK\x03\x04...", [], "h.zip is no zip file, or a damaged one."),
        (zip_of({A: NOTEBOOK})[:-30], [], "h.zip is no zip file, or a damaged one."),
        (zip_of({f"../../{A}": NOTEBOOK}), [A], "had a path that leads out of the zip file"),
        (zip_of({f"/etc/{A}": NOTEBOOK}), [f"etc/{A}"], "had a path that leads out"),
        (zip_of({f"C:\\win\\{A}": NOTEBOOK}), [f"win/{A}"], "had a path that leads out"),
        (zip_of({f"win\\{A}": NOTEBOOK}), [f"win/{A}"], ""),
        (zip_of([(A, b"1"), (A, b"2")]), [A], "stands in the zip file twice; the last one"),
        (zip_of({"a\x1b[31m\u202ebp.ipynb": NOTEBOOK}), ["a [31m bp.ipynb"], ""),
        (zip_of({"n" * 4000 + ".ipynb": NOTEBOOK}), ["n" * 113 + "…"], ""),
        (zip_of({"/": b"", "//": b"", "..": b"", "": b""}), [], "No notebook was handed in."),
        (zips.nested(4), [], "h.zip/inner.zip is a zip file in a zip file"),
    ],
)
def test_hostile_zips_of_students(
    tmp_path: Path, content: bytes, files: list[str], says: str
) -> None:
    for found in both(tmp_path, {"ada/h.zip": content, f"bob/{A}": NOTEBOOK}):
        assert names(found) == {"ada": [f"h.zip/{name}" for name in files], "bob": [A]}
        assert says in notes(found[0])
        assert notes(found[0]).isprintable()
        assert not found[1].notes


def test_the_last_of_two_entries_of_one_name_is_read(tmp_path: Path) -> None:
    content = zip_of([(A, b"1"), (A, b"2")])
    found = collect(write(tmp_path, {"ada/h.zip": content, f"bob/{A}": b""}))
    assert found[0].files[0].read() == b"2"


def test_a_bomb_is_cut_off_while_it_inflates(tmp_path: Path) -> None:
    made = zip_of({A: bytes(200 * 2**20)})
    for claimed in (1, 2**32 - 2):
        for found in both(tmp_path, {"ada/h.zip": zips.lying(made, claimed), f"bob/{A}": b""}):
            tracemalloc.start()
            with pytest.raises(UsageError, match="is larger than 64 MB"):
                found[0].files[0].read()
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 150 * 2**20


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    noise = random.randbytes(1000)
    content = bytearray(zip_of({A: noise, "b.ipynb": NOTEBOOK}))
    content[200] ^= 255
    found = collect(write(tmp_path, {"ada/h.zip": bytes(content), f"bob/{A}": b""}))
    with pytest.raises(UsageError, match=f"{A} is damaged in the zip file"):
        found[0].files[0].read()
    assert found[0].files[1].read() == NOTEBOOK


def test_names_in_utf8_that_do_not_say_so(tmp_path: Path) -> None:
    content = zip_of({"abcd/x.ipynb": NOTEBOOK, "e/x.ipynb": NOTEBOOK})
    (tmp_path / "a.zip").write_bytes(content.replace(b"abcd", "Zoë".encode()))
    assert names(collect(tmp_path / "a.zip")) == {"Zoë": ["x.ipynb"], "e": ["x.ipynb"]}


# Keys


def test_keys_are_safe_unique_and_stable(tmp_path: Path) -> None:
    strange = [
        "Ada",
        "ada",
        "a b",
        "a-b",
        "con",
        "NUL.x",
        "__",
        "=1+1",
        "名前",
        "x" * 250,
        "é",
        "e\u0301",
    ]
    files = {f"{name}/{A}": NOTEBOOK for name in strange}
    found = collect(write(tmp_path / "one", files))
    keys = [one.key for one in found]
    assert len({key.casefold() for key in keys}) == len(strange)
    for key in keys:
        assert key.split(".")[0].casefold() not in ("con", "nul", "")
        assert all(char.isalnum() or char in "._-" for char in key)
        assert len(f"{key}.json".encode()) < 256
        assert key[0] not in "=+-@."
    random.shuffle(strange)
    again = collect(write(tmp_path / "two", {f"{name}/{A}": NOTEBOOK for name in strange}))
    assert [one.key for one in again] == keys


def test_names_that_are_no_text_on_disk(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9\x1b"
    os.mkdir(folder)
    with open(folder + b"/\xff.ipynb", "wb") as file:
        file.write(NOTEBOOK)
    (one,) = collect(tmp_path)
    assert one.student.isprintable()
    assert one.key.isprintable()
    assert one.files[0].read() == NOTEBOOK
    one.key.encode()


def test_thousands_of_students_keep_no_bytes(tmp_path: Path) -> None:
    files = {f"s{number}/{A}": random.randbytes(20_000) for number in range(2000)}
    (tmp_path / "a.zip").write_bytes(zip_of(files))
    tracemalloc.start()
    found = collect(tmp_path / "a.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 2000
    assert peak < sum(map(len, files.values())) / 3
    one = random.choice(found)
    assert one.files[0].read() == files[f"{one.key}/{A}"]


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_damage_to_a_zip_never_raises_anything_else(
    tmp_path: Path, data: st.DataObject
) -> None:
    inner = zip_of({A: NOTEBOOK * 50, "b.ipynb": NOTEBOOK})
    content = bytearray(zip_of({"ada/h.zip": inner, f"bob/{A}": NOTEBOOK * 9, "cy/x.ipynb": b""}))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "a.zip").write_bytes(content)
    try:
        files = [file for one in collect(tmp_path / "a.zip") for file in one.files]
    except UsageError:
        return
    for file in files:
        with contextlib.suppress(UsageError):
            file.read()
