"""What the user has agreed to let templates run: each agreement is for one digest, so for exactly one version."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from scaffold.errors import WriteFailed
from scaffold.places import data_folder, note

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.trust import Actions


def is_approved(actions: Actions) -> bool:
    """Whether the user agreed to exactly this, here or in an earlier run."""
    return _place(actions.digest).is_file()


def approve(actions: Actions, checkout: Checkout) -> None:
    """Remember that the user agreed. A file for each digest: two runs at once cannot undo each other.

    Raises:
        WriteFailed: It cannot be noted.
    """
    place = _place(actions.digest)
    noted = {"source": checkout.source, "ref": checkout.ref, "commit": checkout.commit, "runs": actions.listed()}
    try:
        note(place, json.dumps(noted, indent=2) + "\n")
    except OSError as error:
        raise WriteFailed(place, error) from error


def _place(digest: str) -> Path:
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    return data_folder() / "trusted" / f"{digest}.json"
