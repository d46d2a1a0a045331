"""Started as a script by the user's interpreter: makes this folder a package there, under a name that nobody has."""

import importlib
import importlib.util
import json
import os
import sys

_NAME = "_scaffold_probe"
_OLDEST = (3, 10)


def _serve() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [place for place in sys.path if place and os.path.abspath(place) != here]
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # nothing of another Python beside these files
    init = os.path.join(here, "__init__.py")
    spec = importlib.util.spec_from_file_location(_NAME, init, submodule_search_locations=[here])
    assert spec is not None
    sys.modules[_NAME] = importlib.util.module_from_spec(spec)
    serve = importlib.import_module(_NAME + ".serve")
    sys.dont_write_bytecode = writes
    serve.main()


def _refuse_old() -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    reason = sys.executable + " is Python " + version + ", which is too old: give one from 3.10 on by --python"
    sys.stdout.write(json.dumps({"event": "refused", "error": reason, "usage": True}) + "\n")


if __name__ == "__main__":
    if sys.version_info >= _OLDEST:
        _serve()
    else:
        _refuse_old()
