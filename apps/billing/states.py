"""The life of a document. Its state follows from its number and its open amount, and the database holds it to that."""

from typing import Final

from ordercash.kernel.states import StateTable

DOCUMENT: Final = StateTable(
    noun="document",
    moves={
        ("draft", "issue"): "issued",
        ("issued", "pay"): "issued",
        ("issued", "credit"): "issued",
        ("issued", "write_off"): "issued",
        ("issued", "settle"): "settled",
        ("settled", "credit"): "settled",
    },
)

OBLIGATION: Final = StateTable(noun="obligation", moves={("owed", "bill"): "billed"})
