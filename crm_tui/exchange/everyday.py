"""How much a text reads like Chinese of offices: the yardstick between two encodings that both decode."""

from __future__ import annotations

import re
from collections import Counter

# The most frequent characters of company names, headings, addresses, surnames and plain prose, simplified and
# traditional: six of ten in a customer sheet, one of twelve in a text read by the wrong table.
_COMMON = frozenset(
    "一丁万三上下不与专世业东严並个中丰临为主丽之乌乐九乡了事二于云五亚亞交产京人介从他代以们件价任份企伊"
    "众会但位体何余作佳使來供依侯保信修個們偏傅備價元光克入內全公六兰关兴其具内冊册再写农冯决出分划列刘创"
    "利到制券前創劃劉力办加务动動務勤包化北区医區华单南博卢历原厦县及双发取变口古只可台史叶号司合吉同名后"
    "向吕吳吴呂员周和品哈員唐售商單嘉器嚴四回因团园国國園團在地圳场址坊型城域基堂場填增处备复夏外多大天太"
    "失头好如姓姚姜威子孔字存孙孟学孫學宁它安宋完宏官定宜宝实客室家容富實寧寫寶对导專對導小尔就尹层展属層"
    "屬山岛島崔川州工已巴币市布师師常幣平年并广庄庆序库应店度庫康廈廖廣延建开式张張当录彭待後徐從復微德徽"
    "心忠态性总恆恒恢息意愛態慶應成我或戴戶户房所手打批承技护拉拜按据採接推提撤據收改政效数數文料斯新方於"
    "族无日时昆昌明易星春是時普景智更曹曾最會月有服期木未本术朱机李材村杜条来杨東松板林果查标核格案档梁條"
    "械楊業楼樂樓標模機檔次止正步武歷段每毛民气氣水永求汉江汤汪決汽沈沒沙沟没河治泉法注泰洛流济浙海深清港"
    "湖湯源溝漢潘潛潜濟点烏無熊營爱爲爾物特状狀玉王环现現理瑞環生產用田电留當痛發白百的益盘盛盤盧目直相省"
    "看眾石码研确確碼示社福种科秦称程種稱空立竹第等策签算管箱節範籤类精系紅級索紹終統經維網線編縣總红级线"
    "终绍经统维编网罗羅美老者职联聯職股育胡能臨自臺與興色节花苏苗英范荐药莊莫華营萧萨萬葉董蒋蒙蔡蔣蕭薛薦"
    "薩藏藥蘇蘭處號行術街表袁装裏裝西要見規见规触觸計記訪設許話認誠說談請謝證譚議護讀變计认议记许设访证诚"
    "话说请读谈谢谭豐貝負財責貴貿賀資賈購贝负财责购贵贸贺贾资赵趙跟路車輸轄轉车转输辖辦農辽达过运近这进连"
    "迪选這通造連進運過道達選遼邓邦邮邱邵邹郑郝部郭郵都鄉鄒鄧鄭醫采里重量金釘銀銷錄錢錦鍾鎮鑫钉钟钱银销锦"
    "镇長长門閆開間關门闫间阳阶阿陆陈限陳陶陸陽階雅集雙雲零雷電需青面韋韓韦韩項順預頭額類顧项顺顾预额食飾"
    "餘饰首香馬馮马體高魏魯鲁麗黃黄黎點齊齐龍龔龙龚"
)
_WIDE = re.compile(r"[^\x00-\x7f]")
_SAMPLE = 1 << 15


def everyday(text: str) -> float:
    """Return from -2 (no language) to 1 how everyday the characters of a text are that are not ASCII.

    Characters for private use stand where a table has a gap: no office writes them.
    """
    found = Counter(_WIDE.findall(text[:_SAMPLE]))
    total = sum(found.values())
    if not total:
        return 0.0
    points = 0.0
    for character, times in found.items():
        code = ord(character)
        if character in _COMMON:
            points += times
        elif 0xE000 <= code <= 0xF8FF or code > 0x3FFFF or 0x80 <= code < 0xA0:
            points -= 2 * times
        elif 0x3000 <= code <= 0x303F or 0xFF00 <= code <= 0xFF5E:
            points += times / 2
        elif 0x4E00 <= code <= 0x9FFF:
            points += times / 10
    return points / total
