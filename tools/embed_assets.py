#!/usr/bin/env python3
"""Embed files into the server, gzipped: an assembler source that includes the bytes, and a table of them.

    embed_assets.py OUTPUT_STEM NAME=PATH [NAME=PATH ...]

Writes OUTPUT_STEM.S, OUTPUT_STEM.cpp (the table of src/app/assets.hpp) and OUTPUT_STEM.<n>.gz.
"""
import gzip
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".png": "image/png",
}


def main(stem, *pairs):
    assembler, declarations, rows = [".section .rodata\n"], [], []
    for number, pair in enumerate(pairs):
        name, path = pair.split("=", 1)
        packed = pathlib.Path(f"{stem}.{number}.gz")
        packed.parent.mkdir(parents=True, exist_ok=True)
        # mtime 0: the same input gives the same binary.
        packed.write_bytes(gzip.compress(pathlib.Path(path).read_bytes(), 9, mtime=0))
        symbol = f"grover_asset_{number}"
        assembler.append(
            f'.global {symbol}\n.global {symbol}_end\n{symbol}:\n.incbin "{packed}"\n{symbol}_end:\n.byte 0\n'
        )
        declarations.append(f'extern "C" const char {symbol}[], {symbol}_end[];')
        kind = TYPES[pathlib.Path(path).suffix]
        rows.append(
            f'        {{"{name}", "{kind}", {{{symbol}, static_cast<std::size_t>({symbol}_end - {symbol})}}}},'
        )
    assembler.append('.section .note.GNU-stack,"",@progbits\n')
    pathlib.Path(f"{stem}.S").write_text("".join(assembler))
    pathlib.Path(f"{stem}.cpp").write_text(
        '#include "app/assets.hpp"\n\n' + "\n".join(declarations) + "\n\nnamespace grover::app {\n\n"
        "std::span<const Asset> assets() {\n    static const Asset all[] = {\n" + "\n".join(rows) + "\n    };\n    return all;\n}\n\n}  // namespace grover::app\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
