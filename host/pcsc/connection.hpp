// A connection to a reader, or to the card in it.
#pragma once

#include <chrono>
#include <string>

#include "host/pcsc/context.hpp"

namespace sesame::pcsc {

// For how long another program may have a reader, at the least: who lists readers has each of them for a
// moment.
inline constexpr std::chrono::milliseconds kPatienceWithOthers{1000};

inline constexpr DWORD kProtocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;

struct Connection {
  SCARDHANDLE card = 0;
  DWORD protocol = SCARD_PROTOCOL_UNDEFINED;
};

// SCardConnect, which waits for a transaction of another program without end, and for its connection not at
// all: here it waits for `patience`, and for a transaction a second at the least. SCARD_E_SHARING_VIOLATION:
// another program still has the reader; SCARD_E_TIMEOUT: the reader itself takes too long. In both cases the
// context may be lost. Failure (environment): the PC/SC service is gone, or does not answer.
LONG connect(const Context& context, const std::string& reader, DWORD share, DWORD protocols,
             std::chrono::milliseconds patience, Connection& connection);
// Whatever comes of it, the connection is over.
void disconnect(const Context& context, SCARDHANDLE card, DWORD disposition);

// Whether the card could be had for oneself within `patience`: no other program has it, or its reader, any
// more. Failure (environment): the reader, or the PC/SC service, is gone or does not answer.
bool others_let_go(const std::string& reader, std::chrono::milliseconds patience);

}  // namespace sesame::pcsc
