"""What runs in the user's interpreter, which has no scaffold: the standard library only, and no imports from above.

The folder is started as a script (`__main__.py`) and names itself `_scaffold_probe` there, so imports in it are
relative. Modules by what they know: `clocks`, `target` and `supply`, `work` (one worker), `level` (all of them),
`crews` (threads and processes), `profile`, `climb` and `verdict` (pure: figures in, figures out), `session` (the order
of it all) and `serve` (the pipes).
"""
