"""Surnames: where one ends and how it is read, when that is not how its characters are read elsewhere."""

from __future__ import annotations

# A surname's own reading; every other surname is read as its characters are.
READINGS = {
    "单": "shan", "仇": "qiu", "区": "ou", "解": "xie", "查": "zha", "朴": "piao", "翟": "zhai", "盖": "ge",
    "曾": "zeng", "覃": "qin", "缪": "miao", "秘": "bi", "员": "yun", "召": "shao", "尉": "wei", "乐": "yue",
    "种": "chong", "繁": "po", "折": "she", "佴": "nai", "藏": "zang", "扎": "za", "都": "du", "薄": "bo",
    "贾": "jia", "盛": "sheng", "柏": "bai", "乜": "nie", "阚": "kan", "卜": "bu", "宿": "su", "隗": "wei",
    "郗": "xi", "谌": "chen", "郄": "qie", "褚": "chu", "俟": "qi", "莘": "shen",
    "尉迟": "yu chi", "万俟": "mo qi", "单于": "chan yu", "澹台": "tan tai", "长孙": "zhang sun",
}  # fmt: skip
_COMPOUND = (
    "欧阳 司马 上官 诸葛 司徒 东方 独孤 南宫 夏侯 皇甫 尉迟 公孙 慕容 长孙 宇文 司空 令狐 端木 百里 东郭"
    " 西门 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 轩辕 钟离 闾丘 鲜于 拓跋 万俟 呼延 第五 赫连 闻人"
    " 公羊 亓官 司寇 子车 颛孙 巫马 公西 漆雕 乐正 壤驷 公良 夹谷 宰父 谷梁 段干 东门 南郭 梁丘 左丘 微生"
    " 羊舌 完颜 纳兰 叶赫 爱新觉罗 哥舒 贺兰 达奚 屈突 范姜 张简"
)
COMPOUND = frozenset(_COMPOUND.split())
# The single ones that nearly everybody has; rare ones that begin everyday words are left out.
_SINGLE = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦"
    "申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁耿牟卜詹关苗凌费纪靳盛童欧甄项曲阮鲍席冉应柴裴窦缪游欧辜阳房裘褚饶柯卫翁隋滕"
    "晏蒲穆单冷瞿宁骆蓝邬古褚巩邝闵屈池鞠党臧苟覃简车连艾时喻解宫褚臧蔺霍麦匡冼胥荆闫肖付戚沙仇符岑占桂娄柏支苑卓米桑鄢漆巫巴"
    "丘练官虞佟敖揭邸刁封甘边卞郎粟薄桓苍景厉卿祖尉栾商全楚靖蓟楼明华覃佘佟郜尚惠闻"
)


def surname(name: str) -> str:
    """Return the surname that a name in simplified characters begins with: 欧阳 of 欧阳锋, 王 of 王总."""
    # Two signs in all are a single surname and a given name: 东方 alone may be anybody.
    if len(name) > 2 and name[:2] in COMPOUND:
        return name[:2]
    return name[:1]


def surname_readings(name: str) -> tuple[str, ...]:
    """Return one syllable for each sign of the surname if it is read in a way of its own, otherwise ().

    ``单雄信`` gives ``("shan",)``, ``尉迟恭`` ``("yu", "chi")``, ``王伟`` ``()``.
    """
    found = surname(name)
    return tuple(READINGS.get(found, "").split())


def is_surname(text: str) -> bool:
    """Tell whether a text in simplified or traditional characters is a surname, of one sign or two."""
    from crm_tui.text.fold import simplify

    simple = simplify(text)
    return simple in COMPOUND or simple in _SINGLE
