"""Made-up documents and news: the same for the same seed, none of them real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import TypeVar
from zlib import crc32

SEED = 20260401
OLDER = 26
"""How many older documents each portal's policy column holds."""

T = TypeVar("T")

TOPICS = (
    "乡村集市服务",
    "公共停车信息发布",
    "社区图书角建设",
    "山塘水库日常管护",
    "农村公路养护",
    "老旧电梯更新改造",
    "便民缴费网点布局",
    "政务热线办理",
    "基层统计数据质量",
    "古树名木保护",
    "小微企业用能服务",
    "城乡公共厕所管理",
    "全民义务植树",
    "校园周边秩序整治",
    "冬春火灾防控",
    "村级综合服务站建设",
    "公共体育场地开放",
    "灌区节水改造",
    "行政许可事项清单管理",
    "电子证照互认共享",
    "零工市场规范化建设",
    "社区养老助餐服务",
    "农机安全监理",
    "证明事项清理",
    "政务新媒体管理",
    "城镇燃气安全排查",
    "历史街区保护利用",
    "乡镇卫生院设备更新",
    "渔业资源养护",
    "应急物资储备",
)

FORMS = (
    "关于加强{}工作的意见",
    "关于进一步做好{}有关工作的通知",
    "关于印发{}三年行动方案的通知",
    "关于推进{}的指导意见",
    "关于{}督查情况的通报",
    "关于规范{}的若干措施",
)

SENTENCES = (
    "要把{}摆上重要议事日程，明确责任单位和责任人，逐项列出清单。",
    "对{}中群众反映集中的问题，应当在十个工作日内研究答复。",
    "各地可以结合实际制定{}的实施细则，但不得增设条件。",
    "有关部门应当每季度通报一次{}的进展，并向社会公开。",
    "鼓励社会力量参与{}，具体办法由主管部门另行规定。",
    "{}所需经费列入同级财政预算，专款专用，接受审计。",
    "建立{}的台账，做到底数清、去向明、可核查。",
    "严禁借{}之名摊派收费，一经发现从严查处。",
    "统筹推进{}与数字化改造，减少重复填报和多头报送。",
    "乡镇和街道负责{}的日常巡查，发现问题及时上报。",
    "将{}纳入年度目标考核，考核结果作为评先评优的依据。",
    "对{}中成效明显的单位予以表扬，对推进不力的予以约谈。",
    "{}的标准和流程应当在政府门户网站显著位置公布。",
    "加强{}的队伍建设，每年至少组织一次业务培训。",
    "到下一年度末，{}覆盖面力争达到九成以上。",
    "完善{}的应急预案，遇有突发情况先期处置、同步报告。",
)

NEWS = (
    "{}召开政府常务会议研究部署近期重点工作",
    "{}开展“政务公开日”活动",
    "{}组织收听收看全市安全生产电视电话会议",
    "{}：秋粮收购平稳有序",
    "{}举办基层干部业务能力提升培训班",
    "{}便民服务中心推出延时服务",
    "{}启动冬季供暖保障检查",
    "{}首条乡村公交环线开通试运行",
    "{}召开营商环境座谈会听取企业意见",
    "{}完成年度河道清淤任务",
    "{}新建三处社区养老服务站投入使用",
    "{}开展校园食品安全联合检查",
    "{}推进高标准农田建设现场会召开",
    "{}图书馆夜间开放时间延长",
    "{}部署森林防火工作",
    "{}市场监管局公布十起典型案例",
    "{}举行消防救援综合演练",
    "{}特色农产品展销会开幕",
    "{}老旧小区加装电梯累计完成五十部",
    "{}召开重点项目调度会",
    "{}志愿服务队进村入户宣传反诈知识",
    "{}文化下乡演出走进十二个村",
    "{}开展道路交通安全隐患排查",
    "{}推出“一窗受理”服务新模式",
    "{}公布新一批证明事项取消清单",
    "{}召开防汛工作总结会",
)

NOTICES = (
    "关于{}部分路段临时封闭施工的通告",
    "关于{}城区计划停水的公告",
    "{}公开招聘社区工作者资格复审公告",
    "{}公共资源交易项目中标结果公示",
    "关于开展{}年度行政执法评议的通知",
    "{}保障性住房配租结果公示",
    "关于调整{}城区公交线路的公告",
    "{}自然资源和规划局用地批前公示",
    "关于{}部分窗口调整办公地点的通知",
    "{}农村饮水工程水质监测结果公告",
    "关于公布{}行政规范性文件清理结果的公告",
    "{}财政预算调整情况公示",
    "关于{}禁止露天焚烧秸秆的通告",
    "{}食品安全监督抽检信息公告",
    "关于{}征集民生实事项目的公告",
    "{}重大行政决策事项目录公示",
    "关于组织申报{}技能人才补贴的通知",
    "{}城乡居民医疗保险集中缴费公告",
    "关于{}机关事业单位作息时间的通知",
    "{}政府门户网站维护公告",
    "关于开展{}档案查阅预约服务的通知",
    "{}水费收缴方式调整公告",
)

REGULATIONS = (
    "{}行政规范性文件制定和监督管理办法",
    "{}城市公园管理规定",
    "{}养犬管理办法",
    "{}户外广告设置管理规定",
    "{}殡葬管理实施细则",
    "{}饮用水水源保护规定",
    "{}物业服务收费管理办法",
    "{}非机动车停放管理规定",
    "{}政府投资项目管理办法",
    "{}烟花爆竹燃放管理规定",
)


@dataclass(frozen=True, slots=True)
class Document:
    """A paper: what it is called, numbered and says; `day` is when it was signed."""

    title: str
    number: str | None
    issuer: str
    day: date
    paragraphs: tuple[str, ...]
    attachment: str | None = None

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)


def choose(options: Sequence[T], *keys: object) -> T:
    """Choose one of the options by the keys: the same keys, the same choice, on every machine."""
    return options[crc32(repr((SEED, *keys)).encode()) % len(options)]


def older_documents(issuers: Sequence[tuple[str, str]], shift: int, today: date) -> tuple[Document, ...]:
    """The papers that a portal's column holds already, newest first, one every four days before `today`."""
    return tuple(_older(issuers, shift, index, today) for index in range(OLDER))


def _older(issuers: Sequence[tuple[str, str]], shift: int, index: int, today: date) -> Document:
    issuer, letters = issuers[index % len(issuers)]
    day = today - timedelta(days=5 + 4 * index)
    topic = TOPICS[(index + shift) % len(TOPICS)]
    title = issuer + FORMS[(index * 5 + shift) % len(FORMS)].format(topic)
    number = f"{letters}〔{day.year}〕{1 + day.timetuple().tm_yday // 8}号"
    attachment = f"附件：{topic}任务分工表" if index % 3 == 0 else None
    return Document(title, number, issuer, day, _body(topic, issuer, day), attachment)


def _body(topic: str, issuer: str, day: date) -> tuple[str, ...]:
    picked: list[str] = []
    for step in count():
        sentence = choose(SENTENCES, topic, issuer, step).format(topic)
        if sentence not in picked:
            picked.append(sentence)
        if len(picked) == 6:
            break
    return (
        "各有关单位：",
        f"为做好{topic}，经{issuer}研究，现就有关事项明确如下。",
        "一、总体要求",
        "".join(picked[:2]),
        "二、主要任务",
        "".join(picked[2:4]),
        "三、保障措施",
        "".join(picked[4:]),
        issuer,
        chinese_day(day),
    )


def news_story(headline: str, place: str, day: date) -> Document:
    """A piece of news under a headline: two short paragraphs."""
    first = choose(SENTENCES, headline, 1).format("这项工作")
    second = choose(SENTENCES, headline, 2).format("后续工作")
    text = (
        f"{chinese_day(day)}，记者从{place}有关部门获悉：{headline}。{first}",
        f"下一步，{place}将持续跟进。{second}",
    )
    return Document(headline, None, place, day, text)


def national_policy(day: date) -> Document:
    """The key policy of the play, of the series that comes out every year."""
    return _yearly_policy(day.year, 37, day)


def last_years_policy(day: date) -> Document:
    """The paper of the same series a year before: nearly the same words, another year and number."""
    return _yearly_policy(day.year - 1, 33, day - timedelta(days=360))


def _yearly_policy(year: int, number: int, day: date) -> Document:
    return Document(
        title=f"国务院关于做好{year}年县域便民服务提质增效工作的意见",
        number=f"国发〔{year}〕{number}号",
        issuer="国务院",
        day=day,
        paragraphs=(
            "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：",
            f"县域便民服务关系千家万户。为做好{year}年县域便民服务提质增效工作，现提出以下意见。",
            "一、总体要求",
            f"坚持问题导向，聚焦办事难、跑动多、等候长，{year}年底前实现高频事项就近可办。",
            "二、主要任务",
            "（一）优化网点布局。每个乡镇至少设一处综合窗口，服务半径不超过五公里，偏远村组开行流动服务车。",
            "（二）精简办事材料。凡能通过数据共享获取的证照，不得要求群众重复提交；确需提交的一次告知。",
            "（三）统一服务标准。同一事项在县域内名称、条件、时限一致，办理结果通过政府门户网站公开。",
            "（四）畅通评价渠道。实行一事一评、差评必核，整改情况十五个工作日内反馈评价人。",
            "三、保障措施",
            f"县级人民政府对本地区{year}年工作负总责，任务分解到岗到人，进展按季度报告。",
            "本意见自发布之日起施行。各级政府门户网站应当及时转载。",
            "国务院",
            chinese_day(day),
        ),
        attachment=f"附件：{year}年县域便民服务重点任务分工表",
    )


def interpretation(policy: Document) -> Document:
    """Questions and answers about a policy: nearly all of its words, and still not the paper."""
    subjects = ("总体要求", "网点布局", "办事材料", "服务标准", "评价渠道")
    answers = tuple(
        f"问：{subject}方面有哪些考虑？ 答：{text}"
        for subject, text in zip(subjects, (policy.paragraphs[3], *policy.paragraphs[5:9]), strict=True)
    )
    return Document(
        title=f"《{policy.title}》政策解读",
        number=None,
        issuer=policy.issuer,
        day=policy.day,
        paragraphs=(f"近日，{policy.title}（{policy.number}）印发，现解读如下。", *answers),
    )


def municipal_policy(day: date) -> Document:
    """The municipal document that two portals carry; its title has quotation marks inside."""
    return Document(
        title="安河市人民政府关于印发“十五分钟就近办”服务圈建设实施方案的通知",
        number=f"安政发〔{day.year}〕18号",
        issuer="安河市人民政府",
        day=day,
        paragraphs=(
            "各县（市、区）人民政府，市政府各部门、各直属机构：",
            "现将《“十五分钟就近办”服务圈建设实施方案》印发给你们，请认真组织实施。",
            "“十五分钟就近办”服务圈建设实施方案",
            "一、工作目标。用两年时间，在中心城区和县城建成步行十五分钟可达的政务服务圈。",
            "二、重点任务。整合社区、银行、邮政网点，统一标识、统一系统、统一培训，公布可办事项目录。",
            "三、组织实施。各县每月底前报送进展，市政府办公室按季度通报。",
            "安河市人民政府",
            chinese_day(day),
        ),
    )


def personnel_notice(day: date) -> Document:
    """An appointment: published in the same column, and no key policy."""
    return Document(
        title="国务院任免国家工作人员",
        number=None,
        issuer="国务院",
        day=day,
        paragraphs=(
            "国务院任免国家工作人员。",
            "任命言某某为国家便民服务研究中心（虚构）主任；免去文某某的上述职务。",
        ),
    )


def chinese_day(day: date) -> str:
    """Write a day as the papers do: 2026年4月1日."""
    return f"{day.year}年{day.month}月{day.day}日"
