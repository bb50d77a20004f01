"""Who may do what in operations."""

from typing import Final

VIEW_PROOF: Final = "operations.view_proof"
RUN_PROOF: Final = "operations.run_proof"

PERMISSIONS: Final[dict[str, str]] = {
    VIEW_PROOF: "See whether everything from order to bank agrees, and what does not",
    RUN_PROOF: "Have the proof run",
}
