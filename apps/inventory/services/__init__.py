"""Verbs of inventory. Modules join the caller's transaction; `desk` opens one."""
