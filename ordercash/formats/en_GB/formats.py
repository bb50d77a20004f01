"""Days are asked for as 2026-12-31 and read as 31 Dec 2026."""

DATE_FORMAT = "d M Y"
DATETIME_FORMAT = "d M Y H:i"
TIME_FORMAT = "H:i"
DATE_INPUT_FORMATS = ["%Y-%m-%d"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
