"""Packing a stream of a VBA project, and back: chunks of 4,096 bytes with an own window ([MS-OVBA] 2.4.1)."""

from __future__ import annotations

import struct
from typing import Final

CHUNK: Final = 4096
_SIGNATURE: Final = 0x01
_TOKENS: Final = 0xB000  # chunk header: signature 0b011, encoded; the low 12 bits hold the size less 3
_RAW: Final = 0x3FFF  # chunk header: signature 0b011, not encoded, always a full chunk
_MARK: Final = 0x7000  # bits of a chunk header that are 0b011 in every chunk
_ENCODED: Final = 0x8000
_SIZE: Final = 0x0FFF
_SHORTEST: Final = 3  # a copy token takes two bytes
_FEWEST_OFFSET_BITS: Final = 4


def compress(data: bytes) -> bytes:
    """A compressed container that unpacks to exactly `data`.

    Raises:
        ValueError: the last, shorter chunk does not shrink at all. The format could only store it padded
            with zeros; text never gets there, random bytes do.
    """
    chunks = (_chunk(data[start : start + CHUNK]) for start in range(0, len(data), CHUNK))
    return bytes([_SIGNATURE]) + b"".join(chunks)


def decompress(packed: bytes) -> bytes:
    """A container's content; where the container is cut short, what there is of it.

    Raises:
        ValueError: no container, or one that copies from before its beginning.
    """
    if packed[:1] != bytes([_SIGNATURE]):
        raise ValueError("no packed container")
    out = bytearray()
    position = 1
    while position + 2 <= len(packed):
        (head,) = struct.unpack_from("<H", packed, position)
        if head & _MARK != _RAW & _MARK:
            break
        end = position + _SHORTEST + (head & _SIZE)
        chunk = packed[position + 2 : end]
        out += _unpacked(chunk) if head & _ENCODED else chunk
        position = end
    return bytes(out)


def _unpacked(tokens: bytes) -> bytes:
    out = bytearray()
    place = 0
    while place < len(tokens):
        flags, place = tokens[place], place + 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += tokens[place : place + 1]
                place += 1
            elif place + 2 <= len(tokens):
                (token,) = struct.unpack_from("<H", tokens, place)
                place += 2
                _copy(out, token)
    return bytes(out[:CHUNK])


def _copy(out: bytearray, token: int) -> None:
    bits = _offset_bits(len(out))
    start = len(out) - (token >> (16 - bits)) - 1
    if start < 0:
        raise ValueError("a copy from before the beginning of its chunk")
    for place in range(start, start + (token & (0xFFFF >> bits)) + _SHORTEST):
        out.append(out[place])


def _chunk(data: bytes) -> bytes:
    tokens = _token_sequences(data)
    if len(tokens) <= CHUNK:
        return struct.pack("<H", _TOKENS | (len(tokens) - 1)) + tokens
    if len(data) < CHUNK:
        raise ValueError(f"the last {len(data)} bytes do not compress, so they cannot be stored exactly")
    return struct.pack("<H", _RAW) + data


def _token_sequences(data: bytes) -> bytes:
    """Literals and copies in groups of up to eight, each after a byte whose bits say which is a copy."""
    packed = bytearray()
    position = flags_at = count = 0
    while position < len(data):
        bit = count % 8
        if bit == 0:
            flags_at = len(packed)
            packed.append(0)
        offset, length = _longest_match(data, position)
        if length:
            packed[flags_at] |= 1 << bit
            packed += _copy_token(position, offset, length)
            position += length
        else:
            packed.append(data[position])
            position += 1
        count += 1
    return bytes(packed)


def _longest_match(data: bytes, position: int) -> tuple[int, int]:
    """How far back the longest repeat of what stands at `position` begins, and its length; (0, 0) if none.

    Of equally long ones it is the nearest. It may reach past `position` into what it produces itself.
    """
    limit = min(len(data) - position, _longest_length(position))
    found, length = 0, _SHORTEST - 1
    while length < limit:
        wanted = data[position : position + length + 1]
        start = data.rfind(wanted, 0, position + length)
        if start < 0:
            break
        found, length = start, length + 1
        while length < limit and data[start + length] == data[position + length]:
            length += 1
    return (position - found, length) if length >= _SHORTEST else (0, 0)


def _offset_bits(position: int) -> int:
    """The further into its chunk, the more of a token's 16 bits hold the offset ([MS-OVBA] 2.4.1.3.19.1)."""
    return max((position - 1).bit_length(), _FEWEST_OFFSET_BITS)


def _longest_length(position: int) -> int:
    return (0xFFFF >> _offset_bits(position)) + _SHORTEST


def _copy_token(position: int, offset: int, length: int) -> bytes:
    shift = 16 - _offset_bits(position)
    return struct.pack("<H", (offset - 1) << shift | (length - _SHORTEST))
