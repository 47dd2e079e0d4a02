"""Random changes of single bytes of opened packages, and what both verifiers say of each."""
import importlib.util
import pathlib
import random
import struct
import subprocess
import tempfile
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def verify_pack():
    spec = importlib.util.spec_from_file_location("verify_pack", ROOT / "evidence" / "verify_pack.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Archive:
    """One package in clear, and where its files lie."""

    def __init__(self, path: pathlib.Path):
        self.data = path.read_bytes()
        self.files = {}
        with zipfile.ZipFile(path) as package:
            for entry in package.infolist():
                begin = entry.header_offset + 30 + len(entry.filename)
                self.files[entry.filename] = (begin, begin + entry.file_size, entry.header_offset)

    def file_at(self, place: int) -> str | None:
        return next((name for name, (begin, end, _) in self.files.items() if begin <= place < end), None)

    def changed(self, place: int, value: int, repairs: bool) -> bytes:
        """With another byte there; where it is one of a file and `repairs`, the archive's checksums are made anew."""
        data = bytearray(self.data)
        data[place] = value
        name = self.file_at(place)
        if repairs and name:
            begin, end, header = self.files[name]
            checksum = struct.pack("<I", zlib.crc32(data[begin:end]))
            data[header + 14:header + 18] = checksum
            line = data.index(b"PK\1\2")
            while data[line + 46:line + 46 + len(name)] != name.encode():
                line = data.index(b"PK\1\2", line + 46)
            data[line + 16:line + 20] = checksum
        return bytes(data)


def part_of(said: str) -> str:
    """The part that an error names: "evidence/cover.html: its SHA-256 …" """
    return said.split(":")[0].split(",")[0]


def run(command: list, archives: list[Archive], changes: int, seed: int) -> list[str]:
    """Makes so many changes and gives what went wrong: not refused, or another part named. `command` verifies a file."""
    rng = random.Random(seed)
    program = verify_pack()
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "package.wacz")
        for number in range(changes):
            archive = archives[number % len(archives)]
            # Every second change hits one of the small files, which a picture would hide from a fair choice.
            if number // len(archives) % 2:
                begin, end, _ = archive.files[rng.choice(list(archive.files))]
                place = rng.randrange(begin, end)
            else:
                place = rng.randrange(len(archive.data))
            value = (archive.data[place] + rng.randrange(1, 256)) % 256
            data = archive.changed(place, value, repairs=rng.random() < 0.5)
            expected = archive.file_at(place) or "zip archive"
            what = f"byte {place} ({expected}) to {value}"
            try:
                program.check(data, None)
                faults.append(f"{what}: verify_pack.py finds nothing wrong")
            except program.Fault as fault:
                if part_of(str(fault)) != expected:
                    faults.append(f"{what}: verify_pack.py says {fault}")
            except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
                faults.append(f"{what}: verify_pack.py says {error!r}")
            file.write_bytes(data)
            done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
            said = done.stderr.partition("damaged or changed: ")[2]
            if done.returncode != 1 or part_of(said) != expected:
                faults.append(f"{what}: evidence verify says {done.returncode} {done.stdout} {done.stderr}".replace("\n", " "))
    return faults
