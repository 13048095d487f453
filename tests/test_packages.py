"""Exercises of several files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic.errors import UsageError
from clinic.packages import file_in_package, package

NAME = "tiny_shop"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    path = list(sys.path)
    yield
    sys.path[:] = path
    for module in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[module]


def test_files_import_each_other_and_the_entry_is_returned() -> None:
    main = package(
        NAME,
        {
            "main.py": f"""
                from {NAME}.routers.items import ITEMS
                from .settings import SHOP
            """,
            "routers/items.py": "ITEMS = ['tea']",
            "settings.py": "SHOP = 'open'",
        },
    )
    assert (main.ITEMS, main.SHOP, main.__name__) == (["tea"], "open", f"{NAME}.main")
    assert package(NAME, {"web.py": "x = 1"}, entry="web").x == 1


def test_nothing_is_left_of_an_earlier_run() -> None:
    package(NAME, {"main.py": "from . import old", "old.py": ""})
    main = package(NAME, {"main.py": "x = 2"})
    assert main.x == 2
    assert f"{NAME}.old" not in sys.modules
    assert len([entry for entry in sys.path if f"clinic-{NAME}-" in entry]) == 1
    with pytest.raises(ImportError):
        package(NAME, {"main.py": "from . import old"})


def test_an_init_of_ones_own_is_kept() -> None:
    assert package(NAME, {"__init__.py": "x = 3", "main.py": f"from {NAME} import x"}).x == 3


def test_errors_of_the_code_pass_through_with_their_place() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        package(NAME, {"main.py": "\n\n\n1 / 0"})
    files = [Path(entry.path).name for entry in raised.traceback]
    assert files == ["test_packages.py", "packages.py", "main.py"]
    assert file_in_package(str(raised.traceback[-1].path)) == f"{NAME}/main.py"


def test_only_the_files_of_a_package_have_a_name_in_it() -> None:
    inner = f"/tmp/clinic-{NAME}-a1_b2/{NAME}/routers/admin.py"
    assert file_in_package(inner) == f"{NAME}/routers/admin.py"
    assert file_in_package(f"/tmp/clinic-{NAME}-a1_b2/other/admin.py") == ""
    assert file_in_package("<exercise>") == file_in_package(__file__) == ""


@pytest.mark.parametrize("name", ["", "two words", "a.b", "../up", "class", "1st"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a package"):
        package(name, {"main.py": ""})


@pytest.mark.parametrize("name", ["json", "sys", "fastapi", "clinic"])
def test_a_package_cannot_stand_in_for_a_module_that_exists(name: str) -> None:
    before = sys.modules.get(name)
    with pytest.raises(UsageError, match=f"There is a module '{name}' already"):
        package(name, {"main.py": ""})
    assert sys.modules.get(name) is before


@pytest.mark.parametrize("path", ["main", "/etc/x.py", "../x.py", "a/../../x.py", "a-b.py", ".py"])
def test_a_path_outside_the_package_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="cannot be a module of a package"):
        package(NAME, {path: ""})


def test_the_folders_are_removed_when_the_program_ends() -> None:
    script = f"from clinic import package\npackage({NAME!r}, {{'main.py': 'print(__file__)'}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).name == "main.py"
    assert not Path(done.stdout.strip()).parents[1].exists()
