"""Content codings for bodies; br and zstd through the libraries that the daemon itself links."""

import ctypes
import zlib


def gzip(data):
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def deflate(data):
    return zlib.compress(data)


def zstd(data):
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_compressBound.restype = library.ZSTD_compress.restype = ctypes.c_size_t
    room = library.ZSTD_compressBound(ctypes.c_size_t(len(data)))
    out = ctypes.create_string_buffer(room)
    size = library.ZSTD_compress(out, ctypes.c_size_t(room), data, ctypes.c_size_t(len(data)), 3)
    return out.raw[:size]


def brotli(data):
    library = ctypes.CDLL("libbrotlienc.so.1")
    size = ctypes.c_size_t(len(data) + len(data) // 8 + 1024)
    out = ctypes.create_string_buffer(size.value)
    if not library.BrotliEncoderCompress(5, 22, 0, ctypes.c_size_t(len(data)), data, ctypes.byref(size), out):
        raise ValueError("brotli refused the data")
    return out.raw[: size.value]


ENCODERS = {"gzip": gzip, "deflate": deflate, "zstd": zstd, "br": brotli}


class StreamEncoder:
    """Encodes piece by piece, each piece readable at once by the other side (gzip and deflate only)."""

    def __init__(self, coding):
        self.packer = zlib.compressobj(6, zlib.DEFLATED, {"gzip": 31, "deflate": 15}[coding])

    def encode(self, data):
        return self.packer.compress(data) + self.packer.flush(zlib.Z_SYNC_FLUSH)

    def finish(self):
        return self.packer.flush()
