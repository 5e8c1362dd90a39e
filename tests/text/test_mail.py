"""Mail addresses as sheets write them, against the reference library."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.mail import NOT_A_MAIL, is_free_mail, parse_mails

ONE = [
    ("zhang@qq.com", "zhang@qq.com"),
    ("Zhang.San@ABC.com.cn", "zhang.san@abc.com.cn"),
    ("ＡＢ＠ｑｑ．ｃｏｍ", "ab@qq.com"),
    ("a@b。com", "a@b.com"),
    ("a @ b.com", "a@b.com"),
    (" a@b.com ", "a@b.com"),
    ("张三 <z@qq.com>", "z@qq.com"),
    ("<a@b.com>", "a@b.com"),
    ("mailto:a@b.cn", "a@b.cn"),
    ("邮箱：a@b.cn", "a@b.cn"),
    ("张三@例子.中国", "张三@例子.中国"),
]
SEVERAL = [
    "张三 <a@b.com>; 李四<c@d.com>",
    "a@b.com c@d.com",
    "a@b.com/c@d.com",
    "a@b.com、c@d.com，",
    "a@b.com\nc@d.com",
]


@pytest.mark.parametrize(("text", "key"), ONE)
@pytest.mark.requirement("S2-06")
def test_one_address(text: str, key: str) -> None:
    assert parse_mails(text) == [(text.strip(), key, key.rpartition("@")[2], "")]


@pytest.mark.parametrize("text", SEVERAL)
def test_two_addresses_of_one_cell(text: str) -> None:
    assert [mail.key for mail in parse_mails(text)] == ["a@b.com", "c@d.com"]


@pytest.mark.parametrize(
    "text", ["无", "a@b", "@", "a@@b.com", "a..b@c.com", "zhang*xx", "a@b.local", "a@" * 600]
)
@pytest.mark.requirement("S2-18")
def test_what_is_no_address_is_kept_and_flagged(text: str) -> None:
    assert parse_mails(text) == [(text, "", "", NOT_A_MAIL)]


@pytest.mark.requirement("S3-25")
def test_masked_address_is_no_fault() -> None:
    assert parse_mails("zh***@abc.com") == [("zh***@abc.com", "", "abc.com", "")]


@pytest.mark.requirement("S2-06")
def test_public_mail_services_are_told_from_companies() -> None:
    assert all(map(is_free_mail, ["qq.com", "163.com", "gmail.com", "QQ.COM", "foxmail.com"]))
    assert not any(map(is_free_mail, ["abc.com.cn", "mail.abc.com", ""]))


@given(st.text() | st.text("ab1.@_-+<> ,;张＠。"))
def test_any_text_is_kept(text: str) -> None:
    mails = parse_mails(text)
    kept = "".join(mail.text for mail in mails)
    assert [sign for sign in text if sign.isalnum()] == [sign for sign in kept if sign.isalnum()]
    assert all(mail.key or mail.problem or "*" in mail.text for mail in mails) or not text.isascii()


@given(st.from_regex(r"[a-z0-9_.+\-]{1,12}@([a-z0-9\-]{1,6}\.){1,2}(com|cn|net)", fullmatch=True))
def test_plain_addresses_are_judged_as_the_reference_library_does(text: str) -> None:
    try:
        expected = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        expected = ""
    assert parse_mails(text)[0].key == expected
