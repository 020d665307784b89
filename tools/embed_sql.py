#!/usr/bin/env python3
"""Turn a domain's .sql file into a header with one struct for each named statement.

    -- name: insert_like                 both engines
    -- name: search_posts (sqlite)       one engine; its twin says (postgres)

`:name` parameters become members of the struct in order of first use, so that a statement is bound by name
with designated initialisers and the compiler refuses a missing one. `::` (PostgreSQL casts) is left alone.
SQLite reads `?N`, PostgreSQL `$N`: the same N, given by the order of the members.

A line `-- scan: reason` in a block says why it may read a whole table; testing/query_plan.hpp refuses that of the others.

`x IN each(:ids)` takes any number of texts in one parameter: a JSON array on SQLite, `= ANY` on PostgreSQL.
`INDEXED BY index` behind a table is for SQLite alone; PostgreSQL knows by its statistics.
"""
import pathlib
import re
import sys

NAME = re.compile(r"^--\s*name:\s*([a-z0-9_]+)\s*(?:\((sqlite|postgres)\))?\s*$")
# Strings, quoted identifiers and comments are skipped; only what is left can hold a parameter.
TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|::|:([a-z_][a-z0-9_]*)")


SCAN = re.compile(r"^--\s*scan:\s*(.+?)\s*$", re.M)
EACH = re.compile(r"\bIN\s+each\(:([a-z_][a-z0-9_]*)\)", re.IGNORECASE)


INDEXED_BY = re.compile(r"\s+INDEXED\s+BY\s+[a-z0-9_]+", re.IGNORECASE)


def for_engine(sql, engine):
    if engine == "sqlite":
        return EACH.sub(r"IN (SELECT value FROM json_each(:\1))", sql)
    return EACH.sub(r"= ANY(:\1::text[])", INDEXED_BY.sub("", sql))


def blocks(text, path):
    current, found = None, {}
    for number, line in enumerate(text.splitlines(), 1):
        match = NAME.match(line)
        if match:
            name, engine = match.groups()
            current = found.setdefault(name, {})
            key = engine or "both"
            if key in current or (current and (key == "both" or "both" in current)):
                sys.exit(f"{path}:{number}: statement '{name}' is given twice for one engine")
            current[key] = ""
            current_key = key
        elif current is not None:
            current[current_key] += line + "\n"
        elif line.strip() and not line.startswith("--"):
            sys.exit(f"{path}:{number}: text before the first '-- name:' line")
    return found


def parameters(sql):
    names = []
    for match in TOKEN.finditer(sql):
        if match.group(1) and match.group(1) not in names:
            names.append(match.group(1))
    return names


def rewrite(sql, names, mark):
    def number(match):
        if match.group(1):
            return f"{mark}{names.index(match.group(1)) + 1}"
        return " " if match.group(0).startswith("--") else match.group(0)

    text = re.sub(r"\s+", " ", TOKEN.sub(number, sql)).strip().rstrip(";").rstrip()
    return text


def main(source, target):
    path = pathlib.Path(source)
    stem = path.stem
    out = [
        f"// Generated from {path.name}. Do not edit.",
        "#pragma once",
        '#include "platform/db/statement.hpp"',
        "",
        f"namespace grover::sql::{stem} {{",
        "",
    ]
    names_of_all = []
    for name, engines in blocks(path.read_text(), path).items():
        if "both" not in engines and len(engines) != 2:
            sys.exit(f"{path}: statement '{name}' lacks its twin for the other engine")
        sqlite = engines.get("both", engines.get("sqlite"))
        postgres = engines.get("both", engines.get("postgres"))
        scan = next((m.group(1) for m in map(SCAN.search, (sqlite, postgres)) if m), "")
        sqlite, postgres = for_engine(sqlite, "sqlite"), for_engine(postgres, "postgres")
        names = parameters(sqlite)
        names += [n for n in parameters(postgres) if n not in names]
        members = "".join(f"    db::Arg {n};\n" for n in names)
        values = ", ".join(names)
        out.append(f"struct {name} {{")
        out.append(
            f'    static constexpr db::Statement statement{{"{stem}.{name}", {len(names)},\n'
            f'        R"sql({rewrite(sqlite, names, "?")})sql",\n'
            f'        R"sql({rewrite(postgres, names, "$")})sql",\n'
            f'        R"sql({scan})sql"}};'
        )
        out.append(members.rstrip("\n"))
        out.append(f"    std::array<db::Arg, {len(names)}> args() const {{ return {{{values}}}; }}")
        out.append("};\n")
        names_of_all.append(name)
    listed = ", ".join(f"&{n}::statement" for n in names_of_all)
    out.append(f"inline constexpr std::array<const db::Statement*, {len(names_of_all)}> all{{{listed}}};")
    out.append("")
    out.append(f"}}  // namespace grover::sql::{stem}")
    pathlib.Path(target).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(target).write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
