"""Errors say what happened, what was kept and what to do, and each kind has its exit code."""

from __future__ import annotations

import errno
import os

import pytest

from crm_tui import errors


def test_an_error_reads_as_its_sentences_in_order() -> None:
    error = errors.BadInput("The file is empty.", "Nothing was written.", "Choose another file.")
    assert str(error) == "The file is empty. Nothing was written. Choose another file."
    assert (error.what, error.kept, error.todo) == (
        "The file is empty.",
        "Nothing was written.",
        "Choose another file.",
    )


def test_a_sentence_that_is_missing_leaves_no_gap() -> None:
    assert str(errors.Fault("It broke.")) == "It broke."
    assert str(errors.Fault("It broke.", todo="Report it.")) == "It broke. Report it."


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.BadInput, 1),
        (errors.UsageFault, 2),
        (errors.Conflict, 3),
        (errors.Busy, 3),
        (errors.NotPermitted, 4),
        (errors.Refused, 4),
        (errors.Fault, 70),
        (errors.Cancelled, 130),
    ],
)
def test_every_kind_has_its_exit_code(kind: type[errors.CrmError], code: int) -> None:
    assert kind("x").exit_code == code
    assert isinstance(kind("x"), errors.CrmError)


def test_no_kind_is_left_out_of_the_table() -> None:
    kinds = {value for value in vars(errors).values() if isinstance(value, type)}
    assert {kind.__name__ for kind in kinds} == {
        *("CrmError", "BadInput", "UsageFault", "Conflict", "Busy", "NotPermitted", "Refused", "Fault"),
        "Cancelled",
    }


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "没有相应的权限"),
        (errno.EROFS, "没有相应的权限"),
        (errno.ENOSPC, "磁盘已满"),
        (errno.ENOENT, "文件夹不存在"),
        (errno.EEXIST, "已有同名的文件或文件夹"),
        (errno.ENAMETOOLONG, "此处不能使用这个名称"),
        (errno.EMFILE, "Too many open files"),
    ],
)
def test_what_the_system_refused_is_said_in_the_users_language(number: int, said: str) -> None:
    assert errors.system_reason(OSError(number, os.strerror(number))) == said
