"""Made-up titles of documents, notices and news; the places and bodies in them do not exist."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.list_pages.words import words

SHORTEST, LONGEST = 8, 60

PLACES = words("云泽市 青渡县 南柯区 桐溪市 石砚县 白鹭洲区 望川市 临枫县 松陵区 锦屏湖市 清涟县 长汀桥区")
BODIES = words(
    "人民政府 人民政府办公室 发展和改革局 教育局 科学技术局 民政局 财政局 人力资源和社会保障局 自然资源局 "
    "生态环境局 住房和城乡建设局 交通运输局 水利局 农业农村局 商务局 文化广电和旅游局 卫生健康委员会 应急管理局 "
    "市场监督管理局 统计局 医疗保障局 行政审批服务局"
)
ABOVE = words("国务院办公厅 省人民政府 省人民政府办公厅 省发展改革委 省财政厅 省教育厅 省民政厅 省水利厅")
SUBJECTS = words(
    "城镇老旧小区改造 农村公路养护 中小企业纾困帮扶 政务服务“一网通办” 养老服务体系建设 公共数据资源登记 "
    "高标准农田建设 防汛抗旱应急预案 城市生活垃圾分类 义务教育优质均衡发展 职业技能提升行动 国有土地使用权出让 "
    "既有住宅加装电梯 医疗保障基金使用监督 水土保持规划 乡村特色产业发展 充电基础设施建设 食品安全示范创建 "
    "招标投标领域优化营商环境 地名命名更名 5G网络深度覆盖 危险化学品安全专项整治 湿地保护修复 森林草原防火 "
    "公共租赁住房配租 就业见习补贴发放 不动产登记便民利民 古树名木保护 供水价格调整 退役军人就业创业"
)
MANNERS = words(
    "实施方案 实施意见 管理办法 若干措施 三年行动计划 工作要点 暂行规定 实施细则 任务分工 专项规划"
)
STARTS = words("进一步加强 加快推进 做好 全面推开 规范 深入开展 切实做好 支持")
ENDS = words("有关工作 管理工作 有关事项 相关工作 若干问题")
SURNAMES = tuple("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨")
NAMES = words("明远 建国 晓梅 志强 海燕 文斌 丽华 永平 春生 思齐")
DEEDS = words(
    "调研{subject}工作 主持召开{subject}专题会议 督导检查{subject}推进情况 走访慰问基层一线干部职工 "
    "实地察看重点项目建设进展 到{place}考察交流 会见客商一行 宣讲全会精神"
)
GOODS = words("办公设备 物业服务 校园食堂食材 道路监控设备 信息系统运维 检验检测仪器 绿化养护服务")
Make = Callable[[Random], str]


def make_titles(chance: Random, count: int) -> list[str]:
    """That many titles, each other than all before it, of SHORTEST to LONGEST characters."""
    kinds = chance.sample(KINDS, k=chance.randint(2, len(KINDS)))  # a column keeps to a few kinds
    titles: dict[str, None] = {}
    while len(titles) < count:
        titles[_fit(chance.choice(kinds)(chance))] = None
    return list(titles)


def make_names(chance: Random, count: int) -> list[str]:
    """Names of columns, as navigation shows them."""
    return chance.sample(COLUMNS, k=min(count, len(COLUMNS)))


def make_body(chance: Random) -> str:
    return chance.choice(PLACES) + chance.choice(BODIES)


def make_number(chance: Random, year: int) -> str:
    sign = chance.choice(("云政发", "青政办发", "桐发改", "望财综", "临民函", "松教规"))
    return f"{sign}〔{year}〕{chance.randint(1, 260)}号"


def _make_notice(chance: Random) -> str:
    subject, start, end = chance.choice(SUBJECTS), chance.choice(STARTS), chance.choice(ENDS)
    return f"{make_body(chance)}关于{start}{subject}{end}的通知"


def _make_forwarding(chance: Random) -> str:
    body, above = make_body(chance), chance.choice(ABOVE)
    verb = chance.choice(("转发", "关于转发", "关于贯彻落实"))
    inner = (
        f"关于{chance.choice(STARTS)}{chance.choice(SUBJECTS)}的{chance.choice(('通知', '意见', '指导意见'))}"
    )
    return f"{body}{verb}《{above}{inner}》的通知"


def _make_document(chance: Random) -> str:
    place, subject, manner = chance.choice(PLACES), chance.choice(SUBJECTS), chance.choice(MANNERS)
    name = f"{place}{subject}{manner}"
    return (
        f"关于印发《{name}》的通知" if chance.random() < 0.5 else f"{make_body(chance)}关于印发{name}的通知"
    )


def _make_bare(chance: Random) -> str:
    tail = chance.choice(("", "（试行）", "（征求意见稿）", f"（{chance.randint(2018, 2023)}年修订）"))
    return f"{chance.choice(PLACES)}{chance.choice(SUBJECTS)}{chance.choice(MANNERS)}{tail}"


def _make_news(chance: Random) -> str:
    deed = chance.choice(DEEDS).format(subject=chance.choice(SUBJECTS), place=chance.choice(PLACES))
    return f"{chance.choice(SURNAMES)}{chance.choice(NAMES)}{deed}"


def _make_event(chance: Random) -> str:
    place, body = chance.choice(PLACES), chance.choice(BODIES)
    happening = chance.choice(
        (
            "召开{0}工作推进会",
            "举行{0}新闻发布会",
            "多措并举推进{0}",
            "“四个聚焦”抓实{0}",
            "组织开展{0}业务培训",
        )
    )
    return f"{place}{body}{happening.format(chance.choice(SUBJECTS))}"


def _make_publicity(chance: Random) -> str:
    year, batch = chance.randint(2020, 2024), chance.choice("一二三四五六")
    return f"关于{year}年{chance.choice(PLACES)}第{batch}批{chance.choice(SUBJECTS)}拟补助对象名单的公示"


def _make_tender(chance: Random) -> str:
    kind = chance.choice(("公开招标公告", "竞争性磋商公告", "中标（成交）结果公告", "更正公告（第2次）"))
    return f"{make_body(chance)}{chance.choice(GOODS)}采购项目{kind}"


def _make_short(chance: Random) -> str:
    year, month = chance.randint(2019, 2023), chance.randint(1, 12)
    return chance.choice(
        (
            f"{year}年{month}月价格监测",
            f"{chance.choice(PLACES)}人事任免通知",
            f"{year}年{month}月份统计月报",
            f"{chance.choice(PLACES)}概况（{year}年版）",
            f"停水通知（{month}月{chance.randint(1, 28)}日）",
        )
    )


def _make_reading(chance: Random) -> str:
    subject = f"{chance.choice(PLACES)}{chance.choice(SUBJECTS)}{chance.choice(MANNERS)}"
    return chance.choice(("一图读懂：{0}", "《{0}》政策解读", "【图解】{0}", "问答|{0}十问十答")).format(
        subject
    )


def _fit(title: str) -> str:
    if len(title) < SHORTEST:
        return f"{title}有关情况说明"[:LONGEST]
    return title[:LONGEST]


KINDS: tuple[Make, ...] = (
    _make_notice,
    _make_forwarding,
    _make_document,
    _make_bare,
    _make_news,
    _make_event,
    _make_publicity,
    _make_tender,
    _make_short,
    _make_reading,
)
COLUMNS = words(
    "要闻动态 通知公告 政务公开 政策文件 政策解读 部门动态 县区动态 领导活动 人事信息 财政预决算 规划计划 "
    "统计数据 应急管理 招标采购 重点领域 建议提案 互动交流 办事服务 专题专栏 政府公报 会议公开 行政执法 公示公告 "
    "媒体聚焦 视频新闻 图片新闻 意见征集 在线访谈 机构职能 法治政府"
)
