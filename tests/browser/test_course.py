"""The course in JupyterLab in Chromium: what a learner does first, and what they see."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from browser.lab_page import PATIENCE_MS, LabPage, errors_in
from playwright.sync_api import expect

from clinic.catalog import Rule, load_course

ROOT = Path(__file__).resolve().parents[2]
COURSE = load_course(ROOT)
LESSONS = [category.notebook for category in COURSE.categories]
SHOTS = ROOT / "tests/browser/shots"
THEMES = ("JupyterLab Light", "JupyterLab Dark")


def cells_of(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook, each source as one text."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def id_of_call(notebook: str, call: str) -> str:
    """Return the id of the first code cell of a lesson that holds ``call``."""
    cells = cells_of(ROOT / "notebooks" / notebook)
    return next(
        str(cell["id"]) for cell in cells if cell["cell_type"] == "code" and call in cell["source"]
    )


def answer_to(rule: Rule) -> str:
    """Return the repaired cell of the answer key."""
    cells = cells_of(ROOT / "solutions" / rule.notebook)
    return next(str(cell["source"]) for cell in cells if cell["id"] == rule.id)


@pytest.mark.parametrize("notebook", LESSONS)
def test_run_all_of_a_lesson_as_shipped(lab_page: LabPage, notebook: str) -> None:
    """No cell stays at `[*]`, none fails, and everybody can read the outputs in any theme."""
    lab_page.open(notebook)
    lab_page.run_all()
    assert errors_in(lab_page.save()) == []
    for theme in THEMES:
        lab_page.use_theme(theme)
        lab_page.screenshot(SHOTS / f"{Path(notebook).stem}-{theme.split()[-1].lower()}.png")
        assert lab_page.accessibility_faults() == ""


def test_the_first_repair_of_category_01(lab_page: LabPage) -> None:
    """Repair by typing, see the verdict turn, reload: the progress is still there."""
    rule = next(rule for rule in COURSE.rules if rule.notebook.startswith("01"))
    verify, progress = f'verify("{rule.id}")', id_of_call(rule.notebook, "progress()")
    verdict = id_of_call(rule.notebook, verify)
    lab_page.open(rule.notebook)
    lab_page.run_all()
    expect(lab_page.output(verdict).first).to_contain_text(re.compile("not attempted", re.I))

    lab_page.replace_source(rule.id, answer_to(rule))
    lab_page.run(rule.id)
    lab_page.run(verdict)
    expect(lab_page.output(verdict).first).to_contain_text(
        re.compile(r"\brepaired\b", re.I), timeout=PATIENCE_MS
    )
    lab_page.screenshot(SHOTS / "repaired.png")
    assert lab_page.accessibility_faults() == ""
    lab_page.save()

    lab_page.reload()
    expect(lab_page.output(verdict).first).to_contain_text(re.compile(r"\brepaired\b", re.I))
    lab_page.restart_kernel()
    lab_page.run(id_of_call(rule.notebook, "from clinic import"))
    lab_page.run(progress)
    row = lab_page.output(progress).locator("tr", has_text=rule.category)
    rules = [each for each in COURSE.rules if each.category == rule.category]
    expect(row).to_contain_text(f"1 of {len(rules)}")


def test_swagger_ui_of_a_running_app_in_the_notebook(lab_page: LabPage) -> None:
    """`docs()` shows Swagger UI, from this machine alone, and it can ask the app."""
    notebook = "00_start_here.ipynb"
    asked: list[str] = []
    lab_page.page.on("request", lambda request: asked.append(request.url))
    lab_page.open(notebook)
    lab_page.run_all()
    shown = lab_page.output(id_of_call(notebook, ".docs()"))
    swagger = shown.frame_locator("iframe")
    swagger.locator(".opblock-summary").first.click()
    swagger.get_by_role("button", name="Execute").click()
    answer = swagger.locator(".live-responses-table tbody .response-col_status").first
    expect(answer).to_have_text(re.compile(r"^20\d"), timeout=PATIENCE_MS)
    ours = re.compile(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:")
    assert [url for url in asked if not ours.match(url)] == []


def test_asyncio_run_and_await_live_together_under_run_all(lab_page: LabPage) -> None:
    """What nest-asyncio 1.6.0 broke: under Run All, cells stayed at `[*]` for ever."""
    sources = ["import asyncio, clinic", *4 * ["asyncio.run(asyncio.sleep(0.1, 'run'))"]]
    sources += ["await asyncio.sleep(0.1, 'await')", "asyncio.run(asyncio.sleep(0, 'again'))"]
    write_notebook(lab_page.notebooks / "loops.ipynb", sources)
    lab_page.open("loops.ipynb")
    lab_page.run_all()
    results = [
        "".join(cell["outputs"][0]["data"]["text/plain"]) for cell in lab_page.save()["cells"][1:]
    ]
    assert results == [*4 * ["'run'"], "'await'", "'again'"]


def test_the_accessibility_check_sees_faint_text_wherever_it_stands(lab_page: LabPage) -> None:
    """Else the checks above would pass on anything."""
    faint = "<p style='color: #ccc; background: #fff'>faint</p>"
    output = f"{faint}{'<p>fine</p>' * 300}{faint}"
    write_notebook(
        lab_page.notebooks / "faint.ipynb", [f'from IPython.display import HTML; HTML("{output}")']
    )
    lab_page.open("faint.ipynb")
    lab_page.run_all()
    faults = lab_page.accessibility_faults()
    assert "color-contrast" in faults
    assert faults.count("Snippet:") == 2


def write_notebook(path: Path, sources: list[str]) -> None:
    """Write code cells as a notebook."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": source,
            "execution_count": None,
            "outputs": [],
        }
        for number, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    document: dict[str, Any] = {"cells": cells, "metadata": {"kernelspec": kernel}}
    document |= {"nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")
