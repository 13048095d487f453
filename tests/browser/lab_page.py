"""One notebook of the course in a real JupyterLab in a real Chromium, as a learner drives it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, ViewportSize, expect

# Run All on a busy machine; only a hanging cell gets that far.
PATIENCE_MS = 120_000
WINDOW: ViewportSize = {"width": 1280, "height": 1400}
ALL_RAN = """() => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')];
    return prompts.length > 0 && prompts.every(prompt => /\\[\\d+\\]/.test(prompt.textContent));
}"""


class LabPage:
    """The page, and the folder of notebooks that its JupyterLab serves."""

    def __init__(self, page: Page, link: httpx.URL, notebooks: Path) -> None:
        self.page = page
        self.link = link
        self.notebooks = notebooks
        self.name = ""
        page.set_default_timeout(PATIENCE_MS)

    # -- the notebook ---------------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Open a notebook and wait until its kernel is there and idle."""
        self.name = name
        address = self.link.copy_with(path=f"/lab/tree/{name}").copy_add_param("reset", "")
        self.page.goto(str(address))
        self.wait_for_kernel()

    def reload(self) -> None:
        """Load the page again, as the browser's own button does."""
        self.page.reload()
        self.wait_for_kernel()

    def wait_for_kernel(self) -> None:
        """Wait until the notebook is shown and the status bar names a kernel that is idle.

        The notebook's own indicator says idle also before there is a kernel; Run All would then
        ask which kernel to take.
        """
        self.page.locator(".jp-Notebook-cell").first.wait_for()
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def menu(self, *names: str) -> None:
        """Choose from the menu bar, by the names one sees."""
        labels = self.page.locator(".lm-MenuBar-itemLabel, .lm-Menu-itemLabel")
        for name in names:
            labels.filter(has_text=re.compile(f"^{re.escape(name)}$")).click()

    def run_all(self) -> None:
        """Run All, and wait until every code cell has its number: none is left at ``[*]``."""
        self.menu("Run", "Run All Cells")
        self.page.wait_for_function(ALL_RAN, timeout=PATIENCE_MS)

    def restart_kernel(self) -> None:
        """Restart the kernel by its menu, say yes, and begin with empty outputs and numbers."""
        self.menu("Kernel", "Restart Kernel and Clear Outputs of All Cells…")
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()
        self.wait_for_kernel()

    def save(self) -> dict[str, Any]:
        """Save by the keyboard and return what is then in the file."""
        path = f"/api/contents/{self.name}"
        with self.page.expect_response(
            lambda answer: path in answer.url and answer.request.method == "PUT"
        ):
            self.page.keyboard.press("Control+s")
        return self.document()

    # -- one cell -------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """Return the notebook as it is on disk."""
        document: dict[str, Any] = json.loads((self.notebooks / self.name).read_text("utf-8"))
        return document

    def cell(self, cell_id: str) -> Locator:
        """Return the cell with this id. JupyterLab shows no ids: its place in the file counts."""
        ids = [cell["id"] for cell in self.document()["cells"]]
        return self.page.locator(".jp-Notebook-cell").nth(ids.index(cell_id))

    def output(self, cell_id: str) -> Locator:
        """Return the outputs of a cell."""
        return self.cell(cell_id).locator(".jp-OutputArea-output")

    def replace_source(self, cell_id: str, source: str) -> None:
        """Select all text of a cell by the keyboard and type over it."""
        self.cell(cell_id).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)  # as one paste: no automatic indents or brackets

    def run(self, cell_id: str) -> None:
        """Run one cell and wait for its number to change."""
        cell = self.cell(cell_id)
        cell.locator(".cm-content").click()
        prompt = cell.locator(".jp-InputArea-prompt")
        before = re.escape(prompt.inner_text().strip())
        self.page.keyboard.press("Control+Enter")
        expect(prompt).to_have_text(re.compile(rf"^(?!{before})\[\d+\]:$"), timeout=PATIENCE_MS)

    # -- how it looks ---------------------------------------------------------------------------

    def use_theme(self, name: str) -> None:
        """Switch the theme by the menu of settings."""
        self.menu("Settings", "Theme", name)
        light = "true" if "Light" in name else "false"
        self.page.locator(f"body[data-jp-theme-light='{light}']").wait_for(state="attached")

    def accessibility_faults(self) -> str:
        """Return what axe-core finds wrong in the outputs, in words; empty if nothing.

        axe-core skips the contrast of text that is out of sight, and takes all of JupyterLab for
        that, because its body has no height: so give it one, and a window as tall as the notebook.
        """
        self.page.add_style_tag(content="body { height: 100vh }")
        panel = self.page.locator(".jp-WindowedPanel-outer").first
        tall = WINDOW["height"] + int(panel.evaluate("node => node.scrollHeight"))
        self.page.set_viewport_size({"width": WINDOW["width"], "height": tall})
        found = Axe().run(self.page, context={"include": [[".jp-OutputArea-output"]]})
        self.page.set_viewport_size(WINDOW)
        return str(found.generate_report()) if found.violations_count else ""

    def screenshot(self, path: Path) -> None:
        """Write the notebook as pictures of one screen each: ``path`` with -01, -02, ..."""
        path.parent.mkdir(parents=True, exist_ok=True)
        panel = self.page.locator(".jp-WindowedPanel-outer").first
        height, screen = panel.evaluate("node => [node.scrollHeight, node.clientHeight]")
        for number, top in enumerate(range(0, height, screen), start=1):
            panel.evaluate("(node, top) => { node.scrollTop = top }", top)
            self.page.screenshot(path=path.with_name(f"{path.stem}-{number:02}.png"))


def errors_in(document: dict[str, Any]) -> list[str]:
    """Return the cells of a saved notebook whose output is an error, with its last line."""
    return [
        f"{cell['id']}: {output['ename']}: {output['evalue']}"
        for cell in document["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "error"
    ]
