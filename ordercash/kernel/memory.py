"""Python's cycle collector, told to look less often: batches make hundreds of thousands of short-lived rows and no cycles.

At the usual thresholds it walks them again and again; in imports that was half of all the time spent in Python.
"""

import gc

YOUNG, MIDDLE, OLD = 100_000, 50, 200


def collect_rarely() -> None:
    """Leave what is loaded out of collections for good, and make them rare; for processes that work in batches."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
