"""The process that makes tokens beside a large change: the other processor does it while rows are written.

Spoken over pipes. It says its version of the tokens first. In: a document a line, its own line ends as
U+001F; an empty line ends a batch. Out: the tokens of each, a line, blanks between them, sent when the batch
ends. It reads nothing else and ends with its standard input.
"""

from __future__ import annotations

import sys

from crm_tui.search.grams import VERSION
from crm_tui.search.tokens import tokens

WITHIN = "\x1f"


def main() -> None:
    """Answer documents from standard input on standard output."""
    sink = sys.stdout.buffer
    sink.write(b"%d\n" % VERSION)
    try:
        for line in sys.stdin.buffer:
            text = line.decode("utf-8", "surrogatepass")[:-1]
            if text:
                found = " ".join(tokens(text.replace(WITHIN, "\n")))
                sink.write(found.encode("utf-8", "surrogatepass") + b"\n")
            else:
                sink.flush()
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main()
