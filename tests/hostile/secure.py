"""TLS that is expired, forged, for somebody else, of 1999, or none at all: the page is read, and the fault told."""

from __future__ import annotations

import ssl
import tempfile
import warnings
from pathlib import Path

from tests.hostile.plays import SEEN, UNSEEN, play
from tests.hostile.story import Story
from tests.hostile.wire import HERE
from tests.integration.certificates import Authority

FAULTY = SEEN.but(tls=True)


@play("tls-sound", "Nothing is wrong with the certificate.", SEEN)
def _(story: Story) -> None:
    story.tls = lambda authority: authority.server(HERE)


@play("tls-expired", "The certificate ended ten days ago.", FAULTY)
def _(story: Story) -> None:
    story.deserved.add("security.tls")
    story.tls = lambda authority: authority.server(HERE, days=-10)


@play("tls-self-signed", "Nobody whom one trusts signed the certificate.", FAULTY)
def _(story: Story) -> None:
    def forged(authority: Authority) -> ssl.SSLContext:
        with tempfile.TemporaryDirectory() as folder:
            return Authority.make(Path(folder), "Somebody").server(HERE)

    story.deserved.add("security.tls")
    story.tls = forged


@play("tls-wrong-host", "The certificate is another host's.", FAULTY)
def _(story: Story) -> None:
    story.deserved.add("security.tls")
    story.tls = lambda authority: authority.server("www.other.example")


@play("tls-1.0", "Nothing newer than TLS 1.0 is spoken.", FAULTY)
def _(story: Story) -> None:
    def old(authority: Authority) -> ssl.SSLContext:
        context = authority.server(HERE)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        return context

    story.deserved.add("security.tls")
    story.tls = old


@play("tls-none", "What should speak TLS answers in plain HTTP.", UNSEEN.but(why="tls_failed", down=None))
def _(story: Story) -> None:
    story.deserved.add("availability.home")
    story.every = "8h"
    story.speaks_no_tls = True
