"""The rules of `scaffold review`: each on programs that meet it, on the like that do not, and shown to matter."""

from __future__ import annotations

import ast
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
import pythons
from harness import ROOT
from hypothesis import given
from hypothesis import strategies as st
from review_cases import BAD, GOOD, HEAD
from test_claims import holds, sections

from scaffold import recommend
from scaffold.review import rules, source
from scaffold.review.findings import Finding, Skipped
from scaffold.review.reporters import TRAPS
from scaffold.review.rules import BY_CODE
from scaffold.review.threads import PRIVATE
from scaffold.rules import PRINCIPLES

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

FIRST = HEAD.count("\n")


def found(folder: Path, program: str, code: str) -> list[str]:
    """Where a rule finds something in a program behind HEAD."""
    file = folder / "program.py"
    file.write_text(HEAD + program, encoding="utf-8")
    ast.parse(HEAD + program)
    result = source.findings(str(file), [code])
    assert not isinstance(result, Skipped)
    return [f"{one.line - FIRST}:{one.column}" for one in result]


@pytest.mark.parametrize(("code", "where", "program"), [(code, *case) for code, cases in BAD.items() for case in cases])
def test_a_rule_finds_the_place(tmp_path: Path, code: str, where: str, program: str) -> None:
    """Line and column, in characters."""
    assert found(tmp_path, program, code) == [where]


@pytest.mark.parametrize(("code", "program"), [(code, case) for code, cases in GOOD.items() for case in cases])
def test_a_rule_lets_the_like_pass(tmp_path: Path, code: str, program: str) -> None:
    """What is right, and what nobody can tell from the file."""
    assert found(tmp_path, program, code) == []


def test_every_rule_has_both() -> None:
    """No rule without a program that meets it, one that does not, and one that shows what goes wrong."""
    assert list(BAD) == list(GOOD) == list(BY_CODE) == [path.stem for path in sorted(TRAPS.glob("*.py"))]
    assert len(BY_CODE) == len(rules.RULES)


@pytest.mark.parametrize("code", BY_CODE)
def test_the_trap_is_one(code: str) -> None:
    """The program prints what it says it does, and what the rule finds in it is one place: the rest is right."""
    trap = TRAPS / f"{code}.py"
    assert set(sections(trap)) == {"Prints"}
    holds(trap, pythons.found()[pythons.oldest()])
    result = source.findings(str(trap), [code])
    assert isinstance(result, list)
    assert [one.code for one in result] == [code]


@pytest.mark.slow
@pytest.mark.parametrize("version", sorted(set(pythons.found()) - {pythons.oldest()}))
def test_the_traps_are_ones_everywhere(version: str) -> None:
    """On every Python."""
    for trap in sorted(TRAPS.glob("*.py")):
        holds(trap, pythons.found()[version])


_ATTEMPT = """
import json, os, signal, sys, threading
threading.excepthook = lambda _: None

def works(name, defined):
    class Worker(threading.Thread):
        done = False
        if not defined:
            def __init__(self):
                super().__init__()
                setattr(self, name, name == "_is_stopped")
        def run(self):
            if defined and getattr(self, name)() != "own":
                return
            self.done = True
            gate.wait(5)
    if defined:
        setattr(Worker, name, lambda self: "own")
    gate = threading.Event()
    worker = Worker()
    worker.daemon = True
    worker.start()
    alive = worker.is_alive()
    gate.set()
    worker.join(0.2)
    return alive and worker.done and not worker.is_alive() and worker not in threading.enumerate()

broken = []
for name in sys.argv[1:]:
    for defined in (False, True):
        child = os.fork()
        if child == 0:
            signal.setitimer(signal.ITIMER_REAL, 0.5)  # where nothing goes on
            good = False
            try:
                good = works(name, defined)
            finally:
                os._exit(0 if good else 1)
        if os.waitpid(child, 0)[1]:
            broken.append(name)
            break
print(json.dumps(broken))
"""


@pytest.mark.slow
def test_private_names_break_a_thread() -> None:
    """Each name of R107, assigned or defined by a subclass, breaks it on one of the supported Pythons at least."""
    versions = pythons.found()
    if not (min(versions) < "3.13" < max(versions)):
        pytest.skip("some names are of older Pythons only, and some of newer ones")
    broken: set[str] = set()
    for python in versions.values():
        done = subprocess.run(
            [python, "-c", _ATTEMPT, *sorted(PRIVATE - broken), "harmless"],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        broken |= set(json.loads(done.stdout))
    assert "harmless" not in broken
    assert broken == PRIVATE - ({"_handle"} if "3.13" not in versions else set())


def test_every_rule_explains_itself(scaffold: Run) -> None:
    """A reason, a fix, principles that exist; sentences end, fixes do not."""
    for code, rule in BY_CODE.items():
        assert rule.because.endswith("."), code
        assert not rule.fix.endswith("."), code
        assert rule.advice.principles, code
        text = scaffold("review", "--explain", code.lower()).out
        assert (TRAPS / f"{code}.py").read_text(encoding="utf-8").splitlines()[0] in text
        assert all(PRINCIPLES[principle].text in text for principle in rule.advice.principles)


@pytest.mark.parametrize("command", sorted({rule.advice.command for rule in BY_CODE.values()}))
def test_the_command_writes_the_design(here: Path, scaffold: Run, command: str) -> None:
    """`advise` with the same answers recommends it for the same principles, and `add` writes it as it is printed."""
    advice = next(rule.advice for rule in BY_CODE.values() if rule.advice.command == command)
    assert advice.design is recommend.design_for(advice.workload)
    words = command.split()[1:]
    document = json.loads(scaffold("advise", *words[1:], "--json").out)
    assert document["design"] == advice.design.value
    assert [citation["code"] for citation in document["decided_by"]] == list(advice.principles)
    (here / "pyproject.toml").write_text('[project]\nname = "acme"\nrequires-python = ">=3.10"\n', encoding="utf-8")
    (here / "acme").mkdir()
    (here / "acme" / "__init__.py").touch()
    added = json.loads(scaffold(*words, "--dry-run", "--json").out)
    assert added["recommendation"]["design"] == advice.design.value


# --- any source -----------------------------------------------------------------------------------------------------

PROGRAMS = [HEAD + program for cases in BAD.values() for _, program in cases] + [
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "claims").glob("*.py"))
]


@pytest.mark.slow
@given(
    st.sampled_from(PROGRAMS),
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 40), st.sampled_from(PROGRAMS), st.integers(0, 2_000))),
)
def test_any_source_is_reviewed_or_refused(
    tmp_path_factory: pytest.TempPathFactory, program: str, edits: list[tuple[int, int, str, int]]
) -> None:
    """Whatever programs are cut and joined into: findings within the file, or one reason why there are none."""
    for start, length, other, place in edits:
        program = program[:start] + other[place : place + length] + program[start + length :]
    file = tmp_path_factory.getbasetemp() / "mutated.py"
    file.write_text(program, encoding="utf-8", newline="")
    result = source.findings(str(file), list(BY_CODE))
    sites = source.sites(str(file))
    if isinstance(result, Skipped):
        assert result == sites
        assert result.reason
        return
    assert isinstance(sites, list)
    places = [(one.line, one.column) for one in result]
    assert len(set(places)) == len(places)
    lines = program.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert all(isinstance(one, Finding) and 1 <= one.column <= len(lines[one.line - 1]) for one in result)


NAMES = st.sampled_from(["f", "t", "pool", "self", "threading", "Thread", "ThreadPool", "queue"])
EXPRESSIONS = st.recursive(
    NAMES | st.sampled_from(["None", "1", "'a'", "threading.Thread(target=f)", "ThreadPool()", "ThreadPoolExecutor()"]),
    lambda inner: st.one_of(
        st.builds("{}.{}".format, inner, st.sampled_from(["map", "imap", "start", "join", "run", "submit", "result"])),
        st.builds("{}({})".format, NAMES, inner),
        st.builds("({}).apply_async({}, ({}))".format, inner, NAMES, inner),
        st.builds("[{} for t in {}]".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(lambda t: {})".format, inner),
        st.builds("({}).append({})".format, NAMES, inner),
    ),
    max_leaves=6,
)
SIMPLE = st.one_of(
    EXPRESSIONS,
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("self.pool = {}".format, EXPRESSIONS),
    st.builds("del {}".format, NAMES),
    st.builds("global {}".format, NAMES),
    st.builds("{}, *{} = {}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("import threading as {}".format, NAMES),
)


def indented(head: str, body: list[str]) -> str:
    """A statement with a body."""
    return head + "\n" + "\n".join(f"    {line}" for one in body for line in one.split("\n"))


STATEMENTS = st.recursive(
    SIMPLE,
    lambda inner: st.builds(
        indented,
        st.one_of(
            st.builds("for {} in {}:".format, NAMES, EXPRESSIONS),
            st.builds("with {} as {}:".format, EXPRESSIONS, NAMES),
            st.builds("while {}:".format, EXPRESSIONS),
            st.builds("def {}(self, t={}):".format, NAMES, EXPRESSIONS),
            st.builds("class {}({}):".format, NAMES, EXPRESSIONS),
        ),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@pytest.mark.slow
@given(st.lists(STATEMENTS, min_size=1, max_size=6))
def test_any_program_is_reviewed(tmp_path_factory: pytest.TempPathFactory, statements: list[str]) -> None:
    """Names that are bound to themselves, to several things or to nothing."""
    file = tmp_path_factory.getbasetemp() / "generated.py"
    file.write_text(HEAD + "\n".join(statements), encoding="utf-8")
    for result in (source.findings(str(file), list(BY_CODE)), source.sites(str(file))):
        assert isinstance(result, list) or "is not Python 3" in result.reason
