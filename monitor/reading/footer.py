"""What the bottom of a page must show: filings, site code, sponsor (国办发〔2017〕47号)."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from monitor.reading.markup import Document, read_document, squeeze
from monitor.reading.outline import Outline, draw_outline
from monitor.reading.tags import SITE_IDS, read_tags

_PROVINCE = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云黔滇藏陕甘陇青宁新"
_ICP = re.compile(
    rf"[{_PROVINCE}]\s?I\s?C\s?P\s?[备備]\s?(?:第\s?)?\d{{8,10}}\s?号(?:\s?[-－—]\s?\d{{1,3}})?",
    re.IGNORECASE,
)
_POLICE = re.compile(
    rf"(?:[{_PROVINCE}]\s?公\s?网\s?安\s?[备備]|公安(?:机关)?备案(?:编?号|号码)?)\s*[:：]?\s*(?:第\s?)?(\d{{13,14}})\s?号?"
)
_CODE = re.compile(r"(?<![a-zA-Z0-9])(bm\d{8}|\d{10})(?!\d)", re.IGNORECASE)
_CODE_LABEL = re.compile(r"标\s?识\s?码\s*[:：]?\s*(bm\d{8}|\d{10})(?!\d)", re.IGNORECASE)
_SPONSOR = re.compile(r"主\s?办(?:\s?单\s?位)?\s*[:：]\s*([^\n:：|©]{2,60})")
_SPONSOR_END = re.compile(
    r"\s+(?:承\s?办|协\s?办|技\s?术|维\s?护|运\s?维|备\s?案|版\s?权|电\s?话|邮\s?[编箱]|网\s?站)"
    rf"|承办|协办|版权所有|地\s?址|网站标识码|联系(?:我们|方式|电话)|\s+[{_PROVINCE}]?(?:ICP|公网安备)"
)
_POLICE_QUERY = re.compile(r"(?:recordcode|code)=(\d{13,14})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Footer:
    """What a page shows at its bottom, numbers without blanks; None where it shows none."""

    icp: str | None = None
    police: str | None = None
    site_id: str | None = None
    sponsor: str | None = None
    icp_url: str | None = None
    police_url: str | None = None
    text: str = ""
    meta_site_id: str | None = None


def read_footer(page_text: str, url: str) -> Footer:
    """Read a page's bottom; any text will do."""
    document = read_document(page_text, url)
    return footer_of(document, draw_outline(document))


def footer_of(document: Document, outline: Outline) -> Footer:
    """Read the bottom of a page already parsed. Of what stands twice, the last place counts."""
    whole = "\n".join(block.text for block in outline.blocks)
    flat = whole.replace("\n", " ")
    icp, police = _last(_ICP, flat), _last(_POLICE, flat)
    return Footer(
        icp=re.sub(r"\s", "", icp[0]) if icp else None,
        police=re.sub(r"[\s:：]", "", police[0]) if police else None,
        site_id=site_code(whole),
        sponsor=_sponsor(whole),
        icp_url=_link(document, _ICP, icp[0] if icp else None),
        police_url=_link(document, _POLICE, police[0] if police else None) or _police_link(document, police),
        text="\n".join(block.text for block in outline.blocks if block.bottom)[:4000] or whole[-1000:],
        meta_site_id=site_code(read_tags(document).first(SITE_IDS) or ""),
    )


def site_code(text: str) -> str | None:
    """Return the site code (网站标识码) in a text: labelled, or the text itself."""
    found = list(_CODE_LABEL.finditer(text))
    if found:
        return found[-1][1].lower()
    bare = _CODE.fullmatch(text.strip())
    return bare[1].lower() if bare else None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)


def _sponsor(text: str) -> str | None:
    """Return who is named as sponsor (主办单位), up to who comes after."""
    found = _last(_SPONSOR, text)
    if found is None:
        return None
    end = _SPONSOR_END.search(found[1])
    name = (found[1][: end.start()] if end else found[1]).strip(" 　,，;；。-")
    return name or None


def _link(document: Document, pattern: re.Pattern[str], shown: str | None) -> str | None:
    """Return where the link that bears a number leads."""
    wanted = re.sub(r"\s", "", shown) if shown else None
    found = None
    for anchor in document.tree.css("a[href]") if wanted else ():
        numbers = pattern.finditer(squeeze(f"{anchor.text()} {anchor.attributes.get('title') or ''}"))
        if any(re.sub(r"\s", "", number[0]) == wanted for number in numbers):
            found = document.resolve(anchor.attributes.get("href")) or found
    return found


def _police_link(document: Document, police: re.Match[str] | None) -> str | None:
    for anchor in document.tree.css("a[href]") if police else ():
        query = _POLICE_QUERY.search(anchor.attributes.get("href") or "")
        if police and query and query[1] == police[1]:
            return document.resolve(anchor.attributes.get("href"))
    return None
