"""Card readers and cards in tests: a client of the Sésame simulator, issuer and bank. sesame_sim.aio has the same for asyncio.

    with Simulator.launch() as sim:
        reader = sim.create_reader(card="bank-card", profile="vasco-810")
        code = reader.code(pin="1234", function="M1", inputs=["12345678"])

What the fields of the answers mean is in each server's own /openapi.json. Times are milliseconds. What goes wrong
raises SesameError.
"""

from .client import (
    Bank, Customer, CustomerReader, EventStream, ExpectedEvent, Issuer, Reader, Server, Session, Simulator, Tenant,
)
from .types import (
    Account, Apdu, BankEvent, Card, CardState, CardStateOfReader, ClockKind, CodePath, Decision, Event, FaultShape, Json, Key,
    Message, Named, Operation, Otp, ReaderState, ReaderSummary, Screen, ServerInfo, SesameError, TenantInfo,
)

__all__ = [
    "Account", "Apdu", "Bank", "BankEvent", "Card", "CardState", "CardStateOfReader", "ClockKind", "CodePath", "Customer",
    "CustomerReader", "Decision", "Event", "EventStream", "ExpectedEvent", "FaultShape", "Issuer", "Json", "Key", "Message",
    "Named", "Operation", "Otp", "Reader", "ReaderState", "ReaderSummary", "Screen", "Server", "ServerInfo", "SesameError",
    "Session", "Simulator", "Tenant", "TenantInfo",
]
