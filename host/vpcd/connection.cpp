#include "host/vpcd/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "firmware/core/emv/apdu.hpp"

namespace sesame::vpcd {

namespace {

// An option that a socket does not have costs speed and nothing else.
void set_tcp_option(int socket, int option) {
  const int on = 1;
  static_cast<void>(::setsockopt(socket, IPPROTO_TCP, option, &on, sizeof on));
}

}  // namespace

Connection::Connection(Descriptor socket) : stream_(std::move(socket), kHeader + 0xFFFF) {
  set_tcp_option(descriptor(), TCP_NODELAY);
}

void Connection::acknowledge_at_once() const { set_tcp_option(descriptor(), TCP_QUICKACK); }

std::optional<Bytes> Connection::frame() const {
  const Bytes received = stream_.received();
  if (received.size() < kHeader) return std::nullopt;
  const std::size_t size = static_cast<std::size_t>(received[0] << 8 | received[1]);
  if (received.size() - kHeader < size) return std::nullopt;
  return received.subspan(kHeader, size);
}

void Connection::drop_frame() {
  if (const auto dropped = frame()) stream_.take(kHeader + dropped->size());
}

bool Connection::send(Bytes payload) {
  Buffer<kHeader + emv::kMaxResponse> framed;
  const bool fits = payload.size() <= emv::kMaxResponse &&
                    framed.push(static_cast<std::uint8_t>(payload.size() >> 8)) &&
                    framed.push(static_cast<std::uint8_t>(payload.size() & 0xFF)) && framed.append(payload);
  return fits && stream_.send(framed);
}

}  // namespace sesame::vpcd
