"""The fixtures of an opened database, and of one with customers to look for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm_tui.customers import service
from crm_tui.search.service import Found, search
from crm_tui.session import Session
from crm_tui.storage.change import Change
from tests.opened import crm, database, now

__all__ = ["crm", "database", "now"]

# Name, short name, former name, contact, phone, mail, tag.
PEOPLE = (
    ("深圳华为技术有限公司", "", "", "任小飞", "13800008888", "ren@huawei.example", "高意向"),
    ("北京万东医疗科技股份有限公司", "万东医疗", "", "张伟", "13911112222", "", ""),
    ("上海汽车集团股份有限公司", "", "", "单雄信", "13700001234", "", ""),
    ("美克国际家居用品股份有限公司", "", "", "", "", "", ""),
    ("国盛证券股份有限公司", "国盛证券", "广东国盛金控集团股份有限公司", "", "", "", ""),
    ("重庆百货大楼股份有限公司", "重百集团", "", "", "", "", ""),
    ("长园科技集团股份有限公司", "长园", "", "", "", "", ""),
    ("啟發電子股份有限公司", "啟發電", "", "", "03-6681958", "IR@gomax-electronics.com.tw", ""),
    ("青海华鼎实业股份有限公司", "*ST海华", "", "", "", "", ""),
    ("共信醫藥科技控股股份有限公司", "共信-KY", "", "", "0912-345-678", "", ""),
    ("TCL科技集团股份有限公司", "TCL科技", "", "", "", "", ""),
    ("西安煤航软件有限公司", "", "", "", "", "", ""),
    ("杭州泊雅化妆品（上海）有限公司", "", "", "", "", "", ""),
    ("恒达机械（昆山）有限公司", "", "", "李娜", "051288886666", "lina@hengda.example", "价格敏感型"),
    ("Siemens Industrial Software Ltd.", "", "", "Hans Meier", "", "hans@siemens.example", ""),
    ("宁波精达成形装备股份有限公司", "宁波精达", "", "", "", "", ""),
    ("华域软件股份有限公司", "华域软A", "", "", "", "", ""),
    ("360安全科技股份有限公司", "", "", "", "", "", ""),
)
FILL = tuple(
    f"{place}{brand}贸易有限公司"
    for place in ("南京", "无锡")
    for brand in ("砚石", "岫渡", "澜野", "榆桥", "珩舟", "汐杉", "霁序")
)

CODES = {"宁波精达成形装备股份有限公司": "91310114MA1GYTEST5"}
ENGLISH = {"华域软件股份有限公司": "Metro Valley Software Co., Ltd."}


def _fill(change: Change) -> dict[str, int]:
    ids: dict[str, int] = {}
    for name, short, former, contact, phone, mail, tag in PEOPLE:
        people = [{"name": contact or None, "mobile": phone or None, "email": mail or None}]
        values = {"name": name, "short_name": short or None, "uscc": CODES.get(name)}
        values["english_name"] = ENGLISH.get(name)
        ids[name] = service.add(
            change, values, people if contact or phone or mail else (), [tag] if tag else ()
        )
        if former:
            service.add_alias(change, ids[name], former, "former")
    for name in FILL:
        ids[name] = service.add(change, {"name": name})
    return ids


@pytest.fixture
def known(crm: Session) -> dict[str, int]:
    """Return the ids of some thirty customers by name."""

    def fill(change: Change) -> dict[str, int]:
        return _fill(change)

    return crm.database.write(crm.person.id, "customer.add", fill).value


@pytest.fixture
def find(crm: Session, known: dict[str, int]) -> Callable[..., Found]:
    """Return the search of wang's session."""

    def found(text: str, deadline_ms: float = 5000, **kw: Any) -> Found:
        return search(crm.reader, text, crm.person.id, deadline_ms=deadline_ms, **kw)

    return found
