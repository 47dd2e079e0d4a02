"""What the compiler does not check: the co_await rule, the layers, where foreign libraries are at home, file sizes, layout."""
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PASSED_OVER = {"build", "node_modules", ".git", "__pycache__"}
MAX_LINES = 450

# What each folder may include beside itself: the folders below it, as docs/architecture.md draws them. Mechanisms
# need nothing but core, and of what compares pictures each what stands below it.
# What the product does may use mechanisms; among its folders only followup and control use others: what follows a
# finding, and the commands of people, which are run on the case book and explain what was decided about alerts. A picture's way leads through most of them and knows
# nothing of who starts it. The command line runs the daemon's engine for one
# pass and reads its settings, so it stands above the daemon.
MECHANISMS = {"net", "html", "contacts", "pictures", "packages", "features", "matcher", "videos", "faces", "store", "vault", "config"}
PRODUCT = {"crawler", "sandbox", "cases", "evidence", "alerts", "backup", "followup", "control"}
LAYERS = {
    "core": set(),
    **{folder: {"core"} for folder in MECHANISMS},
    "packages": {"core", "pictures"},
    "features": {"core", "packages", "pictures"},
    "matcher": {"core", "features", "packages", "pictures"},
    "faces": {"core", "config"},  # what is decided about faces, pure; a profile is a file of an operator's
    "faces/reading": {"core", "faces", "pictures"},  # OpenCV's networks, in the program stillwatch-faces only
    "videos": {"core"},  # what is decided about videos, pure
    "videos/playlists": {"core", "html"},  # what parses them, in the worker only
    "videos/decode": {"core", "videos"},  # FFmpeg, in the program stillwatch-video only
    "videos/matching": {"core"},  # the rules of comparing over time, pure
    "crawler/policy": {"core"},  # the rules of the crawl, pure; their values are what a store keeps
    "store": {"core", "crawler/policy"},
    "crawler/frontier": {"core", "crawler/policy", "store"},  # the rules at work on the rows of a store
    "crawler": {"core", "crawler/policy", "store"},
    "sandbox": {"core", "html", "contacts", "features", "packages", "pictures", "videos", "videos/decode", "videos/playlists", "faces", "faces/reading"},
    "cases": {"core", "features", "matcher", "store", "vault"},
    "evidence": {"core", "net", "vault"},
    "alerts": {"core", "store", "vault"},
    "backup": {"core", "store", "vault", "evidence"},
    # What follows a finding: it stands on what was found, kept and told, and knows no command and no visit.
    "followup": {"core", "crawler/policy", "crawler/frontier", "store", "vault", "cases", "evidence", "alerts"},
    "control": {"core", "crawler/frontier", "faces", "store", "vault", "cases", "alerts", "evidence", "followup"},
    "pipeline": {"core", "videos/matching", "crawler/policy", "crawler/frontier", "packages", "pictures", "matcher", "faces", "store", "vault", "videos"} | (PRODUCT - {"backup", "control"}),
    "daemon": {"core", "videos/matching", "crawler/policy", "crawler/frontier", "pipeline"} | MECHANISMS | PRODUCT,
    "cli": {"core", "videos/matching", "crawler/policy", "crawler/frontier", "pipeline", "daemon"} | MECHANISMS | PRODUCT,
}

# Where the header of a foreign library may be included: its folder, or single files with the reason beside them.
FOREIGN = {
    r"boost/url/|boost/url\.hpp|idn2\.h": {"core"},
    r"boost/json": {"core"},
    r"spdlog/": {"core"},
    r"curl/": {"net"},
    r"openssl/": {"net"},
    r"gumbo\.h|unicode/": {"html"},
    r"jpeglib|jerror|tiff|webp/|avif/|gif_lib|libheif/|libde265/|jxl/|openjpeg": {"pictures"},
    r"png\.h": {
        "pictures",
        "matcher/draw.cpp",  # what was drawn is told as a PNG file
    },
    r"opencv2/": {
        "features",
        "pictures/orient.cpp",  # turning
        "matcher/draw.cpp",     # drawing
        "faces/reading",
        "sandbox/faces_main.cpp",  # one thread, said before anything is loaded
        "bench/face_swaps.hpp", "bench/face_swaps.cpp", "bench/faces_bench.cpp", "bench/face_tracks_bench.cpp",  # faces put on other pictures
    },
    r"libav(format|codec|util)/|libswscale/": {"videos/decode"},
    r"sqlite3\.h": {"store/sqlite"},
    r"libpsl\.h": {"crawler/cookies"},
    r"nettle/": {
        "core",
        "videos/segment_key.cpp",  # AES of segments
        "vault/p384.cpp",  # ECDSA with a nonce of our own, which OpenSSL 3.0 does not do
    },
    r"sodium": {
        "vault",
        "core/keyed_hash.cpp",  # a value of every folder
        "core/bytes.cpp",       # base64
    },
    r"toml\+\+/": {"config"},
    r"seccomp\.h|brotli/|zstd\.h": {"sandbox"},
    r"libdeflate\.h": {"sandbox", "evidence"},
    r"archive\.h|archive_entry\.h": {"packages"},
    r"zlib\.h": {
        "sandbox",
        "packages",
        "evidence/gzip.cpp",  # WARC records are gzip members
    },
    r"CLI/": {
        "cli",
        "daemon/arguments.cpp",  # the daemon's own two options
        "daemon/main.cpp",
    },
    r"systemd/": {"daemon"},
    # The vocabulary of concurrency, Task and the loop, is Asio's: every folder that waits includes its parts.
    r"boost/asio/": set(LAYERS) - {"backup", "followup", "html", "pictures", "packages", "features", "matcher", "videos", "videos/matching", "faces", "faces/reading", "store", "vault", "config"},
    # The review desk's home is review/; until it stands, one small answer to scrapers needs HTTP on a socket.
    r"boost/beast/": {"daemon/metrics.cpp"},
    r"boost/system/": set(LAYERS),  # Result is one of its types
    r"fmt/": set(LAYERS),           # in the place of std::format, which gcc 12 has not
}


def files_of(*suffixes: str):
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in PASSED_OVER]
        for name in names:
            if not suffixes or name.endswith(suffixes):
                yield pathlib.Path(folder) / name


def sources():
    return files_of(".cpp", ".hpp")


def name_of(path: pathlib.Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(name: str) -> str:
    """The folder that a file belongs to by the table of layers: a room of its own inside a folder, or the folder."""
    parts = name.split("/")
    inner = "/".join(parts[:2])
    return inner if inner in LAYERS else parts[0]


def folder_of(path: pathlib.Path) -> str:
    return room_of(name_of(path))


def homes_of(path: pathlib.Path) -> set[str]:
    return {name_of(path), *(above.as_posix() for above in path.relative_to(ROOT).parents)}


NO_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def code_of(text: str) -> str:
    """The text with comments and literals emptied, line ends kept."""
    return NO_CODE.sub(lambda match: '""' + "\n" * match[0].count("\n"), text)


def awaits_against_the_rule(text: str):
    """(line, reason) of each co_await that gcc 12 may compile wrongly."""
    code = code_of(text)
    for match in re.finditer(r"\bco_await\b", code):
        line = code.count("\n", 0, match.start()) + 1
        begin = max(code.rfind(sign, 0, match.start()) for sign in ";{}") + 1
        if re.search(r"\b(if|while|switch)\s*(constexpr\s*)?\([^)]*$", code[begin:match.start()]):
            yield line, "a co_await is tested where it stands; await into a named variable first"
        depth = 0
        for sign in code[match.end():]:
            if sign == ";" or (depth == 0 and sign == ")"):
                break
            depth += (sign == "(") - (sign == ")")
            if sign in "{[":
                yield line, f"'{sign}' inside a co_await expression; name the value first"
                break


def included(text: str, opening: str):
    return re.findall(rf'(?m)^#\s*include\s*{opening}([^">]+)', text)


# Where bytes that came are on their way to being compared; each function there ends with an Ending, or with what was
# Seen, which cannot be made without one.
REASONS = ROOT / "pipeline/not_compared.hpp"
WAY = sorted(path for path in (ROOT / "pipeline").glob("*.cpp") if path.stem != REASONS.stem)
TABLE = "### What ends a picture's way"


def ends_without_a_reason(text: str):
    """(line, function) of each function on the way of bytes that can end without saying why they were not compared."""
    code = code_of(text)
    for match in re.finditer(r"(?m)^(?:static )?(\w[\w:<>, ]*?)\s+Pipeline::(\w+)\(([^{};]*?)\)(?: const)?\s*\{", code):
        kind, name, parameters = match.groups()
        carries_bytes = re.search(r"\b(Came|Fetched|PoliteAnswer|Document|Payload)\b", parameters)
        if carries_bytes and not re.search(r"\b(Ending|Seen)\b", kind) and name not in HELPERS:
            yield code.count("\n", 0, match.start(2)) + 1, name


# They carry bytes and decide nothing about them.
HELPERS = {
    "discover_sitemaps", "arrive",    # addresses
    "discover_headers", "go_in",      # further ones, beside what came
    "open_file", "open_video", "pass_for", # how a video is read: what they cannot, judge_video ends
    "receive",                        # what bytes are known by
    "ask_otherwise", "is_stand_in",   # which of two answers counts
    "count_arrival", "count", "note_stand_in", # numbers
    "compare", "compare_twice",       # their errors end as picture_not_read() says
    "chain_in_pool", "record",        # its error ends as keep() says
    "take_inside",                    # what it leaves out was judged: is_settled()
}


# A file of the repository as documents name it: `folder/file.ext`. Words without an ending may be anything.
NAMED_FILE = re.compile(r"`((?:[\w.-]+/)+[\w-][\w.-]*\.\w+)`")


def documents():
    return [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs/how-to").glob("*.md"))]


def named_files(text: str):
    """(line, path) of each file that a document names."""
    for match in NAMED_FILE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1]


# A number that stands for an enumerator; with_numbers() writes them. The steps of a schema are history.
NUMBER_IN_SQL = re.compile(r"\b(kind|outcome|named_again|mechanism)\s*(=|<>|IN|NOT IN)\s*\(?\d")


def numbers_in_statements(text: str):
    for match in NUMBER_IN_SQL.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[0]


class Lint(unittest.TestCase):
    def none(self, problems) -> None:
        problems = list(problems)
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_inside_co_await_stand_only_names_and_calls(self):
        self.none(f"{name_of(path)}:{line}: {reason}"
                  for path in sources() for line, reason in awaits_against_the_rule(path.read_text()))

    def test_the_check_of_co_await_sees_what_it_looks_for(self):
        for bad in ("auto a = co_await f({1});", "co_await f([&] { g(); });", "if (co_await f()) return;",
                    "while (!co_await f()) g();", "co_await f(\n  Request{url});", "co_return co_await f(T{});",
                    "if (const auto a = co_await f(); a) g();"):
            self.assertTrue(list(awaits_against_the_rule(bad)), bad)
        for good in ("const auto a = co_await f(std::move(b));\nif (!a) { g(); }", "co_return Error{a};",
                     "// if (co_await f({}))\nco_await g();", 'co_await f("{[");', "if (a) co_await f();",
                     "if (a) {\n  co_await f();\n}", "co_await f(); const T b{1};"):
            self.assertFalse(list(awaits_against_the_rule(good)), good)

    def test_no_way_of_bytes_ends_without_a_reason(self):
        self.none(f"{name_of(path)}:{line}: {name}() ends the way of bytes without an Ending"
                  for path in WAY for line, name in ends_without_a_reason(path.read_text()))

    def test_the_check_of_reasons_sees_what_it_looks_for(self):
        for bad in ("Task<Result<void>> Pipeline::skip(const Came& came)\n{", "void Pipeline::drop(const Fetched& answer) const\n{",
                    "Task<Result<std::vector<Match>>> Pipeline::half(int a,\n    Document document)\n{"):
            self.assertTrue(list(ends_without_a_reason(bad)), bad)
        for good in ("Task<Result<Seen>> Pipeline::a(const Came& came)\n{", "Ending Pipeline::b(const Fetched& answer)\n{",
                     "void Pipeline::c(int number)\n{"):
            self.assertFalse(list(ends_without_a_reason(good)), good)

    def test_every_reason_not_to_compare_has_its_row_its_name_and_its_use(self):
        body = re.search(r"enum class NotCompared[^{]*\{(.*?)\};", REASONS.read_text(), re.DOTALL)[1]
        reasons = re.findall(r"(?m)^\s*(\w+)", re.sub(r"//.*", "", body))
        table = (ROOT / "docs/architecture.md").read_text().split(TABLE)[1].split("\n## ")[0]
        rows = re.findall(r"(?m)^\| `(\w+)` \|(.*)\|$", table)
        self.assertEqual(reasons, [name for name, _ in rows])
        for name, row in rows:
            self.assertEqual(row.count("|"), 2, f"{name}: what, why, who sees it")
            self.assertTrue(row.split("|")[2].strip(), f"{name}: nobody sees it")
        names = REASONS.with_suffix(".cpp").read_text()
        # What follows from a reason is decided there; who gives it is looked for.
        way = "".join(path.read_text() for path in WAY if path.name != "finish.cpp")
        for name in reasons:
            self.assertIn(f'case NotCompared::{name}: return "{name}";', names)
            self.assertIn(f"NotCompared::{name}", way)
        # The one place where reasons are counted is passed by every end.
        self.assertEqual(way.count('"not_compared_total"'), 1)

    def test_includes_point_downward_only(self):
        problems = []
        for path in sources():
            folder = folder_of(path)
            if folder not in LAYERS:
                continue  # tests and benchmarks may look at everything
            for name in included(path.read_text(), '"'):
                other = room_of(name)
                if "/" not in name or other != folder and other not in LAYERS[folder]:
                    problems.append(f'{name_of(path)}: includes "{name}"')
        self.none(problems)

    def test_every_source_folder_has_its_layer(self):
        with_sources = {folder_of(path) for path in sources()} - {"tests", "bench"}
        self.assertEqual(with_sources, set(LAYERS))

    def test_each_foreign_library_is_included_at_home_only(self):
        known = re.compile("|".join(f"(?:{pattern})" for pattern in FOREIGN))
        problems = []
        for path in sources():
            if folder_of(path) not in LAYERS:
                continue
            for name in included(path.read_text(), "<"):
                for pattern, homes in FOREIGN.items():
                    if re.match(pattern, name) and not homes & homes_of(path):
                        problems.append(f"{name_of(path)}: includes <{name}>; at home in {', '.join(sorted(homes))}")
                if "/" in name and not known.match(name) and not re.match(r"(sys|netinet|arpa|linux)/", name):
                    problems.append(f"{name_of(path)}: includes <{name}>, which has no home in this table")
        self.none(problems)

    def test_statements_of_the_frontier_name_what_they_mean(self):
        files = [path for path in (ROOT / "store/sqlite").glob("frontier_*.cpp") if path.stem != "frontier_schema"]
        self.assertGreater(len(files), 5)
        self.none(f"{name_of(path)}:{line}: {what}" for path in files for line, what in numbers_in_statements(path.read_text()))

    def test_the_check_of_statements_sees_what_it_looks_for(self):
        for bad in ("u.outcome NOT IN (0, 1, 8)", "kind = 1", "named_again <> 0"):
            self.assertTrue(list(numbers_in_statements(bad)), bad)
        for good in ("u.outcome <> {unvisited}", "kind = ?2", "enabled = 1"):
            self.assertFalse(list(numbers_in_statements(good)), good)

    def test_documents_name_files_that_exist(self):
        self.assertGreater(len(documents()), 5)
        self.none(f"{name_of(path)}:{line}: there is no {name}"
                  for path in documents() for line, name in named_files(path.read_text())
                  if not (ROOT / name).is_file())

    def test_the_check_of_named_files_sees_what_it_looks_for(self):
        text = "`core/url.hpp` and\n`tests/unit/lint/lint_test.py`, `matcher/x.inc`"
        self.assertEqual(list(named_files(text)),
                         [(1, "core/url.hpp"), (2, "tests/unit/lint/lint_test.py"), (2, "matcher/x.inc")])
        for other in ("core/url.hpp", "`core/url`", "`url.hpp`", "`/etc/a.toml`", "`scripts/bench --all`", "`a/*.cpp`", "`core/`"):
            self.assertFalse(list(named_files(other)), other)

    def test_formats_name_every_table_audit_line_and_explanation(self):
        def written_in(folders: str, pattern: str) -> set[str]:
            return {name for folder in folders.split() for path in sorted((ROOT / folder).rglob("*.[ch]pp"))
                    for name in re.findall(pattern, path.read_text())}

        tables = written_in("store/sqlite", r'CREATE TABLE "?(\w+)"? \(') - {"old_finding", "old_outbox", "listed_before"}
        audit = written_in("control store pipeline daemon cases backup",
                           r'(?:append_audit|note_look|[>.]audit)\((?:\{[^}]*\}|\w+),\s*"([a-z_0-9-]+\.[a-z_0-9-]+)"')
        explanations = written_in("pipeline evidence", r'explanation\["(\w+)"\]')
        for document, names, least in (("databases", tables, 45), ("audit", audit, 40), ("evidence", explanations, 7)):
            self.assertGreaterEqual(len(names), least, f"{document}: the check sees less than there is")
            text = (ROOT / "docs/formats" / f"{document}.md").read_text()
            self.none(f"docs/formats/{document}.md does not tell of {name}" for name in sorted(names) if f"`{name}`" not in text)

    def test_programs_of_scripts_can_be_run(self):
        with_interpreter = [path for path in files_of() if path.is_file() and path.read_bytes()[:2] == b"#!"]
        in_place = [path for path in with_interpreter if folder_of(path) in ("scripts", ".ci")]
        self.assertTrue(in_place)
        self.none(f"{name_of(path)}: begins with #! and has no run bit"
                  for path in with_interpreter if not os.access(path, os.X_OK))

    def test_every_source_is_laid_out_by_clang_format(self):
        # Other versions lay out otherwise. To repair: scripts/format.
        done = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *map(str, sources())],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"run scripts/format\n{done.stderr[:2000]}")

    def test_no_source_is_longer_than_a_reader_bears(self):
        self.none(f"{name_of(path)}: {lines} lines, more than {MAX_LINES}"
                  for path in sources() if (lines := len(path.read_text().splitlines())) > MAX_LINES)


if __name__ == "__main__":
    unittest.main()
