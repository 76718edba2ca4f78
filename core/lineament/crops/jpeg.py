"""Crops as JPEG: what comes before the pixels is the same in all crops of one size and quality and is kept once."""

import cv2
import numpy as np

from lineament.crops.cutting import Image

_START_OF_SCAN = b"\xff\xda"


def encode(crop: Image, quality: int) -> tuple[bytes, bytes]:
    """Header and body of the JPEG of uint8[size, size, 3] RGB; one after the other they are a JPEG file."""
    done, coded = cv2.imencode(".jpg", cv2.cvtColor(crop, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("OpenCV could not write a JPEG")
    whole = coded.tobytes()
    end = _header_length(whole)
    return whole[:end], whole[end:]


def decode(header: bytes, body: bytes) -> Image | None:
    """uint8[size, size, 3] RGB; None where the bytes are no JPEG."""
    image = cv2.imdecode(np.frombuffer(header + body, np.uint8), cv2.IMREAD_COLOR_RGB)
    return None if image is None else np.asarray(image, dtype=np.uint8)


def _header_length(whole: bytes) -> int:
    """Up to the first byte of coded pixels: marker segments say their own length."""
    at = 2
    while at + 4 <= len(whole):
        length = int.from_bytes(whole[at + 2 : at + 4], "big")
        if whole[at : at + 2] == _START_OF_SCAN:
            return at + 2 + length
        at += 2 + length
    raise RuntimeError("OpenCV wrote a JPEG without pixels")
