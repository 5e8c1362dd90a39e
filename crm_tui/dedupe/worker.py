"""The process that does half of a scan (working.py) or of a sheet (crowded.py), on the other processor.

Spoken over pipes. In: the path of the database, the number of the shared file and the version of features and
weights on a line, then a task a line, as JSON. Out: for each task a line with the length of its answer, then
the answer. It only reads the database, and ends with its standard input.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path

from crm_tui.dedupe import store_crowding
from crm_tui.dedupe.standing import current
from crm_tui.dedupe.working import Working
from crm_tui.search import keyed
from crm_tui.storage import collecting
from crm_tui.storage.connection import open_readable


def main() -> None:
    """Answer tasks from standard input on standard output."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    path, file, version = json.loads(source.readline())
    if version != current():
        return
    reader = open_readable(Path(path))
    store_crowding.see_all(reader)
    work = Working(reader, file)
    with suppress(BrokenPipeError), keyed.opened(reader), collecting.rarely():
        for line in source:
            answer = work.do(json.loads(line))
            sink.write(b"%d\n" % len(answer))
            sink.write(answer)
            sink.flush()


if __name__ == "__main__":
    main()
