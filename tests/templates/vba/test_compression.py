"""What is packed unpacks to the same, by two readers that know nothing of the writer."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

import pytest
import xlwings
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.templates.vba.judges import unpacked_by_olevba
from tests.templates.vba.reading import decompress
from xlcrm.templates.vba.compression import CHUNK, compress

XLWINGS: Final = Path(xlwings.__file__).parent
LITERALS_THAT_FIT: Final = 3640
"""Literals cost nine bits each: 3,640 of them fill 4,095 bytes, one more passes what a chunk may hold."""

texts = st.text(alphabet="ab =\r\n", max_size=3 * CHUNK).map(str.encode)
words = st.lists(st.sampled_from([b"Sub ", b"End Sub\r\n", b"    ", b"x", b"RunPython "]), max_size=1500).map(
    b"".join
)


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311  # no secret, the same in every run


@settings(max_examples=60, deadline=None)
@given(st.one_of(texts, words, st.binary(max_size=LITERALS_THAT_FIT)))
def test_what_is_packed_unpacks_to_the_same(data: bytes) -> None:
    assert decompress(compress(data)) == data


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 255), st.integers(0, 3 * CHUNK))
def test_one_byte_repeated_unpacks_to_the_same(byte: int, count: int) -> None:
    data = bytes([byte]) * count
    packed = compress(data)
    assert decompress(packed) == data
    assert len(packed) <= 1 + 8 * -(-count // CHUNK)


@pytest.mark.parametrize("name", ["xlwings.bas", "xlwings_custom_addin.bas", "addin/Dictionary.cls"])
def test_sources_of_xlwings_unpack_to_the_same(name: str) -> None:
    source = (XLWINGS / name).read_bytes()
    packed = compress(source)
    assert decompress(packed) == source
    assert unpacked_by_olevba(packed) == source
    assert len(packed) < len(source) / 2


@pytest.mark.parametrize(
    "size", [1, 2, 3, 4, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1]
)
def test_chunks_end_where_they_must(size: int) -> None:
    data = (b"Attribute VB_Name = \r\n" * 400)[:size]
    assert decompress(compress(data)) == data
    assert unpacked_by_olevba(compress(data)) == data


def test_nothing_is_the_signature_alone() -> None:
    assert compress(b"") == b"\x01"
    assert decompress(b"\x01") == b""


def test_a_full_chunk_that_does_not_shrink_is_stored_as_it_is() -> None:
    packed = compress(noise(CHUNK))
    assert packed == bytes.fromhex("01 ff 3f") + noise(CHUNK)
    assert decompress(packed) == noise(CHUNK)


def test_a_text_after_noise_is_packed() -> None:
    data = noise(CHUNK) + b"End Sub\r\n" * 20
    packed = compress(data)
    assert decompress(packed) == data
    assert len(packed) < CHUNK + 60


def test_the_longest_tail_of_noise_still_fits() -> None:
    data = noise(CHUNK) + noise(3000)
    assert decompress(compress(data)) == data


def test_a_longer_tail_of_noise_is_refused_instead_of_padded() -> None:
    with pytest.raises(ValueError, match=r"the last 4000 bytes do not compress"):
        compress(noise(CHUNK) + noise(4000))


def test_an_example_without_repeats_is_packed_as_microsoft_documents() -> None:
    packed = "01 19 b0 00 61 62 63 64 65 66 67 68 00 69 6a 6b 6c 6d 6e 6f 70 00 71 72 73 74 75 76 2e"
    assert compress(b"abcdefghijklmnopqrstuv.") == bytes.fromhex(packed)


def test_an_example_of_one_long_repeat_is_packed_as_microsoft_documents() -> None:
    assert compress(b"a" * 73) == bytes.fromhex("01 03 b0 02 61 45 00")


def test_an_example_of_many_repeats_unpacks_as_microsoft_documents() -> None:
    packed = (
        "01 2f b0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6a 01 38 08 61 6b 6c 00 30 6d 6e 6f "
        "70 06 71 02 70 04 10 72 73 74 75 76 10 77 78 79 7a 00 3c"
    )
    plain = b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"
    assert decompress(bytes.fromhex(packed)) == plain
    assert decompress(compress(plain)) == plain
    assert len(compress(plain)) <= len(bytes.fromhex(packed))
