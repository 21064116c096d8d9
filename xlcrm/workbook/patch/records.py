"""Records of a zip file: what stands before a part, and the directory behind the last one."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    import zipfile

LOCAL: Final = struct.Struct("<4s5H3L2H")
LOCAL_MAGIC: Final = b"PK\x03\x04"
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64: Final = struct.Struct("<4sLQL")
_FIELD: Final = struct.Struct("<2H")
_ZIP64: Final = 1  # header id of the extra field with the 64-bit sizes
_WIDE_VERSION: Final = 45  # the zip version that knows zip64
WIDE: Final = 0xFFFFFFFF  # in a 32-bit field: look into the zip64 extra field
_MANY: Final = 0xFFFF  # the same for the 16-bit count of entries
UTF8: Final = 0x800  # flag: the name is UTF-8, else code page 437


def is_wide(info: zipfile.ZipInfo) -> bool:
    """Whether the sizes need 64 bits."""
    return max(info.file_size, info.compress_size) >= WIDE


def encoded_name(info: zipfile.ZipInfo) -> bytes:
    """The name as the file spells it; both code pages map back without a loss."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & UTF8 else "cp437")


def _stamp(info: zipfile.ZipInfo) -> tuple[int, int]:
    """Time and date in the MS-DOS words of the record."""
    year, month, day, hour, minute, second = info.date_time
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day


def _zip64_field(*values: int) -> bytes:
    return struct.pack(f"<2H{len(values)}Q", _ZIP64, 8 * len(values), *values) if values else b""


def without_zip64(extra: bytes) -> bytes:
    """Extra fields without the one for 64-bit sizes; a malformed rest stays as it is."""
    kept = b""
    while len(extra) >= _FIELD.size:
        header, size = _FIELD.unpack_from(extra)
        end = _FIELD.size + size
        if header != _ZIP64:
            kept += extra[:end]
        extra = extra[end:]
    return kept + extra


def local_record(info: zipfile.ZipInfo, extra: bytes, *, wide: bool) -> bytes:
    """The header before a part; `wide` puts its sizes into a zip64 field."""
    if wide:
        extra += _zip64_field(info.file_size, info.compress_size)
    name = encoded_name(info)
    sizes = (WIDE, WIDE) if wide else (min(info.compress_size, WIDE), min(info.file_size, WIDE))
    needed = (max(info.extract_version, _WIDE_VERSION) if wide else info.extract_version) | info.reserved << 8
    fixed = LOCAL.pack(
        LOCAL_MAGIC,
        needed,
        info.flag_bits,
        info.compress_type,
        *_stamp(info),
        info.CRC,
        *sizes,
        len(name),
        len(extra),
    )
    return fixed + name + extra


def _central_record(info: zipfile.ZipInfo) -> bytes:
    # Order of the 64-bit values is fixed by the format, and only those that overflow are there.
    numbers = (info.file_size, info.compress_size, info.header_offset)
    size, packed, offset = (min(number, WIDE) for number in numbers)
    wide = _zip64_field(*(number for number in numbers if number >= WIDE))
    name = encoded_name(info)
    fixed = _CENTRAL.pack(
        b"PK\x01\x02",
        info.create_version | info.create_system << 8,
        (max(info.extract_version, _WIDE_VERSION) if wide else info.extract_version) | info.reserved << 8,
        info.flag_bits,
        info.compress_type,
        *_stamp(info),
        info.CRC,
        packed,
        size,
        len(name),
        len(wide) + len(info.extra),
        len(info.comment),
        0,
        info.internal_attr,
        info.external_attr,
        offset,
    )
    return fixed + name + wide + info.extra + info.comment


def write_directory(target: BinaryIO, infos: list[zipfile.ZipInfo], comment: bytes) -> None:
    """The central directory, and the end record (with zip64 records where 32 bits are too few)."""
    start = target.tell()
    target.writelines(_central_record(info) for info in infos)
    end = target.tell()
    count, size = len(infos), end - start
    if count >= _MANY or size >= WIDE or start >= WIDE:
        target.write(
            _END64.pack(
                b"PK\x06\x06", _END64.size - 12, _WIDE_VERSION, _WIDE_VERSION, 0, 0, count, count, size, start
            )
        )
        target.write(_LOCATOR64.pack(b"PK\x06\x07", 0, end, 1))
    short = min(count, _MANY)
    target.write(
        _END.pack(b"PK\x05\x06", 0, 0, short, short, min(size, WIDE), min(start, WIDE), len(comment))
        + comment
    )
