"""How people are told: channels and the routes that lead to them."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from checks.terms import Term
from monitor.targets.secrets import Secret
from monitor.targets.values import AnyTerm, Id, RegionStart, SecretText, Span, Table, Words

Kind = Literal[
    "duty",
    "reminder",
    "warning",
    "violation",
    "urgent",
    "resolved",
    "correction",
    "blind",
    "digest",
]


class Channel(Table):
    """A way to people: any Apprise URL."""

    id: Id = Field(default="office", description="what routes and contacts call it")
    url: SecretText = Field(description='an Apprise URL, as a rule "{env:NAME}" or "{file:/run/secrets/x}"')

    @field_validator("url")
    @classmethod
    def is_a_channel(cls, url: Secret) -> Secret:
        found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", url.reveal())
        if not found:
            raise ValueError('must be an Apprise URL, such as "mailto://…" or "json://…"')
        if found[1].lower() == "file":
            raise ValueError("must lead to people, not to a file")
        return url


class Route(Table):
    """Which events go to which channels. Order means nothing; a channel gets an event once."""

    to: tuple[Id, ...] = Field(default=("office",), min_length=1, description="channels")
    on: tuple[Kind, ...] = Field(
        default=("warning", "violation", "urgent", "resolved", "correction", "blind"),
        min_length=1,
        description="kinds of events; duty: a clock started",
    )
    rule: tuple[Words, ...] = Field(
        default=(), description='rules, with * for any part: "repost.*"; none given: all'
    )
    site: tuple[Id, ...] = Field(default=(), description="ids of sites or portals; none given: all")
    region: tuple[RegionStart, ...] = Field(
        default=(), description="first 2, 4 or all 6 digits of region codes; none given: all"
    )
    quiet: Span | None = Field(
        default=None, description="hours in which everything but urgent waits until they end"
    )
    repeat: AnyTerm | None = Field(
        default=None, description="after how long what is still open is told again"
    )
    escalate_to: tuple[Id, ...] = Field(default=(), description="channels told when nobody acknowledged")
    escalate_after: AnyTerm | None = Field(
        default=None, validate_default=True, description="how long that is waited for"
    )

    @field_validator("escalate_after")
    @classmethod
    def goes_with_escalate_to(cls, after: Term | None, info: ValidationInfo) -> Term | None:
        if after is None and info.data.get("escalate_to"):
            raise ValueError("is required with escalate_to")
        if after is not None and info.data.get("escalate_to") == ():
            raise ValueError("says nothing without escalate_to")
        return after
