"""How the Jinja of a template is written."""

from __future__ import annotations

from typing import Final

SYNTAX: Final = (
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
    "line_statement_prefix",
    "line_comment_prefix",
    "trim_blocks",
    "lstrip_blocks",
)
"""The settings of an environment that say so: its delimiters, and what happens to white space around them."""
