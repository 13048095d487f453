"""What the lessons shipped beside the exercises, to tell a student's text from the course's."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property

import clinic
from clinic.catalog import Course
from clinic.cells import Cell, read_notebook
from clinic.exercise import fingerprint

ANSWER = re.compile(
    r"^[ \t]*<!--\s*answer\s*:\s*([\w-]+)\s*-->[ \t\r]*$", re.IGNORECASE | re.MULTILINE
)
"""The first line of the cell for a free answer; it names the category's notebook."""

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Lessons:
    """The course as students got it; its notebooks are read when something asks for them."""

    course: Course
    _fingerprints: dict[str, str] = field(default_factory=dict)

    @cached_property
    def cells(self) -> dict[str, tuple[Cell, ...]]:
        """Notebook name without ending to its cells."""
        paths = (self.course.notebooks / one.notebook for one in self.course.categories)
        return {path.stem: read_notebook(path).cells for path in paths}

    @cached_property
    def originals(self) -> dict[str, str]:
        """Rule id to the text of its exercise as shipped."""
        return self.course.originals

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Every rule id, in small letters with underscores, to itself."""
        return {plain(rule): rule for rule in self.originals}

    @cached_property
    def neighbours(self) -> tuple[str, ...]:
        """The texts of the code cells that are no exercises, the longest first."""
        codes = (cell for cells in self.cells.values() for cell in cells if cell.kind == "code")
        texts = {cell.source.strip() for cell in codes if "rule" not in cell.clinic}
        return tuple(sorted(texts - {""}, key=lambda text: (-len(text), text)))

    @cached_property
    def neighbour_ids(self) -> frozenset[str]:
        """The ids of all cells that are no exercises."""
        cells = (cell for cells in self.cells.values() for cell in cells)
        return frozenset(cell.id for cell in cells if "rule" not in cell.clinic and cell.id)

    @cached_property
    def prose(self) -> frozenset[str]:
        """The texts of all markdown cells, also of the places for answers."""
        cells = (cell for cells in self.cells.values() for cell in cells)
        return frozenset(cell.source.strip() for cell in cells if cell.kind != "code")

    @cached_property
    def placeholders(self) -> dict[str, str]:
        """Category's notebook, without ending, to what stands in the place for its answer."""
        found = {}
        for cells in self.cells.values():
            for cell in cells:
                if mark := ANSWER.search(cell.source):
                    found[mark[1]] = cell.source[mark.end() :].strip()
        return found

    @cached_property
    def tools(self) -> frozenset[str]:
        """The names that a lesson has from ``clinic``, and an exercise has not."""
        return frozenset(clinic.__all__)

    def fingerprint(self, rule: str) -> str:
        """Return the fingerprint of an exercise as shipped."""
        if rule not in self._fingerprints:
            self._fingerprints[rule] = fingerprint(self.originals[rule])
        return self._fingerprints[rule]

    def rule(self, spelling: str) -> str | None:
        """Return the rule that is meant, whatever the case and the dashes, or None."""
        return self.spellings.get(plain(spelling))


def plain(spelling: str) -> str:
    """Return the spelling by which rules are compared."""
    return spelling.strip().casefold().replace("-", "_")


def tree_of(source: str) -> ast.Module | None:
    """Return the parsed text; None where it is no Python."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def defined_names(tree: ast.Module | None) -> frozenset[str]:
    """Return the functions, classes and variables that a text defines at its top level."""
    names: set[str] = set()
    for node in tree.body if tree else ():
        if isinstance(node, DEFINITIONS):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(names)


def bound_names(tree: ast.Module | None) -> set[str]:
    """Return all names that a text binds anywhere, by whatever means."""
    names: set[str] = set()
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, DEFINITIONS):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.arg):
            names.add(node.arg)
    return names
