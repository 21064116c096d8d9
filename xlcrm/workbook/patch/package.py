"""Zip packages: read single parts, and write a copy in which only the named parts differ."""

from __future__ import annotations

import copy
import io
import struct
import zipfile
import zlib
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

from xlcrm.errors import (
    NotAWorkbook,
    UnsafeToPatch,
    WorkbookDamaged,
    WorkbookHostile,
    WorkbookInUse,
    WorkbookMissing,
)
from xlcrm.workbook.patch.records import (
    LOCAL,
    LOCAL_MAGIC,
    UTF8,
    WIDE,
    encoded_name,
    is_wide,
    local_record,
    without_zip64,
    write_directory,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

_fast: Any = zlib
_LEVEL = 1  # zlib at 6 costs four times as much for a tenth less space; Excel itself writes "super fast"
try:
    from isal import isal_zlib
except ImportError:  # the optional fast deflate has no wheel for this machine
    pass
else:
    _fast = isal_zlib
    _LEVEL = isal_zlib.ISAL_DEFAULT_COMPRESSION

_ENCRYPTED: Final = 0x1
_DESCRIPTOR: Final = 0x8
_RAW_DEFLATE: Final = -15
_BATCH: Final = 1 << 18  # bytes handed to the deflating thread at once
_STEP: Final = 1 << 15  # compressed bytes at once: what they inflate to stays in the processor's cache
_AHEAD: Final = 16  # batches that may wait for it


class Package:
    """A zip package, held in memory as it was when it was opened.

    The file itself is closed again at once: a later save by anyone else cannot mix into what we read, and
    Windows lets us replace it.
    """

    def __init__(self, title: str, data: bytes) -> None:
        """Read the central directory of `data`; `title` is the file's name, for messages.

        Raises:
            NotAWorkbook: not a zip at all.
            WorkbookDamaged: its directory cannot be read.
            WorkbookHostile: one name stands for two parts.
        """
        self.title = title
        self._data = memoryview(data)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
                self.comment = archive.comment
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            ValueError,
            OSError,
            EOFError,
            struct.error,
        ) as error:
            if data.startswith(LOCAL_MAGIC):
                raise WorkbookDamaged(
                    f"“{title}”已损坏：压缩包的目录读不出来，文件可能没有下载或复制完整，请重新取得完整的文件。"
                ) from error
            raise NotAWorkbook(
                f"“{title}”不是 Excel 工作簿（.xlsx / .xlsm），请用 Excel 打开后另存为 .xlsx。"
            ) from error
        self._infos = {info.orig_filename: info for info in infos}
        if len(self._infos) < len(infos):
            counts = Counter(info.orig_filename for info in infos)
            twice = counts.most_common(1)[0][0]
            raise WorkbookHostile(
                f"“{title}”的压缩包里有两个“{twice}”，无法确定哪个有效，请用 Excel 打开后另存一份再试。"
            )

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the file at `path` whole.

        Raises:
            WorkbookMissing: no such file.
            WorkbookInUse: the system does not let us read it.
            NotAWorkbook, WorkbookDamaged, WorkbookHostile: see the constructor.
        """
        return cls(path.name, read_file(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._data = memoryview(b"")
        self._infos = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parts, in the order of the directory."""
        return tuple(self._infos)

    @property
    def infos(self) -> tuple[zipfile.ZipInfo, ...]:
        """What the directory says of each part, in its order."""
        return tuple(self._infos.values())

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def size(self, name: str) -> int:
        """Inflated size of a part in bytes, as the directory declares it."""
        return self._info(name).file_size

    def read(self, name: str) -> bytes:
        """One part, inflated; its size and checksum have been compared with the directory.

        Never inflates more than the declared size.
        """
        info = self._info(name)
        data = self._inflate(info, info.file_size + 1)
        if len(data) != info.file_size or _fast.crc32(data) != info.CRC:
            raise self._broken(name, "内容与校验值不符")
        return data

    def head(self, name: str, limit: int) -> bytes:
        """The first `limit` bytes of a part (fewer when it ends before), unchecked."""
        # Deflate never grows its input by more than a few bytes in 64 KB, so the rest need not be looked at.
        return self._inflate(self._info(name), limit, limit + limit // 1000 + 64)

    def verify(self, name: str) -> None:
        """Inflate a part without keeping it, and compare its size and checksum with the directory.

        Raises:
            WorkbookDamaged: they differ, or the compressed bytes are broken.
        """
        info = self._info(name)
        raw = self.raw(name)
        self._check_method(info)
        size = crc = 0
        try:
            for piece in _inflated(raw) if info.compress_type == zipfile.ZIP_DEFLATED else (raw,):
                size += len(piece)
                crc = _fast.crc32(piece, crc)
                if size > info.file_size:
                    break
        except (_fast.error, zlib.error) as error:
            raise self._broken(name, "压缩数据已损坏") from error
        if (size, crc) != (info.file_size, info.CRC):
            raise self._broken(name, "内容与校验值不符")

    def raw(self, name: str) -> memoryview:
        """One part as it stands in the file: compressed bytes, without headers."""
        start, end = self.span(name)
        return self._data[start:end]

    def span(self, name: str) -> tuple[int, int]:
        """Where the compressed bytes of a part begin and end in the file.

        Raises:
            WorkbookDamaged: no such part, or the bytes are not where the directory says.
            WorkbookHostile: the part calls itself otherwise than the directory does.
        """
        info = self._info(name)
        raw_name, extra = self._local(info)
        if raw_name != encoded_name(info):
            raise WorkbookHostile(
                f"“{self.title}”的压缩包目录与部件“{name}”自己的名字不一致，文件可能被人动过手脚，请勿使用。"
            )
        start = info.header_offset + LOCAL.size + len(raw_name) + len(extra)
        end = start + info.compress_size
        if end > len(self._data):
            raise self._broken(name, "内容不完整")
        return start, end

    def entry(self, name: str) -> memoryview:
        """One part with its local header, byte for byte, without a data descriptor behind it."""
        _, end = self.span(name)
        return self._data[self._info(name).header_offset : end]

    def local_extra(self, name: str) -> bytes:
        """The extra fields in the local header of a part."""
        return self._local(self._info(name))[1]

    def _info(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._infos[name]
        except KeyError:
            raise self._broken(name, "压缩包里没有它") from None

    def _local(self, info: zipfile.ZipInfo) -> tuple[bytes, bytes]:
        """Raw name and extra fields of the local header."""
        header = self._data[info.header_offset : info.header_offset + LOCAL.size]
        if len(header) < LOCAL.size or bytes(header[:4]) != LOCAL_MAGIC:
            raise self._broken(info.orig_filename, "目录指向了错误的位置")
        *_, name_size, extra_size = LOCAL.unpack(header)
        middle = info.header_offset + LOCAL.size + name_size
        end = middle + extra_size
        return bytes(self._data[middle - name_size : middle]), bytes(self._data[middle:end])

    def _inflate(self, info: zipfile.ZipInfo, limit: int, enough: int | None = None) -> bytes:
        raw = self.raw(info.orig_filename)[:enough]
        self._check_method(info)
        if info.compress_type == zipfile.ZIP_STORED:
            return bytes(raw[:limit])
        try:
            inflated: bytes = _fast.decompressobj(_RAW_DEFLATE).decompress(raw, limit)
        except (_fast.error, zlib.error) as error:
            raise self._broken(info.orig_filename, "压缩数据已损坏") from error
        return inflated

    def _check_method(self, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & _ENCRYPTED or info.compress_type not in {
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        }:
            raise self._broken(info.orig_filename, "用了 Excel 不使用的压缩或加密方式")

    def _broken(self, name: str, why: str) -> WorkbookDamaged:
        return WorkbookDamaged(
            f"“{self.title}”已损坏：部件“{name}”{why}，请用 Excel 打开并修复后另存，或取回备份。"
        )


def read_file(path: Path) -> bytes:
    """The bytes of a workbook file.

    Raises:
        WorkbookMissing: no such file.
        WorkbookInUse: the system does not let us read it.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise WorkbookMissing(f"找不到工作簿“{path}”，请检查路径和文件名。") from None
    except OSError as error:
        raise WorkbookInUse(
            f"读不了工作簿“{path}”，它可能被别的程序独占，或者您没有读取权限，请关闭占用它的程序或检查权限。"
        ) from error


def _inflated(raw: memoryview) -> Iterator[bytes]:
    """Inflate in small steps, each at most 1032 times as large as its input."""
    inflater = _fast.decompressobj(_RAW_DEFLATE)
    for at in range(0, len(raw), _STEP):
        yield inflater.decompress(raw[at : at + _STEP])


def raw_bytes(package: Package, name: str) -> bytes:
    """The compressed bytes of a part, to prove that it was not touched."""
    return bytes(package.raw(name))


def rewrite(
    package: Package,
    target: BinaryIO,
    replaced: Mapping[str, bytes | Iterable[bytes]],
    removed: Collection[str] = (),
) -> None:
    """Write the package to `target`, an empty seekable file, with some parts replaced or left out.

    Every other part is copied as it is: header, extra fields and compressed bytes, in the same order; only
    a data descriptor moves into the header. Names in `replaced` that the package lacks are added at the
    end. An iterable is deflated in a second thread while it is being produced. The same input gives the
    same bytes.

    Raises:
        WorkbookDamaged: a part to copy is not where the directory says.
        UnsafeToPatch: an iterable grew over 4 GB.
    """
    written: list[zipfile.ZipInfo] = []
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="deflate") as worker:
        for info in package.infos:
            name = info.orig_filename
            if name in replaced:
                written.append(_write_part(target, _fresh(info), replaced[name], worker))
            elif name not in removed:
                written.append(_copy_part(package, target, info))
        for name, content in replaced.items():
            if name not in package:
                written.append(_write_part(target, _added(name), content, worker))
    write_directory(target, written, package.comment)


def _copy_part(package: Package, target: BinaryIO, info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    moved = copy.copy(info)
    moved.header_offset = target.tell()
    name = info.orig_filename
    if info.flag_bits & _DESCRIPTOR:
        moved.flag_bits &= ~_DESCRIPTOR
        wide = is_wide(info)
        target.write(local_record(moved, without_zip64(package.local_extra(name)), wide=wide))
        target.write(package.raw(name))
    else:
        target.write(package.entry(name))
    moved.extra = without_zip64(info.extra)
    return moved


def _fresh(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same name, time and attributes for new content."""
    fresh = copy.copy(info)
    fresh.flag_bits = info.flag_bits & UTF8
    fresh.extract_version = 20
    fresh.reserved = 0
    fresh.extra = b""
    return fresh


def _added(name: str) -> zipfile.ZipInfo:
    """A new part, dated 1980-01-01 as Excel does."""
    info = zipfile.ZipInfo(name)
    info.create_system = 0
    info.CRC = 0
    info.flag_bits = 0 if name.isascii() else UTF8
    return info


class _Deflater:
    """Raw deflate with a running checksum and size of what went in."""

    def __init__(self) -> None:
        self.crc = 0
        self.size = 0
        self._stream = _fast.compressobj(_LEVEL, zlib.DEFLATED, _RAW_DEFLATE)

    def feed(self, data: bytes) -> bytes:
        self.crc = _fast.crc32(data, self.crc)
        self.size += len(data)
        packed: bytes = self._stream.compress(data)
        return packed

    def finish(self) -> bytes:
        packed: bytes = self._stream.flush()
        return packed


def _write_part(
    target: BinaryIO, info: zipfile.ZipInfo, content: bytes | Iterable[bytes], worker: ThreadPoolExecutor
) -> zipfile.ZipInfo:
    # The header stands before the data, so room for 64-bit sizes must be decided before they are known.
    wide = len(content) >= WIDE if isinstance(content, bytes) else info.file_size >= WIDE // 2
    info.header_offset = target.tell()
    info.compress_type = zipfile.ZIP_DEFLATED
    target.write(local_record(info, b"", wide=wide))
    start = target.tell()
    deflater = _Deflater()
    waiting: deque[Future[bytes]] = deque()
    for batch in (content,) if isinstance(content, bytes) else _batches(content):
        waiting.append(worker.submit(deflater.feed, batch))
        if len(waiting) > _AHEAD:
            target.write(waiting.popleft().result())
    waiting.append(worker.submit(deflater.finish))
    while waiting:
        target.write(waiting.popleft().result())
    end = target.tell()
    info.CRC, info.file_size, info.compress_size = deflater.crc, deflater.size, end - start
    if is_wide(info) and not wide:
        raise UnsafeToPatch(f"部件“{info.orig_filename}”写入后超过 4 GB，请先归档旧数据再试。")
    target.seek(info.header_offset)
    target.write(local_record(info, b"", wide=wide))
    target.seek(end)
    return info


def _batches(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join small chunks, so that a row is not a task of its own."""
    batch: list[bytes] = []
    size = 0
    for chunk in chunks:
        batch.append(chunk)
        size += len(chunk)
        if size >= _BATCH:
            yield b"".join(batch)
            batch = []
            size = 0
    if batch:
        yield b"".join(batch)
