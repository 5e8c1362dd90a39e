"""A backup that is cut, altered, misdescribed or newer is told, and never restored."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from crm_tui.errors import BadInput
from crm_tui.storage import backup as backups
from crm_tui.storage.backup import make_backup, verify
from crm_tui.storage.drill import drill
from crm_tui.storage.manifest import manifest_path
from crm_tui.storage.restoring import restore
from tests.storage.kept import beside


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4096)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def newer(path: Path) -> None:
    manifest = json.loads(manifest_path(path).read_text())
    manifest["facts"]["schema_version"] = 99
    manifest_path(path).write_text(json.dumps(manifest))


def pipe(path: Path) -> None:
    manifest_path(path).unlink()
    os.mkfifo(manifest_path(path))


SPOILED = [
    (cut, "不完整：应有"),
    (flip, "被改动过"),
    (longer, "被改动过"),
    (newer, "由更新版本的程序备份"),
    (lambda path: path.unlink(), "没有备份"),
    (lambda path: manifest_path(path).unlink(), "没有清单：备份没有完成，或另一个文件没有一起复制"),
    (lambda path: manifest_path(path).write_text("{"), "无法读取备份清单"),
    (lambda path: manifest_path(path).write_text('{"format": 1}'), "无法读取备份清单"),
    (lambda path: manifest_path(path).write_text("[]"), "无法读取备份清单"),
    (lambda path: manifest_path(path).write_bytes(b"\xff"), "无法读取备份清单"),
    (lambda path: manifest_path(path).write_text("[" * 900_000), "无法读取备份清单"),
    (lambda path: os.truncate(manifest_path(path), 10**9), "无法读取备份清单"),
    (pipe, "无法读取备份清单"),
]


@pytest.mark.parametrize(("spoil", "sentence"), SPOILED)
def test_a_backup_that_is_not_as_it_was_made_is_told(plain, spoil, sentence):
    made = make_backup(plain, None, "manual", "li").path
    spoil(made)
    with pytest.raises(BadInput, match=sentence):
        verify(made)


ABSURD = [
    {"size": "many"}, {"size": -1}, {"sha256": 5}, {"facts": None},
    {"made_at": "yesterday"}, {"made_at": "0001-01-01T00:00:00Z"}, {"made_at": "9999-12-31T23:59:59Z"},
]  # fmt: skip
ABSURD_FACTS = [
    {"zone": "../../etc/passwd"}, {"zone": "No/Where"}, {"zone": ""}, {"zone": "a\0b"}, {"head_set": -1},
    {"tables": {"customer": -1}}, {"tables": {"customer": float("inf")}}, {"tables": [1]},
]  # fmt: skip


def test_a_manifest_with_absurd_values_is_none(plain):
    made = make_backup(plain, None, "manual", "li").path
    found = json.loads(manifest_path(made).read_text())
    absurd = [*ABSURD, *({"facts": {**found["facts"], **one}} for one in ABSURD_FACTS)]
    for one in absurd:
        manifest_path(made).write_text(json.dumps({**found, **one}))
        with pytest.raises(BadInput, match="无法读取备份清单"):
            verify(made)
        assert backups.backups(made.parent) == []


@pytest.mark.parametrize(("spoil", "sentence"), SPOILED)
def test_a_backup_that_is_not_as_it_was_made_is_not_restored(plain, spoil, sentence):
    made = make_backup(plain, None, "manual", "li").path
    spoil(made)
    with pytest.raises(BadInput, match=sentence):
        restore(plain, made, "li")
    assert beside(plain) == []


@pytest.mark.parametrize(
    "facts", [{"origin": "2020-01-01T00:00:00Z ab"}, {"head_set": 7}, {"tables": {"customer": 9}}]
)
def test_a_manifest_that_describes_another_file_is_found_before_anything_is_exchanged(plain, facts):
    made = make_backup(plain, None, "manual", "li").path
    found = json.loads(manifest_path(made).read_text())
    manifest_path(made).write_text(json.dumps({**found, "facts": {**found["facts"], **facts}}))
    before = plain.stat().st_ino
    with pytest.raises(BadInput, match="内容与其清单不符"):
        restore(plain, made, "li", other=True)
    assert plain.stat().st_ino == before and beside(plain) == []
    with pytest.raises(BadInput, match="内容与其清单不符"):
        drill(made, "li")
