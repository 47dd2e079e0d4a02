"""Models that any test can make: a detector and an embedder of a few layers, as ONNX files, and drawn faces that they see.

A drawn face is 7 x 7 blocks of 16 px, each light or dark, on a dark ground. The detector takes what is light for a face and places the
five points so that the aligned face is those blocks pixel for pixel; the embedding is their brightness. It says nothing of how
well real models work: what it shows is the way from a page to a lead, and where an embedding goes."""
import hashlib
import io
import pathlib
import random
import struct

from PIL import Image

BLOCKS, BLOCK_PX = 7, 16
SIDE_PX = BLOCKS * BLOCK_PX
DARK, LIGHT = 180, 255
CELL_PX, PRIOR_PX = 64, 128  # of the only scale of the detector that sees anything
TEMPLATE = [(38.0, 52.0), (74.0, 52.0), (56.0, 72.0), (41.0, 92.0), (71.0, 92.0)]
SCALES = {8: 3, 16: 2, 32: 2, 64: 3}  # step in pixels: boxes it begins with, as YuNet has them


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def _field(key: int, value: int | bytes | str) -> bytes:
    """A field of a protobuf message."""
    if isinstance(value, int):
        return _varint(key << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(key << 3 | 2) + _varint(len(data)) + data


def _ints(name: str, values: list[int]) -> bytes:
    return _field(5, _field(1, name) + b"".join(_field(8, value) for value in values) + _field(20, 7))


def _int(name: str, value: int) -> bytes:
    return _field(5, _field(1, name) + _field(3, value) + _field(20, 2))


class Graph:
    def __init__(self):
        self.parts, self.count = b"", 0

    def node(self, kind: str, inputs: list[str], attributes: bytes = b"", output: str = "") -> str:
        self.count += 1
        output = output or f"t{self.count}"
        self.parts += _field(1, b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(3, f"n{self.count}") +
                             _field(4, kind) + attributes)
        return output

    def floats(self, shape: list[int], values: list[float]) -> str:
        return self._tensor(shape, 1, struct.pack(f"<{len(values)}f", *values))

    def whole(self, values: list[int]) -> str:
        return self._tensor([len(values)], 7, struct.pack(f"<{len(values)}q", *values))

    def _tensor(self, shape: list[int], kind: int, data: bytes) -> str:
        self.count += 1
        name = f"c{self.count}"
        self.parts += _field(5, b"".join(_field(1, size) for size in shape) + _field(2, kind) + _field(8, name) + _field(9, data))
        return name

    def model(self, size: int, outputs: list[str]) -> bytes:
        def value(name: str, shape: list[int]) -> bytes:
            dims = b"".join(_field(1, _field(1, side)) for side in shape)
            return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, dims)))

        graph = self.parts + _field(2, "drawn") + _field(11, value("input", [1, 3, size, size]))
        graph += b"".join(_field(12, value(name, [1, 1])) for name in outputs)
        return _field(1, 7) + _field(8, _field(1, "") + _field(2, 11)) + _field(7, graph)


def detector() -> bytes:
    graph = Graph()
    points = [value for x, y in TEMPLATE for value in (10 * (x - SIDE_PX / 2) / PRIOR_PX, 10 * (y - SIDE_PX / 2) / PRIOR_PX)]
    found: dict[str, list[str]] = {"loc": [], "conf": [], "iou": []}
    for step, boxes in SCALES.items():
        mean = graph.node("AveragePool", ["input"], _ints("kernel_shape", [step, step]) + _ints("strides", [step, step]))
        for name, each in (("loc", [0.0] * 4 + points), ("conf", [0.0, 0.0]), ("iou", [1.0])):
            bias, weights = each * boxes, [0.0] * (3 * len(each) * boxes)
            if name == "conf":
                bias = [-200.0] * len(bias)
                if step == CELL_PX:  # its first box only: light is above 165 of 255
                    weights[3:6], bias[1] = [1 / 3] * 3, -165.0
            maps = graph.node("Conv", [mean, graph.floats([len(bias), 3, 1, 1], weights), graph.floats([len(bias)], bias)],
                              _ints("kernel_shape", [1, 1]))
            if name == "conf":
                maps = graph.node("Sigmoid", [maps])
            rows = graph.node("Transpose", [maps], _ints("perm", [0, 2, 3, 1]))
            found[name].append(graph.node("Reshape", [rows, graph.whole([1, -1, len(each)])]))
    for name, parts in found.items():
        graph.node("Concat", parts, _int("axis", 1), name)
    return graph.model(640, list(found))


def embedder() -> bytes:
    graph = Graph()
    blocks = graph.node("AveragePool", ["input"], _ints("kernel_shape", [BLOCK_PX] * 2) + _ints("strides", [BLOCK_PX] * 2))
    graph.node("Flatten", [blocks], _int("axis", 1), "numbers")
    return graph.model(SIDE_PX, ["numbers"])


def install(folder: pathlib.Path, embedders: int = 1, needs_calibration: bool = False) -> pathlib.Path:
    """Writes both models and a profile that names them, the embedder so often; gives the profile's path. One that needs a
    calibration has no thresholds of its own."""
    folder.mkdir(parents=True)
    text = 'name = "drawn"\n[detector]\nkind = "yunet-2022mar"\nlongest_side_px = 640\nleast_score = 0.6\nmost_overlap = 0.3\n'
    for name, model in (("detector.onnx", detector()), ("embedder.onnx", embedder())):
        (folder / name).write_bytes(model)
        named = f'file = "{name}"\nsha256 = "{hashlib.sha256(model).hexdigest()}"\n'
        text += named if name.startswith("detector") else ""
    middle, half = (DARK + LIGHT) / 2, (LIGHT - DARK) / 2
    text = f"needs_calibration = {str(needs_calibration).lower()}\n" + text
    text += embedders * (f"[[embedder]]\n{named}side_px = {SIDE_PX}\nmean = [{middle}, {middle}, {middle}]\nscale = {1 / half}\n"
                         f"channels = \"rgb\"\ndimension = {3 * BLOCKS * BLOCKS}\n"
                         f"template = {[list(point) for point in TEMPLATE]}\n")
    text += ("[gates]\nprobe_score = 0.7\nprobe_px = 15\nprobe_norm = 0\nreference_score = 0.9\nreference_px = 80\n"
             "reference_norm = 0\nreference_agreement = 0.5\n")
    if not needs_calibration:
        text += ("[[threshold]]\nreferences = 1\nfaces = 1\n"
                 "points = [[1e-3, 0.5], [1e-5, 0.6], [1e-6, 0.7], [1e-7, 0.8]]\n")
    profile = folder / "drawn.toml"
    profile.write_text(text)
    return profile


class DrawnFace:
    """Blocks by a seed: two of different seeds are no more alike than strangers."""

    def __init__(self, seed: int):
        chosen = random.Random(seed)
        self.blocks = [chosen.random() < 0.5 for _ in range(BLOCKS * BLOCKS)]

    def picture(self, ground: int, cell: tuple[int, int] = (4, 3), size: tuple[int, int] = (640, 512)) -> bytes:
        """The face on a ground of its own, as a grey PNG; its middle is the middle of a cell of the detector."""
        return picture({cell: self}, ground, size)

    @property
    def embedding(self) -> list[float]:
        """Of unit length: the same for each of three channels."""
        length = (3 * len(self.blocks)) ** 0.5
        return [(1 if block else -1) / length for block in self.blocks] * 3


def picture(faces: dict[tuple[int, int], DrawnFace], ground: int, size: tuple[int, int] = (640, 512)) -> bytes:
    """Several faces, by cell; `ground` seeds what lies behind them, so that no two pictures are alike otherwise."""
    chosen = random.Random(ground)
    image = Image.new("L", (8, 8))
    image.putdata([chosen.randrange(4, 70) for _ in range(64)])
    image = image.resize(size, Image.BICUBIC).point(lambda level: min(level, 80))
    for (x, y), face in faces.items():
        left, top = x * CELL_PX + (CELL_PX - SIDE_PX) // 2, y * CELL_PX + (CELL_PX - SIDE_PX) // 2
        for number, block in enumerate(face.blocks):
            row, column = divmod(number, BLOCKS)
            corner = left + column * BLOCK_PX, top + row * BLOCK_PX
            image.paste(LIGHT if block else DARK, (*corner, corner[0] + BLOCK_PX, corner[1] + BLOCK_PX))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
