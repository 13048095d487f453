"""What a class handed in: one :class:`Submission` per student, whatever the layout.

Every file is first a :class:`_Found`: where it lies, and how to read it later. Only names decide
whose it is, so one pass over a folder or over a zip's directory is all that :func:`collect` does.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from clinic.catalog import START
from clinic.cells import MAX_BYTES
from clinic.errors import UsageError
from clinic.grading.names import one_line, safe_keys
from clinic.grading.zipped import Member, list_members, read_member

MAX_ENTRIES = 200_000
"""Entries of a whole class; a zip or a folder with more is refused."""
MAX_OF_STUDENT = 20_000
"""Entries in one folder of the class's folder, and in a zip file that a student made."""
MAX_NOTEBOOKS = 200
MAX_ZIPS = 20
MAX_DEPTH = 20

_NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".py")
_OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_JUNK = {"__macosx", "__pycache__", "node_modules", "venv", "env", "thumbs.db", "desktop.ini"}
_CLASS_FOLDERS = {
    "submissions",
    "submission",
    "handins",
    "handin",
    "hand-ins",
    "students",
    "class",
}

_LESSON = re.compile(r"\d\d_[A-Za-z0-9_]+?(?: ?\(\d+\)|-Copy\d+|-\d+)?\.ipynb")
_MOODLE = re.compile(
    r"(?P<name>.*?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?",
    re.DOTALL,
)
"""Moodle's mod/assign/classes/downloader.php: ``Full Name_<participant>_assignsubmission_file``, a
folder with an underscore at its end up to Moodle 4.0, or the start of a file name. A group's name
stands in place of the student's, ``Default group`` without a number, ``Participant`` when marking
is blind."""
_CANVAS = re.compile(
    r"(?:(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)|(?P<hurry>LATE_)?(?P<anonymous>anon_[^\W_]+))"
    r"_(?:(?P<file>\d+)_(?P<rest>.+)|(?P<online>(?:text|link)\.html))",
    re.DOTALL,
)
"""Canvas's lib/content_zipper.rb: ``<sortable name>_[LATE_]<user>_<attachment>_<file name>``, with
``anon_<id>`` in place of name and user when grading is anonymous."""
_ENDING = re.compile(r"(?:\.ipynb)?\.\w+$", re.IGNORECASE)
_ATTEMPT = re.compile(r"(?P<base>.+)-(?P<number>\d{1,3})(?P<ending>\.[^.]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class HandedInFile:
    """One file of a submission; ``read`` gives its bytes when they are wanted, not before.

    ``read`` raises UsageError, in words, for a file that is too large or cannot be read. It can be
    pickled, so that a worker process may call it.
    """

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Submission:
    """All that one student handed in.

    ``student`` is the name to show, ``key`` the same made safe for a file name and unique in the
    class. ``ids`` holds what a learning platform calls the student (``canvas``, ``moodle``,
    ``email`` ...). ``late`` is None where nobody said. ``notes`` are sentences for the instructor.
    ``handed_in_at`` is the text of nbgrader's ``timestamp.txt``, empty elsewhere.
    """

    student: str
    key: str
    files: tuple[HandedInFile, ...]
    ids: Mapping[str, str] = field(default_factory=dict)
    late: bool | None = None
    notes: tuple[str, ...] = ()
    handed_in_at: str = ""


def collect(place: Path) -> list[Submission]:
    """Return the submissions of a class in ``place``, by key; reads names, not notebooks.

    ``place`` is a folder or a zip file: a folder per student, nbgrader's course folder or its
    ``submitted``, what Moodle and Canvas give to download, or notebooks named after the students.
    A student's own zip files are looked into, once. Nothing is unpacked to disk and no link is
    followed; whatever cannot be used is told in the notes of the submission.

    Raises:
        UsageError: there is nothing there, or the place itself cannot be read.
    """
    found, stem = _look_into(place)
    _refuse_the_course(found, place)
    students: dict[tuple[str, str], _Student] = {}
    for owner, item in _owned(found, stem):
        student = students.setdefault(owner.identity, _Student(owner))
        student.take(owner, item)
    if not students:
        raise UsageError(
            f"{place} holds no submissions. Give a folder with one folder per student, nbgrader's "
            "folder, or the zip file that Moodle or Canvas made."
        )
    handed_in = [student.submission() for student in students.values()]
    keys = safe_keys([student.raw_key for student in students.values()])
    named = [replace(one, key=key) for one, key in zip(handed_in, keys, strict=True)]
    return sorted(named, key=lambda submission: submission.key)


# Where files lie, and how they are read ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """Reads an ordinary file, never what a link or a device leads to."""

    path: str

    def __call__(self) -> bytes:
        with self.open() as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read(size + 1) if size <= MAX_BYTES else b""
        if max(size, len(content)) > MAX_BYTES:
            raise UsageError(f"{self.name} is larger than {MAX_BYTES // 2**20} MB.")
        return content

    @property
    def name(self) -> str:
        return one_line(os.path.basename(self.path))

    def open(self) -> BinaryIO:
        """Raises UsageError when it cannot be opened or is no ordinary file."""
        try:
            # O_NONBLOCK: opening a FIFO would wait for its other end.
            number = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UsageError(f"{self.name} cannot be read: {reason}.") from error
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise UsageError(f"{self.name} is no ordinary file.")
        return open(number, "rb")


@dataclass(frozen=True, slots=True)
class _InZip:
    """Reads a member of a zip file on disk."""

    archive: _OnDisk
    member: Member

    def __call__(self) -> bytes:
        with self.archive.open() as file:
            return read_member(file, self.member, _last_name(self.member), MAX_BYTES)


@dataclass(frozen=True, slots=True)
class _InStudentsZip:
    """Reads a member of a zip file that a student made, wherever that lies."""

    archive: Callable[[], bytes]
    member: Member

    def __call__(self) -> bytes:
        file = io.BytesIO(self.archive())
        return read_member(file, self.member, _last_name(self.member), MAX_BYTES)


@dataclass(frozen=True, slots=True)
class _Found:
    """A file or a folder: the parts of its path inside the place, and a reader for a file.

    ``trouble`` says, as the end of a sentence, why it is not read; ``remark`` what else to say.
    """

    parts: tuple[str, ...]
    read: Callable[[], bytes] | None = None
    trouble: str = ""
    remark: str = ""

    @property
    def name(self) -> str:
        return self.parts[-1].casefold()

    @property
    def is_file(self) -> bool:
        return self.read is not None


def _look_into(place: Path) -> tuple[list[_Found], str]:
    """Return all that lies in a place without what wraps it, and the place's own name."""
    if not os.path.lexists(place):
        raise UsageError(f"There is no folder or file {place}.")
    if place.is_dir():
        return _look_into_folder(place)
    if place.suffix.casefold() == ".ipynb":
        return [_Found((place.name,), _OnDisk(str(place.resolve())))], place.stem
    archive = _OnDisk(str(place.resolve()))
    with archive.open() as file:
        members = list_members(file, str(place), MAX_ENTRIES)
    found = _in_zip(members, lambda member: _InZip(archive, member))
    return _unwrapped(found, place.stem, from_zip=True), place.stem


def _look_into_folder(place: Path) -> tuple[list[_Found], str]:
    found = list(_in_folder(place))
    alone = [item for item in found if item.is_file or item.trouble]
    if len(alone) == 1 and len(alone[0].parts) == 1 and alone[0].name.endswith(".zip"):
        return _look_into(place / alone[0].parts[0])  # the download as it came, in a folder
    stem = place.resolve().name
    return _unwrapped(found, stem, from_zip=False), stem


def _in_folder(place: Path) -> Iterator[_Found]:
    """Yield files and folders; each folder at the top may hold so many entries and no more."""
    tops = list(_entries(str(place), (), MAX_ENTRIES))
    if len(tops) > MAX_ENTRIES:
        raise UsageError(f"{place} has more than {MAX_ENTRIES:,} entries.")
    for path, item in tops:
        yield item
        yield from _below(path, item)


def _below(path: str, top: _Found) -> Iterator[_Found]:
    waiting, left = [(path, top)], MAX_OF_STUDENT
    while waiting and left > 0:
        folder, item = waiting.pop()
        if item.is_file or item.trouble:
            continue
        if len(item.parts) > MAX_DEPTH:
            yield replace(item, trouble="lies too deep in folders")
            continue
        for inner_path, inner in _entries(folder, item.parts, left):
            left -= 1
            yield inner
            waiting.append((inner_path, inner))
    if left <= 0:
        yield replace(top, trouble=f"holds more than {MAX_OF_STUDENT:,} files; not all were read")


def _entries(folder: str, parts: tuple[str, ...], most: int) -> Iterator[tuple[str, _Found]]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(islice(listing, most + 1), key=lambda entry: entry.name)
    except OSError as error:
        if not parts:
            raise UsageError(f"{folder} cannot be read: {error.strerror}.") from error
        yield folder, _Found(parts, trouble=f"cannot be read: {error.strerror}")
        return
    for entry in entries:
        if not _is_junk(entry.name):
            yield entry.path, _on_disk(entry, (*parts, entry.name))


def _on_disk(entry: os.DirEntry[str], parts: tuple[str, ...]) -> _Found:
    if entry.is_symlink():
        return _Found(parts, trouble="is a link; links are not followed")
    if entry.is_dir(follow_symlinks=False):
        return _Found(parts)
    if not entry.is_file(follow_symlinks=False):
        return _Found(parts, trouble="is no ordinary file")
    links = _number_of_links(entry)
    remark = f"is a hard link, one of {links} names of the same file" if links > 1 else ""
    return _Found(parts, _OnDisk(os.path.abspath(entry.path)), remark=remark)


def _number_of_links(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_nlink
    except OSError:
        return 1


def _in_zip(
    members: Iterable[Member], reader: Callable[[Member], Callable[[], bytes]]
) -> list[_Found]:
    """Return the members by path; of several with one path the last counts, as in unpacking."""
    found: dict[tuple[str, ...], _Found] = {}
    for member in members:
        parts = tuple(part for part in _split(member.name) if part not in ("", ".", ".."))
        if not parts or any(map(_is_junk, parts)):
            continue
        if member.is_folder and not member.trouble:
            found.setdefault(parts, _Found(parts))
        else:
            twice = parts in found and found[parts].is_file
            remark = "stands in the zip file twice; the last one was taken" if twice else ""
            strange = "had a path that leads out of the zip file; only its name was used"
            remark = remark or (strange if _leads_out(member.name) else "")
            read = None if member.trouble else reader(member)
            found[parts] = _Found(parts, read, member.trouble, remark)
    return list(found.values())


def _split(path: str) -> list[str]:
    return re.sub(r"^[A-Za-z]:", "", path.replace("\\", "/")).split("/")


def _leads_out(path: str) -> bool:
    return ".." in _split(path) or re.match(r"[/\\]|[A-Za-z]:", path) is not None


def _last_name(member: Member) -> str:
    return one_line(_split(member.name)[-1]) or "a file"


def _is_junk(name: str) -> bool:
    """Tell whether programs, not people, put it there; hidden files and folders among it."""
    return name.casefold() in _JUNK or name.startswith(".")


def _is_notebook(name: str) -> bool:
    return name.endswith(_NOTEBOOKS)


# Whose they are ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose a file is, by its path; ``label`` is the rest of the path.

    ``attempt`` is the number that grows with each upload, where the platform gives one.
    """

    name: str
    label: str
    platform: str = ""
    id: str = ""
    late: bool | None = None
    attempt: int | None = None

    @property
    def identity(self) -> tuple[str, str]:
        return (self.platform, self.id or self.name)


def _owned(found: list[_Found], stem: str) -> Iterator[tuple[_Owner, _Found]]:
    found, platform = _of_nbgrader(found, stem)
    if _is_one_student(found):
        yield from ((_Owner(stem, "/".join(item.parts)), item) for item in found)
        return
    for item in found:
        owner = _owner(item, platform)
        if owner is not None:
            yield owner, item


def _owner(item: _Found, platform: str) -> _Owner | None:
    """Return whose it is; None for a file beside the submissions, such as a list of grades."""
    first, *inner = item.parts
    if moodle := _MOODLE.fullmatch(first):
        label = "/".join(part for part in (moodle["rest"], *inner) if part)
        return _Owner(moodle["name"], label, "moodle", moodle["id"] or "")
    canvas = _CANVAS.fullmatch(first) if item.is_file and not inner else None
    if canvas:
        return _of_canvas(canvas)
    if inner or not item.is_file:
        return _Owner(first, "/".join(inner), platform, first if platform else "")
    if _is_notebook(item.name) or item.name.endswith(".zip"):
        return _Owner(_ENDING.sub("", first), first)
    return None


def _of_canvas(match: re.Match[str]) -> _Owner:
    late = bool(match["late"] or match["hurry"])
    person = match["id"] or match["anonymous"]
    return _Owner(
        name=match["name"] or person,
        label=match["rest"] or match["online"],
        platform="canvas",
        id=person,
        late=late,
        attempt=int(match["file"][:18]) if match["file"] else None,
    )


def _of_nbgrader(found: list[_Found], stem: str) -> tuple[list[_Found], str]:
    """Return what lies in ``submitted`` where there is one, and "nbgrader" where it made this."""
    inside = [item for item in found if item.parts[0] == "submitted" and len(item.parts) > 1]
    if inside:
        return [replace(item, parts=item.parts[1:]) for item in inside], "nbgrader"
    stamped = any(len(item.parts) == 3 and item.name == "timestamp.txt" for item in found)
    return found, "nbgrader" if stamped or stem == "submitted" else ""


def _is_one_student(found: list[_Found]) -> bool:
    """Tell whether these are lessons by name with nothing beside them that could be a student."""
    notebooks = [item for item in found if item.is_file and item.name.endswith(".ipynb")]
    lessons = [len(one.parts) == 1 and bool(_LESSON.fullmatch(one.parts[0])) for one in notebooks]
    return bool(lessons) and all(lessons) and not any(item.name.endswith(".zip") for item in found)


def _unwrapped(found: list[_Found], stem: str, *, from_zip: bool) -> list[_Found]:
    """Take away the one folder at the top that holds the class, if there is one."""
    tops = {item.parts[0] for item in found}
    top = next(iter(tops), "")
    below = [replace(item, parts=item.parts[1:]) for item in found if len(item.parts) > 1]
    if len(tops) != 1 or not below or top == "submitted" or _MOODLE.fullmatch(top):
        return found
    folders = {item.parts[0] for item in below if len(item.parts) > 1}
    loose = any(len(item.parts) == 1 and _is_notebook(item.name) for item in below)
    many = from_zip and len(folders) > 1 and not loose
    if len(folders) == 1 and not loose and next(iter(folders)).casefold() in _CLASS_FOLDERS:
        return _unwrapped(below, stem, from_zip=from_zip)
    if many or top.casefold() in _CLASS_FOLDERS or any(map(_from_platform, below)):
        return below
    return below if from_zip and top == stem and not _is_one_student(below) else found


def _from_platform(item: _Found) -> bool:
    first = item.parts[0]
    loose = len(item.parts) == 1 and item.is_file
    return bool(
        _MOODLE.fullmatch(first) or (loose and _CANVAS.fullmatch(first)) or first == "submitted"
    )


def _refuse_the_course(found: list[_Found], place: Path) -> None:
    tops = {item.parts[0] for item in found}
    lessons = any(item.parts == ("notebooks", START) for item in found)
    if lessons and tops & {"solutions", "tests", "src"}:
        raise UsageError(f"{place} is the course itself; give the folder of what was handed in.")


# What one student handed in ----------------------------------------------------------------------


@dataclass(slots=True)
class _Student:
    """Gathers the files of one student."""

    owner: _Owner
    late: bool | None = None
    handed_in_at: str = ""
    items: list[tuple[_Owner, _Found]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def raw_key(self) -> str:
        """What the key is made of: with its number, a name stays unique when others come."""
        owner = self.owner
        numbered = owner.platform in ("moodle", "canvas") and owner.id not in ("", owner.name)
        return f"{owner.name}-{owner.id}" if numbered else owner.name

    def take(self, owner: _Owner, item: _Found) -> None:
        """Add what was found of this student."""
        if owner.late is not None:
            self.late = bool(self.late) or owner.late
        if item.trouble:
            self.notes.append(f"{_label(owner)} {item.trouble}.")
        elif item.read is not None and item.name == "timestamp.txt":
            self.handed_in_at = _stamp(item.read)
        elif item.is_file:
            self.items.append((owner, item))

    def submission(self) -> Submission:
        """Return the finished value; its key is still to come."""
        self._open_zips()
        self._drop_older_attempts()
        wanted = [(owner, item) for owner, item in self.items if _is_notebook(item.name)]
        self._tell_of(wanted)
        files = [HandedInFile(_label(o), item.read) for o, item in wanted if item.read is not None]
        return Submission(
            student=one_line(self.owner.name) or "(no name)",
            key="",
            files=tuple(sorted(files[:MAX_NOTEBOOKS], key=lambda file: file.name)),
            ids={self.owner.platform: one_line(self.owner.id)} if self.owner.id else {},
            late=self.late,
            notes=tuple(self.notes[:50]),
            handed_in_at=self.handed_in_at,
        )

    def _tell_of(self, wanted: list[tuple[_Owner, _Found]]) -> None:
        self.notes += [f"{_label(o)} {item.remark}." for o, item in wanted if item.remark]
        if len(wanted) > MAX_NOTEBOOKS:
            self.notes.append(f"Of {len(wanted)} notebooks the first {MAX_NOTEBOOKS} were read.")
        others = sorted(_label(o) for o, item in self.items if not _is_notebook(item.name))
        archives = [name for name in others if name.casefold().endswith(_OTHER_ARCHIVES)]
        self.notes += [f"{name} cannot be opened; hand in a zip file." for name in archives[:10]]
        if not wanted:
            only = f", only {', '.join(others[:5])}" if others else ""
            self.notes.append(f"No notebook was handed in{only}.")

    def _open_zips(self) -> None:
        zips = [(o, item) for o, item in self.items if item.name.endswith(".zip")]
        self.items = [(o, item) for o, item in self.items if not item.name.endswith(".zip")]
        if len(zips) > MAX_ZIPS:
            self.notes.append(f"Of {len(zips)} zip files the first {MAX_ZIPS} were opened.")
        for owner, item in zips[:MAX_ZIPS]:
            self._open_zip(owner, item)

    def _open_zip(self, owner: _Owner, item: _Found) -> None:
        archive, label = item.read, _label(owner)
        if archive is None:
            return
        try:
            members = list_members(io.BytesIO(archive()), label, MAX_OF_STUDENT)
        except UsageError as error:
            self.notes.append(str(error))
            return
        for inner in _in_zip(members, lambda member: _InStudentsZip(archive, member)):
            name = replace(owner, label="/".join((owner.label, *inner.parts)), attempt=None)
            if inner.name.endswith(".zip"):
                self.notes.append(
                    f"{_label(name)} is a zip file in a zip file; it was not opened."
                )
            else:
                self.take(name, inner)

    def _drop_older_attempts(self) -> None:
        """Keep the newest of files that Canvas numbered ``name.ipynb``, ``name-1.ipynb`` ..."""
        newest: dict[str, tuple[_Owner, _Found]] = {}
        for owner, item in self.items:
            if owner.attempt is not None:
                base = _base(owner.label)
                kept = newest.setdefault(base, (owner, item))
                if _age(owner) > _age(kept[0]):
                    newest[base] = (owner, item)
        numbered = [o for o, _ in self.items if o.attempt is not None]
        older = {o for o in numbered if newest[_base(o.label)][0] != o}
        self.items = [(o, item) for o, item in self.items if o not in older]
        for owner in sorted(older, key=_age):
            counts = one_line(newest[_base(owner.label)][0].label)
            self.notes.append(f"{_label(owner)} is an older attempt; {counts} counts.")


def _label(owner: _Owner) -> str:
    return one_line(owner.label) or one_line(owner.name) or "(no name)"


def _base(label: str) -> str:
    numbered = _ATTEMPT.fullmatch(label)
    return numbered["base"] + numbered["ending"] if numbered else label


def _age(owner: _Owner) -> tuple[int, int]:
    numbered = _ATTEMPT.fullmatch(owner.label)
    return owner.attempt or 0, int(numbered["number"]) if numbered else 0


def _stamp(read: Callable[[], bytes]) -> str:
    try:
        return one_line(read()[:200].decode("utf-8", "replace"), 40)
    except UsageError:
        return ""
