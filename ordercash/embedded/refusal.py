"""The one way in which the launcher says no."""


class Refusal(Exception):
    """OrderCash cannot start or go on; the message is one clear sentence that says what to do about it."""
