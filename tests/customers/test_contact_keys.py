"""A contact's phones are read once for their keys and for the lines by which they are found."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from crm_tui.customers.contact_keys import CITIES, AreaCode, contact_parts, keys_and_digits

PHONE = st.text("0123456789 -/,;转+()", max_size=24) | st.sampled_from(
    ("021-62345678", "62345678", "62345678/62345679", "021-62345678/62345679", "138 0013 8000", "1380013800",
     "02-2532-6677", "400-820-8820", "0512 8888 6666 转 801", "138****8000", "12345", "座机:62345678")
)  # fmt: skip


@given(PHONE, PHONE, st.sampled_from(("", "上海", "台北")))
@example("62345678", "13800138000", "上海")
@example("62345678/62345679 转 12", "", "上海")
def test_digits_read_with_the_keys_are_those_that_are_read_for_the_lines(
    office: str, mobile: str, city: str
) -> None:
    contact = {"name": "王伟", "wechat": None, "email": None, "office_phone": office, "mobile": mobile}
    area_code = AreaCode(dict.fromkeys(CITIES, city))
    found, digits = keys_and_digits(area_code, contact)
    keys = [key for kind, key in found if kind == "phone"]
    assert contact_parts(contact, keys, digits) == contact_parts(contact, keys)
