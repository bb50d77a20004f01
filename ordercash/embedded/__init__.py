"""The servers and processes of one machine: PostgreSQL, Valkey and the Procfile, started and stopped together.

`python -m ordercash.embedded --help` says what it can do. Nothing here imports Django except `prepare`,
which runs in a process of its own.
"""
