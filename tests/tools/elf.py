"""What a program or library in ELF form asks of the machine that it runs on. Knows nothing of Lambda."""

import re
from typing import NamedTuple

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

MAGIC = b"\x7fELF"


class Needs(NamedTuple):
    """`machine`: as in EM_X86_64. `libraries`: file names. `symbols`: versions such as GLIBC_2.34, sorted."""

    machine: str
    libraries: tuple
    symbols: tuple


def is_elf(path):
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def needs(path):
    """Raises ValueError for a file that cannot be judged: a broken one, or one without the tables that say it."""
    try:
        with path.open("rb") as file:
            elf = ELFFile(file)
            libraries, symbols = needed_libraries(elf), needed_symbols(elf)
            machine = elf["e_machine"]
    except ELFError as error:
        raise ValueError(f"is no whole ELF file: {error}") from error
    if libraries and not symbols:
        raise ValueError("needs libraries, and does not say which versions")
    return Needs(machine, tuple(sorted(libraries)), tuple(sorted(symbols, key=order)))


def needed_libraries(elf):
    return {tag.needed for segment in elf.iter_segments("PT_DYNAMIC") for tag in segment.iter_tags("DT_NEEDED")}


def needed_symbols(elf):
    table = elf.get_section_by_name(".gnu.version_r")
    if table is None:
        return set()
    return {version.name for _, versions in table.iter_versions() for version in versions}


def version(symbol):
    """`GLIBCXX_3.4.29` as ("GLIBCXX", (3, 4, 29)). One without a number (GLIBC_PRIVATE, GLIBC_ABI_.., CXXABI_FLOAT128) is
    newer than all of its family: nobody may count on it."""
    family, _, number = symbol.partition("_")
    is_number = re.fullmatch(r"\d+(?:\.\d+)*", number)
    return family, tuple(map(int, number.split("."))) if is_number else (float("inf"),)


def order(symbol):
    return version(symbol), symbol
