"""Mutations that know what pages are made of: tag soup, attributes, nesting, entities, comments, data.

A mutation takes a random source and the pieces of a text (tags, text between them) and changes them in
place. The same seed gives the same mutation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from bench.fuzz.targets import CUT

_PIECES = re.compile(r"<[^<>]*>|[^<>]+|[<>]")
_ATTRIBUTE = re.compile(r"\s[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_NAME = re.compile(r"(?<=<)/?[a-zA-Z][\w-]*")

_NAMES = """a b i font span div p br hr ul ol li dl dt dd table tbody tr td th h1 h3 center form input select option
textarea button nobr svg math foreignObject template script style noscript iframe frameset frame object
marquee article section nav footer header aside time img base meta title link body html head caption
record recordset datastore nextgroup rss feed item entry url loc ucapcontent"""
TAGS = _NAMES.split()
ATTRIBUTES = """ href=x| href='/1.html'| href=1.pdf| title='关于印发办法的通知'| class=view| class='nav footer'| id=zoom| id=a
| style='display: none'| hidden| rel=next| name=PubDate| content='2026-11-20 09:30'| http-equiv=refresh
| href='https://h/'| href='//['| href='javascript:;'| href='?url=https://a/'| alt='置顶'| class='istop cur'| colspan=2
| name=SiteIDCode| charset=gbk| a=">"| a='</div>'| title=...x""".replace("\n", "").split("|")
WORDS = """2026-11-20|11-20|２０２６年|二〇二六年十一月二十日|09:30|99:99|20261120093000|1795138200000|今天|发布时间：|来源：|发文字号：
|示政〔2026〕5号|〔2026〕|第3号令|号|附件|置顶|下一页|更多>>|[详细]|...|……|。。|((((|【|[[|{{ x }}|<%|${|《|》|关于|印发|转发|的通知|解读
|皖ICP备12345678号|标识码：3408990001|主办：|公安备案|createPageHTML(9,0,"index","html")|countPage=9;currentPage=0
|location.href='x'|[{"title":|"url":"x"}|\\ud800|\\u0000|99999999999999999999|1e999|NaN|null|true|当前位置|不存在|404|charset=
|国务院办公厅|人民政府|网站| - |_||-----|标题：|http://|https://www.gov.cn/|/gate/big5/|;jsessionid=1|../|%ff|%00|index.html?|#/|utm_a=1
|www.|.ipv6.|:99999|@|(fáng)|鍥藉姟|¹úÎñ""".replace("\n", "").split("|")
ENTITIES = """&#0;|&#xd800;|&#x110000;|&#99999999999;|&nbsp;|&amp;amp;|&lt;a href=x&gt;|&quot;|&region|&#x200b;|&zwnj;|&|&#|&notit;
|&#13;|&Aacute;|&#x202e;|&#10;""".replace("\n", "").split("|")
SIGNS = "\0\t\n\x0b\x0c\r \x1c\x1f\x85\xa0\xad\u200b\u2028\u3000\ufeff\ufffd\ud7ff\U0001f600²٣３ﬁﷺİßǅ㋿号令年《》｜\\\"'<>&"
AROUND = (
    "<!--|-->", "<![CDATA[|]]>", "<script>|</script>", "<textarea>|</textarea>", "<svg>|</svg>", "<title>|</title>",
    "<table>|</table>", "<select>|</select>", "<template>|</template>", "<a href=x>|</a>", "<span>|</span>",
    "<div>|</div>", "<div><!--</div>-->|", "<b>|", "<li>|</li>", "<![|", "<?|?>", "<noscript>|</noscript>",
    "<object>|</object>", "<marquee>|</marquee>", "<math><mtext>|</math>", "[{\"a\":|}]", "(|)", "《|》", "[|]",
    "<style>|</style>", "<p>|", "<item>|</item>", "<div class=view>|</div>", "关于印发《|》的通知", "{{|}}",
)  # fmt: skip

Mutation = Callable[[Random, list[str]], None]


def mutate(text: str, seed: int, most: int) -> str:
    """Return a text changed by one to five mutations, cut to so many signs."""
    random = Random(seed)
    pieces = _PIECES.findall(text) or [""]
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        random.choice(MUTATIONS)(random, pieces)
        pieces = pieces or [""]
    return "".join(pieces)[:most]


def cross(ours: str, theirs: str, seed: int, most: int) -> str:
    """Return the beginning of one text and the end of another, parted between pieces."""
    random = Random(seed)
    mine, other = _PIECES.findall(ours) or [""], _PIECES.findall(theirs) or [""]
    return "".join(mine[: random.randrange(len(mine)) + 1] + other[random.randrange(len(other)) :])[:most]


def _run(random: Random, pieces: Sequence[str], longest: int = 12) -> slice:
    start = random.randrange(len(pieces))
    return slice(start, start + random.randint(1, longest))


def _drop(random: Random, pieces: list[str]) -> None:
    del pieces[_run(random, pieces)]


def _repeat(random: Random, pieces: list[str]) -> None:
    run = _run(random, pieces)
    pieces[run] = pieces[run] * random.choice((2, 2, 3, 5, 17, 60))


def _move(random: Random, pieces: list[str]) -> None:
    run = _run(random, pieces)
    moved = pieces[run]
    del pieces[run]
    at = random.randint(0, len(pieces))
    pieces[at:at] = moved


def _wrap(random: Random, pieces: list[str]) -> None:
    run = _run(random, pieces, 40)
    opening, closing = random.choice(AROUND).split("|")
    times = random.choice((1, 1, 1, 2, 5, 30, 300))
    pieces[run] = [opening * times, *pieces[run], closing * times]


def _insert(random: Random, pieces: list[str]) -> None:
    at = random.randint(0, len(pieces))
    pieces.insert(
        at, random.choice(random.choice((WORDS, ENTITIES, SIGNS, WORDS))) * random.choice((1, 1, 1, 3, 40))
    )


def _insert_within(random: Random, pieces: list[str]) -> None:
    at = random.randrange(len(pieces))
    cut = random.randint(0, len(pieces[at]))
    word = random.choice(random.choice((WORDS, ENTITIES, SIGNS)))
    pieces[at] = pieces[at][:cut] + word + pieces[at][cut + random.choice((0, 0, 1, 3)) :]


def _open(random: Random, pieces: list[str]) -> None:
    """Insert a tag, mostly left open."""
    attributes = "".join(random.choices(ATTRIBUTES, k=random.choice((0, 1, 1, 2, 4))))
    mark = random.choice(("<", "<", "<", "</"))
    pieces.insert(
        random.randint(0, len(pieces)), f"{mark}{random.choice(TAGS)}{attributes}{random.choice('>>>>> /')}"
    )


def _tags(pieces: Sequence[str]) -> list[int]:
    return [at for at, piece in enumerate(pieces) if _NAME.search(piece)] or [0]


def _rename(random: Random, pieces: list[str]) -> None:
    at = random.choice(_tags(pieces))
    pieces[at] = _NAME.sub(
        lambda found: "/" * found[0].startswith("/") + random.choice(TAGS), pieces[at], count=1
    )


def _attribute(random: Random, pieces: list[str]) -> None:
    at = random.choice(_tags(pieces))
    pieces[at] = pieces[at].removesuffix(">") + random.choice(ATTRIBUTES) + ">"


def _swap_attributes(random: Random, pieces: list[str]) -> None:
    one, other = random.choice(_tags(pieces)), random.choice(_tags(pieces))
    mine, theirs = "".join(_ATTRIBUTE.findall(pieces[one])), "".join(_ATTRIBUTE.findall(pieces[other]))
    pieces[one] = _ATTRIBUTE.sub("", pieces[one]).removesuffix(">") + theirs + ">"
    pieces[other] = _ATTRIBUTE.sub("", pieces[other]).removesuffix(">") + mine + ">"


def _huge_attribute(random: Random, pieces: list[str]) -> None:
    at = random.choice(_tags(pieces))
    name = random.choice(("class", "id", "title", "href", "alt", "style", "content", "x"))
    value = random.choice((*WORDS, "a", " a", ".", "(", "/..", "&x=", "　")) * random.choice((50, 300, 1500))
    pieces[at] = pieces[at].removesuffix(">") + f' {name}="{value}">'


def _many_attributes(random: Random, pieces: list[str]) -> None:
    at = random.choice(_tags(pieces))
    pieces[at] = (
        pieces[at].removesuffix(">") + "".join(f" a{n}={n}" for n in range(random.choice((9, 300)))) + ">"
    )


def _cut(random: Random, pieces: list[str]) -> None:
    del pieces[random.randint(1, len(pieces)) :]


def _bound(random: Random, pieces: list[str]) -> None:
    """Move or add a border between the parts of the input."""
    if CUT in pieces and random.random() < 0.5:
        pieces.remove(CUT)
    pieces.insert(random.randint(0, len(pieces)), CUT)


def _digits(random: Random, pieces: list[str]) -> None:
    at = random.randrange(len(pieces))
    pieces[at] = re.sub(r"\d", lambda _: random.choice("0123459９٣²"), pieces[at])


def _requote(random: Random, pieces: list[str]) -> None:
    at = random.randrange(len(pieces))
    pieces[at] = pieces[at].replace(random.choice("\"'>= /"), random.choice("\"'>< =/"))


MUTATIONS: tuple[Mutation, ...] = (
    _drop, _repeat, _move, _wrap, _wrap, _insert, _insert, _insert_within, _insert_within, _open, _open, _rename,
    _attribute, _swap_attributes, _huge_attribute, _many_attributes, _cut, _bound, _digits, _requote,
)  # fmt: skip
