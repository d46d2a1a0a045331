"""No class of the machinery takes a name that `threading.Thread` keeps for itself on one Python or another."""

from __future__ import annotations

import sys
import threading
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

import pytest
from variants import VARIANTS, Variant

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from scaffold.template import Template

SERVICES = [variant for variant in VARIANTS if variant.design == "thread/service"]


def load(template: Template, variant: Variant, file: str, where: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import one file of a project."""
    (content,) = (content for path, content in variant.render(template).items() if path.name == file)
    where.joinpath(file).write_bytes(content)
    spec = spec_from_file_location(f"names_{where.name}_{file[:-3]}", where / file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clashing(template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The conftest.py of a design whose owner extends a Thread."""
    return load(template, Variant("thread/batch", {}), "conftest.py", tmp_path, monkeypatch)


def test_a_careless_class_is_seen_through(clashing: ModuleType) -> None:
    """It sets, in any method, what a Thread has or had."""

    class Careless(threading.Thread):
        def run(self) -> None:
            self._handle = self.fine = None

        def _stop(self) -> None:
            self.name = "careless"

    taken = clashing.names_set_by(Careless) & clashing.THREADS_OWN
    assert {name for name in taken if not name.startswith("__")} == {"run", "_handle", "_stop", "name"}


@pytest.mark.parametrize("variant", SERVICES, ids=lambda variant: variant.name)
def test_a_service_overrides_run_and_start_and_no_more(
    template: Template, variant: Variant, clashing: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own attributes and methods have names of their own."""
    service = load(template, variant, "thread_service.py", tmp_path, monkeypatch).Service
    ours = clashing.names_set_by(service)
    assert "_finished" in ours
    assert {name for name in ours & clashing.THREADS_OWN if not name.startswith("__")} == {"run", "start"}
