"""What stands between a fresh machine and the start page: pins, make, Binder, the README."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from clinic.catalog import load_course

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
START = "notebooks/00_start_here.ipynb"


# -- exact versions ---------------------------------------------------------------------------


def conda_lines() -> list[str]:
    """Return what environment.yml asks of conda itself."""
    return [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]


def pip_lines() -> list[str]:
    """Return what environment.yml asks of pip, in order."""
    (section,) = [part for part in ENVIRONMENT["dependencies"] if isinstance(part, dict)]
    return list(section["pip"])


def pins() -> dict[str, Requirement]:
    """Return the pins of environment.yml that count on this machine, by normal name."""
    found = [Requirement(line) for line in pip_lines() if line != "-e ."]
    counting = [pin for pin in found if pin.marker is None or pin.marker.evaluate()]
    return {canonicalize_name(pin.name): pin for pin in counting}


def names(requirements: list[str]) -> set[str]:
    """Return the normal names of requirements."""
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def needed_by(name: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """Return what the installed package ``name`` needs on this machine, at any depth."""
    found: dict[str, frozenset[str]] = {}
    waiting = [(canonicalize_name(name), extras)]
    while waiting:
        package, wanted = waiting.pop()
        known = found.get(package)
        if known is not None and wanted <= known:
            continue
        found[package] = wanted | (known or frozenset())
        waiting += _direct_needs(package, found[package])
    return set(found) - {canonicalize_name(name)}


def _direct_needs(package: str, extras: frozenset[str]) -> list[tuple[Any, frozenset[str]]]:
    lines = [Requirement(line) for line in metadata.requires(package) or []]
    environments = [{"extra": extra} for extra in (extras or {""})]
    return [
        (canonicalize_name(line.name), frozenset(line.extras))
        for line in lines
        if line.marker is None or any(line.marker.evaluate(each) for each in environments)
    ]


def test_every_pin_is_exact_and_the_course_itself_comes_last() -> None:
    *pinned, last = pip_lines()
    assert last == "-e ."
    loose = [line for line in pinned if not re.match(r"[\w.-]+(\[\w+\])?==[\w.]+(; |$)", line)]
    assert loose == []


def test_no_package_is_pinned_twice() -> None:
    pinned = [canonicalize_name(Requirement(line).name) for line in pip_lines()[:-1]]
    assert len(pinned) == len(set(pinned))


def test_conda_brings_python_3_11_and_pip_and_nothing_else() -> None:
    assert conda_lines() == ["python=3.11", "pip"]


def test_what_is_installed_is_what_is_pinned() -> None:
    wanted = {name: str(pin.specifier).removeprefix("==") for name, pin in pins().items()}
    assert {name: metadata.version(name) for name in wanted} == wanted


def test_pins_are_all_that_the_course_needs_and_no_more() -> None:
    assert set(pins()) == needed_by("fastapi-clinic")


def test_pyproject_names_packages_without_versions() -> None:
    bounded = [line for line in PROJECT["dependencies"] if Requirement(line).specifier]
    assert bounded == []


def test_extras_agree_between_the_two_files() -> None:
    for line in PROJECT["dependencies"]:
        wanted = Requirement(line)
        assert pins()[canonicalize_name(wanted.name)].extras == wanted.extras


def test_every_import_of_the_engine_is_a_named_dependency() -> None:
    modules = metadata.packages_distributions()
    used = {
        canonicalize_name(package)
        for path in (ROOT / "src").rglob("*.py")
        for module in imported(path) - set(sys.stdlib_module_names) - {"clinic"}
        for package in modules.get(module, [f"{module} (in {path.name})"])
    }
    extra = names(PROJECT["optional-dependencies"]["cluster"])
    assert used - names(PROJECT["dependencies"]) - extra == set()


def test_every_module_of_the_engine_has_a_test_file_of_its_own() -> None:
    modules = {path.stem for path in (ROOT / "src/clinic").glob("*.py")}
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests").glob("test_*.py")}
    assert modules - {"__init__", "__main__"} - tested == set()


def imported(path: Path) -> set[str]:
    """Return the top-level modules that a file imports, at any place in it."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in plain | parts}


def test_the_tools_of_the_tests_are_exact_and_installed() -> None:
    for line in PROJECT["optional-dependencies"]["test"]:
        tool = Requirement(line)
        assert str(tool.specifier) == f"=={metadata.version(tool.name)}"


def test_the_tests_need_what_a_cluster_needs_in_the_same_version() -> None:
    extras = PROJECT["optional-dependencies"]
    assert set(extras["cluster"]) <= set(extras["test"])


def test_a_learner_gets_no_tools_of_the_tests() -> None:
    assert names(PROJECT["optional-dependencies"]["test"]) & set(pins()) == set()


def test_python_3_11_is_the_oldest_everywhere() -> None:
    assert PROJECT["requires-python"] == ">=3.11"
    assert "sys.version_info < (3, 11)" in MAKEFILE


def test_the_popup_with_news_is_off_in_this_environment() -> None:
    """The build puts our settings where JupyterLab looks, for an editable install too."""
    shipped = ROOT / "labconfig/default_setting_overrides.json"
    installed = Path(sys.prefix) / "etc/jupyter/labconfig" / shipped.name
    assert installed.read_text("utf-8") == shipped.read_text("utf-8")


# -- make, with a Python that only pretends ---------------------------------------------------


FAKE_PYTHON = """#!/bin/sh
echo "$*" >> "$PRETEND_LOG"
case "$*" in
    --version) echo "Python $PRETEND_VERSION" ;;
    *version_info*) [ "$PRETEND_VERSION" != 3.10.13 ] ;;
    *ensurepip*) [ "$PRETEND_LACKS" != venv ] ;;
    *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"pip "*) [ "$PRETEND_LACKS" != network ] || { echo "ERROR: no route" >&2; exit 1; } ;;
esac
"""


class Machine:
    """A checkout and a `python3` that writes down what it is asked and does nothing of it."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        (self.checkout / "labconfig").mkdir(parents=True)
        for name in (
            "Makefile",
            "environment.yml",
            "pyproject.toml",
            "labconfig/default_setting_overrides.json",
        ):
            shutil.copy2(ROOT / name, self.checkout / name)
        self.python = folder / "python3"
        self.python.write_text(FAKE_PYTHON, encoding="utf-8")
        self.python.chmod(0o755)
        self.log = folder / "log"

    def make(self, *arguments: str, version: str = "3.11.7", lacks: str = "") -> tuple[int, str]:
        """Return the exit status and what the user reads."""
        self.log.write_text("", encoding="utf-8")
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHON": str(self.python),
            "PRETEND_LOG": str(self.log),
            "PRETEND_VERSION": version,
            "PRETEND_LACKS": lacks,
        }
        done = subprocess.run(
            ["make", *arguments],
            cwd=self.checkout,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def asked(self, words: str) -> bool:
        """Return whether the last `make` asked its Python for something with these words."""
        return words in self.log.read_text("utf-8")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a fresh machine."""
    return Machine(tmp_path / "a folder with blanks")


def sentences(printed: str) -> list[str]:
    """Return what was printed without the closing line of make itself."""
    return [line for line in printed.splitlines() if not line.startswith("make: ***")]


def test_python_3_10_is_refused_in_one_sentence(machine: Machine) -> None:
    status, printed = machine.make("lab", version="3.10.13")
    (sentence,) = sentences(printed)
    assert status != 0
    assert "needs Python 3.11 or newer" in sentence
    assert "Python 3.10.13" in sentence
    assert "make lab PYTHON=python3.12" in sentence
    assert not (machine.checkout / ".venv").exists()


def test_no_python_at_all_is_one_sentence(machine: Machine) -> None:
    status, printed = machine.make("env", "PYTHON=python3.99")
    (sentence,) = sentences(printed)
    assert status != 0
    assert "no program 'python3.99'" in sentence


def test_a_python_without_venv_is_one_sentence(machine: Machine) -> None:
    status, printed = machine.make("env", lacks="venv")
    (sentence,) = sentences(printed)
    assert status != 0
    assert "sudo apt install python3-venv" in sentence


def test_without_a_network_pip_speaks_and_one_sentence_follows(machine: Machine) -> None:
    status, printed = machine.make("env", lacks="network")
    _, pip, sentence = sentences(printed)
    assert status != 0
    assert pip == "ERROR: no route"
    assert "on the network" in sentence
    assert machine.make("env")[0] == 0  # and the next try goes through


def test_make_env_installs_the_pins_and_the_course(machine: Machine) -> None:
    assert machine.make("env")[0] == 0
    assert machine.asked("install --quiet -r .venv/pins.txt -e .")
    written = (machine.checkout / ".venv/pins.txt").read_text("utf-8").splitlines()
    assert written == pip_lines()[:-1]


def test_the_second_make_env_does_nothing(machine: Machine) -> None:
    machine.make("env")
    assert machine.make("--question", "env")[0] == 0


@pytest.mark.parametrize("name", ["environment.yml", "pyproject.toml"])
def test_a_changed_file_installs_again_into_the_same_venv(machine: Machine, name: str) -> None:
    machine.make("env")
    newer = (machine.checkout / ".venv/ready").stat().st_mtime + 10
    os.utime(machine.checkout / name, (newer, newer))
    machine.make("env")
    assert machine.asked("pip")
    assert not machine.asked("-m venv")


def test_a_moved_checkout_builds_its_venv_anew(machine: Machine) -> None:
    machine.make("env")
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("elsewhere"))
    machine.make("env")
    assert machine.asked("-m venv --clear .venv")


def test_a_half_made_venv_is_built_anew(machine: Machine) -> None:
    (machine.checkout / ".venv/bin").mkdir(parents=True)
    assert machine.make("env")[0] == 0
    assert machine.asked("-m venv --clear .venv")


def test_the_tools_of_the_tests_come_with_the_same_pins(machine: Machine) -> None:
    machine.make("test-env")
    assert machine.asked("install --quiet -r .venv/pins.txt -e .[test]")


def test_make_alone_lists_every_target(machine: Machine) -> None:
    _, printed = machine.make()
    listed = set(re.findall(r"^  make (\w+)", printed, re.MULTILINE))
    assert listed == {"help", "env", "lab", "test", "lint", "tidy", "soak", "bench", "clean"}


# -- Binder -----------------------------------------------------------------------------------


def test_repo2docker_renders_the_image_of_this_repository() -> None:
    """What Binder would build, as repo2docker itself prints it when it is told not to build."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Building conda environment for python=3.11" in done.stderr
    image = done.stdout
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"' in image
    # The whole checkout must be there before `-e .` can be installed.
    assert image.index("COPY --chown=0:0 src/ ${REPO_DIR}/") < image.index("env update -p")


def test_the_binder_link_opens_the_start_page() -> None:
    links = set(re.findall(r"https://mybinder\.org/v2/[^\s)]+", README))
    (link,) = links
    parts = urlsplit(link)
    assert parts.path == "/v2/gh/fastapi-clinic/fastapi-clinic/HEAD"
    assert parse_qs(parts.query) == {"urlpath": [f"lab/tree/{START}"]}
    assert (ROOT / START).is_file()


# -- README -----------------------------------------------------------------------------------


def table_under(heading: str) -> list[list[str]]:
    """Return the body rows of the first table under a heading of the README."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_the_table_of_rules_is_the_catalogue() -> None:
    expected = [
        [
            f"[{rule.category}](notebooks/{rule.notebook})",
            f"`{rule.id}`",
            rule.title,
            rule.impact,
            str(rule.minutes),
        ]
        for rule in load_course(ROOT).rules
    ]
    assert table_under("What you repair") == expected


def test_the_table_of_dependencies_has_a_reason_for_each() -> None:
    rows = table_under("What is installed, and why")
    told = {name for row in rows for name in re.findall(r"`([\w-]+)`", row[0])}
    assert told == names(PROJECT["dependencies"])
    assert [row for row in rows if len(row[1].split()) < 3] == []


def test_the_coverage_table_has_every_entry_of_the_reference() -> None:
    rows = table_under("Coverage")
    rules = {f"`{rule.id}`": rule for rule in load_course(ROOT).rules}
    assert len({row[2] for row in rows}) == len(rows) == 29
    assert sum(len(row[1].split(", ")) for row in rows) == 36
    for entry, _, rule, lesson in rows:
        notebook = rules[rule].notebook
        assert lesson == f"[{notebook[:2]}](notebooks/{notebook})", entry


def test_every_make_target_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)\b", README))
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    assert named & targets >= {"lab", "test"}
    assert set(re.findall(r"`make ([a-z]+)`", README)) <= targets


def test_links_of_the_readme_lead_somewhere() -> None:
    inside = {link for link in re.findall(r"\]\(([^)#\s]+)\)", README) if "://" not in link}
    assert {link for link in inside if not (ROOT / link).exists()} == set()
