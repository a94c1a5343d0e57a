"""The lifecycle of a site in one look: what its home page shows against the register, its grading, its
certificate, and whether it is up (or, once closed, gone)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session
from yarl import URL

from checks import availability, lifecycle
from checks.lifecycle import Certificate, Registered, Shown
from checks.rules import Duty, Finding
from monitor.net.browser import Rendered
from monitor.net.client import CookieRound, Page
from monitor.net.tls import CertificateFact
from monitor.reading.article import read_article
from monitor.reading.home import read_home
from monitor.rounds.context import Context
from monitor.rounds.findings import apply_finding
from monitor.rounds.hosts import hosts_of, is_under
from monitor.rounds.pages import Manner, get_page, is_cut_off, show, trouble_with
from monitor.store import places, watches
from monitor.targets import Site


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found."""

    findings: tuple[Finding, ...]
    certificate: CertificateFact | None = None


async def audit_site(ctx: Context, site: Site) -> Audited:
    """Look at a site once and judge all that one look decides. Stores nothing."""
    manner = Manner(fresh=True, robots=site.robots or ctx.targets.fetch.robots)
    got = await get_page(ctx, site.url, manner, CookieRound())
    page, reached = got.page, await _reached(ctx, got.page)
    if site.status == "closed":
        return Audited((lifecycle.check_closed(None if got.is_shown_otherwise else reached, site.url),))
    findings = []
    if Duty.AVAILABILITY in site.duties and site.status in ("open", "closing"):
        findings.append(availability.check_home(got.is_shown_otherwise or reached, page.reason, site.url))
    if Duty.LIFECYCLE not in site.duties:
        return Audited(tuple(findings))
    certificate = await _certificate(ctx, site) if page.ok else None
    findings += _lifecycle(ctx, site, await _see(ctx, site, page, manner), certificate)
    return Audited(tuple(findings), certificate)


async def _reached(ctx: Context, page: Page) -> bool | None:
    if page.ok:
        return True
    return None if page.outcome.blame != "site" or await is_cut_off(ctx, page) else False


async def _see(ctx: Context, site: Site, page: Page, manner: Manner) -> Shown | None:
    """What the home page shows; what its source lacks is looked for in the browser before it is missed.

    None where that cannot be read: a browser that fails proves nothing to be missing.
    """
    source = _shown(site, page)
    if source is None or isinstance(page, Rendered) or (source.icp and source.police and source.site_id):
        return source
    seen = await show(ctx, page.final_url, manner)
    if seen is None:
        return source
    rendered = _shown(site, seen)
    return None if rendered is None else _joined(source, rendered)


def _joined(source: Shown, rendered: Shown) -> Shown:
    return Shown(
        icp=source.icp or rendered.icp,
        police=source.police or rendered.police,
        site_id=source.site_id or rendered.site_id,
        sponsor=source.sponsor or rendered.sponsor,
        text=f"{source.text}\n{rendered.text}",
        meta_site_id=source.meta_site_id or rendered.meta_site_id,
    )


async def _certificate(ctx: Context, site: Site) -> CertificateFact | None:
    url = URL(site.url)
    if url.scheme != "https" or url.host is None:
        return None
    return await ctx.client.certificate(url.host, url.port or 443)


def _lifecycle(
    ctx: Context, site: Site, shown: Shown | None, certificate: CertificateFact | None
) -> tuple[Finding, ...]:
    now = ctx.now()
    today = now.astimezone(ctx.counting.zone).date()
    warn = ctx.targets.rules.lifecycle.warn_days
    registered = site.registration
    findings = [
        *lifecycle.check_shown(
            shown,
            Registered(
                site_id=registered.site_id,
                icp=registered.icp,
                police=registered.police,
                sponsor=registered.sponsor,
                region=site.region,
            ),
        ),
        *lifecycle.check_grading(
            grading_of(site), registered.opened, today, warn, is_portal=site.type == "portal"
        ),
    ]
    if certificate is not None:
        known = Certificate(certificate.not_after, certificate.valid, certificate.reason)
        findings.append(lifecycle.check_certificate(known, now.astimezone(ctx.counting.zone), warn))
    return tuple(findings)


def _shown(site: Site, page: Page) -> Shown | None:
    """What the home page shows; None where the page cannot be read as one.

    What stands in a frame of another site is said of that one.
    """
    if isinstance(page, Rendered):
        own = hosts_of(site, [page.final_url])
        page = replace(page, frames=tuple(frame for frame in page.frames if is_under(own, frame.url)))
        if any(frame.may_come for frame in page.frames):
            return None
    if trouble_with(page) is not None:
        return None
    texts = [(page.final_url, page.text)]
    if isinstance(page, Rendered):
        texts += [(frame.url, frame.text) for frame in page.frames]
    *framed, shown = [_shown_by(text, url) for url, text in reversed(texts)]
    for frame in framed:
        shown = _joined(shown, frame)
    return shown


def _shown_by(text: str, url: str) -> Shown:
    footer = read_home(text, url).footer
    return Shown(
        icp=footer.icp,
        police=footer.police,
        site_id=footer.site_id,
        sponsor=footer.sponsor,
        text=footer.text,
        meta_site_id=read_article(text, url).site_id,
    )


def grading_of(site: Site) -> lifecycle.Grading | None:
    """The site's grading as the rules take it."""
    grading = site.grading
    if grading is None:
        return None
    return lifecycle.Grading(
        level=grading.level,
        filing=grading.filing,
        graded=grading.graded,
        filed=grading.filed,
        assessed=grading.assessed,
    )


def record_audit(session: Session, ctx: Context, site: Site, audited: Audited, now: datetime) -> None:
    """Store an audit. Whether a home page is up is for the looks to say: they look again within minutes."""
    for finding in audited.findings:
        if finding.rule != "availability.home":
            apply_finding(session, ctx, site.id, site.region, finding, now)
    state = places.state_of(session, site.id)
    # A site that is down for a moment keeps what is known of its certificate: its end still draws near.
    if audited.certificate is not None:
        state.tls_not_after = audited.certificate.not_after
    elif URL(site.url).scheme != "https":
        state.tls_not_after = None
    grading = grading_of(site)
    due = lifecycle.assessment_due(grading) if grading else None
    state.assessment_due = due.isoformat() if due else None
    session.add(state)
    watches.put_off(session, "audit", site.id, now + ctx.targets.rules.lifecycle.every, ran_at=now)
