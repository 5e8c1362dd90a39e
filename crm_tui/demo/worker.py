"""The process that makes what is derived of a large demo's customers, on the other processor (ahead.py).

Spoken over pipes. In: what a file is required to hold on a line of JSON, then a line for each part: values,
contacts and projects of its customers. Out: for each part a line with what was made of each.
It ends with its standard input.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress

from crm_tui.customers import derived
from crm_tui.customers.making import make
from crm_tui.search.tokens import tokens
from crm_tui.storage import collecting


def main() -> None:
    """Answer parts from standard input on standard output."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    required = tuple(json.loads(source.readline()))
    derived.load()
    with suppress(BrokenPipeError), collecting.rarely():
        for line in source:
            made = [
                make(values, contacts, (), projects, required, tokens)
                for values, contacts, projects in json.loads(line)
            ]
            sink.write(json.dumps(made, ensure_ascii=False).encode() + b"\n")
            sink.flush()


if __name__ == "__main__":
    main()
