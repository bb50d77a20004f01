"""Who may do what with the books."""

VIEW_LEDGER = "ledger.view_ledger"
EXPORT_JOURNAL = "ledger.export_journal"
CLOSE_PERIOD = "ledger.close_period"

PERMISSIONS = {
    "view_ledger": "Read accounts, the journal and the trial balance",
    "export_journal": "Take the journal out as a file",
    "close_period": "Close a period softly or for good, or reopen a softly closed one",
}
