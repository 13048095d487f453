"""How the namespaces of a submission are made; what holds inside is in grading/test_sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clinic.boxes import Box, BoxPlan
from clinic.confinement import Limits
from clinic.errors import MachineError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


def plan_of(store: Path, *holder: str) -> BoxPlan:
    return BoxPlan(holder, str(store), "/clinic/view", Limits())


def test_a_plan_travels_as_json(tmp_path: Path) -> None:
    plan = BoxPlan(("bwrap", "--unshare-user"), str(tmp_path), "/view", Limits(processes=7))
    assert BoxPlan.from_json(plan.to_json()) == plan


def test_the_folder_around_the_mounted_parts_stays_outside(tmp_path: Path) -> None:
    command = plan_of(tmp_path, "bwrap").command("app-x")
    bound = [command[i + 1] for i, word in enumerate(command) if word == "--bind"]
    assert bound == [f"{tmp_path}/app-x/{part}" for part in ("work", "tmp", "shm")]


@pytest.mark.parametrize("part", ["work", "tmp", "shm"])
def test_a_link_in_the_place_of_a_part_is_not_mounted(tmp_path: Path, part: str) -> None:
    (tmp_path / "app-x").mkdir()
    (tmp_path / "app-x" / part).symlink_to("/etc")
    with pytest.raises(MachineError, match="cannot be made"):
        Box.open(plan_of(tmp_path, "/bin/true"), "app-x")


def test_a_holder_that_is_refused_says_so(tmp_path: Path) -> None:
    (tmp_path / "app-x").mkdir()
    refused = plan_of(tmp_path, "/bin/sh", "-c", "echo no namespaces here >&2; exit 1")
    with pytest.raises(MachineError, match="no namespaces here"):
        Box.open(refused, "app-x")
