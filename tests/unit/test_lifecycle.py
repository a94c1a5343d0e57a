from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.filings import PROVINCES, IcpNumber, PoliceNumber, SiteCode
from checks.lifecycle import (
    Certificate,
    Grading,
    Registered,
    Shown,
    add_months,
    assessment_due,
    check_certificate,
    check_closed,
    check_grading,
    check_shown,
    early_warning,
)
from checks.rules import Finding, Severity

REGISTERED = Registered(
    site_id="3408990001",
    icp="皖ICP备12345678号-1",
    police="皖公网安备34089902000001号",
    sponsor="示例县人民政府办公室",
    region="340899",
)
SILENT = Registered(region="340899")
SHOWN = Shown(
    icp="皖ICP备12345678号-1",
    police="皖公网安备 34089902000001号",
    site_id="3408990001",
    sponsor="示例县人民政府办公室",
    text="主办单位：示例县人民政府办公室 网站标识码：3408990001",
)
RULES_OF_FOOTER = ["lifecycle.icp", "lifecycle.police", "lifecycle.site_id", "lifecycle.sponsor"]


def finding_on(rule: str, shown: Shown | None, registered: Registered) -> Finding:
    return next(finding for finding in check_shown(shown, registered) if finding.rule == rule)


# --- the foot of the page ----------------------------------------------------------------------------


def test_a_page_that_says_what_the_register_says_is_in_order() -> None:
    findings = check_shown(SHOWN, REGISTERED)
    assert [finding.rule for finding in findings] == RULES_OF_FOOTER
    assert [finding.ok for finding in findings] == [True] * 4


def test_a_page_that_could_not_be_read_accuses_nobody() -> None:
    findings = check_shown(None, REGISTERED)
    assert [finding.rule for finding in findings] == RULES_OF_FOOTER
    assert {finding.ok for finding in findings} == {None}
    assert {finding.found for finding in findings} == {"首页未能读取，无法核实"}


@pytest.mark.parametrize("registered", [REGISTERED, SILENT])
def test_an_empty_footer_lacks_everything(registered: Registered) -> None:
    findings = check_shown(Shown(), registered)
    assert [(finding.ok, finding.found) for finding in findings] == [(False, "首页未标明")] * 4
    assert {finding.evidence for finding in findings} == {None}


def test_a_silent_register_asks_only_that_the_items_are_there() -> None:
    assert [finding.ok for finding in check_shown(SHOWN, SILENT)] == [True] * 4


def test_findings_can_be_read_by_a_clerk() -> None:
    icp, *_ = check_shown(replace(SHOWN, icp="皖ICP备87654321号"), REGISTERED)
    assert icp.expected == "首页标明的ICP备案编号与登记一致：皖ICP备12345678号-1"
    assert icp.found == "皖ICP备87654321号"
    assert icp.evidence == "首页底部文字：主办单位：示例县人民政府办公室 网站标识码：3408990001"
    assert icp.severity is Severity.WARNING
    silent, *_ = check_shown(SHOWN, SILENT)
    assert silent.expected == "首页标明ICP备案编号"


def test_long_footers_are_cut() -> None:
    icp, *_ = check_shown(replace(SHOWN, text="链接\n" * 300), REGISTERED)
    assert icp.evidence is not None
    assert len(icp.evidence) < 220
    assert icp.evidence.endswith("…")


@pytest.mark.parametrize(
    ("stated", "ok", "reason"),
    [
        ("皖ICP备12345678号-1", True, "as registered"),
        ("皖ICP备 1234 5678 号 - 1", True, "spaces inside"),
        ("皖ＩＣＰ备１２３４５６７８号－１", True, "full-width signs"),
        ("皖icp备12345678号–1", True, "small letters, a typographic dash"),
        ("备案序号：皖ICP备12345678-1", True, "a label before it, no 号"),
        ("皖ICP備12345678號-1", True, "traditional characters"),
        ("皖ICP备12345678号", True, "the holder's number, without a site's suffix"),
        ("皖ICP\u200b备12345678号-1", True, "an invisible sign inside"),
        ("皖ICP备12345678号-2", False, "another site of the same holder"),
        ("皖ICP备12345679号-1", False, "another holder"),
        ("沪ICP备12345678号-1", False, "another province"),
        ("皖ICP备123号", False, "too few digits"),
        ("皖ICP备123456789012号", False, "too many digits"),
        ("申请中", False, "no number at all"),
    ],
)
def test_icp_numbers_are_compared_by_what_they_mean(stated: str, ok: bool, reason: str) -> None:
    assert finding_on("lifecycle.icp", replace(SHOWN, icp=stated), REGISTERED).ok is ok, reason


@pytest.mark.parametrize(
    ("stated", "ok", "reason"),
    [
        ("皖公网安备34089902000001号", True, "as registered"),
        ("皖公网安备：34089902000001", True, "a colon, no 号"),
        ("皖公网安备 3408 9902 0000 01 号", True, "spaces inside"),
        ("34089902000001", True, "the bare number"),
        ("皖公网安备34089902000002号", False, "another number"),
        ("陕公网安备34089902000001号", False, "another province's name on it"),
        ("陕公网安备 34089902000001号", False, "the same, a space between"),
        ("皖公网安备3408990200001号", False, "a digit is missing"),
        ("皖公网安备340899020000012号", False, "a digit too many"),
    ],
)
def test_police_numbers_are_compared_by_what_they_mean(stated: str, ok: bool, reason: str) -> None:
    assert finding_on("lifecycle.police", replace(SHOWN, police=stated), REGISTERED).ok is ok, reason


def test_a_registered_police_number_may_lack_its_province() -> None:
    bare = replace(REGISTERED, police="34089902000001")
    assert finding_on("lifecycle.police", SHOWN, bare).ok
    shaanxi = replace(SHOWN, police="陕公网安备34089902000001号")
    assert not finding_on("lifecycle.police", shaanxi, bare).ok


@pytest.mark.parametrize(
    ("stated", "ok", "reason"),
    [
        ("3408990001", True, "as registered"),
        ("网站标识码 ３４０８９９０００１", True, "a label, full-width digits"),
        ("3408990002", False, "another site"),
        ("bm34089900", False, "a ministry's"),
        ("34089900011", False, "a digit too many"),
    ],
)
def test_site_codes_are_compared(stated: str, ok: bool, reason: str) -> None:
    assert finding_on("lifecycle.site_id", replace(SHOWN, site_id=stated, text=""), REGISTERED).ok is ok, (
        reason
    )


@pytest.mark.parametrize(
    ("stated", "ok", "reason"),
    [
        ("示例县人民政府办公室", True, "as registered"),
        ("主办单位： 示例县人民政府办公室", True, "with its label"),
        ("示例县人民政府办公室 主办", True, "with a label behind"),
        ("示例县 人民政府\u3000办公室", True, "with spaces inside"),
        ("示例縣人民政府辦公室", True, "in traditional characters"),
        ("示例县人民政府", False, "a part of the name is another body"),
        ("示例县人民政府办公室信息中心", False, "a longer name is another body"),
        ("主办单位：", False, "a label without a name"),
    ],
)
def test_sponsors_are_compared_without_labels_and_signs(stated: str, ok: bool, reason: str) -> None:
    shown = replace(SHOWN, sponsor=stated, text="")
    assert finding_on("lifecycle.sponsor", shown, REGISTERED).ok is ok, reason


def test_two_sponsors_are_one_name() -> None:
    registered = replace(REGISTERED, sponsor="中共示例县委、示例县人民政府")
    assert finding_on(
        "lifecycle.sponsor", replace(SHOWN, sponsor="中共示例县委 示例县人民政府"), registered
    ).ok


@pytest.mark.parametrize(
    ("text", "ok", "reason"),
    [
        ("首页 | 主办单位： 示例县人民政府办公室 | 承办：数据局", True, "named after its label"),
        ("主办单位\u3000示例县人民政府办公室\n电话 0000", True, "without a colon"),
        ("主辦單位：示例縣人民政府辦公室 承辦：數據局", True, "in traditional characters"),
        ("示例县人民政府办公室主办，数据局承办", True, "named before its label"),
        ("示例县人民政府办公室 主办", False, "a loose word labels nothing"),
        ("主办：示例县人民政府办公室信息中心", False, "a longer name is another body"),
        ("承办单位：示例县人民政府办公室", False, "named as something else"),
    ],
)
def test_a_sponsor_not_read_off_the_page_is_looked_for_in_its_text(text: str, ok: bool, reason: str) -> None:
    shown = Shown(text=text)
    assert finding_on("lifecycle.sponsor", shown, REGISTERED).ok is ok, reason


@pytest.mark.parametrize("rule", RULES_OF_FOOTER[:3])
def test_numbers_side_by_side_are_kept_apart(rule: str) -> None:
    text = "皖ICP备12345678 34089902000001 3408990001 0550-1234567"
    assert finding_on(rule, Shown(text=text), REGISTERED).ok


@pytest.mark.parametrize("rule", RULES_OF_FOOTER[:3])
def test_a_registered_number_anywhere_in_the_text_will_do(rule: str) -> None:
    """The number that stands in its place may be that of the firm which built the site."""
    text = "皖ICP备12345678号-1 皖公网安备34089902000001号 标识码3408990001"
    builder = Shown(
        icp="沪ICP备11111111号", police="沪公网安备31010102000001号", site_id="3101010001", text=text
    )
    assert finding_on(rule, builder, REGISTERED).ok
    assert not finding_on(rule, replace(builder, text=""), REGISTERED).ok


def test_a_number_is_not_taken_from_the_text_without_a_register() -> None:
    """Ten digits in a text may be a telephone number."""
    assert not finding_on("lifecycle.site_id", Shown(text="电话 3408990001"), SILENT).ok


DOUBTS = [
    ("lifecycle.icp", "陕ICP备12345678号", "陕ICP备12345678号（省份简称“陕”与本地区划340899不符）"),
    (
        "lifecycle.police",
        "陕公网安备34089902000001号",
        "陕公网安备34089902000001号（省份简称“陕”与编号开头的34不符）",
    ),
    ("lifecycle.police", "61010202000001", "61010202000001（编号开头的61与本地区划340899不符）"),
    ("lifecycle.site_id", "3401020001", "3401020001（标识码开头的340102不是本地区划340899，也不是其上级）"),
]


@pytest.mark.parametrize(("rule", "stated", "found"), DOUBTS)
def test_what_does_not_fit_the_region_is_said(rule: str, stated: str, found: str) -> None:
    field = rule.partition(".")[2]
    finding = finding_on(rule, Shown(**{field: stated}), SILENT)
    assert (finding.ok, finding.found) == (False, found)


@pytest.mark.parametrize(("rule", "stated", "found"), DOUBTS)
def test_where_the_register_confirms_a_number_doubts_accuse_nobody(
    rule: str, stated: str, found: str
) -> None:
    field = rule.partition(".")[2]
    finding = finding_on(rule, Shown(**{field: stated}), replace(SILENT, **{field: stated}))
    assert (finding.ok, finding.found) == (True, found)


@pytest.mark.parametrize(
    ("code", "region", "reason"),
    [
        ("3408990001", "340899", "its own division"),
        ("3408000001", "340899", "its city's"),
        ("3400000001", "340899", "its province's"),
        ("bm12345678", "340899", "a ministry's local site"),
        ("3408990001", "000000", "a site of the nation"),
        ("3408990001", "", "a site of no known region"),
    ],
)
def test_site_codes_that_fit(code: str, region: str, reason: str) -> None:
    assert finding_on("lifecycle.site_id", Shown(site_id=code), Registered(region=region)).ok, reason


def test_a_county_that_became_a_district_keeps_its_code() -> None:
    """The doubt is said and accuses nobody."""
    finding = finding_on("lifecycle.site_id", Shown(site_id="3408810001"), Registered(region="340811"))
    assert finding.ok
    assert finding.found == "3408810001（标识码开头的340881不是本地区划340811，也不是其上级）"


@pytest.mark.parametrize("rule", RULES_OF_FOOTER[:3])
def test_a_registered_number_that_is_none_is_not_matched_by_chance(rule: str) -> None:
    field = rule.partition(".")[2]
    finding = finding_on(rule, SHOWN, replace(REGISTERED, **{field: "待补"}))
    assert not finding.ok


@pytest.mark.parametrize(
    ("tag", "ok", "reason"),
    [
        (None, True, "no tag was read"),
        (" ", True, "an empty tag"),
        ("3408990001", True, "the same"),
        ("3408990002", False, "another code"),
        ("网站标识码", False, "a tag that nobody filled in"),
    ],
)
def test_the_tag_must_not_say_another_site_code(tag: str | None, ok: bool, reason: str) -> None:
    for registered in (REGISTERED, SILENT):
        finding = finding_on("lifecycle.site_id", replace(SHOWN, meta_site_id=tag), registered)
        assert finding.ok is ok, reason
        assert ok or (finding.found is not None and f"页面标签SiteIDCode为{tag}" in finding.found)


def test_a_tag_alone_shows_nobody_the_code() -> None:
    finding = finding_on("lifecycle.site_id", Shown(meta_site_id="3408990001"), SILENT)
    assert (finding.ok, finding.found) == (False, "首页未标明；页面标签SiteIDCode为3408990001")


provinces = st.sampled_from(sorted(PROVINCES))
digits = st.integers(0, 10**14 - 1).map(lambda number: f"{number:014}")


@given(provinces, digits, st.none() | st.integers(1, 999).map(str))
def test_icp_numbers_read_back(province: str, number: str, suffix: str | None) -> None:
    icp = IcpNumber(province, number[:8], suffix)
    assert IcpNumber.find_all(f"备案号：{icp} 版权所有") == (icp,)


@given(st.none() | provinces, digits)
def test_police_numbers_read_back(province: str | None, number: str) -> None:
    police = PoliceNumber(province, number)
    assert PoliceNumber.find_all(f"（{police}）") == (police,)


@given(st.booleans(), digits)
def test_site_codes_read_back(is_ministry: bool, number: str) -> None:
    code = SiteCode(f"bm{number[:8]}" if is_ministry else number[:10])
    assert SiteCode.find_all(f"标识码：{code.code.upper()}。") == (code,)


def test_two_names_of_one_province_agree() -> None:
    assert IcpNumber("贵", "12345678").agrees_with(IcpNumber("黔", "12345678"))


# --- grading and assessment --------------------------------------------------------------------------

TODAY = date(2026, 11, 24)


def grading_finding(grading: Grading | None, opened: date | None = None) -> Finding:
    return check_grading(grading, opened, TODAY)[0]


def assessment_finding(grading: Grading | None) -> Finding:
    return check_grading(grading, None, TODAY)[1]


def test_a_portal_without_a_grading_is_not_in_order() -> None:
    for grading in (None, Grading(), Grading(filing="34089900001-00001")):
        graded, assessed = check_grading(grading, None, TODAY)
        assert (graded.rule, graded.ok) == ("lifecycle.grading", False)
        assert (assessed.rule, assessed.ok) == ("lifecycle.assessment", None)


def test_of_another_site_without_a_grading_nothing_is_said() -> None:
    assert [finding.ok for finding in check_grading(None, None, TODAY, is_portal=False)] == [None, None]


NUMBER = "34089900001-00001"


@pytest.mark.parametrize(
    ("grading", "opened", "ok", "found"),
    [
        (Grading(1), None, True, "1级，不需备案"),
        (Grading(2, NUMBER), None, True, f"2级，已备案，编号{NUMBER}"),
        (Grading(3, NUMBER, filed=date(2020, 5, 1)), None, True, f"3级，已于2020年5月1日备案，编号{NUMBER}"),
        (Grading(2, filed=date(2020, 5, 1)), None, True, "2级，已于2020年5月1日备案，登记册未载明备案编号"),
        (Grading(2, "甲-1"), None, True, "2级，已备案，编号甲-1（编号不是常见的11位加5位，请核对）"),
        (Grading(2), None, False, "2级，登记册未载明备案"),
        (Grading(2), date(2016, 5, 1), False, "2级，尚未备案，最迟应于2016年5月31日备案"),
        (Grading(2, graded=date(2026, 10, 24)), None, False, "2级，尚未备案，最迟应于2026年11月23日备案"),
        (Grading(2, graded=date(2026, 10, 25)), None, True, "2级，尚未备案，最迟应于2026年11月24日备案"),
        (
            Grading(2, graded=date(2026, 1, 5)),
            date(2026, 11, 1),
            True,
            "2级，尚未备案，最迟应于2026年12月1日备案",
        ),
    ],
)
def test_from_level_2_on_a_filing_is_needed(
    grading: Grading, opened: date | None, ok: bool, found: str
) -> None:
    finding = grading_finding(grading, opened)
    assert (finding.ok, finding.found) == (ok, found)


def test_a_filing_still_to_come_is_told_early() -> None:
    assert grading_finding(Grading(2, graded=date(2026, 11, 1))).early
    assert not grading_finding(Grading(2, NUMBER)).early
    assert not grading_finding(Grading(2, graded=date(2026, 1, 1))).early


@pytest.mark.parametrize(
    ("grading", "due", "reason"),
    [
        (Grading(2, assessed=date(2026, 3, 1)), date(2028, 3, 1), "level 2: two years"),
        (Grading(3, assessed=date(2026, 3, 1)), date(2027, 3, 1), "level 3: a year"),
        (Grading(4, assessed=date(2026, 3, 1)), date(2026, 9, 1), "level 4: half a year"),
        (Grading(3, assessed=date(2024, 2, 29)), date(2025, 2, 28), "a leap day has no anniversary"),
        (Grading(2, assessed=date(2024, 2, 29)), date(2026, 2, 28), "nor two years later"),
        (Grading(4, assessed=date(2026, 8, 31)), date(2027, 2, 28), "the end of a month stays its end"),
        (Grading(4, assessed=date(2026, 6, 30)), date(2026, 12, 30), "over no year's end"),
        (Grading(4, assessed=date(2026, 7, 1)), date(2027, 1, 1), "over a year's end"),
        (
            Grading(3, graded=date(2026, 1, 5), filed=date(2026, 2, 1)),
            date(2027, 2, 1),
            "never: from the filing",
        ),
        (Grading(3, graded=date(2026, 1, 5)), date(2027, 1, 5), "never, not filed: from the grading"),
        (Grading(3), None, "nothing to count from"),
        (Grading(1, assessed=date(2026, 3, 1)), None, "level 1 asks for none"),
        (Grading(5, assessed=date(2026, 3, 1)), None, "level 5 has rules of its own"),
        (Grading(assessed=date(2026, 3, 1)), None, "no level"),
    ],
)
def test_when_the_next_assessment_is_due(grading: Grading, due: date | None, reason: str) -> None:
    assert assessment_due(grading) == due, reason


@pytest.mark.parametrize(
    ("days_left", "ok", "severity", "early", "ending"),
    [
        (61, True, Severity.NOTICE, False, "还有61天"),
        (60, True, Severity.NOTICE, True, "还有60天"),
        (31, True, Severity.NOTICE, True, "还有31天"),
        (30, True, Severity.WARNING, True, "还有30天"),
        (7, True, Severity.WARNING, True, "还有7天"),
        (0, True, Severity.WARNING, True, "还有0天"),
        (-1, False, Severity.WARNING, False, "已逾期1天"),
        (-4000, False, Severity.WARNING, False, "已逾期4000天"),
    ],
)
def test_an_assessment_is_warned_of_and_never_a_violation(
    days_left: int, ok: bool, severity: Severity, early: bool, ending: str
) -> None:
    """The interval could not be confirmed in a text: however late, it stays a warning."""
    assessed = date(2026, 3, 1)
    today = date(2028, 3, 1) - timedelta(days=days_left)
    _, finding = check_grading(Grading(2, NUMBER, assessed=assessed), None, today)
    assert (finding.ok, finding.severity, finding.early) == (ok, severity, early)
    assert finding.found is not None
    assert finding.found.startswith("上次测评2026年3月1日，最迟应于2028年3月1日测评，")
    assert finding.found.endswith(ending)


@pytest.mark.parametrize(
    ("grading", "ok", "found"),
    [
        (Grading(3, NUMBER), False, "登记册未载明测评日期"),
        (
            Grading(3, NUMBER, filed=date(2026, 6, 1)),
            True,
            "登记册未载明测评日期，最迟应于2027年6月1日测评，还有189天",
        ),
        (Grading(1), True, "1级，没有规定测评期限"),
        (Grading(5, NUMBER), None, "5级，没有规定测评期限"),
    ],
)
def test_without_an_assessment(grading: Grading, ok: bool | None, found: str) -> None:
    finding = assessment_finding(grading)
    assert (finding.ok, finding.found) == (ok, found)


def test_the_office_sets_how_early_it_is_warned() -> None:
    grading = Grading(3, NUMBER, assessed=TODAY - timedelta(days=270))
    assert not check_grading(grading, None, TODAY)[1].early
    assert check_grading(grading, None, TODAY, warn_days=(100,))[1].severity is Severity.WARNING
    assert not check_grading(grading, None, TODAY, warn_days=())[1].early


_ORDER = [None, Severity.NOTICE, Severity.WARNING]


@given(st.integers(0, 400), st.integers(0, 400), st.lists(st.integers(1, 365), max_size=4, unique=True))
def test_warnings_grow_as_the_day_comes_nearer(one: int, other: int, warn_days: list[int]) -> None:
    nearer, further = sorted((one, other))
    grows = [_ORDER.index(early_warning(days_left, warn_days)) for days_left in (further, nearer)]
    assert grows == sorted(grows)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_months_end_in_their_own_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


# --- certificate and closing -------------------------------------------------------------------------

NOW = datetime(2026, 11, 24, 8, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("certificate", "ok", "found"),
    [
        (None, None, "未读到证书"),
        (Certificate(NOW + timedelta(days=90), True), True, "证书有效，2027年2月22日到期，还有90天"),
        (Certificate(None, True), True, "证书有效"),
        (Certificate(NOW + timedelta(days=90), None, "no answer"), None, "未能核验证书"),
        (Certificate(None, None), None, "未能核验证书"),
        (Certificate(NOW, True), False, "证书已于2026年11月24日到期"),
        (Certificate(NOW - timedelta(days=1), None), False, "证书已于2026年11月23日到期"),
        (Certificate(NOW + timedelta(days=9), False, "Hostname mismatch"), False, "证书与域名不符"),
        (Certificate(None, False, "self-signed certificate"), False, "证书是自签名的"),
        (
            Certificate(None, False, "unable to get local issuer certificate"),
            False,
            "证书链不完整，或颁发机构不受信任",
        ),
        (Certificate(None, False, "certificate has expired"), False, "证书已过期"),
        (Certificate(None, False, "certificate is not yet valid"), False, "证书尚未生效"),
        (Certificate(None, False, "certificate revoked"), False, "证书已被吊销"),
        (
            Certificate(
                None, False, "legacy TLS: TLSv1 ECDHE-RSA-AES256-SHA (modern TLS: unsupported protocol)"
            ),
            False,
            "服务器只支持已淘汰的加密协议或过弱的密钥",
        ),
        (Certificate(None, False, "bad signature"), False, "证书无效：bad signature"),
        (Certificate(None, False), False, "证书无效"),
    ],
)
def test_certificates(certificate: Certificate | None, ok: bool | None, found: str) -> None:
    finding = check_certificate(certificate, NOW)
    assert (finding.rule, finding.ok, finding.found) == ("security.tls", ok, found)
    assert finding.evidence == (certificate.reason if certificate else None)
    assert finding.severity is Severity.WARNING
    assert not finding.early


@pytest.mark.parametrize(
    ("days_left", "severity"), [(60, Severity.NOTICE), (30, Severity.WARNING), (0, Severity.WARNING)]
)
def test_a_certificate_that_runs_out_soon_is_told_early(days_left: int, severity: Severity) -> None:
    finding = check_certificate(Certificate(NOW + timedelta(days=days_left, hours=1), True), NOW)
    assert (finding.ok, finding.early, finding.severity) == (True, True, severity)


def test_days_are_told_in_the_offices_zone() -> None:
    until = datetime.fromisoformat("2027-03-31T18:00:00+00:00")
    assert "2027年4月1日" in (check_certificate(Certificate(until, True), NOW).found or "")


@pytest.mark.parametrize(
    ("reached", "ok", "found"),
    [
        (True, False, "网站已关停，地址仍可打开"),
        (False, True, "地址已不能打开"),
        (None, None, "未能判断地址是否仍可打开"),
    ],
)
def test_a_closed_site_must_not_answer(reached: bool | None, ok: bool | None, found: str) -> None:
    finding = check_closed(reached, "http://old.example.gov.cn/")
    assert (finding.rule, finding.ok, finding.found) == ("lifecycle.closed", ok, found)
    assert finding.url == "http://old.example.gov.cn/"
    assert finding.severity is Severity.VIOLATION
