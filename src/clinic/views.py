"""What learners see: HTML for the notebook and a plain-text twin for everything else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinic.exercise import current_shell


@dataclass(frozen=True, slots=True)
class View:
    """A piece of output in two forms that say the same thing.

    The HTML uses the theme colours of JupyterLab (``--jp-*``) only, so that it reads well in the
    light and in the dark theme, and never says anything by colour alone.
    """

    html: str
    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


@dataclass(frozen=True, slots=True)
class Markdown:
    """Prose and code as a notebook's markdown cell shows them; plain text is the source itself."""

    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/markdown": self.text, "text/plain": self.text}

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def escape(text: object) -> str:
    """Return ``text`` safe to stand in HTML, as content or as an attribute's value."""
    return html.escape(str(text), quote=True)


def message(text: str) -> View:
    """Return one paragraph."""
    return View(f'<p style="margin: 0.4em 0">{escape(text)}</p>', text)


def show(*views: View | Markdown) -> None:
    """Display views in a notebook; elsewhere print their text."""
    if current_shell() is None:
        for view in views:
            print(view)
        return
    from IPython.display import display  # loaded already, since there is a shell

    for view in views:
        display(view)  # type: ignore[no-untyped-call]


def stack(views: Iterable[View]) -> View:
    """Return the views one below the other."""
    parts = list(views)
    return View("".join(v.html for v in parts), "\n".join(v.text for v in parts))


def table(headers: Sequence[str], rows: Sequence[Sequence[object]], caption: str = "") -> View:
    """Return a table with a header row; the text twin has aligned columns.

    A cell may be a View, or anything that has a text.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    return View(_html_table(headers, rows, caption), _text_table(headers, cells, caption))


def _html_table(headers: Sequence[str], rows: Sequence[Sequence[object]], caption: str) -> str:
    head = "".join(f'<th scope="col" style="{_CELL}">{escape(name)}</th>' for name in headers)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_html(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    title = f'<caption style="{_CAPTION}">{escape(caption)}</caption>' if caption else ""
    return (
        f'<table style="{_TABLE}">{title}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _html(cell: object) -> str:
    return cell.html if isinstance(cell, View) else escape(cell)


def _text_table(headers: Sequence[str], rows: list[list[str]], caption: str) -> str:
    grid = [list(headers), *rows]
    widths = [max(len(row[i]) for row in grid) for i in range(len(headers))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in grid
    ]
    return "\n".join([caption, *lines] if caption else lines)


_TABLE = (
    "border-collapse: collapse; margin: 0.4em 0; color: var(--jp-content-font-color1);"
    " background: transparent"
)
_CELL = (
    "text-align: left; vertical-align: top; padding: 0.2em 0.9em 0.2em 0;"
    " border-bottom: 1px solid var(--jp-border-color2); white-space: normal"
)
_CAPTION = "text-align: left; padding: 0.2em 0; color: var(--jp-content-font-color2)"
