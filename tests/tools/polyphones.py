"""Characters that are read in several ways in names of companies, persons and places; commonest first.

Compiled by hand: readings of surnames (单 shan, 区 ou), of places (蚌埠 beng, 番禺 pan, 东阿 e) and of trades
(模具 mu, 弹簧 tan, 伺服 si). 干, 着 and 征 stand for 乾, 著 and 徵 too, which the program folds to them.
"""

POLYPHONES = """
单 dan shan chan|长 chang zhang|重 zhong chong|乐 le yue|行 hang xing|都 du dou|厦 xia sha|佛 fo fu
六 liu lu|曾 zeng ceng|仇 qiu chou|区 qu ou|解 jie xie|朴 pu piao|盖 gai ge|尉 wei yu|查 cha zha
翟 zhai di|召 zhao shao|覃 qin tan|缪 miao mou|秘 mi bi|员 yuan yun|盛 sheng cheng|阿 a e
传 chuan zhuan|柏 bai bo|会 hui kuai|堡 bao pu bu|朝 chao zhao|晟 sheng cheng|藏 cang zang|咖 ka ga
仔 zai zi|勒 le lei|劲 jin jing|角 jiao jue|靓 liang jing|了 le liao|觉 jue jiao|校 xiao jiao
调 tiao diao|种 zhong chong|塞 sai se|泊 bo po|壳 ke qiao|杉 shan sha|参 can shen|伽 jia ga qie
便 bian pian|茜 xi qian|宿 su xiu|卜 bu bo|桔 ju jie|繁 fan po|番 fan pan|扎 zha za|蔚 wei yu|模 mo mu
术 shu zhu|薄 bo bao|给 gei ji|率 lv shuai|降 jiang xiang|弹 tan dan|铅 qian yan|蚌 bang beng|埔 pu bu
干 gan qian|着 zhe zhuo zhu|隽 jun juan|郗 xi chi|乜 nie mie|牟 mou mu|谌 chen shen|隗 wei kui
褚 chu zhu|涡 wo guo|浚 jun xun|莘 xin shen|莞 guan wan|歙 she xi|泌 mi bi|荥 xing ying|筠 yun jun
珲 hun hui|渑 mian sheng|枞 zong cong|漯 luo ta|峙 zhi shi|眙 yi chi|犍 qian jian|什 shi shen
轧 zha ya|磅 bang pang|伺 si ci|粘 zhan nian|削 xiao xue|血 xue xie|熟 shu shou|剥 bo bao|的 de di
还 hai huan|差 cha chai|曝 bao pu|刹 sha cha|贾 jia gu|镐 hao gao|浒 hu xu|弄 nong long|圩 wei xu
坻 di chi|蛤 ge ha|柞 zuo zha|畜 xu chu|炅 jiong gui|瑱 tian zhen|焯 zhuo chao|咀 ju zui|涌 yong chong
陂 bei pi|折 zhe she|匙 chi shi|爪 zhua zhao|琢 zhuo zuo|幢 zhuang chuang|烙 lao luo|姥 lao mu
抹 mo ma|耙 ba pa|茄 qie jia|澹 dan tan|佴 nai er|郄 qie xi|俟 si qi|洞 dong tong|拓 tuo ta
禅 chan shan|颉 jie xie|峒 dong tong|侗 dong tong|〇 ling|没 mei mo|纤 xian qian|栖 qi xi|系 xi ji
征 zheng zhi|吁 xu yu|阚 kan han|辗 zhan nian|嗯 en n
"""
