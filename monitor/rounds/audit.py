"""The lifecycle of a site in one look: what its home page shows against the register, its grading, its
certificate, and whether it is up (or, once closed, gone)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session
from yarl import URL

from checks import availability, lifecycle
from checks.lifecycle import Certificate, Registered, Shown
from checks.rules import Duty, Finding
from monitor.net.client import CookieRound, Page
from monitor.net.tls import CertificateFact
from monitor.reading.article import read_article
from monitor.reading.home import Home, read_home
from monitor.reading.quality import is_soft_404, is_stub
from monitor.rounds.context import Context
from monitor.rounds.findings import apply_finding
from monitor.store import places, watches
from monitor.targets import Site


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found."""

    findings: tuple[Finding, ...]
    certificate: CertificateFact | None = None


async def audit_site(ctx: Context, site: Site) -> Audited:
    """Look at a site once and judge all that one look decides. Stores nothing."""
    robots = site.robots or ctx.targets.fetch.robots
    page = await ctx.client.get(site.url, fresh=True, cookies=CookieRound(), robots=robots)
    reached = _reached(page)
    if site.status == "closed":
        return Audited((lifecycle.check_closed(reached, site.url),))
    findings = []
    if Duty.AVAILABILITY in site.duties and site.status in ("open", "closing"):
        findings.append(availability.check_home(reached, page.reason, site.url))
    if Duty.LIFECYCLE not in site.duties:
        return Audited(tuple(findings))
    certificate = await _certificate(ctx, site) if page.ok else None
    findings += _lifecycle(ctx, site, page, certificate)
    return Audited(tuple(findings), certificate)


def _reached(page: Page) -> bool | None:
    if page.ok:
        return True
    return False if page.outcome.blame == "site" else None


async def _certificate(ctx: Context, site: Site) -> CertificateFact | None:
    url = URL(site.url)
    if url.scheme != "https" or url.host is None:
        return None
    return await ctx.client.certificate(url.host, url.port or 443)


def _lifecycle(
    ctx: Context, site: Site, page: Page, certificate: CertificateFact | None
) -> tuple[Finding, ...]:
    now = ctx.now()
    today = now.astimezone(ctx.counting.zone).date()
    warn = ctx.targets.rules.lifecycle.warn_days
    registered = site.registration
    findings = [
        *lifecycle.check_shown(
            _shown(page),
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


def _shown(page: Page) -> Shown | None:
    """What the home page shows; None where the page cannot be read as one."""
    if not page.ok or is_stub(page.text) or is_soft_404(page.text):
        return None
    home: Home = read_home(page.text, page.final_url)
    footer = home.footer
    return Shown(
        icp=footer.icp,
        police=footer.police,
        site_id=footer.site_id,
        sponsor=footer.sponsor,
        text=footer.text,
        meta_site_id=read_article(page.text, page.final_url).site_id,
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
