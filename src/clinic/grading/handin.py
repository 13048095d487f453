"""The exercises that stand in a student's files, however mangled these are.

Each cell that may be an exercise becomes a :class:`_Piece`; of the pieces of one rule the best
counts. Stored outputs are never looked at: anybody can write them.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from clinic.catalog import Course
from clinic.cells import Cell
from clinic.errors import UsageError
from clinic.exercise import fingerprint
from clinic.grading.forgiving import read_forgivingly
from clinic.grading.lessons import (
    ANSWER,
    DEFINITIONS,
    Lessons,
    bound_names,
    defined_names,
    plain,
    tree_of,
)
from clinic.grading.names import one_line, prose
from clinic.grading.submissions import HandedInFile

MAX_EXERCISE = 50_000
"""Characters of one exercise; the longest that is shipped has some thousand."""
MAX_CHANGED = 400_000
"""Characters of all changed exercise cells of a submission, copies among them."""
MAX_ANSWER = 20_000
MAX_BYTES_OF_STUDENT = 512 * 2**20
MAX_NOTES = 60
MAX_MARKS = 100
MAX_PARTS = 5
"""Cells that one exercise may have been split into."""

_MARK = re.compile(
    r"^(?P<indent>[ \t\xa0\ufeff\u200b]*+)#++[ \t\xa0]*+exercise[ \t\xa0]*+[:\uff1a][ \t\xa0]*+"
    r"(?P<rule>[\w-]++)(?P<rest>.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True)
class HandIn:
    """What is to be judged of one submission.

    ``sources`` is rule id to text of the exercise, ``answers`` the category's file stem to the
    text of the free answer. ``notes`` are sentences about what was unknown, copied or not
    readable; they go to the student and to the instructor.
    """

    sources: Mapping[str, str]
    answers: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_handin(files: Iterable[HandedInFile], course: Course) -> HandIn:
    """Return the exercises and answers in a student's notebooks and scripts.

    Nothing that a student can write into a file raises; a note says what could not be used.

    A rule that is not in ``sources`` was not handed in; one whose text is the shipped one was not
    attempted. Files are read one after the other, so that only one is in memory.
    """
    reader = _Reader(Lessons(course))
    for file in _in_order(files):
        reader.read(file)
    chosen = {rule: reader.choose(rule) for rule in course.originals if rule in reader.pieces}
    reader.tell_missing()
    if reader.bytes_read and not chosen and not reader.notes:
        reader.notes.append("None of the files holds an exercise of this course.")
    notes = tuple(dict.fromkeys(one_line(note, 400) for note in reader.notes))
    more = (f"{len(notes) - MAX_NOTES} more remarks are left out.",)
    return HandIn(
        sources={rule: piece.text for rule, piece in chosen.items()},
        answers=reader.answers,
        notes=notes if len(notes) <= MAX_NOTES else notes[:MAX_NOTES] + more,
    )


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line ``# exercise: <rule>``: where it begins, and the rule if the course has it."""

    start: int
    spelling: str
    rule: str | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text that may be the exercise of ``rule``.

    ``named`` tells whether a line names the rule, not only metadata; ``ran`` is the execution
    count, 0 for a cell that has not run.
    """

    rule: str
    text: str
    place: str
    named: bool = True
    is_code: bool = True
    ran: int = 0
    fingerprint: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A cell and how to call it in a note."""

    cell: Cell
    place: str

    @property
    def is_code(self) -> bool:
        return self.cell.kind == "code"


@dataclass(slots=True)
class _Reader:
    """Gathers the pieces, answers and notes of one student over all files."""

    lessons: Lessons
    pieces: dict[str, list[_Piece]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    bytes_read: int = 0
    changed: int = 0

    def read(self, file: HandedInFile) -> None:
        """Take one file in."""
        name = one_line(file.name) or "a file"
        if self.bytes_read > MAX_BYTES_OF_STUDENT:
            self.notes.append(f"{name} was not read: the files are too large together.")
            return
        try:
            content = file.read()
        except UsageError as error:
            self.notes.append(str(error))
            return
        self.bytes_read += len(content)
        reading = read_forgivingly(content, name)
        cells = [
            _Numbered(cell, f"Cell {number} of {name}")
            for number, cell in enumerate(reading.notebook.cells, start=1)
        ]
        if not name.casefold().endswith(".py") or any(_MARK.search(c.cell.source) for c in cells):
            self.notes += reading.notes
            self._read_cells(cells)

    def _read_cells(self, cells: Sequence[_Numbered]) -> None:
        used: set[int] = set()
        for index, numbered in enumerate(cells):
            if index in used:
                continue
            pieces = self._pieces(numbered)
            if pieces and pieces[-1].named and numbered.is_code:
                pieces[-1], parts = self._joined(pieces[-1], cells, index)
                used |= parts
            for piece in pieces:
                self._add(piece)
        self._read_answers([numbered.cell for numbered in cells])

    def _add(self, piece: _Piece) -> None:
        shipped = self.lessons.fingerprint(piece.rule)
        same = piece.text == self.lessons.originals[piece.rule]
        own = shipped if same else fingerprint(piece.text)
        if not piece.is_code:
            self.notes.append(f"{piece.place} is no code cell any more; {piece.rule} was graded.")
        self.pieces[piece.rule].append(replace(piece, fingerprint=own, changed=own != shipped))

    def _affordable(self, numbered: _Numbered, rule: str | None) -> bool:
        """Tell whether the cell may be parsed: the text of copies is limited in sum."""
        source = numbered.cell.source
        if rule is not None and source == self.lessons.originals[rule]:
            return True
        if len(source) <= MAX_EXERCISE:  # what is refused anyway must not cost the other cells
            self.changed += len(source)
            if self.changed <= MAX_CHANGED:
                return True
        self.notes.append(f"{numbered.place} is too long to be graded.")
        return False

    # One cell

    def _pieces(self, numbered: _Numbered) -> list[_Piece]:
        """Return the exercises in a cell: none, one, or several that were merged."""
        cell = numbered.cell
        marks = self._marks(cell.source)
        known = [mark for mark in marks if mark.rule is not None]
        if not numbered.is_code:
            known = known if marks and _leads(cell.source, marks[0]) and marks[0].rule else []
        if known:
            affordable = self._affordable(numbered, known[0].rule)
            return self._named_pieces(numbered, known) if affordable else []
        rule = self._rule_by_metadata(cell) if numbered.is_code and cell.source.strip() else None
        if marks and numbered.is_code:
            self._tell_unknown(numbered.place, marks[0], rule)
        if rule is None or not self._affordable(numbered, rule):
            return []
        return [_Piece(rule, cell.source, numbered.place, False, ran=cell.execution_count or 0)]

    def _marks(self, source: str) -> list[_Mark]:
        """Return the lines that name an exercise; indented ones only at the start of the cell."""
        found = []
        for number, match in enumerate(islice(_MARK.finditer(source), MAX_MARKS)):
            rule = self.lessons.rule(match["rule"])
            mark = _Mark(match.start(), match["rule"], rule)
            leads = number == 0 and _leads(source, mark)
            # "# exercise: do this first" is a sentence, unless its first word is a rule.
            if (rule or not match["rest"].strip()) and (leads or not match["indent"]):
                found.append(mark)
        return found

    def _rule_by_metadata(self, cell: Cell) -> str | None:
        named = cell.clinic.get("rule")
        by_metadata = self.lessons.rule(named) if isinstance(named, str) else None
        return by_metadata or (cell.id if cell.id in self.lessons.originals else None)

    def _tell_unknown(self, place: str, mark: _Mark, rule: str | None) -> None:
        spelling = one_line(mark.spelling, 60)
        if rule is not None:
            self.notes.append(
                f"{place} says {spelling}, which is no exercise; it was graded as {rule}."
            )
            return
        near = difflib.get_close_matches(
            plain(spelling), list(self.lessons.originals), n=1, cutoff=0.5
        )
        hint = f"; did it say {near[0]} once?" if near else "."
        self.notes.append(f"{place} says {spelling}, which is no exercise{hint}")

    def _named_pieces(self, numbered: _Numbered, marks: list[_Mark]) -> list[_Piece]:
        cell, place = numbered.cell, numbered.place
        texts = self._split(cell.source, marks, place)
        pieces = [
            _Piece(rule, text, place, True, numbered.is_code, cell.execution_count or 0)
            for rule, text in texts
        ]
        by_metadata = self._rule_by_metadata(cell)
        rules = {piece.rule for piece in pieces}
        if by_metadata is not None and by_metadata not in rules and len(pieces) == 1:
            self.notes.append(
                f"{place} was the cell of {by_metadata} and now says {pieces[0].rule}; "
                f"it was graded as {pieces[0].rule}."
            )
        return pieces

    def _split(self, source: str, marks: list[_Mark], place: str) -> list[tuple[str, str]]:
        """Return rule and text of each exercise that was merged into one cell."""
        starts = [0 if _leads(source, marks[0]) else self._start(source, marks[0])]
        starts += [mark.start for mark in marks[1:]]
        texts = [source[a:b] for a, b in zip(starts, [*starts[1:], len(source)], strict=True)]
        if len(texts) > 1:
            if tree_of(source) is not None and any(tree_of(text) is None for text in texts):
                texts = [source[starts[0] :]]  # such a line inside a string
            else:
                texts = [*(text.rstrip("\n") for text in texts[:-1]), texts[-1]]
        rules = [mark.rule or "" for mark in marks[: len(texts)]]
        # The line may stand there twice, when a whole cell was pasted below it.
        filled = [number for number, text in enumerate(texts) if _has_code(text)] or [0]
        texts, rules = [texts[i] for i in filled], [rules[i] for i in filled]
        trimmed = [self._without_neighbours(*one) for one in zip(texts, rules, strict=True)]
        if len(set(rules)) > 1:
            self.notes.append(f"{place} holds {_and(rules)}; each was graded by itself.")
        elif starts[0] > 0 or trimmed != texts:
            self.notes.append(
                f"{place} holds another cell beside {rules[0]}; only the exercise was graded."
            )
        return list(zip(rules, trimmed, strict=True))

    def _start(self, source: str, mark: _Mark) -> int:
        """Return where the exercise begins: what a student wrote above its first line is his."""
        above = source[: mark.start].strip()
        return mark.start if self._is_of_course(above) else 0

    def _is_of_course(self, text: str) -> bool:
        """Tell whether a text is a cell of the lesson, perhaps a changed one."""
        imports = "from clinic import" in text or "import clinic" in text
        return text in self.lessons.neighbours or imports or self._course_line(text) is not None

    def _without_neighbours(self, text: str, rule: str) -> str:
        """Cut off the cells of the lesson that were merged with the exercise from below."""
        if text == self.lessons.originals[rule]:
            return text
        while neighbour := self._neighbour_at_end(text):
            text = text.rstrip()[: -len(neighbour)].rstrip("\n")
        line = self._course_line(text)
        return text if line is None else "\n".join(text.split("\n")[: line - 1]).rstrip("\n")

    def _neighbour_at_end(self, text: str) -> str:
        short = text.rstrip()
        return next((one for one in self.lessons.neighbours if short.endswith("\n" + one)), "")

    def _course_line(self, text: str) -> int | None:
        """Return the line where statements begin that use what only a lesson has imported.

        None also where a definition follows, which the exercise may need.
        """
        if self.lessons.tools.isdisjoint(re.findall(r"\w+", text)):
            return None
        tree = tree_of(text)
        tools = self.lessons.tools - bound_names(tree)
        body = tree.body if tree else []
        for index, node in enumerate(body):
            used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            if isinstance(node, _ACTIONS) and used & tools:
                defines = any(isinstance(later, DEFINITIONS) for later in body[index:])
                return None if defines else node.lineno
        return None

    # Several cells

    def _joined(
        self, piece: _Piece, cells: Sequence[_Numbered], index: int
    ) -> tuple[_Piece, set[int]]:
        """Return the piece with the rest of its exercise, where that was split."""
        wanted = defined_names(tree_of(self.lessons.originals[piece.rule]))
        text, used = piece.text, set[int]()
        following = (i for i in range(index + 1, len(cells)) if cells[i].is_code)
        for number in following:
            part = cells[number].cell
            if len(used) + 1 >= MAX_PARTS or not self._may_be_rest(part, piece.rule):
                break
            if not _completes(text, part.source, wanted):
                break
            text, used = f"{text}\n{part.source}", used | {number}
        if not used:
            return piece, used
        last = cells[max(used)]
        self.notes.append(
            f"{piece.rule} was split: {piece.place[0].lower()}{piece.place[1:]} and those up to "
            f"{last.place.split(' of ')[0].lower()} were graded together."
        )
        return replace(piece, text=text, ran=max(piece.ran, last.cell.execution_count or 0)), used

    def _may_be_rest(self, cell: Cell, rule: str) -> bool:
        own = self._rule_by_metadata(cell)
        return (
            own in (None, rule)
            and not self._marks(cell.source)
            and cell.id not in self.lessons.neighbour_ids
            and cell.source.strip() not in self.lessons.neighbours
            and len(cell.source) <= MAX_EXERCISE
        )

    def choose(self, rule: str) -> _Piece:
        """Return the piece that counts: changed, named by its line, code, run last, last."""
        pieces = self.pieces[rule]
        order = {id(piece): number for number, piece in enumerate(pieces)}
        best = max(pieces, key=lambda p: (p.changed, p.named, p.is_code, p.ran, order[id(p)]))
        rivals = [p for p in pieces if p.changed and p.named == best.named]
        if len({piece.fingerprint for piece in rivals}) > 1:
            counts = "ran last" if best.ran else "comes last"
            self.notes += [
                f"{piece.place} is a {which} copy of {rule}; the copy that {counts} was graded."
                for piece, which in zip(rivals[1:], _ORDINALS, strict=False)
            ]
        return best

    def tell_missing(self) -> None:
        """Say which exercises of a category that was handed in have no cell any more."""
        for category in self.lessons.course.categories:
            missing = [rule.id for rule in category.rules if rule.id not in self.pieces]
            if 0 < len(missing) < len(category.rules):
                self.notes.append(f"{category.notebook} came without a cell for {_and(missing)}.")

    # Free answers

    def _read_answers(self, cells: Sequence[Cell]) -> None:
        stems = {Path(one.notebook).stem: one for one in self.lessons.course.categories}
        asked = ""
        for cell in cells:
            mark = ANSWER.search(cell.source)
            question = cell.clinic.get("question")
            if mark is not None:
                self._answer(mark[1], cell.source[mark.end() :], stems)
            elif asked and not isinstance(question, str) and self._is_own_prose(cell):
                # The first line was typed over: the cell below the question is the answer.
                self._answer(asked, cell.source, stems)
            asked = question if isinstance(question, str) else ""

    def _is_own_prose(self, cell: Cell) -> bool:
        return cell.kind == "markdown" and cell.source.strip() not in self.lessons.prose

    def _answer(self, stem: str, text: str, stems: Mapping[str, object]) -> None:
        answer = text.strip()
        if stem not in stems:
            self.notes.append(f"The answer for {one_line(stem, 60)} belongs to no notebook here.")
        elif answer and answer != self.lessons.placeholders.get(stem):
            self.answers[stem] = prose(answer, MAX_ANSWER)
            if len(answer) > MAX_ANSWER:
                self.notes.append(f"The answer for {stem} was cut to {MAX_ANSWER:,} characters.")


_ACTIONS = (ast.Expr, ast.Assign, ast.With, ast.For)


def _in_order(files: Iterable[HandedInFile]) -> Iterator[HandedInFile]:
    """Yield the files in the order of their names; the result never depends on the disk."""
    yield from sorted(files, key=lambda file: file.name)


def _has_code(text: str) -> bool:
    """Tell whether a text says more than comments; one that does not compile does."""
    tree = tree_of(text)
    return tree is None or bool(tree.body)


def _leads(source: str, mark: _Mark) -> bool:
    """Tell whether only blank lines, comments and cell magics stand above the line."""
    above = source[: mark.start].strip("\ufeff\u200b").splitlines()
    return all(not line.strip() or line.lstrip().startswith(("#", "%%")) for line in above)


def _completes(text: str, rest: str, wanted: frozenset[str]) -> bool:
    """Tell whether ``rest`` clearly belongs to an exercise that breaks off with ``text``."""
    if not rest.strip() or len(text) > MAX_EXERCISE:
        return False
    tree, whole = tree_of(text), tree_of(f"{text}\n{rest}")
    if tree is None:
        return whole is not None
    missing = wanted - defined_names(tree)
    return bool(missing & defined_names(tree_of(rest)))


def _and(rules: Sequence[str]) -> str:
    listed = list(dict.fromkeys(rules))
    return f"{', '.join(listed[:-1])} and {listed[-1]}" if len(listed) > 1 else listed[0]
