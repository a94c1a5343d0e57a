"""Notices that forward a policy, made up: with its text, or without it. Labelled by how each was made.

What is told apart is what such pages are in truth: a cover letter with the whole policy under it or in a file,
with wishes of one's own in between, with noise of the site around it; or the letter alone, with points taken
from the policy, with its first paragraphs, with its number only, or with another edition's text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from checks.documents import Document

SEED = 31
POLICIES = 25
"""Made-up policies, each forwarded in every way."""

_WHO = ("各乡镇人民政府", "各街道办事处", "县级各部门", "各有关单位", "各直属机构", "城区管理委员会")
_WHAT = (
    "农村公路日常养护", "小微企业用能服务", "社区养老助餐", "老旧电梯更新", "乡镇卫生院设备更新", "灌区节水改造", "校园周边秩序",
    "便民缴费网点", "零工市场建设", "古树名木保护", "证明事项清理", "城镇燃气排查", "应急物资储备", "冬春火灾防控", "公共停车信息",
)  # fmt: skip
_DO = ("建立", "完善", "公开", "核对", "压实", "简化", "按季通报", "统一", "逐项落实", "定期检查")
_OF = (
    "责任清单", "办理流程", "经费安排", "台账管理", "巡查制度", "评价结果", "数据共享", "人员培训", "设施标准", "监督电话",
    "应急预案", "验收办法",
)  # fmt: skip
_HOW = (
    "每年三月底前完成", "由县级主管部门牵头", "所需资金列入本级预算", "不得增加基层负担", "结果向社会公布", "接受群众监督",
    "重大事项及时报告", "与年度考核挂钩", "确保按期见效", "结合实际制定细则",
)  # fmt: skip
_FORMS = (
    "关于加强{}工作的意见",
    "关于印发{}三年行动方案的通知",
    "关于规范{}的若干措施",
    "关于推进{}的指导意见",
)
_SAID = (
    "现将《{title}》（{number}）转发给你们，请结合实际，认真贯彻执行。",
    "《{title}》（{number}）已经印发，现转发给你们，请遵照执行。",
    "经县人民政府同意，现将《{title}》转发给你们，并提出以下要求，请一并抓好落实。",
)
_TITLES = (
    "示例县人民政府办公室关于转发《{title}》的通知",
    "示例县人民政府办公室转发{title}",
    "关于转发《{title}》的通知",
    "示例县发展和改革局关于转发{title}的通知",
)


@dataclass(frozen=True, slots=True)
class Forward:
    """A notice, the policy that it forwards, how it was made, and whether it carries the policy's text."""

    source: Document
    notice: Document
    way: str
    carries: bool


@dataclass(frozen=True, slots=True)
class _Made:
    """What a page is made of: a letter, the policy's paragraphs, wishes of the county's own, another edition."""

    random: Random
    letter: str
    number: str
    text: tuple[str, ...]
    wishes: tuple[str, ...]
    other: tuple[str, ...]


def forwards() -> Iterator[Forward]:
    """Every policy forwarded in every way; the same each time."""
    random = Random(SEED)
    for n in range(POLICIES):
        what = random.choice(_WHAT) + random.choice(("", "服务", "能力提升"))
        title = "国务院办公厅" + random.choice(_FORMS).format(what)
        number = f"国办发〔2026〕{n + 1}号"
        text = _paragraphs(random, what, random.randrange(6, 28))
        source = Document("https://www.gov.example/", title, number, date(2026, 3, 1), "\n".join(text))
        for way, (carries, build) in _WAYS.items():
            letter = random.choice(_SAID).format(title=title, number=number)
            own = _paragraphs(random, what, random.randrange(3, 9))
            other = _paragraphs(random, what, len(text))
            made = _Made(random, letter, number, text, own, other)
            yield Forward(source, _notice(made, title, n, build(made)), way, carries)


def _notice(made: _Made, title: str, n: int, body: str) -> Document:
    address = f"https://www.county.example/{n}.html"
    named = made.random.choice(_TITLES).format(title=title)
    day = date(2026, 3, 1) + timedelta(days=made.random.randrange(1, 60))
    return Document(address, named, None, day, f"{'、'.join(_WHO)}：\n{body}\n示例县人民政府办公室")


def _paragraphs(random: Random, what: str, number: int) -> tuple[str, ...]:
    return tuple(f"{_count(n)}、{_sentence(random, what)}{_sentence(random, what)}" for n in range(number))


def _sentence(random: Random, what: str) -> str:
    of, also = random.sample(_OF, 2)
    return f"{random.choice(_DO)}{what}的{of}和{also}，{random.choice(_HOW)}，{random.choice(_HOW)}。"


def _count(number: int) -> str:
    digits = "一二三四五六七八九十"
    return (
        digits[number]
        if number < 10
        else f"{'' if number < 20 else digits[number // 10 - 1]}十{digits[number % 10]}"
    )


def _whole(made: _Made) -> str:
    return "\n".join((made.letter, f"附件：{made.number}", *made.text))


def _with_wishes(made: _Made) -> str:
    return "\n".join((made.letter, *made.wishes, made.number, *made.text))


def _with_noise(made: _Made) -> str:
    lines = (made.letter, "字体：大 中 小 打印", *made.text, "扫一扫在手机打开当前页")
    return "\u3000\u3000".join(line.replace("，", ", ") for line in lines)


def _with_slips(made: _Made) -> str:
    kept = [sign for sign in "\n".join(made.text) if made.random.random() > 0.01]
    return f"{made.letter}\n{''.join(kept)}"


def _without_annex(made: _Made) -> str:
    return "\n".join((made.letter, *made.text[: max(1, len(made.text) * 4 // 5)]))


def _letter(made: _Made) -> str:
    return made.letter


def _letter_and_wishes(made: _Made) -> str:
    return "\n".join((made.letter, *made.wishes, *made.other[: len(made.text) // 2]))


def _beginning(made: _Made) -> str:
    return "\n".join((made.letter, *made.text[: max(1, len(made.text) // 5)]))


def _points(made: _Made) -> str:
    points = [line.split("，")[0] for line in made.text]
    return "\n".join((made.letter, "主要内容：", "；".join(points), *made.wishes))


def _in_a_file(made: _Made) -> str:
    return "\n".join((made.letter, f"附件：{made.number}.pdf", "（正文见附件）"))


def _number_as_heading(made: _Made) -> str:
    return "\n".join((made.letter, made.number, "全文请到上级门户网站查阅。", *made.wishes))


def _other_edition(made: _Made) -> str:
    return "\n".join((made.letter, *made.other))


IN_A_FILE = "in a file that bears its number"

_WAYS: dict[str, tuple[bool, Callable[[_Made], str]]] = {
    "whole": (True, _whole),
    "whole, with wishes of its own before it": (True, _with_wishes),
    "whole, in a site's frame": (True, _with_noise),
    "whole, with slips": (True, _with_slips),
    "without its annex": (True, _without_annex),
    "the letter alone": (False, _letter),
    "the letter and wishes of its own": (False, _letter_and_wishes),
    "the first fifth": (False, _beginning),
    "its main points": (False, _points),
    IN_A_FILE: (True, _in_a_file),
    "its number as a heading": (False, _number_as_heading),
    "a text of another edition": (False, _other_edition),
}
