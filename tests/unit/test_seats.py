"""The browser's seats: a reading at a deadline waits for those that are shown, and for nobody who waits."""

from __future__ import annotations

import asyncio

from monitor.net.browsing.seats import Seats


async def test_who_is_urgent_goes_first_and_who_left_holds_up_nobody() -> None:
    seats, seated, leave = Seats(1), [], asyncio.Event()

    async def sit(name: str, *, urgent: bool = False) -> None:
        async with seats.take(urgent=urgent):
            seated.append(name)
            await leave.wait()

    names = {"first": False, "second": False, "gone": True, "urgent": True}
    tasks = {name: asyncio.create_task(sit(name, urgent=urgent)) for name, urgent in names.items()}
    await asyncio.sleep(0)
    assert seats.waiting == 3
    tasks["gone"].cancel()
    await asyncio.gather(tasks.pop("gone"), return_exceptions=True)
    assert seats.waiting == 2
    leave.set()
    await asyncio.gather(*tasks.values())
    assert seated == ["first", "urgent", "second"]
    assert seats.waiting == 0


async def test_a_seat_that_comes_as_its_owner_leaves_is_not_lost() -> None:
    seats = Seats(1)

    async def sit() -> None:
        async with seats.take(urgent=False):
            pass

    async with seats.take(urgent=False):
        waiting = asyncio.create_task(sit())
        await asyncio.sleep(0)
        assert seats.waiting == 1
    waiting.cancel()  # its turn has come already, but it has not run since
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.wait_for(sit(), 5)
