#include "tests/host/issuer/store/cut_connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace sesame::issuer::test {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + ": too long for a socket");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

int new_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

bool readable(int from) {
  pollfd wanted{from, POLLIN, 0};
  return ::poll(&wanted, 1, 60'000) == 1;
}

// "" at the end.
std::string receive(int from) {
  std::string bytes(1 << 16, '\0');
  const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

bool send_all(int to, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t now = ::send(to, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) return false;
    sent += static_cast<std::size_t>(now);
  }
  return true;
}

}  // namespace

CutConnection::CutConnection(const sesame::test::PostgresqlServer& server) : server_(server.socket()) {
  const sockaddr_un address = address_of(folder_.file(".s.PGSQL.5432"));
  listener_ = new_socket();
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 16) != 0 || ::pipe2(end_, O_CLOEXEC) != 0) {
    throw std::runtime_error("no socket between");
  }
  thread_ = std::thread([this] { work(); });
}

CutConnection::~CutConnection() {
  ::close(end_[1]);
  thread_.join();
  for (const Pair& pair : pairs_) {
    ::close(pair.client);
    ::close(pair.server);
  }
  ::close(listener_);
  ::close(end_[0]);
}

std::string CutConnection::url(const std::string& database) const {
  return sesame::test::PostgresqlServer::url(folder_.path(), database.substr(database.rfind('/') + 1));
}

void CutConnection::at(int message, When when, std::function<void()> act) {
  when_ = when;
  act_ = std::move(act);
  acted_ = false;
  left_ = message;
}

void CutConnection::work() {
  for (;;) {
    std::vector<pollfd> all{{end_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      all.push_back({pair.client, POLLIN, 0});
      all.push_back({pair.server, POLLIN, 0});
    }
    ::poll(all.data(), all.size(), -1);
    if (all[0].revents != 0) return;
    std::vector<Pair> kept;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const bool busy = all[2 + 2 * i].revents != 0 || all[3 + 2 * i].revents != 0;
      if (!busy || pass(pairs_[i])) {
        kept.push_back(pairs_[i]);
      } else {
        ::close(pairs_[i].client);
        ::close(pairs_[i].server);
      }
    }
    pairs_ = std::move(kept);
    if (all[1].revents == 0) continue;
    const Pair pair{::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), new_socket()};
    const sockaddr_un address = address_of(server_);
    if (::connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      pairs_.push_back(pair);
    } else {
      ::close(pair.client);
      ::close(pair.server);
    }
  }
}

bool CutConnection::pass(const Pair& pair) {
  pollfd both[] = {{pair.client, POLLIN, 0}, {pair.server, POLLIN, 0}};
  ::poll(both, 2, 0);
  if (both[1].revents != 0) {
    const std::string bytes = receive(pair.server);
    if (bytes.empty() || !send_all(pair.client, bytes)) return false;
  }
  if (both[0].revents == 0) return true;
  const std::string bytes = receive(pair.client);
  return !bytes.empty() && pass_to_server(pair, bytes);
}

// The client waits for each answer, so that what comes at once is one message.
bool CutConnection::pass_to_server(const Pair& pair, const std::string& bytes) {
  if (left_ == 0 || --left_ > 0) return send_all(pair.server, bytes);
  if (when_ == When::after && !(send_all(pair.server, bytes) && readable(pair.server))) return false;
  act_();
  acted_ = true;
  if (when_ == When::after) return false;
  return send_all(pair.server, bytes);
}

}  // namespace sesame::issuer::test
