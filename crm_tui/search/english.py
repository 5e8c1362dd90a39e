"""English names: their words as Chinese names have them (Machinery is 机械, Shaanxi 陕西), their initials."""

from __future__ import annotations

from functools import lru_cache

from crm_tui.search.grams import COMPANY_WORDS, WORDS

_WORDS = """
advertising 广告;agricultural 农业;agriculture 农业;aluminium 铝;aluminum 铝;apparel 服装 服饰
appliance 电器;architecture 建筑;asset 资产;auto 汽车;automation 自动化;automobile 汽车;automotive 汽车
aviation 航空;bank 银行;battery 电池;bearing 轴承;beverage 饮料;biological 生物;biotech 生物
biotechnology 生物;boiler 锅炉;brewery 啤酒;building 建筑 建设 建材;cable 电缆 线缆;capital 资本
catering 餐饮;cement 水泥;ceramic 陶瓷;ceramics 陶瓷;chemical 化工 化学;chemicals 化工 化学;china 中国
clothing 服装 服饰;coal 煤;commerce 商务 商业;commercial 商业 商贸;communication 通信 通讯
communications 通信 通讯;construction 建设 建筑;consulting 咨询;consultancy 咨询;copper 铜
cosmetics 化妆品;cultural 文化;culture 文化;dairy 乳业;data 数据;decoration 装饰;design 设计
development 发展 开发;digital 数码 数字;eastern 东方;education 教育;electric 电气 电器 电力
electrical 电气 电器;electronic 电子;electronics 电子;energy 能源;engineering 工程;enterprise 企业 实业
entertainment 娱乐;environment 环境 环保;environmental 环境 环保;equipment 设备;estate 地产 置业
exhibition 展览 会展;expressway 高速;fashion 服饰;fertilizer 肥;film 影业;finance 金融;financial 金融
fire 消防;fishery 渔业;food 食品;foods 食品;foodstuff 食品;foundation 基金;freight 货运;fund 基金
furniture 家具;garment 服装;garments 服装;gas 燃气;glass 玻璃;gold 黄金;group 集团;hardware 五金
health 健康;highway 公路 高速;holding 控股 集团;holdings 控股 集团;home 家居;hospital 医院
hotel 酒店 宾馆;import 进口;export 出口;industrial 工业 实业;industries 工业 实业;industry 工业 实业
information 信息;instrument 仪器 仪表;instruments 仪器 仪表;insurance 保险;intelligence 智能
intelligent 智能;international 国际;internet 互联网 网络;investment 投资;jewelry 珠宝;laser 激光
leasing 租赁;leather 皮革;lighting 照明;logistics 物流;machine 机械 机床;machinery 机械;management 管理
manufacturing 制造;marine 海洋;material 材料;materials 材料 建材;media 传媒;medical 医疗;medicine 医药 药业
metal 金属;metals 金属;mining 矿业;motor 电机 汽车;network 网络;networks 网络;oil 石油;optical 光学
optoelectronic 光电;optoelectronics 光电;packaging 包装;paper 纸业;petrochemical 石化;petroleum 石油
pharma 医药 药业;pharmaceutical 药业 医药 制药;pharmaceuticals 药业 医药 制药;photoelectric 光电
plastic 塑料;plastics 塑料 塑胶;port 港;power 电力 动力;precision 精密;printing 印刷;product 制品
products 制品;property 物业 置业;publishing 出版;pump 泵;railway 铁路;real 地产 置业;realty 地产 置业
research 研究;resources 资源;rubber 橡胶;science 科学 科技;seafood 水产;securities 证券
security 安防 保安;seed 种业;semiconductor 半导体;service 服务;services 服务;shaanxi 陕西
shipbuilding 船舶;shipping 船务 海运 航运;smart 智能;software 软件;solar 太阳能 光伏;special 特种
steel 钢;supply 供应;system 系统;systems 系统;tea 茶;tech 科技 技术;technologies 科技 技术
technology 科技 技术;telecom 电信 通信;textile 纺织;textiles 纺织;tibet 西藏;tire 轮胎;tobacco 烟草
tool 工具;tools 工具;tourism 旅游;trade 贸易 商贸;trading 贸易 商贸;traffic 交通
transportation 运输 交通;travel 旅游 旅行;valve 阀;vehicle 汽车 车辆;venture 创业;water 水务 水;wine 酒
wire 电线 线缆;wood 木业
"""


@lru_cache(maxsize=1)
def _meanings() -> dict[str, tuple[str, ...]]:
    pairs = [one.split() for one in _WORDS.replace("\n", ";").split(";") if one]
    return {word: tuple(said) for word, *said in pairs}


def meanings(word: str) -> tuple[str, ...]:
    """Return what stands in a Chinese name for an English word of a trade, () for any other word."""
    return _meanings().get(word, ())


def heads(text: str) -> str:
    """Return the initials of the telling words of an English name."""
    return "".join([word[0] for word in WORDS.findall(text) if word not in COMPANY_WORDS])
