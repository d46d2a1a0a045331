"""copier.yml is read as Copier itself reads it: what it refuses is refused, what it takes is taken, as the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from scaffold.foreign import composed
from scaffold.foreign.config import load

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

REFUSED = {
    "a question mark in braces": "name: {help: What?}\n",
    "a question mark in brackets": "name: {type: str, choices: [a, b?]}\n",
    "a tab after a value": "name: x\t\n",
    "a tab before a value": "a:\n\t- b\n",
    "a comment at once after a bar": "name: |# text\n  x\n",
    "a tab after a bar": "name: >\t\n  x\n",
    "a tag that nobody knows": "name: !mine x\n",
    "a tag of Python's": "name: !!python/name:os.system x\n",
    "an equals sign": "name: [=]\n",
    "an include that is merged": "name:\n  <<: !include more.yml\n",
    "an include as a key": "name: {!include more.yml: x}\n",
    "a list that is merged": "name:\n  <<: [1]\n",
    "a list as a key": "name: {[a]: b}\n",
    "a date that there is not": "name: 2024-02-31\n",
}
TAKEN = {
    "an empty value at the end of braces": "name: {type: str, default: x, help:}\n",
    "a colon after a comma": "name: {h: ,a:}\n",
    "colons in words": "name: {help: a:b, url: http://x.org/a:b}\n",
    "a question mark in words": "name:\n  help: What?\n",
    "a mark at the beginning": "\ufeffname: x\n",
    "words for true": "name: {a: yes, b: Off, c: y}\n",
    "numbers": "name: [1_0, 0o7, 012, 1:30, 1e3, 1.e+3, .5, 0x1F, .inf]\n",
    "dates": "name: [2024-01-31, 2001-12-14t21:59:43.10-05:00]\n",
    "anchors and merges": "_x: &x {type: str, default: a}\nname: {<<: [*x, {help: b}], default: c}\n",
    "one that is merged twice": "_x: &x {aa: 1}\n_y: &y {aa: 2, bb: 3}\nname: {<<: [*x, *y, *x], cc: 4}\n",
    "documents": "_exclude: [a]\n---\n- name: x\n- _exclude: [b]\n---\n",
    "an include": "!include more.yml\n",
    "an include inside": "name: {type: str, choices: !include more.yml}\n",
    "a set and pairs": "name: [!!set {a, b}, !!omap [a: 1]]\n",
    "lines of other systems": "name: x\r\nother:\r\n  help: |\r\n    a\r\n\r\n    b\r\n",
}


def as_copier_reads(path: Path) -> Any:  # noqa: ANN401  # whatever YAML makes
    """Copier's own values; an explanation where it refuses."""
    from copier._template import load_template_config  # compared with, not used

    try:
        return load_template_config(path, quiet=True)
    except Exception as error:  # noqa: BLE001  # it has a traceback for some
        return f"refused: {error}"


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_copier_refuses(tmp_path: Path, scaffold: Run, text: str) -> None:
    """By each command, in a line that says where."""
    (tmp_path / "copier.yml").write_text(text, encoding="utf-8")
    (tmp_path / "more.yml").write_text("more: x\n", encoding="utf-8")
    assert str(as_copier_reads(tmp_path / "copier.yml")).startswith("refused: ")
    found = json.loads(scaffold("template", "lint", str(tmp_path), "--json").out)["findings"]
    assert [finding["code"] for finding in found] == ["S001"]
    tried = scaffold("template", "test", str(tmp_path))
    assert (tried.code, tried.out, len(tried.err.splitlines())) == (1, "", 1)
    assert tried.err.startswith("error: template copier.yml:")


@pytest.mark.slow
@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_what_copier_takes(tmp_path: Path, scaffold: Run, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the same values; also where PyYAML keeps what it has composed, the second time as well."""
    path = tmp_path / "copier.yml"
    path.write_bytes(text.encode())
    (tmp_path / "more.yml").write_text("more: x\n", encoding="utf-8")
    values = as_copier_reads(path)
    assert isinstance(values, dict), values
    assert repr(dict(load(tmp_path).values)) == repr(values)
    assert "S001" not in scaffold("template", "lint", str(tmp_path)).out
    monkeypatch.setattr(yaml, "SafeLoader", yaml.SafeLoader)
    composed.install()
    assert [repr(as_copier_reads(path)) for _ in range(2)] == [repr(values)] * 2


def test_texts_in_utf16(tmp_path: Path, scaffold: Run) -> None:
    """As a shell of Windows may have written it: Copier takes that, too."""
    (tmp_path / "copier.yml").write_bytes("name: é\n".encode("utf-16"))
    assert load(tmp_path).values == as_copier_reads(tmp_path / "copier.yml") == {"name": "é"}
    assert "S001" not in scaffold("template", "lint", str(tmp_path)).out
    (tmp_path / "copier.yml").write_bytes("name: é\n".encode("utf-16") + b"\xd8")
    assert "copier.yml:1: S001" in scaffold("template", "lint", str(tmp_path)).out


@pytest.mark.slow
@pytest.mark.parametrize("other", ["copier.yaml", "copier.yml~", "copier.local.yml", "copier.YML"])
def test_a_second_configuration(tmp_path: Path, scaffold: Run, other: str) -> None:
    """Copier takes any of these names for one, and refuses two."""
    for name in ("copier.yml", other):
        (tmp_path / name).write_text("name: x\n", encoding="utf-8")
    assert "S003" in scaffold("template", "lint", str(tmp_path)).out
    tried = scaffold("template", "test", str(tmp_path))
    assert (tried.code, "are both there: remove one" in tried.err) == (1, True)
    (tmp_path / "copier.yml").unlink()
    assert load(tmp_path).values == {"name": "x"}
