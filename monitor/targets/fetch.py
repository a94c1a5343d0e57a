"""How the web is read: how much at once, how long, how big, and through what."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator

from monitor.targets.secrets import Secret
from monitor.targets.values import Count, Length, Network, SecretText, Size, Table, Text

Robots = Literal["obey", "ignore"]


class Fetch(Table):
    """How pages are fetched, all hosts together."""

    concurrency: Count = Field(default=200, description="pages in flight, all hosts together")
    per_host: Count = Field(default=2, description="pages in flight on one host")
    timeout: Length = Field(default=timedelta(seconds=20), description="of the whole exchange")
    max_body: Size = Field(
        default=8 * 2**20,
        description="largest page after decompression",
        json_schema_extra={"default": "8MiB"},
    )
    proxy: SecretText = Field(
        default_factory=lambda: Secret(""),
        description="an outgoing proxy, http://host:port; the address guard then judges targets before it",
        json_schema_extra={"default": ""},
    )
    contact: Text = Field(
        default="", description="goes into the user agent, so that a webmaster knows whom to ask"
    )
    browser: Literal["auto", "never"] = Field(
        default="auto", description="auto renders what plain HTTP cannot read"
    )
    robots: Robots = Field(
        default="obey", description="whether robots.txt is obeyed; a site can say otherwise for itself"
    )
    allow_networks: tuple[Network, ...] = Field(
        default=(), description="networks that are read though they are not public, such as 127.0.0.0/8"
    )

    @field_validator("proxy")
    @classmethod
    def is_a_proxy(cls, proxy: Secret) -> Secret:
        if proxy and not re.match(r"http://[^/\s]", proxy.reveal()):
            raise ValueError('must be "http://host:port", or "" for none')
        return proxy
