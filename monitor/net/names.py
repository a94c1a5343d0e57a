"""Names to addresses: how host names are resolved."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import AsyncResolver

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Gives the addresses of a name; raises OSError (best a socket.gaierror) where there are none."""

# Names that the domain name system can never hold (RFC 2606, RFC 6761): whatever a resolver that cannot be
# reached makes of them, there is no such host.
RESERVED = (".invalid", ".test", ".example")


class Names(AbstractResolver):
    """The resolver of the connector: a lookup from outside, or the system's name servers through aiodns.

    aiodns waits without threads; the default executor's few threads would be taken by a hundred names whose
    servers do not answer, and every other site would wait behind them.
    """

    def __init__(self, lookup: Lookup | None = None) -> None:
        self._lookup = lookup
        self._system = AsyncResolver() if lookup is None else None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses of a name, as the connector wants them."""
        if host.rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, f"{host} cannot exist (RFC 6761)")
        if self._system is not None:
            return await self._system.resolve(host, port, family)
        assert self._lookup is not None  # one of the two is always set
        found = [_result(host, port, address) for address in await self._lookup(host)]
        wanted = [result for result in found if family in (socket.AF_UNSPEC, result["family"])]
        if not wanted:
            raise socket.gaierror(socket.EAI_NONAME, f"{host} has no address")
        return wanted

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Give the addresses of a name or of a literal, for those who judge before they connect."""
        try:
            return (str(ipaddress.ip_address(host)),)
        except ValueError:
            return tuple(result["host"] for result in await self.resolve(host))

    async def close(self) -> None:
        """Let go of the name servers."""
        if self._system is not None:
            await self._system.close()


def _result(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )
