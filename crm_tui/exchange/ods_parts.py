"""The content of an ods file, read element by element as far as one of its tables."""

from __future__ import annotations

import zipfile
from typing import Protocol
from xml.parsers import expat

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
CONTENT = "content.xml"
BLOCK = 1 << 18


class Walker(Protocol):
    """What is told the elements: ``begins`` with their attributes, ``ends``; nothing more once ``done``."""

    done: bool

    def begins(self, name: str, attributes: dict[str, str], /) -> None:
        """Take note of an element that begins."""
        ...

    def ends(self, name: str, /) -> None:
        """Take note of its end."""
        ...


def walk(parts: zipfile.ZipFile, walker: Walker) -> None:
    """Tell a walker the elements of the content in order; raises ExpatError where it is no XML."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = walker.begins
    parser.EndElementHandler = walker.ends
    with parts.open(CONTENT) as content:
        while not walker.done and (block := content.read(BLOCK)):
            parser.Parse(block, False)
