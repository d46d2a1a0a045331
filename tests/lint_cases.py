"""For every rule of the linter a template that meets it and one that does not, each as a dict of paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Union

from scaffold.git import environment, git

Content = Union[str, bytes, Path]
"""Text, bytes, or where a symbolic link leads."""

Files = Mapping[str, Content]

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
HEAD = '_min_copier_version: "9.10.0"\n'
NAME = "name:\n  type: str\n  default: demo\n"

SUBMODULE = '[submodule "parts"]\n\tpath = parts\n\turl = https://example.org/parts.git\n'

CLEAN: Files = {
    "copier.yml": HEAD + NAME,
    ANSWERS: "{{ _copier_answers|to_nice_yaml -}}\n",
    "README.md.jinja": "# {{ name }}\n",
}


def config(text: str) -> Files:
    """A template with these lines at the end of its copier.yml, from line 5 on."""
    return {"copier.yml": HEAD + NAME + text}


def asked(spec: str, use: str = "{{ extra }}") -> Files:
    """A template with one more question, `extra`, on line 5; its keys are on lines 6 and following."""
    lines = "".join(f"  {line}\n" for line in spec.split("\n"))
    return {**config(f"extra:\n{lines}"), "extra.txt.jinja": use}


def write(root: Path, files: Files) -> Path:
    """Write a template; paths may lead out of it by `..`."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            path.symlink_to(content)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")
    return root


def make_repository(root: Path, *tags: str, later: bool) -> None:
    """Commit the template and tag the commit; `later` adds a commit without a tag."""
    commands = [("init", "-q"), ("add", "-A"), ("commit", "-qm", "one"), *(("tag", tag) for tag in tags)]
    for command in [*commands, *([("commit", "-qm", "two", "--allow-empty")] if later else [])]:
        git(*command, cwd=root, env=environment())


@dataclass(frozen=True)
class Case:
    """A rule's two templates: what differs from `CLEAN`."""

    code: str
    bad: Files
    where: str
    """The file and line that is found in the bad one."""
    good: Files = field(default_factory=dict)
    bad_tags: tuple[str, ...] | None = None
    good_tags: tuple[str, ...] | None = None
    later: bool = False


CASES = (
    Case("S001", config("broken: [\n"), "copier.yml:6", config("_whole: &x []\n")),
    Case("S001", config("broken: !!python/name:os.system x\n"), "copier.yml:5"),
    Case("S001", config("broken: 2024-99-99\n"), "copier.yml:5", config("date: '2024-99-99'\n")),
    Case(
        "S002",
        config("---\n!include questions/*.yml\n"),
        "copier.yml:6",
        {**config("---\n!include questions/*.yml\n"), "questions/one.yml": "more: {type: str}\n"},
    ),
    Case("S003", {"copier.yaml": ""}, "copier.yml:1"),
    Case("S003", {"copier.yml~": ""}, "copier.yml~:1", {"copier.yml.bak": ""}),
    Case("S004", config(NAME), "copier.yml:5", config("---\n" + NAME)),
    Case("S005", {"a.txt.jinja": b"one\n\xff"}, "a.txt.jinja:2", {"a.txt": b"\xff"}),
    Case("S006", {"link": Path("/etc/hosts")}, "link:1", {"link": Path("README.md.jinja")}),
    Case("S006", {"a": Path("..")}, "a:1", {**config("_preserve_symlinks: true\n"), "a": Path("..")}),
    Case("S006", {"link": Path("link")}, "link:1", {**config("_preserve_symlinks: true\n"), "link": Path("link")}),
    Case("S006", {"link": Path("missing")}, "link:1", {**config("_preserve_symlinks: true\n"), "link": Path("made")}),
    Case("S006", {"in/this": Path()}, "in/this:1", {"in/a": "", "other": Path("in")}),
    Case("S007", {"a.txt.jinja": "a" * 600_000}, "a.txt.jinja:1", {"a.txt": "a" * 600_000}),
    Case(
        "S007",
        {".gitmodules": SUBMODULE, "a.txt.jinja": "{% include 'parts/one.jinja' %}"},
        ".gitmodules:1",
        {".gitmodules": SUBMODULE, "a.txt.jinja": "{% include 'parts/one.jinja' %}", "parts/one.jinja": ""},
    ),
    Case("K001", config("_exlude: []\n"), "copier.yml:5", config("_exclude: ['*', '.*']\n")),
    Case("K001", config("_data: {}\n"), "copier.yml:5", config("_shared: &shared {}\n")),
    Case("K002", asked("type: str\ndefualt: x"), "copier.yml:7", asked("type: str\ndefault: x")),
    Case(
        "K002",
        config("_tasks:\n  - comand: ls\n    command: ls\n"),
        "copier.yml:6",
        config("_tasks:\n  - command: ls\n  - [ls, -l]\n"),
    ),
    Case("K003", config("_exclude: '*.pyc'\n"), "copier.yml:5", config("_exclude: ['*.pyc']\n")),
    Case("K003", {"copier.yml": "_min_copier_version: 9.10\n" + NAME}, "copier.yml:1"),
    Case("K003", config("_envops:\n  trim_block: true\n"), "copier.yml:6", config("_envops:\n  trim_blocks: true\n")),
    Case("K004", asked("type: string"), "copier.yml:6", asked("type: \"{{ 'str' if name else 'int' }}\"")),
    Case("K005", config("my-name: x\n"), "copier.yml:5", config("my_name: x\n")),
    Case("K005", config("on: x\n"), "copier.yml:5", config("'on': x\n")),
    Case("K005", config("now: x\n"), "copier.yml:5"),
    Case("Y001", asked("help: What?"), "copier.yml:5", asked("default: x")),
    Case("Y001", asked("choices: ['3.10', none]"), "copier.yml:5", asked("choices: [BSD, MIT]")),
    Case("Y002", asked("type: str\ndefault: 3.10"), "copier.yml:7", asked('type: str\ndefault: "3.10"')),
    Case(
        "Y002",
        asked("choices: [3.9, 3.10]\ndefault: 3.9"),
        "copier.yml:6",
        asked("type: float\nchoices: [3.9, 3.10]\ndefault: 3.9"),
    ),
    Case("Y002", asked("type: int\ndefault: 010"), "copier.yml:7", asked("type: int\ndefault: 10")),
    Case("Y003", asked("type: str\nchoices: [de, no]"), "copier.yml:7", asked("type: str\nchoices: [de, 'no']")),
    Case("Y003", config("extra: no\n"), "copier.yml:5", asked("type: bool\ndefault: no")),
    Case("Y003", asked("type: str\ndefault: true"), "copier.yml:7", config("extra: true\n")),
    Case("J001", {"a.txt.jinja": "\n{% if name %}\n"}, "a.txt.jinja:2", {"a.txt.jinja": "{% if name %}{% endif %}"}),
    Case("J001", asked('type: str\ndefault: "{{ name"'), "copier.yml:7", {"a.txt": "{{ name"}),
    Case("J001", {"{{ name.jinja": ""}, "{{ name.jinja:1", {"{{ name }}.jinja": ""}),
    Case("J002", {"a.txt.jinja": "\n{{ name|uper }}"}, "a.txt.jinja:2", {"a.txt.jinja": "{{ name|upper|to_json }}"}),
    Case(
        "J003",
        {"a.txt.jinja": "{% include 'b.jinja' %}"},
        "a.txt.jinja:1",
        {"a.txt.jinja": "{% include 'README.md.jinja' %}{% include 'no' ignore missing %}"},
    ),
    Case("V001", {"a.txt.jinja": "\n\n{{ nmae }}"}, "a.txt.jinja:3", {"a.txt.jinja": "{{ nmae | default('') }}"}),
    Case("V001", {"{{ nmae }}.txt": ""}, "{{ nmae }}.txt:1", {"{{ name }}.txt": ""}),
    Case(
        "V001",
        {"a.txt.jinja": "{% if not _copier_operatoin and name %}a{% endif %}"},
        "a.txt.jinja:1",
        {"a.txt.jinja": "{% if not _testing and name %}{{ 1 if _testing or name }}{% endif %}"},
    ),
    Case("V001", {"a.txt.jinja": "{{ _testing }}"}, "a.txt.jinja:1", {"a.txt.jinja": "{{ name if not _testing }}"}),
    Case("V001", {"a.txt.jinja": "{% if nmae %}a{% endif %}"}, "a.txt.jinja:1", {"a.txt.jinja": "{{ name }}"}),
    Case(
        "V001",
        asked("type: str\nwhen: >-\n  {{ true\n  and nmae }}"),
        "copier.yml:9",
        asked("type: str\nvalidator: '{{ extra }}'\ndefault: '{{ UNSET }}'"),
    ),
    Case(
        "V001",
        {"a.txt.jinja": "{{ _copier_conf.answer_file }}"},
        "a.txt.jinja:1",
        {"a.txt.jinja": "{{ _copier_conf.answers_file }}{{ _folder_name }}{{ range(3) }}"},
    ),
    Case(
        "V001",
        {**config("_external_data:\n  parent: a.yml\n"), "a.txt.jinja": "{{ _external_data.parnet.x }}"},
        "a.txt.jinja:1",
        {**config("_external_data:\n  parent: a.yml\n"), "a.txt.jinja": "{{ _external_data.parent.x }}"},
    ),
    Case("V002", asked("type: str", use=""), "copier.yml:5", asked("type: str", use="{{ _copier_answers['extra'] }}")),
    Case(
        "V002",
        {**asked("type: str", use=""), "fill.py": "import json\n"},
        "copier.yml:5",
        {**asked("type: str", use=""), "fill.py": "json.loads(Path('.copier-answers.yml').read_text())\n"},
    ),
    Case(
        "V003",
        asked("type: str\ndefault: x\nwhen: false", use=""),
        "copier.yml:5",
        asked("type: str\ndefault: x\nwhen: false"),
    ),
    Case(
        "V004",
        config("one:\n  type: str\n  default: '{{ two }}'\ntwo:\n  type: str\n"),
        "copier.yml:7",
        config("one:\n  type: str\ntwo:\n  type: str\n  default: '{{ one }}'\n"),
    ),
    Case(
        "D001",
        asked("type: str\ndefault: ''\nvalidator: '{% if not extra %}is empty{% endif %}'"),
        "copier.yml:7",
        asked("type: str\nvalidator: '{% if not extra %}is empty{% endif %}'"),
    ),
    Case(
        "D001",
        asked("type: str\ndefault: 'A b'\nvalidator: \"{% if not extra | regex_search('^[a-z]+$') %}no{% endif %}\""),
        "copier.yml:7",
        asked("type: str\ndefault: ab\nvalidator: \"{% if not extra | regex_search('^[a-z]+$') %}no{% endif %}\""),
    ),
    Case(
        "D002",
        asked("type: str\nchoices: {First: a, Second: b}\ndefault: First"),
        "copier.yml:8",
        asked("type: str\nchoices: {First: a, Second: {value: b}, c: null}\ndefault: b"),
    ),
    Case(
        "D002",
        asked("type: str\nmultiselect: true\nchoices: [a, b]\ndefault: [a, c]"),
        "copier.yml:9",
        asked("type: str\nmultiselect: true\nchoices: [a, b]\ndefault: '[{{ \"a\" }}]'"),
    ),
    Case("D003", asked("type: int\ndefault: many"), "copier.yml:7", asked("type: int\ndefault: '{{ 3 * 4 }}'")),
    Case(
        "D003", asked("type: bool\ndefault: perhaps"), "copier.yml:7", asked("type: bool\ndefault: '{{ name == 1 }}'")
    ),
    Case("D003", asked("type: int\nchoices: [1, x]"), "copier.yml:7", asked("type: int\nchoices: [1, 2]")),
    Case("D003", asked("type: str\ndefault:"), "copier.yml:7", asked("type: yaml\ndefault:")),
    Case("D004", asked("type: str\nsecret: true"), "copier.yml:5", asked("type: str\nsecret: true\ndefault: ''")),
    Case(
        "D004",
        {"copier.yml": HEAD + NAME.replace("  default: demo\n", "") + "_secret_questions: [name]\n"},
        "copier.yml:2",
        config("_secret_questions: [name]\n"),
    ),
    Case(
        "D005",
        asked("type: str\ndefault: \"{{ 'a' * 10 ** 11 }}\""),
        "copier.yml:7",
        asked("type: str\ndefault: \"{{ 'a' * 10 ** 3 }}\""),
    ),
    Case("F001", {"other": "", ANSWERS: b""}, f"{ANSWERS}:1"),
    Case("F001", {ANSWERS.removesuffix(".jinja"): "", ANSWERS: "x"}, f"{ANSWERS}:1", {}),
    Case("F002", {"a.py.jinja": '\n"""{{ name }}"""\n'}, "a.py.jinja:2", {"a.py.jinja": '{{ "%r"|format(name) }}'}),
    Case(
        "F002",
        {**config("upper:\n  type: str\n  default: '{{ name|upper }}'\n  when: false\n"), "a.py.jinja": "{{ upper }}"},
        "a.py.jinja:1",
        {
            **asked('type: str\ndefault: a\nvalidator: "{% if not extra.isidentifier() %}is no name{% endif %}"'),
            "a.py.jinja": "# by {{ name }}\n{{ extra }} = {{ extra|length }}\n",
        },
    ),
    Case(
        "F001",
        {ANSWERS: "", "inner/{{ _copier_conf.answers_file }}": "{{ _copier_answers|to_nice_yaml }}"},
        f"{ANSWERS}:1",
        {"inner/{{ _copier_conf.answers_file }}.tmpl": "", "inner/{{ _copier_conf.answers_file }}": ""},
    ),
    Case(
        "F001",
        {ANSWERS: "{{ _copier_answers._commit }}", "{{ name }}.yml": ""},
        f"{ANSWERS}:1",
        {ANSWERS: "", "{{ name }}.yml.jinja": "{{ _copier_answers|to_json }}"},
    ),
    Case("F002", {"a.py.jinja": "{{ '%s' | format(name) }}"}, "a.py.jinja:1"),
    Case("F002", {"a.py.jinja": "x = '{{ name.replace(' ', '_').lower() ~ 1 }}'"}, "a.py.jinja:1"),
    Case(
        "F003",
        {"../pyproject.toml": "", "../.git/HEAD": "", "src/a.py": ""},
        "src/a.py:1",
        {"pyproject.toml": "", "../.git/HEAD": "", "src/a.py": ""},
    ),
    Case(
        "F004",
        config("_exclude: ['*.bak']\n"),
        "copier.yml:5",
        config("_exclude: ['*.bak', copier.yml, .git, __pycache__, '*.pyc']\n"),
    ),
    Case(
        "F005",
        {**config("_subdirectory: project\n"), "project/a.jinja": "{{ name }}"},
        "copier.yml:5",
        {**config("_subdirectory: project\n_exclude: []\n"), "project/a.jinja": "{{ name }}"},
    ),
    Case("F006", config("_subdirectory: projet\n"), "copier.yml:5", {**config("_subdirectory: p\n"), "p/a": ""}),
    Case(
        "F007",
        {"{% if name %}a.txt.jinja{% endif %}": ""},
        "{% if name %}a.txt.jinja{% endif %}:1",
        {"{% if name %}a.txt{% endif %}.jinja": ""},
    ),
    Case("P001", {}, "copier.yml:1", bad_tags=("nightly",), good_tags=("nightly", "v1.0.0rc1")),
    Case("P002", {}, "copier.yml:1", bad_tags=("v1.0.0",), good_tags=("1.0",), later=True),
    Case("P003", {"copier.yml": NAME}, "copier.yml:1"),
    Case("P004", {"copier.yml": "_min_copier_version: newest\n" + NAME}, "copier.yml:1"),
    Case("T001", config("_tasks: [ls]\n"), "copier.yml:5", config("_tasks: []\n")),
    Case("T001", config("_jinja_extensions: [a.B]\n"), "copier.yml:5", config("_migrations: []\n")),
)

PUBLIC: dict[str, Files] = {
    "conditional questions, computed values, choices of all forms": {
        "copier.yml": HEAD
        + """\
project_name:
  type: str
  help: What is your project called?
  placeholder: My project
slug:
  type: str
  default: "{{ project_name | lower | replace(' ', '-') }}"
  validator: >-
    {% if not (slug | regex_search('^[a-z][a-z0-9-]+$')) %}
    must be small letters
    {% endif %}
  when: "{{ project_name }}"
year:
  type: int
  default: "{{ '%Y' | strftime }}"
  when: false
license:
  type: str
  choices:
    - [MIT License, MIT]
    - [None, none]
  default: MIT
ci:
  type: str
  choices:
    GitHub: github
    GitLab:
      value: gitlab
      validator: "{% if license == 'none' %}needs a license{% endif %}"
  default: github
extras:
  type: str
  multiselect: true
  choices: |
    {%- if ci == 'github' %}
    - docs
    - tests
    {%- else %}
    - docs
    {%- endif %}
  default: [docs]
pythons:
  type: str
  multiselect: true
  choices: ["3.10", "3.11"]
  default: "[3.10]"
password:
  type: str
  secret: true
  default: ""
use_docker: true
workers: 4
owner: "{{ project_name }} team"
settings:
  type: yaml
  multiline: true
  default: {debug: false}
""",
        ANSWERS: "# Changes here will be overwritten by Copier\n{{ _copier_answers|to_nice_yaml -}}",
        "README.md.jinja": """\
# {{ project_name }} {{ year }} {{ slug }} {{ owner }}
{% for extra in extras %}
{{ loop.index }} {{ extra }}
{% endfor %}
{% set key = 'x' %}{% if key is defined and settings.debug %}{{ key }}{% endif %}
{% raw %}${{ secrets.TOKEN }}{% endraw %} {{ workers * 2 }} {{ password | hash('sha256') }} {{ pythons | join(', ') }}
""",
        "{% if license != 'none' %}LICENSE{% endif %}.jinja": "{{ license }}",
        "{% if ci == 'github' %}.github{% endif %}/workflows/ci.yml": "${{ secrets.TOKEN }}",
        "{% if use_docker %}Dockerfile{% endif %}": "FROM {{",
    },
    "a subdirectory, partials, macros, tasks, migrations, messages": {
        "copier.yml": HEAD
        + """\
_subdirectory: project
_exclude: [__pycache__, "*.py[co]", "{% if _copier_operation == 'update' %}once.txt{% endif %}"]
_skip_if_exists: ["{{ package }}/local.py"]
_templates_suffix: .tmpl
_message_after_copy: |
  Done with {{ package }} in {{ _copier_conf.dst_path }}.
_tasks:
  - "git init"
  - command: ["{{ _copier_python }}", -c, "print('{{ _stage }}')"]
    when: "{{ _copier_operation == 'copy' }}"
    working_directory: ./src
_migrations:
  - version: v1.0.0
    command: rm -f old-folder
    when: "{{ _stage == 'before' }}"
  - version: v2.0.0
    before: ["echo {{ _version_from }}"]
_envops: {trim_blocks: true, undefined: jinja2.StrictUndefined}
package:
  type: str
  default: "{% from 'includes/slug.tmpl' import slug %}{{ slug(_folder_name) }}"
""",
        "includes/slug.tmpl": "{% macro slug(text) -%}{{ text | lower }}{%- endmacro %}",
        "includes/head.tmpl": "# {{ package }} {{ title }}",
        "project/{{ _copier_conf.answers_file }}.tmpl": "{{ _copier_answers|to_nice_yaml }}",
        "project/README.md.tmpl": "{% set title = 'x' %}{% include pathjoin('includes', 'head.tmpl') %}",
        "project/base.html.tmpl": "{% set shade = 'dark' %}<b>{% block body %}{% endblock %}</b>",
        "project/page.html.tmpl": "{% extends 'project/base.html.tmpl' %}{% block body %}{{ shade }}{% endblock %}",
        "project/{% include pathjoin('includes', 'slug.tmpl') %}/once.txt": "",
        "docs/example.tmpl": "{{ not_a_template_of_ours }}",
        "tests/test_template.py": "",
    },
    "external data, a second answers file, includes, anchors": {
        "copier.yml": """\
_min_copier_version: "9.4"
_answers_file: .copier-answers.child.yml
_external_data:
  parent: "{{ parent_answers }}"
---
!include shared/*.yml
---
_shared: &shared
  type: str
  default: x
parent_answers: .copier-answers.yml
version:
  <<: *shared
  default: "{{ _external_data.parent.version }}"
other: *shared
""",
        "shared/one.yml": "one: {type: str, default: a}\n",
        "shared/two.yml": "two:\n  type: str\n  choices: !include shared/choices/list.yml\n  default: b\n",
        "shared/choices/list.yml": "- a\n- b\n",
        ANSWERS: "{{ _copier_answers|to_nice_yaml }}",
        "a.txt.jinja": "{{ version }}{{ other }}{{ one }}{{ two }}{{ parent_answers }}",
    },
    "every file is a template, the subdirectory looks like a tag": {
        "copier.yml": HEAD
        + "_templates_suffix: ''\n_exclude: []\n_subdirectory: '{% raw %}{{ c }}{% endraw %}'\n"
        + NAME,
        "{{ c }}/{{ _copier_conf.answers_file }}": "{{ _copier_answers|to_nice_yaml }}",
        "{{ c }}/README.md": "# {{ name }}",
        "{{ c }}/logo.png": b"\xff\xfe",
        "README.md": "{% no template %}",
    },
    "a subdirectory whose braces are printed": {
        "copier.yml": HEAD + """_templates_suffix: ''\n_exclude: []\n_subdirectory: "{{ '{{' }}c{{ '}}' }}"\n""" + NAME,
        "{{c}}/{{ _copier_conf.answers_file }}": "{{ _copier_answers|to_nice_yaml }}",
        "{{c}}/README.md": "# {{ name }}",
    },
    "loops in names, own delimiters": {
        "copier.yml": HEAD
        + """\
_envops: {variable_start_string: "[[", variable_end_string: "]]", block_start_string: "[%", block_end_string: "%]"}
commands:
  type: yaml
  multiselect: true
  choices:
    init: {value: &init {name: init, parts: [a, b]}}
    run: {value: &run {name: run, parts: [c]}}
  default: [*init, *run]
""",
        "[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers|to_nice_yaml ]]",
        "[% yield c from commands %][[ c.name ]][% endyield %]/[% yield p from c.parts %][[ p ]][% endyield %].jinja": (
            "[[ c.name ]] [[ p ]] {{ untouched }}"
        ),
    },
    "an extension names the answers file, in the syntax of another tool": {
        "copier.yml": HEAD
        + "_jinja_extensions: [e.py:Namespace]\n_templates_suffix: ''\n_exclude: []\n_subdirectory: project\n"
        + NAME,
        "project/{{ tool.__answers }}": "{{ _copier_answers|to_nice_yaml -}}",
        "project/README.md": "# {{ tool.name }}",
    },
    "a template that makes templates": {
        "copier.yml": HEAD
        + "_templates_suffix: .jinja-outer\n_exclude: [copier.yml, .git, '*.pyc', __pycache__]\n"
        + NAME,
        "{{ _copier_conf.answers_file }}.jinja-outer": "{{ _copier_answers|to_nice_yaml }}",
        "template/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}",
        "README.md.jinja-outer": "# {{ name }}",
    },
    "a task reads the answers": {
        "copier.yml": HEAD
        + "_answers_file: .answers/it.json\n_tasks: [['{{ _copier_python }}', .answers/fill.py]]\n"
        + "token: {type: str, default: ''}\n",
        ".answers/it.json.jinja": "{{ _copier_answers|to_json }}",
        ".answers/fill.py": "open('it.json')\n",
    },
    "an extension of its own defines names and tags": {
        "copier.yml": HEAD
        + "_jinja_extensions: [copier_templates_extensions.TemplateExtensionLoader, e.py:Context]\n"
        + NAME,
        ANSWERS: "{{ _copier_answers|to_nice_yaml }}",
        "a.txt.jinja": "{{ from_the_extension | slugify }}{% now 'utc' %}",
    },
}

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=False)
)

HOSTILE: dict[str, tuple[Files, str]] = {
    "an alias bomb": ({"copier.yml": BOMB}, "S001"),
    "an endless alias": ({"copier.yml": "a: &a [*a]\n"}, "S001"),
    "deep nesting": ({"copier.yml": "a: " + "[" * 5000}, "S001"),
    "nesting within limits of YAML": ({"copier.yml": "a: " + "[" * 100 + "]" * 100}, "S001"),
    "a huge file": ({"copier.yml": "#" * 300_000}, "S001"),
    "no UTF-8": ({"copier.yml": b"a: \xff\xfe\n"}, "S001"),
    "control characters": ({"copier.yml": "a: \x00\x07\n"}, "S001"),
    "a list at the top": ({"copier.yml": "- a\n"}, "S001"),
    "a word at the top": ({"copier.yml": "hello\n"}, "S001"),
    "a file that includes itself": ({"copier.yml": "!include copier.yml\n"}, "S001"),
    "two files that include each other": (
        {"copier.yml": "!include a.yml\n", "a.yml": "!include b.yml\n", "b.yml": "x: !include a.yml\n"},
        "S001",
    ),
    "an include from outside": ({"copier.yml": "!include ../../secret.yml\n"}, "S001"),
    "an include by a link": ({"copier.yml": "!include link.yml\n", "link.yml": Path("/etc/passwd")}, "S002"),
    "a mapping as a key": ({"copier.yml": "? {a: b}\n: c\n"}, "S001"),
    "a number of many digits": ({"copier.yml": f"a: {'9' * 5000}\n"}, "S001"),
    "a link to itself": ({**CLEAN, "loop": Path("loop")}, "S006"),
    "deep Jinja": ({**CLEAN, "a.jinja": "{{ " + "(" * 20_000}, "J001"),
    "a folder called copier.yml": ({**CLEAN, "copier.yaml/a": ""}, ""),
    "settings of every wrong kind": (
        {"copier.yml": "_exclude: 1\n_tasks: {a: b}\n_envops: []\n_subdirectory: {}\n_templates_suffix: 3\nx: null\n"},
        "K003",
    ),
    "delimiters that are the same": (
        {"copier.yml": "_envops: {block_start_string: '{', variable_start_string: '{'}\n"},
        "K003",
    ),
}
