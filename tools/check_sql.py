#!/usr/bin/env python3
"""Refuse a named statement that nobody sends: every block of a .sql file below src/ must be used in its own folder."""
import pathlib
import re
import sys

NAME = re.compile(r"^--\s*name:\s*([a-z0-9_]+)", re.M)


def unused(src):
    for path in sorted(src.rglob("*.sql")):
        code = "\n".join(source.read_text() for source in sorted(path.parent.glob("*.[ch]pp")))
        for name in dict.fromkeys(NAME.findall(path.read_text())):
            if not re.search(rf"\b{path.stem}::{name}\b", code) and not re.search(rf"\b{name}\s*\{{", code):
                yield f"{path.relative_to(src.parent)}: nobody sends {name}"


if __name__ == "__main__":
    problems = list(unused(pathlib.Path(__file__).resolve().parent.parent / "src"))
    print("\n".join(problems) or "every statement is used")
    sys.exit(1 if problems else 0)
