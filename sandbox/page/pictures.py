"""Sample photographs, drawn here: no file with an unknown owner travels with the code."""

import random
import struct
import zlib
from collections.abc import Callable
from functools import cache

WIDTH, HEIGHT = 400, 300

Colour = tuple[int, int, int]


class Canvas:
    """Coloured points, row by row."""

    def __init__(self, top: Colour, bottom: Colour, seed: int) -> None:
        self._grain = random.Random(seed)  # noqa: S311 - the grain of a picture
        self.rows = [bytearray(bytes(_between(top, bottom, y / HEIGHT)) * WIDTH) for y in range(HEIGHT)]

    def box(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        for y in range(max(top, 0), min(bottom, HEIGHT)):
            self._line(y, left, right, colour)

    def ellipse(self, x: int, y: int, wide: int, high: int, colour: Colour) -> None:
        for dy in range(-high, high + 1):
            half = round(wide * (1 - (dy / high) ** 2) ** 0.5)
            self._line(y + dy, x - half, x + half, colour)

    def wedge(self, top: int, bottom: int, upper: tuple[int, int], lower: tuple[int, int], colour: Colour) -> None:
        """A four-sided shape with level upper and lower edges, each given by its left and right end."""
        for y in range(top, bottom):
            share = (y - top) / (bottom - top)
            left = round(upper[0] + (lower[0] - upper[0]) * share)
            right = round(upper[1] + (lower[1] - upper[1]) * share)
            self._line(y, left, right, colour)

    def speckle(self, amount: int, colour: Colour, size: int = 2, *, on: Colour | None = None) -> None:
        """Scattered spots: everywhere, or only where the picture has the colour *on*."""
        for _ in range(amount):
            x, y = self._grain.randrange(WIDTH - size), self._grain.randrange(HEIGHT - size)
            if on is None or bytes(self.rows[y][3 * x : 3 * x + 3]) == bytes(on):
                self.box(x, y, x + size, y + size, colour)

    def png(self) -> bytes:
        """The picture as a PNG file."""
        head = struct.pack(">2I5B", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        body = zlib.compress(b"".join(b"\0" + bytes(row) for row in self.rows), 9)
        return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")

    def _line(self, y: int, left: int, right: int, colour: Colour) -> None:
        left, right = max(left, 0), min(right, WIDTH)
        if 0 <= y < HEIGHT and left < right:
            self.rows[y][3 * left : 3 * right] = bytes(colour) * (right - left)


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _street(seed: int, ground: Colour) -> Canvas:
    """Sky, a row of houses, and the ground in front of them."""
    canvas = Canvas((150, 190, 225), (215, 228, 238), seed)
    for left, top, right, wall in ((0, 60, 120, (201, 170, 138)), (132, 84, 262, (178, 186, 190))):
        canvas.box(left, top, right, 170, wall)
        _windows(canvas, left, top, right)
    canvas.box(274, 48, 400, 170, (214, 196, 160))
    _windows(canvas, 274, 48, 400)
    canvas.box(0, 170, WIDTH, HEIGHT, ground)
    return canvas


def _windows(canvas: Canvas, left: int, top: int, right: int) -> None:
    for y in range(top + 14, 150, 30):
        for x in range(left + 12, right - 16, 28):
            canvas.box(x, y, x + 14, y + 18, (96, 124, 148))
            canvas.box(x, y, x + 14, y + 3, (160, 188, 208))


def _road(seed: int) -> Canvas:
    canvas = _street(seed, (132, 141, 118))
    canvas.wedge(170, HEIGHT, (144, 256), (-6, 406), (176, 176, 170))
    canvas.wedge(170, HEIGHT, (150, 250), (10, 390), (92, 96, 102))
    for top in range(180, HEIGHT, 34):
        canvas.wedge(top, top + 16, (197, 203), (195, 205), (232, 232, 226))
    canvas.speckle(1500, (86, 90, 96), on=(92, 96, 102))
    canvas.speckle(900, (122, 132, 106), 3, on=(132, 141, 118))
    return canvas


def _hatch() -> Canvas:
    canvas = _road(1)
    canvas.ellipse(222, 236, 74, 28, (120, 122, 124))
    canvas.ellipse(222, 237, 66, 24, (58, 58, 60))
    canvas.ellipse(222, 240, 60, 20, (18, 18, 20))
    canvas.ellipse(108, 258, 52, 15, (104, 100, 96))
    canvas.ellipse(108, 255, 52, 15, (142, 138, 132))
    canvas.ellipse(108, 255, 40, 10, (124, 120, 114))
    return canvas


def _closed_hatch() -> Canvas:
    canvas = _road(1)
    canvas.ellipse(222, 236, 74, 28, (120, 122, 124))
    canvas.ellipse(222, 235, 66, 24, (74, 76, 80))
    canvas.ellipse(222, 235, 52, 18, (96, 98, 102))
    canvas.ellipse(222, 235, 40, 13, (74, 76, 80))
    for left in (96, 330):
        canvas.wedge(206, 262, (left - 3, left + 3), (left - 15, left + 15), (226, 104, 40))
        canvas.wedge(226, 238, (left - 8, left + 8), (left - 10, left + 10), (245, 245, 240))
    return canvas


def _snow() -> Canvas:
    canvas = _street(2, (228, 234, 240))
    canvas.ellipse(84, 232, 120, 62, (248, 250, 252))
    canvas.ellipse(330, 246, 130, 74, (240, 245, 249))
    canvas.box(132, 178, 246, 214, (58, 92, 150))
    canvas.ellipse(190, 180, 46, 22, (58, 92, 150))
    canvas.box(158, 166, 222, 182, (176, 206, 226))
    canvas.ellipse(190, 226, 88, 28, (252, 253, 255))
    canvas.speckle(420, (255, 255, 255), 3)
    return canvas


def _drift() -> Canvas:
    canvas = _street(3, (232, 237, 242))
    canvas.box(24, 96, 80, 186, (104, 74, 56))
    canvas.box(30, 104, 74, 186, (128, 94, 70))
    canvas.ellipse(60, 214, 110, 48, (250, 251, 253))
    canvas.ellipse(250, 262, 200, 70, (244, 248, 251))
    canvas.wedge(196, HEIGHT, (150, 176), (110, 190), (206, 214, 222))
    canvas.speckle(420, (255, 255, 255), 3)
    return canvas


def _lamp() -> Canvas:
    canvas = Canvas((22, 28, 52), (52, 58, 84), 4)
    for left, top, right in ((0, 90, 130), (146, 120, 262), (280, 70, 400)):
        canvas.box(left, top, right, 210, (34, 38, 58))
        for y in range(top + 16, 190, 32):
            for x in range(left + 14, right - 16, 30):
                lit = (x * 7 + y * 3) % 5 == 0
                canvas.box(x, y, x + 14, y + 16, (236, 200, 120) if lit else (24, 28, 44))
    canvas.box(0, 210, WIDTH, HEIGHT, (30, 34, 46))
    canvas.box(204, 40, 210, 262, (120, 126, 136))
    canvas.box(160, 40, 210, 45, (120, 126, 136))
    canvas.wedge(45, 58, (158, 182), (150, 190), (86, 90, 98))
    return canvas


SAMPLES: dict[str, tuple[str, Callable[[], Canvas]]] = {
    "hatch": ("Открытый люк", _hatch),
    "closed": ("Люк закрыт", _closed_hatch),
    "snow": ("Двор в снегу", _snow),
    "drift": ("Сугроб у подъезда", _drift),
    "lamp": ("Фонарь не горит", _lamp),
}
"""Name → what is on it, and its painter."""


@cache
def sample_png(name: str) -> bytes:
    """The sample *name* as a PNG file; ``KeyError`` for no such sample."""
    return SAMPLES[name][1]().png()
