"""Fetches the photographs that Debian packages ship: the demonstration and the tests commit none of their own."""
import hashlib
import pathlib
import subprocess
import sys

# Package -> the folders inside it whose JPEG files are photographs, with a pattern.
SOURCES = {
    "cimg-doc": [("usr/share/doc/cimg-dev/html/img", "postcard*.jpg")],
    "labelme-examples": [
        ("usr/share/doc/labelme-examples/examples/bbox_detection/data_annotated", "*.jpg"),
        ("usr/share/doc/labelme-examples/examples/classification/data_annotated", "*.jpg"),
        ("usr/share/doc/labelme-examples/examples/video_annotation/data_annotated", "00000100.jpg"),
        ("usr/share/doc/labelme-examples/examples/tutorial", "*.jpg"),
        ("usr/share/doc/labelme-examples/examples/primitives", "*.jpg"),
    ],
    "libdlib19.1": [("usr/share/doc/libdlib19.1/examples/faces", "*.jpg")],
}


def unpack(package: str, folder: pathlib.Path) -> None:
    """Downloads a Debian package and unpacks it, unless that was done before."""
    if (folder / ".complete").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    archive = next(folder.glob("*.deb"))
    subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
    archive.unlink()
    (folder / ".complete").touch()


def photographs(cache: pathlib.Path) -> list[pathlib.Path]:
    """Every photograph once, in a fixed order."""
    files: list[pathlib.Path] = []
    seen: set[str] = set()
    for package, places in SOURCES.items():
        unpack(package, cache / package)
        for place, pattern in places:
            for file in sorted((cache / package / place).glob(pattern)):
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                if digest not in seen:
                    seen.add(digest)
                    files.append(file)
    return files


if __name__ == "__main__":
    for path in photographs(pathlib.Path(sys.argv[1])):
        print(path)
