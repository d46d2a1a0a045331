"""Templates in the shapes of public Copier templates, each with another part of what Copier offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from repositories import ANSWERS, ANSWERS_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A template, and answers to some of its questions."""

    name: str
    files: Mapping[str, str]
    """Of which a text that begins with `->` stands for a symbolic link, and a name that ends with `/` for a folder."""
    modes: Mapping[str, int] = field(default_factory=dict)
    """Permissions that are not those of every file."""
    says: str = ""
    """Its messages."""
    data: Mapping[str, str] = field(default_factory=dict)
    runs: bool = False
    """Whether it has to be trusted."""

    def write(self, folder: Path) -> Path:
        """Write it to a new folder."""
        for name, text in self.files.items():
            place = folder / name
            (place if name.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
            if text.startswith("->"):
                place.symlink_to(text.removeprefix("->"))
            elif not name.endswith("/"):
                place.write_bytes(text.encode("utf-8", "surrogateescape"))
        for name, mode in self.modes.items():
            (folder / name).chmod(mode)
        return folder


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
    says="Now: git init My Thing\n",
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
    modes={"run.sh": 0o755},
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

KEPT_LINKS = Shape(
    name="kept links",
    files={
        "copier.yml": """\
_preserve_symlinks: true
_subdirectory: "{{ kind }}"
_exclude: [never]
kind: {type: str, default: real}
name: {type: str, default: demo}
""",
        "real/make": "->make.py",
        "real/make.py.jinja": "#!/usr/bin/env python\nprint('{{ name }}')\n",
        "real/docs/README": "->../README.md",
        "real/README.md.jinja": "# {{ name }}",
        "real/{{ name }}/up": "->../docs",
        "real/{{ name }}/{{ name }}.py": "",
        "real/named.jinja": "->{{ name }}/{{ name }}.py",
        "real/{% raw %}{{ literal }}{% endraw %}": "->README.md",
        "real/{% if name == 'x' %}unwanted{% endif %}": "->nowhere",
        "real/later": "->build/made/later",
        "real/never": "->/etc",
        "real/itself": "->.",
        "elsewhere": "->../../outside",
    },
    modes={"real/make.py.jinja": 0o755},
)

FOLLOWED_LINKS = Shape(
    name="followed links",
    files={
        "copier.yml": "_exclude: [copier.yml, shared, gone]\nname: {type: str, default: demo}\n",
        "shared/text.md.jinja": "# {{ name }}\n",
        "shared/script": "#!/bin/sh\n",
        "text.md.jinja": "->shared/text.md.jinja",
        "{{ name }}": "->shared",
        "run": "->shared/script",
        "gone": "->nothing",
    },
    modes={"shared/script": 0o750},
)

ODD = Shape(
    name="odd",
    files={
        "copier.yaml": """\
_subdirectory: t
_exclude: ["*.bak", "!kept.bak", "/top/*.txt", "{% if not docs %}docs{% endif %}", ".DS_Store"]
_templates_suffix: .tpl
_answers_file: conf/.answers.{{ name }}.yml
_skip_if_exists: [once.txt]
_external_data: {more: more.yml}
_envops: {keep_trailing_newline: false, trim_blocks: true, variable_start_string: "<<", variable_end_string: ">>"}
name: {type: str, default: Größe 1}
docs: {type: bool, default: false}
parts: {type: yaml, default: [a, b]}
text: {type: str, multiline: true, default: "one\\ntwo\\n"}
more: {type: str, default: "<< _external_data.more.value | default('none') >>"}
""",
        "t/crlf.txt": "one\r\ntwo\r\n",
        "t/crlf.tpl": "one\r\n<< name >>\r\n",
        "t/no-newline": "end",
        "t/no-newline-rendered.tpl": "<< name >>",
        "t/newlines.tpl": "<< name >>\n\n\n",
        "t/bom.tpl": "\ufeff<< name >>\n",
        "t/binary": "\0\udcff\udcfe<< name >>",
        "t/both.tpl": "rendered << more >>\n",
        "t/both": "plain",
        "t/once.txt.tpl": "<< text >>|",
        "t/dropped.bak": "",
        "t/kept.bak": "",
        "t/top/gone.txt": "",
        "t/top/below/kept.txt": "",
        "t/docs/index.md": "",
        "t/<< name >>/{% yield p from parts %}<< p >>{% endyield %}/<< name >>-<< p >>.txt.tpl": "<< p >>",
        "t/{% if docs %}docs{% endif %}/x/y.txt": "",
        "t/{% if docs %}page{% endif %}.tpl": "",
        "t/{% raw %}{{ raw }}{% endraw %}": "raw",
        "t/only-folders/a/": "",
        "t/only-folders/{% if docs %}b{% endif %}/": "",
        "t/emptied/{% if docs %}x{% endif %}": "",
        "t/ with  blanks .txt": "",
        "t/jinja.jinja": "<< name >> {{ name }}",
        "t/suffix.tpl.tpl": "<< name >>",
        "t/program.tpl": "#!/bin/sh\n: << name >>\n",
        "t/private": "",
        "t/read-only": "",
        "t/<< _copier_conf.answers_file >>.tpl": "<< _copier_answers | to_nice_yaml >>",
    },
    modes={"t/program.tpl": 0o755, "t/private": 0o600, "t/read-only": 0o444, "t/top/below/kept.txt": 0o664},
    data={"parts": "[x, y, 'z z']"},
)

ALL_TEMPLATES = Shape(
    name="all templates",
    files={
        "copier.yml": "_templates_suffix: ''\nname: {type: str, default: demo}\n",
        "{{ name }}.txt": "{{ name }}\n",
        "picture.bin": "\udcff\0{{ name }}",
        "page.jinja": "{{ name }}",
        "{{ _copier_conf.answers_file }}": ANSWERS,
    },
)

FOR_NEW = (*SHAPES, KEPT_LINKS, FOLLOWED_LINKS, ODD, ALL_TEMPLATES)
"""With those that hold what nothing but a new project is made of."""
