"""Templates in the shapes of public Copier templates, each with another part of what Copier offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from repositories import ANSWERS, ANSWERS_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A template, and answers to some of its questions."""

    name: str
    files: Mapping[str, str]
    data: Mapping[str, str] = field(default_factory=dict)
    runs: bool = False
    """Whether it has to be trusted."""


LIBRARY = Shape(
    name="library",
    files={
        "copier.yml": """\
# A library: a subdirectory, computed values, validators, choices with labels, questions that depend on others.
_min_copier_version: "9.0"
_subdirectory: project
_templates_suffix: .jinja
_answers_file: .copier-answers.yml
_skip_if_exists: [CHANGELOG.md]
_message_after_copy: "Now: git init {{ project_name }}"
project_name:
  type: str
  help: Your project's name
  validator: "{% if not project_name %}must not be empty{% endif %}"
project_description: ""
license:
  type: str
  default: ISC License
  choices: {ISC: ISC License, MIT: MIT License, None of these: ""}
copyright_holder:
  type: str
  default: "{{ author_fullname }}"
  when: "{{ license }}"
author_fullname:
  type: str
  default: Ada
  help: "Author of {{ project_name }}"
insiders:
  type: bool
  default: no
insiders_goal:
  type: int
  default: 1000
  when: "{{ insiders }}"
python_package_import_name:
  type: str
  default: "{{ project_name | lower | replace('-', '_') | replace(' ', '_') }}"
  when: false
ratio:
  type: float
  default: 0.5
extra:
  type: yaml
  default: {tools: [ruff, mypy], depth: 2}
matrix:
  type: json
  default: '{"os": ["linux"]}'
password:
  type: str
  default: hush
  secret: true
""",
        f"project/{ANSWERS_FILE}": ANSWERS,
        "project/README.md.jinja": "# {{ project_name }}\n{{ ratio }} {{ extra.depth }} {{ matrix.os }} {{ password }}",
        "project/{% if license %}LICENSE{% endif %}.jinja": "{{ license }} {{ copyright_holder }}\n",
        "project/src/{{ python_package_import_name }}/__init__.py.jinja": '"""{{ project_name }}."""\n',
        "project/src/{{ python_package_import_name }}/py.typed": "",
        "project/{% if insiders %}insiders{% endif %}/goal.txt.jinja": "{{ insiders_goal }}\n",
        "project/CHANGELOG.md": "# Changelog\n",
        "project/raw.txt": "{{ not rendered }}\n",
        "README.md": "A template.\n",
    },
    data={"project_name": "My Thing", "insiders": "yes", "extra": "{tools: [], depth: 3}"},
)

WEB = Shape(
    name="web",
    files={
        "copier.yml": """\
# A web application: everything at the top, tasks that finish the job, answers in a folder of their own.
_exclude: [copier.yml, .git, "*.pyc"]
_answers_file: .copier/.copier-answers.yml
_tasks:
  - "{{ _copier_python }} .copier/finish.py"
  - ["{{ _copier_python }}", -c, "open('second', 'w').write('{{ stack_name }}')"]
  - command: "{{ _copier_python }} -c 'raise SystemExit(1)'"
    when: "{{ stack_name == 'never' }}"
project_name: {type: str, default: FastAPI Project, help: The name of the project}
stack_name:
  type: str
  default: "{{ project_name | lower | replace(' ', '-') }}"
features:
  type: str
  multiselect: true
  choices: [users, items, mail]
  default: [users, mail]
secret_key: {type: str, default: changethis, secret: true}
""",
        ".copier/.copier-answers.yml.jinja": "{{ _copier_answers|to_json }}\n",
        ".copier/finish.py": "open('finished', 'w').write('yes')\n",
        "README.md.jinja": "{{ project_name }} {{ features | join(',') }} {{ secret_key }}\n",
        "run.sh": "#!/bin/sh\n",
    },
    data={"features": "[mail, items]"},
    runs=True,
)

INCLUDES = Shape(
    name="includes",
    files={
        "copier.yaml": """\
# An organisation's: questions in several files, macros, lists that are joined, names from a loop.
_exclude: [copier.yaml, .git, shared, macros]
_envops: {block_start_string: "[%", block_end_string: "%]", variable_start_string: "[[", variable_end_string: "]]"}
---
!include shared/*.yml
---
_exclude: ["*.orig"]
team:
  type: str
  choices:
    - [The platform, platform]
    - [The rest, {value: rest, validator: "[% if name == 'x' %]not here[% endif %]"}]
  default: platform
""",
        "shared/name.yml": "name: {type: str, default: thing, help: 'What is it, [[ _folder_name ]]?'}\n",
        "shared/more.yml": "versions: {type: yaml, default: ['3.10', '3.11']}\n_templates_suffix: .tmpl\n",
        "macros/title.tmpl": "[% macro title(text) %]== [[ text ]] ==[% endmacro %]",
        "README.tmpl": "[% from 'macros/title.tmpl' import title %][[ title(name) ]] [[ team ]]\n",
        "tests/[% yield v from versions %]test_[[ v ]].py[% endyield %].tmpl": "VERSION = '[[ v ]]'\n",
        "junk.orig": "x",
        "[[ _copier_conf.answers_file ]].tmpl": "# Changes here are overwritten\n[[ _copier_answers|to_nice_yaml ]]\n",
    },
    data={"team": "rest", "versions": "['3.12', '3.13']"},
)

LAYER = Shape(
    name="layer",
    files={
        "copier.yml": """\
# A layer over another template: data of that one's, where it is there, and an answers file of its own.
_external_data: {parent: .copier-answers.parent.yml}
_answers_file: .copier-answers.layer.yml
_skip_if_exists: [Dockerfile]
target: {type: str, default: "{{ _external_data.parent.target | default('none') }}"}
port: {type: int, default: 80, validator: "{% if port > 65535 %}is no port{% endif %}"}
mode:
  type: str
  choices: "{{ ['fast', 'slow'] | to_json }}"
  default: slow
""",
        "Dockerfile.jinja": "FROM {{ target }}\nEXPOSE {{ port + 1 }}\n# {{ mode }}\n",
        ANSWERS_FILE: ANSWERS,
    },
    data={"port": "8080", "mode": "fast"},
)

EXTENDED = Shape(
    name="extended",
    files={
        "copier.yml": """\
# With extensions, migrations and a strict environment.
_jinja_extensions: [jinja2.ext.do, jinja2.ext.loopcontrols]
_migrations:
  - version: v2.0.0
    before: [[python, -c, "print('before')"]]
  - "{{ _copier_python }} -c 'print(1)'"
_envops: {undefined: jinja2.StrictUndefined, trim_blocks: true, lstrip_blocks: true, keep_trailing_newline: false}
name: {type: str, default: it}
when_asked: {type: bool, default: true, when: false}
""",
        "a.txt.jinja": "{% set all = [] %}{% do all.append(name) %}\n{% for n in all %}\n  {{ n }}\n{% endfor %}\n",
        "empty/.gitkeep": "",
        ANSWERS_FILE: ANSWERS,
    },
    runs=True,
)

OURS = Shape(
    name="ours",
    files={
        "copier.yml": """\
# Made for scaffold: it asks for the work by our names.
shape: {type: str, default: many-similar, choices: [one-off, many-similar, heterogeneous, service]}
design: {type: str, default: threadpool/map}
results: {type: bool, default: true}
work: {type: str, default: inbox, when: "{{ design == 'thread/service' }}"}
name: {type: str, default: thing}
""",
        "README.md.jinja": "{{ name }}: {{ design }} for {{ shape }} {{ results }} {{ work }}\n",
        ANSWERS_FILE: ANSWERS,
    },
    data={"name": "x"},
)

SHAPES = (LIBRARY, WEB, INCLUDES, LAYER, EXTENDED, OURS)
