#!/usr/bin/env python3
"""Refuse an include that points the wrong way: app -> domains -> platform, and within a layer bottom up.

The facts are read where the build reads them: the order of the folders from src/CMakeLists.txt, what a folder may use
from the USES (for tests and fuzzers also TEST_USES) of its grover_module(). Prints one line for each violation.
"""
import pathlib
import re
import sys
from typing import NamedTuple

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
ORDER = re.compile(r"foreach\((?:module|domain)\s+([^)]*)\)")
MODULE = re.compile(r"^\s*grover_module\(([^)]*)\)", re.M)
KEYWORDS = {"NAME", "SOURCES", "TESTS", "SQL", "USES", "PKG", "LINK", "TEST_USES"}
# Each costs seconds to compile, for every file that includes it.
HEAVY = re.compile(r"^(boost/(asio|beast|json)\b|libpq-fe\.h|sqlite3\.h|curl/|hiredis/|vips/|spdlog/)")
# Where several .cpp files of one platform folder share a class made of such things.
PRIVATE_HEAVY = "_asio.hpp"


class Module(NamedTuple):
    folder: str  # "platform/db"
    uses: list
    test_uses: list
    sql: list


def without_comments(text):
    return re.sub(r"#[^\n]*", "", text)


def read_order(src):
    layers = ORDER.findall(without_comments((src / "CMakeLists.txt").read_text()))
    return [f"{layer}/{name}" for layer, names in zip(("platform", "domains"), layers) for name in names.split()]


def folder_of(module_name):
    layer, _, folder = module_name.partition("_")
    return f"{layer}/{folder}"


def read_modules(src):
    modules = {}
    for path in sorted(src.glob("*/*/CMakeLists.txt")):
        folder = path.parent.relative_to(src).as_posix()
        given = {keyword: [] for keyword in KEYWORDS}
        for call in MODULE.findall(without_comments(path.read_text())):
            keyword = None
            for word in call.split():
                if word in KEYWORDS:
                    keyword = word
                elif keyword:
                    given[keyword].append(word)
        modules[folder] = Module(
            folder,
            [folder_of(name) for name in given["USES"]],
            [folder_of(name) for name in given["TEST_USES"]],
            [pathlib.Path(sql).stem for sql in given["SQL"]],
        )
    return modules


def reachable(modules, start):
    seen, waiting = set(), list(start)
    while waiting:
        folder = waiting.pop()
        if folder not in seen:
            seen.add(folder)
            waiting += modules[folder].uses if folder in modules else []
    return seen


def check_arrows(src, modules):
    order = read_order(src)
    for module in modules.values():
        if module.folder.startswith("app/"):
            continue  # above everything, and included by nobody below
        where = f"src/{module.folder}/CMakeLists.txt"
        if module.folder not in order:
            yield f"{where}: {module.folder} has no place in the order of src/CMakeLists.txt"
            continue
        for used in module.uses:
            if used not in order:
                yield f"{where}: uses {used}, which does not exist"
            elif order.index(used) >= order.index(module.folder):
                yield f"{where}: uses {used}, which stands above {module.folder}"


def check_include(path, folder, is_test, target, modules, allowed):
    """What is wrong with this quoted include of a file in `folder` ("platform/db"), or None."""
    parts = target.split("/")
    if parts[0] == "sql" and len(parts) == 2:
        if pathlib.Path(target).stem not in modules[folder].sql:
            return "the statements of another folder"
        return None
    if parts[0] == "testing":
        return None if is_test else "only tests include testing/"
    if parts[0] == "app":
        return "app is included by nobody below it"
    if parts[0] not in ("platform", "domains") or len(parts) < 3:
        return "includes are rooted at src/"
    used = "/".join(parts[:2])
    if parts[-1].endswith(PRIVATE_HEAVY) and (used != folder or path.suffix == ".hpp" and not path.name.endswith(PRIVATE_HEAVY)):
        return f"a header named *{PRIVATE_HEAVY} is for the .cpp files of its own folder"
    if used == folder:
        return None
    if folder.startswith("platform/") and parts[0] == "domains":
        return "platform knows no domain"
    if used not in allowed:
        return f"{folder} does not list {used} in its USES"
    # A test may stand in the test world of a domain that its own one is built on.
    if is_test and parts[-1].endswith("_test.hpp"):
        return None
    # Tests put whole services together, as app does.
    if is_test and parts[2:] == [f"{parts[1]}_service.hpp"]:
        return None
    if parts[0] == "domains" and parts[2:] != [f"{parts[1]}.hpp"]:
        return f"another domain is reached through {parts[1]}/{parts[1]}.hpp only"
    return None


def may_be_heavy(path, folder, target):
    if path.suffix == ".hpp":
        # media's table of libvips functions is included by the files that decode pictures, and by nothing else.
        is_vips_table = folder == "domains/media" and path.name == "vips_library.hpp"
        return is_vips_table or (folder.startswith("platform/") and path.name.endswith(PRIVATE_HEAVY))
    return folder.startswith("platform/") or (folder == "domains/media" and target.startswith("vips/"))


def check_file(src, path, modules):
    folder = "/".join(path.relative_to(src).parts[:2])
    module = modules.get(folder)
    if module is None:
        yield f"src/{folder}: has no grover_module() in a CMakeLists.txt"
        return
    is_test = path.stem.endswith(("_test", "_fuzz"))
    allowed = reachable(modules, module.uses + (module.test_uses if is_test else []))
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        bracket, target = match.groups()
        problem = None
        if bracket == '"':
            problem = check_include(path, folder, is_test, target, modules, allowed)
        elif HEAVY.match(target) and not may_be_heavy(path, folder, target):
            problem = "a heavy header belongs into a .cpp of platform/"
        if problem:
            yield f"src/{path.relative_to(src).as_posix()}:{number}: {target}: {problem}"


def violations(src):
    modules = read_modules(src)
    found = list(check_arrows(src, modules))
    for layer in ("platform", "domains"):
        for path in sorted((src / layer).rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                found += check_file(src, path, modules)
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    problems = violations(pathlib.Path(__file__).resolve().parent.parent / "src")
    print("\n".join(problems) or "every include points the right way")
    sys.exit(1 if problems else 0)
