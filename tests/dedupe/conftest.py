"""Records for the tests of duplicate detection."""

from __future__ import annotations

from hypothesis import strategies as st

from crm_tui.identity.features import COMPANY, PERSON, Record
from tests.opened import crm, database, now

__all__ = ["crm", "database", "now"]

SIGNS = (
    "华泰恒达瑞通海天新科技有限公司上海北京杭州分第一二店王伟李娜总经理 ()（）-*@.0123456789abxＡ１縣裡\u3000"
)
cells = st.one_of(st.just(""), st.text(SIGNS, max_size=14), st.text(max_size=6))
NAMES = [
    "",
    "王",
    "华",
    "上海恒达机械有限公司",
    "恒达机械(上海)有限公司",
    "恒达",
    "上海恒达机械有限公司杭州分公司",
    "上海恆達機械",
    "恒达达",
]
PHONES = [
    "",
    "13812345678",
    "+86 138 1234 5678",
    "13812345679",
    "021-62345678",
    "62345678",
    "(0571)8765432转8",
]
many = st.lists(cells, max_size=2).map(tuple)
records = st.builds(
    Record,
    kind=st.sampled_from([COMPANY, COMPANY, PERSON]),
    name=st.one_of(st.sampled_from(NAMES), cells),
    names=many,
    code=st.sampled_from(
        ["", "91310114312772126C", "91310101MA1FW0008X", "9131010lMA1FW0008X", "123", "无", "１２"]
    ),
    phones=st.lists(st.one_of(st.sampled_from(PHONES), cells), max_size=3).map(tuple),
    mails=st.lists(
        st.one_of(st.sampled_from(["a.wang@hengda.com", "a.wang@hengda.con", "x@qq.com"]), cells), max_size=2
    ).map(tuple),
    websites=st.lists(st.one_of(st.just("HTTP://www.hengda.com/x"), cells), max_size=2).map(tuple),
    contacts=st.lists(
        st.one_of(st.sampled_from(["王伟", "王总", "李娜经理", "王维"]), cells), max_size=2
    ).map(tuple),
    province=st.sampled_from(["", "上海", "浙江省", "x"]),
    city=st.sampled_from(["", "上海市", "杭州", "?"]),
    addresses=st.lists(
        st.one_of(
            st.sampled_from(["上海市嘉定区北京路205号14幢1407室", "嘉定区北京路205#1407", "北京路205号"]),
            cells,
        ),
        max_size=2,
    ).map(tuple),
)
