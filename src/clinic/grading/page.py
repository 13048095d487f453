"""HTML pages that open from a file, without a network, and in which no stranger's text can act.

Every page is one file. Text goes in through :func:`escape` only; should one place have missed
that, the content security policy still lets nothing run or load but this module's own style and
script, which it names by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Sequence

from clinic.grading.texts import NAME, SENTENCE, TEXT, line, lines

SIGNS = {
    "repaired": "✔",
    "partly": "◐",
    "not yet": "✘",
    "not attempted": "○",
    "could not tell": "?",
}
"""The outcomes in words, with the sign that goes before each; the words alone say it all."""


def document(title: str, body: str, *, script: str = "") -> str:
    """Return a whole page; ``body`` and ``script`` are markup and code of ours, ready to use."""
    policy = (
        f"default-src 'none'; style-src '{_digest(_STYLE)}'; "
        f"script-src {_quoted(script)}; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n"
        + (f"<script>{script}</script>\n" if script else "")
        + "</body>\n</html>\n"
    )


def escape(text: object, most: int = SENTENCE) -> str:
    """Return any text clean, on one line and safe as HTML content or attribute value."""
    return html.escape(line(text, most), quote=True)


def name(text: object) -> str:
    """Return a person's name, kept apart from the writing direction of what is around it."""
    return f"<bdi>{escape(text, NAME) or '(no name)'}</bdi>"


def block(text: object, most: int = TEXT, *, kind: str = "") -> str:
    """Return a text of several lines as a block that keeps them.

    ``kind`` is ``prose``, ``quote`` for prose that somebody else wrote, or empty for code.
    """
    shown = html.escape(lines(text, most), quote=True)
    style = f' class="{kind}"' if kind else ""
    return f'<pre{style} dir="auto" tabindex="0">{shown}</pre>' if shown else ""


def outcome(words: str) -> str:
    """Return one of :data:`SIGNS` as sign and words."""
    kind = words.replace(" ", "-")
    return f'<span class="{kind}"><span aria-hidden="true">{SIGNS[words]}</span> {words}</span>'


def items(entries: Iterable[str]) -> str:
    """Return markup as a list; empty where there is none."""
    inner = "\n".join(f"<li>{entry}</li>" for entry in entries)
    return f"<ul>\n{inner}\n</ul>" if inner else ""


def folded(summary: str, content: str, *, unfolded: bool = False) -> str:
    """Return content that a click or Enter on the summary shows."""
    state = " open" if unfolded else ""
    return f"<details{state}><summary>{summary}</summary>\n{content}\n</details>"


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, sortable: bool = False
) -> str:
    """Return a table of markup; the first cell heads its row, the others are numbers or short.

    A sortable one has buttons in its heads, for :data:`SORTING`.
    """
    inner = [f"<button>{head}</button>" if sortable else head for head in heads]
    top = "".join(f'<th scope="col">{head}</th>' for head in inner)
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>'
        + "".join(f"<td>{cell}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="wide" role="region" aria-label="{caption}" tabindex="0">'
        f"<table><caption>{caption}</caption>\n"
        f"<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(raw).decode()}"


def _quoted(script: str) -> str:
    return f"'{_digest(script)}'" if script else "'none'"


SORTING = """
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th"), body = head.closest("table").tBodies[0];
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const text = row => row.cells[head.cellIndex].textContent.trim();
    const words = new Intl.Collator(undefined, {numeric: true});
    const order = head.cellIndex === 0 ? (a, b) => words.compare(text(a), text(b))
      : (a, b) => (parseFloat(text(a)) || 0) - (parseFloat(text(b)) || 0)
        || words.compare(text(a), text(b));
    const rows = [...body.rows].sort(order);
    body.append(...(down ? rows.reverse() : rows));
  });
}
"""
"""Sorts a table by the column whose head is pressed, up first, then down."""

_STYLE = """
:root {
  color-scheme: light dark;
  --page: #fdfcfa; --ink: #22201d; --soft: #5c5852; --rule: #ddd8cf; --tint: #f3f0ea;
  --link: #1a5a8a; --good: #1c6b3c; --half: #85560a; --bad: #a8321f; --none: #5c5852;
  --ours: #6a4697; --bar: #41799f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #191816; --ink: #e9e5de; --soft: #aea89e; --rule: #3d3a35; --tint: #24221f;
    --link: #8cc1ea; --good: #7fcf9b; --half: #e2b35f; --bad: #f0978a; --none: #aea89e;
    --ours: #c6a8ee; --bar: #6aa3cb;
  }
}
* { box-sizing: border-box }
html { font: 100%/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 62rem;
  background: var(--page); color: var(--ink); overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.25; text-wrap: balance; font-weight: 650 }
h1 { font-size: 1.75rem; margin: 0 0 .5rem }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .75rem }
h3 { font-size: 1rem; margin: 0 }
p, ul, ol { max-width: 42rem }
p { margin: .5rem 0 }
ul { margin: .5rem 0; padding-left: 1.25rem }
li { margin: .25rem 0 }
a { color: var(--link); text-underline-offset: .15em }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
code { font: .92em ui-monospace, "DejaVu Sans Mono", monospace }
pre {
  margin: .5rem 0; padding: .6rem .8rem; max-height: 20rem; overflow: auto; max-width: 46rem;
  font: .85rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; background: var(--tint);
  border-left: 3px solid var(--rule);
}
pre.prose, pre.quote { font: inherit; max-width: 42rem }
pre.prose { background: none; border: 0; padding: 0 }
.lead { font-size: 1.1rem }
.soft, small { color: var(--soft) }
small { font-size: .875rem }
.good, .repaired { color: var(--good) }
.partly { color: var(--half) }
.bad, .not-yet { color: var(--bad) }
.not-attempted { color: var(--none) }
.could-not-tell { color: var(--ours) }
.repaired, .partly, .not-yet, .not-attempted, .could-not-tell { font-weight: 600 }
.wide { overflow-x: auto; margin: .75rem 0 }
table { border-collapse: collapse; width: 100%; font-size: .9375rem }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem }
th, td {
  padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--rule);
  text-align: right; vertical-align: baseline; font-variant-numeric: tabular-nums;
}
td { white-space: nowrap }
th:first-child { text-align: left; min-width: 11rem; overflow-wrap: anywhere }
th:last-child, td:last-child { padding-right: .25rem }
tbody th { font-weight: 400 }
thead th { color: var(--soft); font-weight: 600; font-size: .875rem; vertical-align: bottom }
tbody tr:hover { background: var(--tint) }
tr.group th { padding-top: 1.1rem; font-weight: 650 }
th button {
  all: unset; cursor: pointer; color: var(--link); padding: .35rem .15rem; border-radius: 2px;
}
th button:hover { text-decoration: underline }
th button:focus-visible { outline: 2px solid var(--link) }
th[aria-sort] button { color: var(--ink) }
th[aria-sort=ascending] button::after { content: " ↑" }
th[aria-sort=descending] button::after { content: " ↓" }
svg { display: block; overflow: visible }
svg text { fill: var(--ink); font-size: 14px; font-variant-numeric: tabular-nums }
svg rect { fill: var(--bar) }
svg .axis { stroke: var(--rule) }
.histogram { margin: .75rem 0; width: 100%; max-width: 42rem }
.histogram figcaption { margin-top: .4rem }
.histogram .plot { width: calc(100% - 150px) }
details { margin: .5rem 0 }
summary { cursor: pointer; padding: .15rem 0; width: fit-content; max-width: 100% }
article { padding: 1rem 0; border-top: 1px solid var(--rule); break-inside: avoid }
article > header { display: flex; flex-wrap: wrap; gap: .1rem 1rem; align-items: baseline }
article > header .points { margin-left: auto; font-variant-numeric: tabular-nums }
.facts { list-style: none; padding: 0; margin: .6rem 0 }
.facts li { display: grid; grid-template-columns: 4rem 1fr; margin: .35rem 0 }
.facts .seen { grid-column: 2; color: var(--soft) }
.next { border-left: 3px solid var(--link); padding-left: .75rem; margin: .75rem 0 }
.sum { width: auto; min-width: min(100%, 24rem) }
.sum tr:last-child > * { font-weight: 650; border-bottom: 0 }
.glance { list-style: none; padding: 0; max-width: 46rem }
.glance li { margin: .4rem 0 }
@media (max-width: 40rem) {
  th:first-child { min-width: 8rem }
  body { padding: 1.5rem 1rem 3rem }
  article > header .points { margin-left: 0 }
}
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem }
@media print { body { max-width: none; padding: 0 } pre { max-height: none } }
"""
