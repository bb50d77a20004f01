"""The planner's statistics, kept up by bulk work itself: an import outruns autovacuum, and plans for empty tables are slow on full ones."""

from typing import Final

from django.db import connection

from ordercash.kernel import sql

# A sample of 3,000 rows for each: enough to tell a full table from an empty one. Autovacuum looks more closely later.
SAMPLE: Final = 10

# Tables that doubled, or changed as much, since they were last looked at; small ones are read whole anyway.
_STALE: Final = """
SELECT quote_ident(s.schemaname) || '.' || quote_ident(s.relname)
  FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
 WHERE s.n_mod_since_analyze > 1000 + greatest(c.reltuples, 0) AND pg_has_role(c.relowner, 'USAGE')
 ORDER BY 1
"""


def refresh_statistics() -> int:
    """Analyse the tables that changed much; returns how many. For between the transactions of bulk work: two statements when idle."""
    sql.run("SELECT pg_stat_force_next_flush()")
    tables = [name for (name,) in sql.fetch(_STALE)]
    if tables:
        with connection.cursor() as cursor:
            cursor.execute(f"SET default_statistics_target = {SAMPLE}")
            cursor.execute("ANALYZE " + ", ".join(tables))
            cursor.execute("RESET default_statistics_target")
    return len(tables)
