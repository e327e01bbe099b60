#include "host/pcsc/connection.hpp"

#include <algorithm>

#include "host/pcsc/errors.hpp"
#include "host/pcsc/library.hpp"
#include "host/pcsc/reader_watch.hpp"

namespace sesame::pcsc {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Another program's leaving may go unnoticed.
constexpr milliseconds kLookAgain{100};

struct Attempt {
  LONG result = SCARD_E_TIMEOUT;
  Connection connection;
};

// Why a connection is late. Its own context cannot be asked.
LONG what_is_late(const std::string& reader, milliseconds patience) {
  const Context other(patience);
  return ReaderWatch(other, reader).in_use() ? SCARD_E_SHARING_VIOLATION : SCARD_E_TIMEOUT;
}

}  // namespace

LONG connect(const Context& context, const std::string& reader, DWORD share, DWORD protocols,
             milliseconds patience, Connection& connection) {
  const auto end = Clock::now() + patience;
  ReaderWatch others(context, reader);
  for (;;) {
    const auto left = [end] { return std::chrono::ceil<milliseconds>(end - Clock::now()); };
    // At least so long that a service that answers is not taken for one that waits.
    const auto limit = std::max(left(), kPatienceWithOthers);
    const auto attempt = context.call(limit, [reader, share, protocols](SCARDCONTEXT handle) {
      Attempt made;
      made.result = library().SCardConnect(handle, reader.c_str(), share, protocols, &made.connection.card,
                                           &made.connection.protocol);
      return made;
    });
    if (!attempt) return what_is_late(reader, context.patience());
    connection = attempt->connection;
    if (attempt->result != SCARD_E_SHARING_VIOLATION || left().count() <= 0) return attempt->result;
    others.changes(std::min(left(), kLookAgain));
  }
}

void disconnect(const Context& context, SCARDHANDLE card, DWORD disposition) {
  static_cast<void>(context.call(context.patience(), [card, disposition](SCARDCONTEXT) {
    return library().SCardDisconnect(card, disposition);
  }));
}

bool others_let_go(const std::string& reader, milliseconds patience) {
  const Context context;
  Connection connection;
  const LONG result = connect(context, reader, SCARD_SHARE_EXCLUSIVE, kProtocols, patience, connection);
  if (result == SCARD_E_TIMEOUT) throw failure(result, reader);
  if (result == SCARD_S_SUCCESS) disconnect(context, connection.card, SCARD_LEAVE_CARD);
  return result != SCARD_E_SHARING_VIOLATION;  // what else is wrong with the card is for who uses it
}

}  // namespace sesame::pcsc
