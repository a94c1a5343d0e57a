"""The way out: connections past the guard, or by way of an outgoing proxy to targets judged before."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack

import aiohappyeyeballs
from aiohttp import TCPConnector
from yarl import URL

from monitor.net import faults
from monitor.net.guard import AddrInfo, Guard
from monitor.net.names import Names
from monitor.net.outcomes import Fault, Outcome

HEAD_START = 0.25
"""Seconds that one address has before the next is tried beside it."""

_LONGEST_REPLY = 16 * 1024


class Egress:
    """How requests and handshakes leave this machine.

    Without a proxy the guard makes every socket. With one, sockets lead to the proxy alone, which the
    configuration names and which mostly has a private address; so each target is resolved and judged before
    the proxy hears of it. What the proxy makes of the name later is in its own hands.
    """

    def __init__(self, guard: Guard, names: Names, proxy: str = "") -> None:
        self.guard = guard
        self.names = names
        address = URL(proxy) if proxy else None
        if address is not None and (address.scheme != "http" or not address.host):
            raise ValueError("[fetch] proxy: an address such as http://proxy.example:3128 is needed")
        self.proxy = address.with_user(None) if address is not None else None
        self._authorization = _authorization(address) if address is not None else {}

    def connector(self, *, keep_alive: bool) -> TCPConnector:
        """Make the connector of the one session; it sets no limits, because `hosts` counts the seats."""
        return TCPConnector(
            resolver=self.names,
            socket_factory=None if self.proxy else self.guard.socket,
            limit=0,
            force_close=not keep_alive,
        )

    def headers(self, url: URL) -> dict[str, str]:
        """Give what a request to this target has to say to the proxy: in clear, it says it along the way."""
        return self._authorization if url.scheme == "http" else {}

    def tunnel_headers(self, url: URL) -> dict[str, str]:
        """Give what the request for a tunnel to this target says, and nobody behind the proxy hears."""
        return {} if url.scheme == "http" else self._authorization

    async def admit(self, url: URL) -> None:
        """Judge a target before a proxy is asked for it; Fault where it is refused or has no address.

        One address out of order is enough: which one the proxy will take is not known here.
        """
        if self.proxy is None:
            return
        host = url.raw_host or ""
        try:
            addresses = await self.names.addresses(host)
        except OSError as error:
            raise faults.name_fault(host, error) from error
        for address in addresses:
            if why := self.guard.refusal(address):
                raise Fault(Outcome.ADDRESS_REFUSED, why)

    async def shake_hands(self, url: URL, context: ssl.SSLContext) -> ssl.SSLObject:
        """Connect, finish the TLS handshake and hang up; raises what the network raises."""
        with ExitStack() as unless_done:
            sock = await self.connect(url)
            unless_done.callback(sock.close)
            _, writer = await asyncio.open_connection(
                sock=sock, ssl=context, server_hostname=(url.raw_host or "").rstrip(".")
            )
            unless_done.pop_all()
        shaken: ssl.SSLObject = writer.get_extra_info("ssl_object")
        writer.transport.abort()
        return shaken

    async def connect(self, url: URL) -> socket.socket:
        """Open a connection all the way to a target; raises what the network raises."""
        sock = await self.connect_in_clear(url)
        if self.proxy is not None:
            with ExitStack() as unless_done:
                unless_done.callback(sock.close)
                await self._tunnel(sock, url)
                unless_done.pop_all()
        return sock

    async def connect_in_clear(self, url: URL) -> socket.socket:
        """Open a connection for a request that a proxy may read and pass on: to it, or to the target."""
        await self.admit(url)
        if self.proxy is not None:
            return await self._connected(self.proxy, socket_factory=None)
        return await self._connected(url, socket_factory=self.guard.socket)

    async def _connected(
        self, url: URL, socket_factory: Callable[[AddrInfo], socket.socket] | None
    ) -> socket.socket:
        """Connect to the address that answers first, as the connector of the session does."""
        host = url.raw_host or ""
        try:
            addresses = await self.names.addresses(host)
        except OSError as error:
            raise faults.name_fault(host, error) from error
        return await aiohappyeyeballs.start_connection(
            [_addr_info(address, url.port or 80) for address in addresses],
            happy_eyeballs_delay=HEAD_START,
            interleave=1,
            socket_factory=socket_factory,
        )

    async def _tunnel(self, sock: socket.socket, url: URL) -> None:
        """Have the proxy connect us through; its answer is read to the end of the headers, no further."""
        loop = asyncio.get_running_loop()
        target = f"{url.host_subcomponent}:{url.port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
        lines += [f"{name}: {value}" for name, value in self.tunnel_headers(url).items()]
        await loop.sock_sendall(sock, "\r\n".join([*lines, "", ""]).encode("ascii"))
        reply = b""
        while b"\r\n\r\n" not in reply:
            piece = await loop.sock_recv(sock, 1)  # TLS begins right behind: not a byte too many
            if not piece or len(reply) > _LONGEST_REPLY:
                raise Fault(Outcome.PROXY_FAILED, "the outgoing proxy gave no proper answer to CONNECT")
            reply += piece
        status = reply.split(b" ", 2)[1:2]
        if status != [b"200"]:
            line = reply.partition(b"\r\n")[0].decode("latin-1")
            raise Fault(Outcome.PROXY_FAILED, f"the outgoing proxy answered CONNECT with {line!r}")


def _addr_info(address: str, port: int) -> AddrInfo:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


def _authorization(proxy: URL) -> dict[str, str]:
    if proxy.user is None:
        return {}
    secret = base64.b64encode(f"{proxy.user}:{proxy.password or ''}".encode()).decode("ascii")
    return {"Proxy-Authorization": f"Basic {secret}"}
