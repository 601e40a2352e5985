"""PNG files without a library."""

import struct
import zlib


def write_png(file, pixels, channels):
    """`pixels` is a list of rows of bytes, `channels` of them a pixel: 1 for grey, 3 for RGB."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(
            ">I", zlib.crc32(kind + body))

    width, height = len(pixels[0]) // channels, len(pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + bytes(row) for row in pixels)
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_disc(image, mask, size, number):
    """An image of a dark disc, which wanders with `number`, and its mask."""
    x, y, radius = size // 2 + number % 5 - 2, size // 2 + number % 3 - 1, size // 4 + number % 4
    inside = [[(column - x) ** 2 + (row - y) ** 2 <= radius ** 2 for column in range(size)]
              for row in range(size)]
    write_png(image, [[value for cell in row for value in ((60, 40, 30) if cell else
                                                           (220, 180, 160))]
                      for row in inside], 3)
    write_png(mask, [[255 if cell else 0 for cell in row] for row in inside], 1)
