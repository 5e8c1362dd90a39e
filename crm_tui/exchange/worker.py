"""The process that makes what is derived of an import's new customers ahead of their writing (ahead.py).

Spoken over pipes. In: one line of JSON, the staging file, the row to begin behind, what a file is required
to hold. Out: a line that tells its version, then by BATCH of rows a line of JSON: row and what was made.
It only reads the staging file, and ends when nobody reads what it says.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from crm_tui.customers import derived
from crm_tui.customers.ahead import Made
from crm_tui.customers.making import make
from crm_tui.exchange.store_staging import Staging
from crm_tui.exchange.writing import aliases_of
from crm_tui.search.grams import VERSION
from crm_tui.search.tokens import tokens
from crm_tui.storage import collecting

BATCH = 200
NICER = 5  # it is ahead of the writing: colleagues at work on the same machine go first


def made_of(content: dict[str, Any], required: Sequence[str]) -> Made:
    """Return what is derived of the customer that an operation adds."""
    return make(
        content["customer"],
        content.get("contacts", ()),
        aliases_of(content),
        content.get("projects", ()),
        tuple(required),
        tokens,
    )


def main() -> None:
    """Answer on standard output what is made of the new customers of a staging file, in order."""
    os.nice(NICER)
    sink = sys.stdout.buffer
    path, after, required = json.loads(sys.stdin.buffer.readline())
    sink.write(b"%d\n" % VERSION)
    staging = Staging.open(Path(path))
    if staging is None:
        return
    derived.load()
    with suppress(BrokenPipeError), collecting.rarely():
        while some := staging.contents("new", after, BATCH):
            after = some[-1][0]
            made = [(row, made_of(content, required)) for row, content in some]
            sink.write(json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
            sink.flush()
    staging.close(keep=True)


if __name__ == "__main__":
    main()
