"""Made-up firms, people, phones and addresses; every brand comes from a table of our own and means nobody.

Mobiles lie in ``0000`` blocks, mails below example.com, and the organisation part of a credit code has a
wrong check digit of its own, so that none of them can belong to anybody.
"""

from __future__ import annotations

from operator import mul
from random import Random
from typing import NamedTuple

# City: province, area code, district, first six digits of a credit code.
CITIES: dict[str, tuple[str, str, str, str]] = {
    "上海": ("上海市", "021", "嘉定区", "310114"),
    "北京": ("北京市", "010", "大兴区", "110115"),
    "广州": ("广东省", "020", "黄埔区", "440112"),
    "深圳": ("广东省", "0755", "宝安区", "440306"),
    "杭州": ("浙江省", "0571", "余杭区", "330110"),
    "宁波": ("浙江省", "0574", "北仑区", "330206"),
    "苏州": ("江苏省", "0512", "吴中区", "320506"),
    "南京": ("江苏省", "025", "江宁区", "320115"),
    "无锡": ("江苏省", "0510", "惠山区", "320206"),
    "成都": ("四川省", "028", "双流区", "510116"),
    "武汉": ("湖北省", "027", "江夏区", "420115"),
    "西安": ("陕西省", "029", "长安区", "610116"),
    "青岛": ("山东省", "0532", "黄岛区", "370211"),
    "长沙": ("湖南省", "0731", "望城区", "430112"),
    "合肥": ("安徽省", "0551", "包河区", "340111"),
    "厦门": ("福建省", "0592", "集美区", "350211"),
    "东莞": ("广东省", "0769", "", "441900"),
    "天津": ("天津市", "022", "西青区", "120111"),
    "重庆": ("重庆市", "023", "渝北区", "500112"),
    "沈阳": ("辽宁省", "024", "浑南区", "210112"),
}
MUNICIPALITIES = ("上海", "北京", "天津", "重庆")

# Two signs make a brand; each with its reading, for the mail domain.
FIRST = {
    "砚": "yan", "岫": "xiu", "澜": "lan", "榆": "yu", "珩": "heng", "汐": "xi", "霁": "ji", "峤": "qiao",
    "芷": "zhi", "泓": "hong", "穗": "sui", "翎": "ling", "禾": "he", "朔": "shuo", "屿": "yu",
    "棠": "tang",
    "曜": "yao", "昱": "yu", "蔚": "wei", "凇": "song", "筱": "xiao", "骞": "qian", "沅": "yuan",
    "栩": "xu",
    "桉": "an", "芃": "peng", "淞": "song", "暄": "xuan", "湄": "mei", "岚": "lan",
}  # fmt: skip
SECOND = {
    "石": "shi", "渡": "du", "野": "ye", "桥": "qiao", "帆": "fan", "舟": "zhou", "杉": "shan", "序": "xu",
    "衡": "heng", "域": "yu", "驰": "chi", "朗": "lang", "拓": "tuo", "迈": "mai", "源": "yuan", "谷": "gu",
    "垚": "yao", "铎": "duo", "珂": "ke", "翊": "yi", "钧": "jun", "楷": "kai", "湾": "wan", "岭": "ling",
    "塬": "yuan", "麓": "lu", "樾": "yue", "珵": "cheng", "芮": "rui", "桁": "heng",
}  # fmt: skip

# Industry word: trades, what such a firm does, what it would buy of us.
TRADES: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "manufacturing.auto_parts": (
        ("汽车零部件", "汽车电子", "车用橡塑"),
        "汽车底盘与电子零部件的研发和生产",
        ("智能传感器", "产线检测设备"),
    ),
    "manufacturing.machinery": (
        ("精密机械", "数控设备", "智能装备"),
        "数控机床和自动化产线",
        ("伺服控制系统", "设备远程运维服务"),
    ),
    "manufacturing.electronics": (
        ("电子", "微电子", "光电"),
        "连接器与电源模块的生产",
        ("贴片检测系统", "防静电仓储方案"),
    ),
    "manufacturing.new_energy": (
        ("新能源", "储能", "光伏"),
        "储能电池系统集成",
        ("电池管理系统", "能耗监测平台"),
    ),
    "manufacturing.chemicals": (
        ("新材料", "精细化工"),
        "工程塑料与涂料助剂",
        ("在线配料系统", "安全监测设备"),
    ),
    "manufacturing.food": (("食品", "乳业", "调味品"), "休闲食品的生产和分销", ("冷链温控设备", "追溯系统")),
    "manufacturing.medical": (("医药", "医疗器械"), "医用耗材与诊断试剂", ("洁净车间监测", "批次追溯系统")),
    "retail": (("商贸", "百货", "供应链"), "日用品的连锁零售", ("门店收银系统", "会员管理平台")),
    "retail.online": (("电子商务", "优选"), "家居用品的线上销售", ("订单管理系统", "仓配一体服务")),
    "services.logistics": (
        ("物流", "供应链管理", "冷链物流"),
        "城市配送与仓储",
        ("车辆调度系统", "仓储货架"),
    ),
    "services.business": (
        ("企业管理咨询", "会展服务"),
        "展会策划与会议服务",
        ("客户管理系统", "视频会议终端"),
    ),
    "technology.it": (("信息技术", "科技", "网络科技"), "企业信息系统集成", ("服务器", "数据备份方案")),
    "technology.software": (("软件", "数据科技", "智能科技"), "行业软件的开发", ("测试云平台", "办公设备")),
    "education": (("教育科技", "职业培训"), "职业技能培训", ("在线教学平台", "实训设备")),
    "construction": (("建设工程", "装饰工程"), "公共建筑的装修施工", ("项目管理系统", "节能照明")),
    "health": (("健康管理", "口腔门诊"), "体检与健康管理", ("预约排队系统", "消毒设备")),
    "agriculture": (("农业科技", "生态农业"), "设施蔬菜的种植", ("水肥一体设备", "冷藏库")),
}
FORMS = ("有限公司",) * 12 + ("有限责任公司",) * 2 + ("股份有限公司",) * 2 + ("集团有限公司",)

SURNAMES = {
    "王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "杨": "yang", "黄": "huang",
    "赵": "zhao",
    "吴": "wu", "周": "zhou", "徐": "xu", "孙": "sun", "马": "ma", "朱": "zhu", "胡": "hu", "郭": "guo",
    "何": "he", "林": "lin", "高": "gao", "罗": "luo", "郑": "zheng", "梁": "liang", "谢": "xie",
    "宋": "song",
    "唐": "tang", "许": "xu", "邓": "deng", "冯": "feng", "韩": "han", "曹": "cao", "曾": "zeng",
    "彭": "peng",
    "欧阳": "ouyang", "上官": "shangguan",
}  # fmt: skip
GIVEN = (
    "伟", "芳", "娜", "敏", "静", "磊", "洋", "艳", "勇", "杰", "娟", "涛", "明", "超", "霞", "平", "刚",
    "玲", "桂英", "建国", "志强", "晓东", "思远", "雨桐", "子涵", "文博", "佳怡", "海燕", "俊杰", "雅琴",
    "国栋", "丽华", "春梅", "永康", "嘉豪", "梦瑶", "立群", "振宇", "若兰", "承志", "一鸣", "婉清",
    "书恒", "景行", "亦凡", "听雨",
)  # fmt: skip
TITLES = (
    "采购经理", "采购总监", "采购主管", "总经理", "副总经理", "市场总监", "运营主管", "技术总监",
    "生产经理", "设备科长", "信息部经理", "行政经理", "供应链经理", "质量部长", "财务总监", "工程师",
    "项目经理",
)  # fmt: skip
MOBILES = ("138", "139", "150", "158", "186", "188", "177", "199")
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)}
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

MANY = 200_000  # firms


class Firm(NamedTuple):
    """A made-up company and where it sits; ``domain`` is for mails, ``wants`` what it would buy."""

    name: str
    short_name: str
    city: str
    province: str
    district: str
    industry: str
    business: str
    wants: str
    domain: str


class Names:
    """Draws names that do not repeat."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._firms: set[str] = set()
        self._mobiles: set[str] = set()

    def firm(self) -> Firm:
        """Return a company that was not drawn before."""
        pick = self.random.choice
        while True:
            city = pick(list(CITIES))
            first, second = pick(list(FIRST)), pick(list(SECOND))
            industry = pick(list(TRADES))
            trades, business, wants = TRADES[industry]
            stem = f"{city}{first}{second}{pick(trades)}"
            if stem not in self._firms:
                break
            if len(self._firms) > MANY:
                # Hardly any name is left that nobody drew.
                stem += str(len(self._firms))
                break
        self._firms.add(stem)
        province, _code, district, _region = CITIES[city]
        form = pick(FORMS)
        domain = f"{FIRST[first]}{SECOND[second]}.example.com"
        return Firm(
            stem + form, first + second, city, province, district, industry, business, pick(wants), domain
        )

    def person(self) -> tuple[str, str]:
        """Return a name and the reading of its surname."""
        surname = self.random.choice(list(SURNAMES))
        return surname + self.random.choice(GIVEN), SURNAMES[surname]

    def mobile(self) -> str:
        """Return a mobile number that was not drawn before."""
        # Never more than half of what can be drawn is taken.
        block = len(self._mobiles) // (len(MOBILES) * 5000)
        while True:
            number = f"{self.random.choice(MOBILES)}{block:04d}{self.random.randrange(10000):04d}"
            if number not in self._mobiles:
                self._mobiles.add(number)
                return number

    def landline(self, city: str) -> str:
        """Return a landline of a city, now and then with an extension."""
        code = CITIES[city][1]
        number = f"{code}-5550{self.random.randrange(10000):04d}"
        return f"{number}转{self.random.randrange(800, 900)}" if self.random.random() < 0.15 else number

    def address(self, firm: Firm) -> dict[str, str | None]:
        """Return the address columns of a company (biz_*)."""
        road = self.random.choice(("科创路", "工业大道", "云栖路", "兴业街", "望江路", "经三路", "滨河路"))
        return {
            "biz_province": firm.province,
            "biz_city": None if firm.city in MUNICIPALITIES else f"{firm.city}市",
            "biz_district": firm.district or None,
            "biz_detail": f"{road}{self.random.randrange(1, 900)}号",
        }

    def code(self, city: str) -> str:
        """Return a credit code that passes every check but the one of its organisation part."""
        body = "".join(self.random.choice("0123456789") for _digit in range(8))
        own = organisation(body)
        wrong = next(sign for sign in "7365" if sign != own)
        stem = f"91{CITIES[city][3]}{body}{wrong}"
        return stem + check_sign(stem)


def organisation(body: str) -> str:
    """Return the right check digit of the eight digits of an organisation."""
    total = sum(map(mul, map(int, body), _ORG_WEIGHTS))
    return "0123456789X0"[(11 - total % 11) % 11]


def check_sign(stem: str) -> str:
    """Return the last sign of a credit code of 17 signs (GB 32100)."""
    total = sum(map(mul, map(_VALUES.__getitem__, stem), _WEIGHTS))
    return _SIGNS[(31 - total % 31) % 31]
