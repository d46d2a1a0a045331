"""What Copier and Jinja know by name: tables taken from the source of Copier 9.19 and jinja2-ansible-filters 1.3.

Written out, so that linting imports neither; a test compares them with what is installed.
"""

from __future__ import annotations

from typing import Final

CONFIGURING: Final = "https://copier.readthedocs.io/en/stable/configuring/"
CREATING: Final = "https://copier.readthedocs.io/en/stable/creating/"
UPDATING: Final = "https://copier.readthedocs.io/en/stable/updating/"
JINJA: Final = "https://jinja.palletsprojects.com/en/stable/"
YAML_TYPES: Final = "https://yaml.org/type/"
COPIER_SOURCE: Final = "https://github.com/copier-org/copier/blob/v9.19.1/copier/"

# copier/_template.py: what Template reads from its config_data, and the shape that it needs.
SETTINGS: Final = {
    "_answers_file": str,
    "_envops": dict,
    "_exclude": list,
    "_external_data": dict,
    "_jinja_extensions": list,
    "_message_after_copy": str,
    "_message_after_update": str,
    "_message_before_copy": str,
    "_message_before_update": str,
    "_migrations": list,
    "_min_copier_version": str,
    "_preserve_symlinks": bool,
    "_secret_questions": list,
    "_skip_if_exists": list,
    "_subdirectory": str,
    "_tasks": list,
    "_templates_suffix": str,
}

# docs/configuring.md, "Available settings": those that are "Not supported in `copier.yml`".
COMMAND_LINE_ONLY: Final = frozenset(
    [
        "_cleanup_on_error",
        "_conflict",
        "_context_lines",
        "_data",
        "_data_file",
        "_defaults",
        "_force",
        "_overwrite",
        "_pretend",
        "_quiet",
        "_skip_answered",
        "_skip_tasks",
        "_unsafe",
        "_use_prereleases",
        "_user_defaults",
        "_vcs_ref",
    ]
)

# copier/_user_data.py: the fields of Question that a template sets.
QUESTION_KEYS: Final = [
    "ask",
    "choices",
    "default",
    "help",
    "multiline",
    "multiselect",
    "placeholder",
    "qmark",
    "secret",
    "type",
    "validator",
    "when",
]

# copier/_user_data.py: CAST_STR_TO_NATIVE.
QUESTION_TYPES: Final = ("bool", "float", "int", "json", "path", "str", "yaml")

# copier/_user_data.py: DEFAULT_DATA, which no question may be called.
TAKEN_NAMES: Final = ("make_secret", "now")

TASK_KEYS: Final = ("command", "when", "working_directory")
MIGRATION_KEYS: Final = (*TASK_KEYS, "version", "before", "after")

# copier/_template.py: DEFAULT_EXCLUDE.
DEFAULT_EXCLUDE: Final = ("copier.yaml", "copier.yml", "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn")

# The parameters of jinja2.Environment that YAML can express.
ENVOPS: Final = {
    "autoescape": bool,
    "auto_reload": bool,
    "block_end_string": str,
    "block_start_string": str,
    "cache_size": int,
    "comment_end_string": str,
    "comment_start_string": str,
    "enable_async": bool,
    "keep_trailing_newline": bool,
    "line_comment_prefix": str,
    "line_statement_prefix": str,
    "lstrip_blocks": bool,
    "newline_sequence": str,
    "optimized": bool,
    "trim_blocks": bool,
    "undefined": str,
    "variable_end_string": str,
    "variable_start_string": str,
}
UNDEFINED: Final = ("jinja2.StrictUndefined", "jinja2.Undefined")

# copier/_main.py: Worker._render_context, jinja_env; copier/_user_data.py: AnswersMap.combined.
COPIER_NAMES: Final = frozenset(
    [
        "_commit",
        "_copier_answers",
        "_copier_conf",
        "_copier_phase",
        "_copier_python",
        "_external_data",
        "_folder_name",
        "_src_path",
        "make_secret",
        "now",
        "pathjoin",
    ]
)
COPIER_CONF: Final = [
    "answers_file",
    "cleanup_on_error",
    "conflict",
    "context_lines",
    "data",
    "defaults",
    "dst_path",
    "exclude",
    "os",
    "overwrite",
    "pretend",
    "quiet",
    "sep",
    "settings",
    "skip_answered",
    "skip_if_exists",
    "skip_tasks",
    "src_path",
    "unsafe",
    "use_prereleases",
    "user_defaults",
    "vcs_ref",
    "vcs_ref_hash",
]
OF_TASKS: Final = frozenset({"_copier_operation", "_stage"})
OF_MIGRATIONS: Final = OF_TASKS | frozenset(
    [
        "_version_current",
        "_version_from",
        "_version_pep440_current",
        "_version_pep440_from",
        "_version_pep440_to",
        "_version_to",
    ]
)
OF_EXCLUDE: Final = frozenset({"_copier_operation"})
OF_DEFAULTS: Final = frozenset({"UNSET"})

# jinja2/defaults.py, and what its compiler provides in loops, macros and blocks.
JINJA_NAMES: Final = frozenset(
    ["caller", "cycler", "dict", "joiner", "kwargs", "lipsum", "loop", "namespace", "range", "self", "super", "varargs"]
)

# jinja2_ansible_filters/core_filters.py: FilterModule.filters.
ANSIBLE_FILTERS: Final = frozenset(
    [
        "ans_groupby",
        "ans_random",
        "b64decode",
        "b64encode",
        "basename",
        "bool",
        "checksum",
        "combine",
        "comment",
        "dirname",
        "expanduser",
        "expandvars",
        "extract",
        "fileglob",
        "flatten",
        "from_json",
        "from_yaml",
        "from_yaml_all",
        "hash",
        "mandatory",
        "md5",
        "quote",
        "random_mac",
        "realpath",
        "regex_escape",
        "regex_findall",
        "regex_replace",
        "regex_search",
        "relpath",
        "sha1",
        "shuffle",
        "splitext",
        "strftime",
        "subelements",
        "ternary",
        "to_datetime",
        "to_json",
        "to_nice_json",
        "to_nice_yaml",
        "to_uuid",
        "to_yaml",
        "type_debug",
        "win_basename",
        "win_dirname",
        "win_splitdrive",
    ]
)
