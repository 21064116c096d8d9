"""Records of a zip file: 64-bit numbers only where they are needed."""

from __future__ import annotations

import io
import struct
import zipfile

from xlcrm.workbook.patch import records


def test_local_record_with_64_bit_sizes() -> None:
    info = zipfile.ZipInfo("a.xml")
    info.file_size, info.compress_size, info.CRC = 5_000_000_000, 4_999_999_999, 7
    record = records.local_record(info, b"", wide=True)
    assert record.endswith(struct.pack("<2H2Q", 1, 16, 5_000_000_000, 4_999_999_999))
    assert struct.unpack_from("<3L", record, 14) == (7, 0xFFFFFFFF, 0xFFFFFFFF)
    assert struct.unpack_from("<H", record, 4) == (45,)


def test_directory_with_64_bit_sizes_and_offset_is_read_back_by_zipfile() -> None:
    info = zipfile.ZipInfo("a.xml")
    info.file_size, info.compress_size, info.header_offset, info.CRC = 5_000_000_000, 7, 0, 1
    target = io.BytesIO()
    records.write_directory(target, [info], b"")
    with zipfile.ZipFile(io.BytesIO(target.getvalue())) as archive:
        (back,) = archive.infolist()
    assert (back.file_size, back.compress_size, back.header_offset) == (5_000_000_000, 7, 0)
    info.header_offset = 0xFFFFFFFF + 5
    record = records._central_record(info)
    assert record.endswith(struct.pack("<2H2Q", 1, 16, 5_000_000_000, 0xFFFFFFFF + 5))


def test_extra_fields_are_kept_without_zip64() -> None:
    stamp = struct.pack("<2HBL", 0x5455, 5, 1, 1_700_000_000)
    wide = struct.pack("<2HQ", 1, 8, 99)
    assert records.without_zip64(stamp + wide + stamp) == stamp + stamp
    assert records.without_zip64(b"\x01") == b"\x01"
