#!/usr/bin/env python3
"""db/schema.sql: every table and index as the migrations leave them on SQLite.

    tools/schema.py --write     generate it
    tools/schema.py --check     fail when it is stale
"""
import pathlib
import sqlite3
import sys

import embed_migrations

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "db" / "schema.sql"
HEADER = "-- Generated from db/migrations by tools/schema.py --write. Do not edit; read it first."


def schema():
    db = sqlite3.connect(":memory:")
    for _, name, text in embed_migrations.migrations(ROOT / "db" / "migrations"):
        try:
            db.executescript(embed_migrations.sqlite_sql(text))
        except sqlite3.Error as error:
            sys.exit(f"db/migrations/{name}.sql: {error}")
    # Shadow tables of full-text tables and SQLite's own are not ours to read.
    rows = db.execute(
        """SELECT tbl_name, type, name, sql FROM sqlite_schema
           WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
             AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
           ORDER BY tbl_name, type = 'table' DESC, type = 'view' DESC, type, name"""
    )
    out, last = [HEADER], None
    for table, kind, _, sql in rows:
        if table != last or kind in ("table", "view", "trigger"):
            out.append("")
        out.append(sql + ";")
        last = table
    return "\n".join(out) + "\n"


def main(argument="--check"):
    text = schema()
    if argument == "--write":
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        sys.exit("db/schema.sql is stale: run tools/schema.py --write")


if __name__ == "__main__":
    main(*sys.argv[1:])
