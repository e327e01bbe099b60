"""The client for asyncio: the same names, and `await` before what asks a server.

    async with await Simulator.launch() as sim:
        reader = await sim.create_reader(card="sesame-card")
        code = await reader.code("1234")
"""

from ..types import SesameError
from .client import (
    Bank, Customer, CustomerReader, EventStream, ExpectedEvent, Issuer, Reader, Server, Session, Simulator, Tenant,
)

__all__ = [
    "Bank", "Customer", "CustomerReader", "EventStream", "ExpectedEvent", "Issuer", "Reader", "Server", "SesameError", "Session",
    "Simulator", "Tenant",
]
