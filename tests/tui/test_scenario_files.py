"""Stories of the company file of S2: each part is typed in a form, found by the filter, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import reading, service
from crm_tui.session import Session
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office

# Field of the form, what is typed, what the file says then.
PROFILE = {
    "uscc": ("91350100M000100Y43", "91350100M000100Y43"),
    "reg_address": ("北京市海淀区中关村大街1号", "北京市海淀区中关村大街1号"),
    "biz_address": ("北京市朝阳区建国路2号", "北京市朝阳区建国路2号"),
    "industry": ("制造业", "制造业"),
    "scale": ("200-500人，年营收5000万-1亿", "200-500人，年营收5000万-1亿元"),
    "founded_on": ("2010年5月1日", "2010-05-01"),
    "ownership": ("private", "民企"),
    "main_business": ("智能传感器", "智能传感器"),
    "need": ("降低采购成本10%", "降低采购成本10%"),
    "past_cooperation": ("2023年采购样机", "2023年采购样机"),
    "source": ("转介绍", "转介绍"),
    "first_contact_on": ("2023-10-01", "2023-10-01"),
    "status": ("interested", "意向客户"),
    "special_req": ("需提供增值税专用发票", "需提供增值税专用发票"),
    "referrer": ("销售部赵*", "销售部赵*"),
    "key_note": ("偏好方案演示", "偏好方案演示"),
    "demand_type": ("设备采购", "设备采购"),
    "intent": ("strong", "强"),
    "timeline": ("计划Q3启动", "计划Q3启动"),
    "decision_process": ("需技术部+采购部双审批", "需技术部+采购部双审批"),
}
CONTACT = {
    "contact_name": "王*", "contact_title": "采购经理", "office_phone": "010-12345678",
    "mobile": "13812345678", "email": "wang@corp.com", "wechat": "wx_wang",
    "contact_preference": "phone,mail", "decision_role": "决策人", "contact_valid": "valid",
}  # fmt: skip
PROJECT = {
    "project_name": "设备采购", "project_amount": "80万", "project_start": "2024-01-01",
    "project_end": "2024-12-31", "contract_no": "Z2024-7", "project_state": "running",
}  # fmt: skip


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        customer(opened, "北京科技有限公司", {"name": "李工", "title": "工程师", "mobile": "13900139000"})
        yield opened


def said_in(user: User, panel: int) -> str:
    """Return what a panel of the customer file says, also where it is scrolled away."""
    return "\n".join(f"{line.label} {line.value}" for line in user.screen.panels[panel].lines)


@pytest.mark.requirement("S2-05", "S2-06", "S2-07", "S2-08", "S2-26", "S0-15", "S0-16", "S4-05")
async def test_every_part_of_the_company_file_is_typed_in_its_form(session: Session) -> None:
    async with story(app(session), size=(120, 50)) as user:
        await user.press("e")
        for name, (typed, _shown) in PROFILE.items():
            user.screen.the_form.fill(name, typed)
        await user.press("f12")
        assert "已保存：北京科技有限公司。" in user.message
        await user.press("enter", "tab", "a")
        for name, typed in CONTACT.items():
            user.screen.the_form.fill(name, typed)
        await user.press("f12")
        assert "已新增联系人：王*。" in user.message
        file = said_in(user, 1)
        assert [
            said for said in ("王* 采购经理", "决策人", "电话、邮件", "010-12345678") if said not in file
        ] == []
        await user.press("tab", "tab", "a")
        for name, typed in PROJECT.items():
            user.screen.the_form.fill(name, typed)
        await user.press("f12")
        file = said_in(user, 3)
        for said in ("设备采购", "80万元", "2024-01-01 ~ 2024-12-31", "Z2024-7", "合作中"):
            assert said in file
        file = said_in(user, 0) + " ".join(user.screen.pinned.parts) + user.screen.pinned.key_note
        assert [said for _typed, said in PROFILE.values() if said not in file] == []


@pytest.mark.requirement("S0-11")
async def test_ways_a_contact_prefers_are_ticked(session: Session) -> None:
    async with story(app(session), size=(120, 50)) as user:
        await user.press("enter", "tab", "e")
        user.screen.the_form.focus_field("contact_preference")
        await user.idle()
        await user.press("1", "4", "f12")
        assert "沟通偏好" in user.text and "电话、邮件" in user.text
    assert reading.children(session.reader, "contact", 1)[0]["preference"] == "phone,mail"


@pytest.mark.requirement("S0-02")
async def test_the_person_responsible_is_named_in_the_form(session: Session) -> None:
    async with story(app(session), size=(120, 50)) as user:
        await user.press("e")
        user.screen.the_form.fill("owner", "2")
        await user.press("f12", "enter")
        assert "负责人 李销售" in user.text


@pytest.mark.requirement("S2-18", "S3-12", "S0-19")
async def test_the_filter_finds_tags_and_files_to_be_completed(session: Session) -> None:
    whole = {"industry": "manufacturing", "need": "降低成本"}
    done = customer(session, "上海恒达", {"name": "王总", "title": "总监", "mobile": "13800138000"}, **whole)
    session.write(service.set_tags, done, ["高意向"])
    async with story(app(session), size=(120, 30)) as user:
        await user.press("F")
        await user.type("待补全")
        await user.press("enter")
        assert "北京科技有限公司" in user.text and "上海恒达" not in user.text
        await user.press("escape", "F")
        await user.type("高意向")
        await user.press("enter")
        assert "上海恒达" in user.text and "北京科技有限公司" not in user.text
