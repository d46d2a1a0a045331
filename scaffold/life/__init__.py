"""The life of generated code: update, other answers, check, undo."""
