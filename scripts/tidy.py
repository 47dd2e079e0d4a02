#!/usr/bin/env python3
"""tidy.py DATABASE [COMMIT]: runs clang-tidy over all sources, or over the lines that changed since COMMIT. See scripts/tidy."""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
MOST_IN_PASSING = 24  # sources, of about seven seconds each: a change this large wants a reading of everything
MOST_FOR_A_HEADER = 2  # sources that show a changed header; more would say the same again


def changed_since(commit: str) -> dict[str, list[list[int]]]:
    """The lines that are new or otherwise since then, by file: first and last of each stretch."""
    diff = subprocess.run(["git", "diff", "--unified=0", "--no-renames", "--diff-filter=d", "--dst-prefix=b/", commit,
                           "--", "*.cpp", "*.hpp"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines: dict[str, list[list[int]]] = {}
    name = ""
    for line in diff.splitlines():
        if line.startswith("+++ b/"):
            name = line.removeprefix("+++ b/")
        elif place := re.match(r"@@ \S+ \+(\d+)(?:,(\d+))? @@", line):
            first, count = int(place[1]), int(place[2] or 1)
            if count:
                lines.setdefault(name, []).append([first, first + count - 1])
    return lines


def sources_of(changed: dict[str, list[list[int]]], known: list[str]) -> list[str]:
    """The changed sources, and for each changed header its own source, else a few that include it."""
    chosen = {name for name in changed if name in known}
    texts = None
    for header in (name for name in changed if name.endswith(".hpp")):
        own = header.removesuffix(".hpp") + ".cpp"
        if own in known:
            chosen.add(own)
            continue
        texts = texts or {name: (ROOT / name).read_text() for name in known}
        line = re.compile(rf'^#include "(?:{re.escape(header)}|{re.escape(pathlib.PurePath(header).name)})"', re.M)
        chosen.update([name for name in known if line.search(texts[name])][:MOST_FOR_A_HEADER])
    return sorted(chosen)


def without_gcc_words(command: str) -> str:
    """clang would take gcc's precompiled header for its own, and gcc's warnings for unknown ones."""
    words = shlex.split(command)
    kept = []
    skip = False
    for i, word in enumerate(words):
        if skip:
            skip = False
        elif word == "-include" and "cmake_pch" in words[i + 1]:
            skip = True
        elif not word.startswith(("-W", "-fpch-preprocess")):
            kept.append(word)
    return shlex.join(kept)


def main() -> int:
    entries = [entry for entry in json.loads(pathlib.Path(sys.argv[1]).read_text())
               if pathlib.Path(entry["file"]).is_relative_to(ROOT) and "/build/" not in entry["file"]]
    known = sorted({os.path.relpath(entry["file"], ROOT) for entry in entries})
    sources, only = known, []
    if len(sys.argv) > 2:
        changed = changed_since(sys.argv[2])
        sources = sources_of(changed, known)
        # What stood there before is no matter of this change.
        only = ["--line-filter=" + json.dumps([{"name": name, "lines": lines} for name, lines in changed.items()])]
        if len(sources) > MOST_IN_PASSING:
            print(f"clang-tidy: {len(sources)} sources changed, too many to be read in passing; scripts/tidy --all reads all")
            return 0
    print(f"clang-tidy: {len(sources)} sources", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for entry in entries:
            entry["command"] = without_gcc_words(entry["command"])
        pathlib.Path(folder, "compile_commands.json").write_text(json.dumps(entries))

        def look(source: str):
            return source, subprocess.run(["clang-tidy-14", "--quiet", "-p", folder, *only, source], cwd=ROOT,
                                          capture_output=True, text=True)

        failed = 0
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for source, done in pool.map(look, sources):
                if done.returncode != 0:
                    failed += 1
                    print(done.stdout, done.stderr, sep="\n", flush=True)
    print(f"clang-tidy: {failed} with remarks" if failed else "clang-tidy: nothing to remark")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
