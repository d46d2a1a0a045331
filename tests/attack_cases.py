"""The hostile templates: what each is called, part of the line that it ends in, and what is in it."""

from __future__ import annotations

import attacks as a
from attack_git import GIT
from attack_submodules import SUBMODULES
from attacks import PLAIN, Attack, config, kept, named, text


def _billion_laughs() -> str:
    rows = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join(rows)


# Names that lead elsewhere, or are something else on another system or in a terminal.
_PATHS = (
    Attack("dotdot", "forbidden", files={"{{ '..' }}/{{ '..' }}/x.txt": "x"}, quick=True),
    named("dotdot-in-value", "forbidden", "{{ name }}.txt", "../../x"),
    named("dotdot-in-middle", "forbidden", "a/{{ name }}/b.txt", "../../.."),
    named("absolute", "forbidden", "{{ name }}", "@PLAY@/canary"),
    named("absolute-folder", "forbidden", "{{ name }}/canary", "@PLAY@"),
    named("drive", "another path on Windows", "{{ name }}.txt", "C:\\x"),
    named("backslash", "another path on Windows", "{{ name }}.txt", "..\\x"),
    named("alternate-stream", "on Windows", "{{ name }}", "a.txt:hidden"),
    named("windows-device", "device on Windows", "{{ name }}", "NUL"),
    named("windows-device-with-extensions", "device on Windows", "{{ name }}.tar.gz", "com¹"),
    named("windows-console", "device on Windows", "a/{{ name }}/b", "conIN$"),
    named("dot-at-end", "which Windows drops", "{{ name }}/x", "a."),
    named("space-at-end", "which Windows drops", "{{ name }}", "a "),
    named("wildcards", "no name on Windows may hold", "{{ name }}", "a*?"),
    named("dash", "take for a flag", "src/{{ name }}", "--checkpoint-action=exec=sh x"),
    Attack(
        "tilde",
        "home directory",
        files={"{{ name }}/.ssh/id": "x"},
        config=PLAIN + "_exclude: [copier.yml]\n",
        data={"name": "~root"},
    ),
    named("staging", "scaffold leaves when it is interrupted", "src/{{ name }}/undo.json", ".scaffold-x"),
    named("staging-in-capitals", "scaffold leaves when it is interrupted", "{{ name }}", ".SCAFFOLD-x"),
    named("zero-width-in-name", "\\u200b", "{{ name }}.txt", "a\u200bb"),
    named("joiner-in-name", "\\u200d", "{{ name }}.txt", "pay\u200dload"),
    named("isolate-in-name", "\\u2066", "{{ name }}.txt", "a\u2066b"),
    named("line-separator-in-name", "\\u2028", "{{ name }}.txt", "a\u2028b"),
    named("c1-in-name", "\\x9b", "{{ name }}.txt", "a\x9b31mb"),
    Attack("composition", "how it is encoded", files={"{{ name }}": "x", "\u00e9": "y"}, data={"name": "e\u0301"}),
    named("newline", "no terminal shows", "{{ name }}.txt", "a\nb"),
    named("escape-in-name", "\\x1b[31m", "{{ name }}.txt", "\x1b[31mred"),
    named("bidi-in-name", "\\u202e", "{{ name }}.txt", "a\u202etxt.exe"),
    named("surrogate-in-name", "not UTF-8", "{{ name }}.txt", "\udcff"),
    named("null-in-name", "null", "{{ name }}.txt", "a\x00b"),
    named("long-name", "name too long", "{{ name }}.txt", "x" * 300),
    named(
        "long-path",
        "longer than 1000",
        "{{ name }}/{{ name }}/{{ name }}/{{ name }}/{{ name }}/{{ name }}/x",
        "y" * 200,
    ),
    named("deep-by-name", "deeper than 20", "{{ name }}.txt", "d/" * 30),
    named("empty-name", "renders no file", "{{ name }}", ""),
    named("dot-name", "Not a directory", "{{ name }}", "."),
    Attack("case-collision", "only in case", files={"{{ name }}.txt": "x", "readme.txt": "y"}, data={"name": "README"}),
    Attack(
        "case-collision-of-folders", "only in case", files={"{{ name }}/a": "x", "src/b": "y"}, data={"name": "SRC"}
    ),
    Attack("file-and-folder", "File exists: b", files={"{{ name }}": "x", "b/c": "y"}, data={"name": "b"}),
    config("answers-file-outside", "_answers_file", PLAIN + "_answers_file: ../../x.yml\n"),
    Attack(
        "answers-file-computed",
        "forbidden",
        files={"{{ _copier_conf.answers_file }}.jinja": "x"},
        config=PLAIN + "_answers_file: \"{{ '..' }}/x.yml\"\n",
    ),
    config("subdirectory-outside", "_subdirectory", PLAIN + "_subdirectory: ../outside\n"),
    config("subdirectory-computed", "forbidden", PLAIN + "_subdirectory: \"{{ '..' }}/outside\"\n"),
)
# Symbolic links.
_LINKS = (
    Attack("link-to-file-outside", "leaves the template", prepare=a.links(a="@PLAY@/outside/secret.yml"), quick=True),
    Attack("link-to-folder-outside", "leaves the template", prepare=a.links(a="@PLAY@/outside")),
    Attack("link-upwards", "leaves the template", prepare=a.links(a="../outside/secret.yml")),
    Attack("link-to-etc", "leaves the template", prepare=a.links(a="/etc/passwd")),
    Attack("link-to-itself", "leads nowhere", prepare=a.links(a="a")),
    Attack("links-in-a-circle", "leads nowhere", prepare=a.links(a="b", b="a")),
    Attack("link-to-root", "may have no end", prepare=a.links(**{"sub/a": ".."})),
    Attack(
        "links-multiply",
        "may have no end",
        files={"x/f": "f", "y/f": "f"},
        prepare=a.links(**{"x/a": "../y", "y/b": "../x"}),
    ),
    Attack("link-dangling", "No such file or directory: a", prepare=a.links(a="nothing")),
    Attack(
        "link-through-link",
        "may have no end",
        files={"a/b/f": "f"},
        prepare=a.links(**{"a/b/up": "../..", "x": "a/b/up/../outside/secret.yml"}),
    ),
    kept("link-preserved", "leaves the project", {"a": "/etc"}),
    kept("link-rendered", "leaves the project", {"a.jinja": "{{ name }}"}, answer="@PLAY@/outside"),
    kept("link-rendered-upwards", "leaves the project", {"a.jinja": "{{ name }}/secret.yml"}, answer="../outside"),
    kept("link-rendered-by-its-place", "leaves the project", {"{{ name }}/a": "../y"}, answer="."),
    kept("links-kept-in-a-circle", "in a circle", {"a": "b", "b": "a"}),
    kept("link-with-escapes", "no terminal shows", {"a.jinja": "{{ name }}"}, answer="b\x1b[31m"),
    kept("link-written-through", "leads elsewhere", {"a": "@PLAY@/outside"}, {"x/{{ name }}/f": "f"}, answer="../a"),
    kept("link-included", "f.jinja: it tried to", {"t": "@PLAY@/outside/secret.yml"}, {"f.jinja": "{% include 't' %}"}),
    kept(
        "link-imported",
        "f.jinja: it tried to",
        {"t": "@PLAY@/outside/secret.yml"},
        {"f.jinja": "{% import 't' as t %}"},
    ),
    Attack(
        "link-included-beside-the-subdirectory",
        "x/f.jinja: it tried to",
        files={"x/f.jinja": "{% include 't' %}"},
        config=PLAIN + "_subdirectory: x\n",
        prepare=a.links(t="@PLAY@/outside/secret.yml"),
    ),
    Attack(
        "subdirectory-is-a-link",
        "is forbidden",
        config=PLAIN + "_preserve_symlinks: true\n_subdirectory: x\n",
        prepare=a.links(x="@PLAY@/outside"),
    ),
    kept("link-inside-preserved", "", {"a": "b"}, {"b": "b"}, code=0),
    kept("link-to-what-is-made-later", "", {"a": "b/c"}, code=0),
    Attack(
        "config-is-a-link",
        "leaves the template",
        config=None,
        prepare=a.links(**{"copier.yml": "@PLAY@/outside/secret.yml"}),
    ),
)
# Reading what is outside the template.
_READING = (
    text("include-outside", "is not there", "{% include '../outside/secret.yml' %}", kinds=a.BOTH),
    text("include-absolute", "is not there", "{% include '@PLAY@/outside/secret.yml' %}", kinds=a.BOTH),
    text("import-outside", "is not there", "{% import '../outside/secret.yml' as x %}", kinds=a.BOTH),
    text("extends-etc", "is not there", "{% extends '/etc/passwd' %}", kinds=a.BOTH),
    config("yaml-include-outside", "no path inside", "x: !include ../outside/secret.yml\n", quick=True),
    config("yaml-include-absolute", "no path inside", "--- !include @PLAY@/outside/secret.yml\n"),
    config("yaml-include-home", "no path inside", "--- !include ~/.ssh/id\n"),
    config("yaml-include-itself", "includes itself", "--- !include copier.yml\n"),
    Attack(
        "yaml-include-link",
        "leaves the template",
        config="--- !include a.yml\n",
        prepare=a.links(**{"a.yml": "../outside/secret.yml"}),
    ),
    Attack(
        "external-data",
        "_external_data",
        files={"file.txt.jinja": "{{ _external_data.x }}"},
        config=PLAIN + "_external_data:\n  x: ../../outside/secret.yml\n",
    ),
    config("external-data-absolute", "_external_data", PLAIN + "_external_data:\n  x: @PLAY@/outside/secret.yml\n"),
    Attack(
        "external-data-computed",
        "forbidden",
        files={"file.txt.jinja": "{{ _external_data.x.secret }}"},
        config=PLAIN + "_external_data:\n  x: \"{{ '..' }}/{{ '..' }}/outside/secret.yml\"\n",
    ),
    text("environment", "", "{{ _copier_conf | string }}{{ self | string }}", code=0, kinds=a.BOTH),
    text("fileglob", "tried to", "{% for f in '@PLAY@/outside/*' | fileglob %}{{ f }}{% endfor %}", kinds=a.BOTH),
)
# Running something.
_RUNNING = (
    config("task", "would run: task touch", PLAIN + "_tasks:\n  - touch @PLAY@/canary\n", code=4, quick=True),
    config("task-list", "task touch", PLAIN + "_tasks:\n  - [touch, '@PLAY@/canary']\n", code=4),
    config("task-hidden-by-escapes", "\\x1b[2K", PLAIN + '_tasks:\n  - "touch @PLAY@/canary # \\e[2K"\n', code=4),
    config("task-that-is-no-list", "_tasks must be a list", PLAIN + "_tasks: touch @PLAY@/canary\n"),
    Attack(
        "task-included",
        "task touch",
        files={"more.yml": "_tasks:\n  - touch @PLAY@/canary\n"},
        config=PLAIN + "---\n!include more.yml\n",
        code=4,
    ),
    config(
        "migration",
        "migration touch",
        PLAIN + "_migrations:\n  - version: v1\n    before: [touch @PLAY@/canary]\n",
        code=4,
    ),
    config("migration-new", "migration touch", PLAIN + "_migrations:\n  - command: touch @PLAY@/canary\n", code=4),
    config("extension", "Jinja extension os.system", PLAIN + "_jinja_extensions: [os.system]\n", code=4, quick=True),
    text("sandbox-class", "unsafe", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    text("sandbox-globals", "unsafe", "{{ cycler.__init__.__globals__.os.system('touch @PLAY@/canary') }}"),
    text("sandbox-attr", "unsafe", "{{ (''|attr('__class__')).mro() }}"),
    text("sandbox-format", "unsafe", "{{ '{0.__class__.__init__.__globals__}'.format(cycler) }}"),
    text("sandbox-path", "no attribute", "{{ _copier_conf.dst_path.write_text('x') }}"),
    text("sandbox-path-read", "no attribute", "{{ (_copier_conf.src_path / '../outside/secret.yml').read_text() }}"),
    text("sandbox-path-parser", "parser", "{{ _copier_conf.dst_path.parser.os.system('touch @PLAY@/canary') }}"),
    text(
        "sandbox-settings", "unsafe", "{{ _copier_conf.settings.from_file('@PLAY@/home/.config/copier/settings.yml') }}"
    ),
    text("sandbox-settings-attr", "unsafe", "{{ (_copier_conf.settings | attr('from_file'))('@PLAY@/home/x') }}"),
    text(
        "sandbox-path-map", "no attribute", "{{ ([_copier_conf.src_path] | map(attribute='parser.os') | first).x.y }}"
    ),
    text("sandbox-model", "unsafe", "{{ _copier_conf.settings.parse_file('@PLAY@/outside/secret.yml') }}"),
    config("sandbox-question", "unsafe", "x:\n  type: str\n  default: \"{{ ''.__class__.__mro__ }}\"\n"),
    config("envops-extensions", "multiple values", PLAIN + "_envops:\n  extensions: [os.system]\n"),
    config("envops-loader", "multiple values", PLAIN + "_envops:\n  loader: os.system\n"),
    config("undefined-class", "Unsupported envops.undefined", PLAIN + "_envops:\n  undefined: os.system\n"),
    config(
        "envops-finalize", "a tag that Copier does not read", PLAIN + "_envops:\n  finalize: !!python/name:os.system\n"
    ),
    Attack(
        "envops-finalize-by-name",
        "'str' object is not callable",
        files={"file.txt.jinja": "{{ name }}"},
        config=PLAIN + "_envops:\n  finalize: os.system\n",
    ),
    config("python-tag", "copier.yml:1", "x: !!python/object/apply:os.system ['touch @PLAY@/canary']\n", quick=True),
    config(
        "python-tag-in-default",
        "could not determine",
        "x:\n  type: yaml\n  default: '!!python/object/apply:os.system [\"touch @PLAY@/canary\"]'\n",
    ),
)
# Using up time, memory or disk.
_EXHAUSTING = (
    text(
        "endless-loop",
        "computing",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    ),
    text("string-bomb", "memory", "{{ 'a' * 10 ** 10 }}"),
    text("list-bomb", "memory", "{{ [[1] * 10 ** 5] * 10 ** 9 }}"),
    text("power-bomb", "computing", "{{ 10 ** (10 ** 9) % 7 }}"),
    text("range-bomb", "Range too big", "{% for a in range(10 ** 9) %}{% endfor %}"),
    text("macro-recursion", "without end", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
    text("include-recursion", "without end", "{% include 'file.txt.jinja' %}"),
    Attack("deep-expression", "without end", files={"file.txt.jinja": "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}"}),
    text("regular-expression", "computing", "{{ ('a' * 40 + 'b') | regex_search('(a+)+$') }}"),
    text("big-file", "too large", "{% for a in range(90000) %}{{ 'x' * 100 }}{% endfor %}"),
    Attack(
        "many-by-yield", "more files", files={"{% yield i from range(400) %}{{ i }}.txt{% endyield %}.jinja": "{{ i }}"}
    ),
    Attack(
        "large-together",
        "more into them",
        files={"{% yield i from range(9) %}{{ i }}.txt{% endyield %}.jinja": "{{ 'x' * 900000 }}"},
        kinds=a.FOLDER,
    ),
    config("endless-default", "computing", 'x:\n  type: str\n  default: "{{ 10 ** (10 ** 9) % 7 }}"\n', kinds=a.FOLDER),
    config("yaml-aliases", "aliases", _billion_laughs()),
    config("yaml-alias-of-itself", "nested deeper", "x: &x [*x]\n"),
    config("yaml-deep", "nested deeper", "x: " + "[" * 5_000 + "]" * 5_000),
    config("yaml-number", "number without end", "x: " + "9" * 100_000),
    config("yaml-huge", "larger than 0.25 MiB", "# " + "x" * (1 << 18)),
    Attack("huge-file", "larger than", prepare=a.huge_file, kinds=a.FOLDER),
    Attack("many-files", "more than 600 files and folders", prepare=a.many_files),
    Attack("deep-folders", "deeper than 20", prepare=a.deep_folders),
)
# What is no template, and what a terminal should not see.
_KINDS = (
    Attack("fifo", "is a pipe", prepare=a.fifo, kinds=a.FOLDER),
    Attack("socket", "is a socket", prepare=a.unix_socket, kinds=a.FOLDER),
    Attack("device", "is a", prepare=a.device, kinds=a.FOLDER),
    Attack("raw-name", "not UTF-8", prepare=a.raw_name(b"a\xffb")),
    Attack("raw-newline", "no terminal shows", prepare=a.raw_name(b"a\nerror: b")),
    Attack("raw-escape", "\\x1b", prepare=a.raw_name(b"\x1b]0;title\x07")),
    Attack("config-is-a-folder", "is missing", config=None, prepare=a.config_folder),
    config("config-is-missing", "no Copier template", None),
    config("config-is-a-list", "must be a mapping", "- a\n- b\n"),
    config("config-is-a-word", "must be a mapping", "word\n"),
    config("config-is-binary", "copier.yml", bytes(range(256))),
    Attack("config-twice", "both there", files={"copier.yaml": "name:\n  type: str\n  default: demo\n"}),
    config("config-of-numbers", "must be a mapping", "1: 2\n"),
    config("bad-yaml", "copier.yml:3", "a: 1\nb: [\n"),
    text("bad-jinja", "file.txt.jinja:2", "one\n{% if %}\n"),
    Attack("bad-jinja-in-name", "{{ name }.txt", files={"{{ name }.txt": "x", "{% if %}.txt": "y"}),
    Attack(
        "undefined",
        "file.txt.jinja:2: 'nobody' is undefined",
        files={"file.txt.jinja": "one\n{{ nobody }}\n"},
        config=PLAIN + "_envops:\n  undefined: jinja2.StrictUndefined\n",
    ),
    config("newer-copier", "Copier version >= 99", PLAIN + "_min_copier_version: '99'\n"),
    config("question-of-odd-type", "Unsupported type", "x:\n  type: os\n  default: 1\n"),
    config("question-of-odd-shape", "question x", "x:\n  type: str\n  nonsense: 1\n  choices: 5\n"),
    config("no-default", "--data x=", "x:\n  type: str\n"),
    Attack(
        "wrong-answer",
        "--data x",
        files={"a": "a"},
        config="x:\n  type: int\n  default: 1\n",
        data={"x": "one"},
        code=2,
    ),
    Attack("unknown-answer", "no question", data={"nam": "x"}, code=2),
    Attack("undecodable", "file.txt.jinja", files={"file.txt.jinja": b"\xff\xfe"}),
    text("escapes-in-error", "\\x1b[31m", "{% include '\x1b[31mred' %}"),
    config("escapes-in-validator", "\\x1b]0;", 'x:\n  type: str\n  default: a\n  validator: "\\e]0;title\\a no"\n'),
    config(
        "escapes-in-messages",
        "\\x1b[31mred\n\\x1b]0;title\\x07",
        PLAIN + '_message_before_copy: "\\e[31mred"\n_message_after_copy: "\\e]0;title\\a"\n',
        code=0,
    ),
    Attack(
        "escapes-everywhere",
        "",
        files={
            "README.md": "\x1b[31mread\u202e me\n",
            "shown.txt": "\x1b]0;title\x07 \u202e\n",
            "bytes.txt": b"\x1b[31m\xff\n",
            "answer.jinja": "{{ value }}",
        },
        config='value: {type: str, help: "\\e[31mhelp\\u202e", default: "\\e[31mdefault\\n\\u202e"}\n'
        '"\\e[31mname": {type: str, default: a, choices: {"\\e[31mchoice": a}}\n',
        code=0,
    ),
    config("escapes-in-type", "\\x1b[31m", 'x: {type: "\\e[31mred", default: a}\n'),
    config(
        "odd-defaults",
        "",
        "a: {type: yaml, default: 2001-01-01}\nb: {type: yaml, default: !!set {x}}\nc: .nan\n",
        code=0,
    ),
    config("escapes-in-question-name", "\\x1b", '"\\e[31mred":\n  type: str\n'),
)
ATTACKS = (*_PATHS, *GIT, *SUBMODULES, *_LINKS, *_READING, *_RUNNING, *_EXHAUSTING, *_KINDS)
