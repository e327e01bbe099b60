#include "tests/pcscd/script_card.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace sesame::pcscd {

namespace {

// The control codes of vpcd: frames of one byte.
constexpr std::uint8_t kPowerOff = 0, kPowerOn = 1, kReset = 2, kAtr = 4;

std::string hex(const std::vector<std::uint8_t>& bytes) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("no vpcd at port " + std::to_string(port) + ": " + std::strerror(errno));
  }
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

}  // namespace

ScriptCard::ScriptCard(std::uint16_t port, Script script)
    : script_(std::move(script)), socket_(connect_to(port)), pulled_(::eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this] { run(); });
}

ScriptCard::~ScriptCard() {
  pull();
  ::close(pulled_);
}

void ScriptCard::pull() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(pulled_, &one, sizeof one);
  if (thread_.joinable()) thread_.join();
}

void ScriptCard::finish() {
  const std::lock_guard lock(mutex_);
  if (!fault_.empty()) throw std::runtime_error(fault_);
  if (played_ < script_.steps.size()) {
    throw std::runtime_error("never asked of the card: " + script_.steps[played_].situation);
  }
}

Contacts ScriptCard::contacts() const {
  const std::lock_guard lock(mutex_);
  return contacts_;
}

bool ScriptCard::eventually(const std::function<bool(const Contacts&)>& condition) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return condition(contacts_); });
}

void ScriptCard::on_command(std::size_t number, std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  action_at_ = number;
  action_ = std::move(action);
}

void ScriptCard::run() {
  while (serve_frame()) {
  }
  ::close(socket_);
}

bool ScriptCard::serve_frame() {
  const auto length = receive(2);
  if (!length) return false;
  const auto payload = receive(static_cast<std::size_t>((*length)[0] << 8 | (*length)[1]));
  if (!payload) return false;
  if (payload->size() != 1) return command(*payload);
  control(payload->front());
  return true;
}

// Nothing if the card is pulled or the reader is gone.
std::optional<std::vector<std::uint8_t>> ScriptCard::receive(std::size_t size) {
  std::vector<std::uint8_t> out(size);
  std::size_t got = 0;
  while (got < size) {
    // vpcd writes length and payload apart: a delayed acknowledgement would cost 40 ms a frame.
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
    std::array<pollfd, 2> waiting{{{socket_, POLLIN, 0}, {pulled_, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    if (waiting[1].revents != 0) return std::nullopt;
    const ssize_t more = ::recv(socket_, out.data() + got, size - got, 0);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) return std::nullopt;
    got += static_cast<std::size_t>(more);
  }
  return out;
}

void ScriptCard::send(const std::vector<std::uint8_t>& payload) {
  std::vector<std::uint8_t> frame{static_cast<std::uint8_t>(payload.size() >> 8),
                                  static_cast<std::uint8_t>(payload.size() & 0xFF)};
  frame.insert(frame.end(), payload.begin(), payload.end());
  std::size_t sent = 0;
  while (sent < frame.size()) {
    const ssize_t more = ::send(socket_, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) return;  // the reader is gone: the next receive says so
    sent += static_cast<std::size_t>(more);
  }
}

void ScriptCard::control(std::uint8_t code) {
  switch (code) {
    case kPowerOff: note(Contact::power_off); break;
    case kPowerOn: reset(false); break;
    case kReset: reset(true); break;
    case kAtr: send(atr()); break;
    default: break;
  }
}

void ScriptCard::reset(bool warm) {
  warm_ = warm;
  ++resets_;
  note(warm ? Contact::warm_reset : Contact::cold_reset);
}

std::vector<std::uint8_t> ScriptCard::atr() const {
  // vpcd takes a card without an ATR for none at all, but drops one that is longer than an ATR may be.
  if (script_.mute_from && resets_ > *script_.mute_from) return std::vector<std::uint8_t>(40, 0x3B);
  return warm_ && !script_.warm_atr.empty() ? script_.warm_atr : script_.atr;
}

// False when the card has left.
bool ScriptCard::command(const std::vector<std::uint8_t>& bytes) {
  const std::size_t number = next_++;
  std::function<void()> action;
  {
    const std::lock_guard lock(mutex_);
    if (action_at_ == number) action = action_;
  }
  if (action) action();
  note(Contact::command);
  if (script_.leaves_at == number) return false;
  if (script_.silent_at == number) {
    wait_for_pull();
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (played_ >= script_.steps.size() || script_.steps[played_].command != bytes) {
    fault_ = "the card was asked " + hex(bytes) + ", not " +
             (played_ < script_.steps.size()
                  ? hex(script_.steps[played_].command) + " (" + script_.steps[played_].situation + ")"
                  : "nothing more");
    return false;
  }
  send(script_.steps[played_++].response);
  return true;
}

void ScriptCard::note(Contact contact) {
  {
    const std::lock_guard lock(mutex_);
    contacts_.push_back(contact);
  }
  changed_.notify_all();
}

void ScriptCard::wait_for_pull() {
  pollfd waiting{pulled_, POLLIN, 0};
  while (::poll(&waiting, 1, -1) < 0 && errno == EINTR) {
  }
}

std::vector<std::uint8_t> bytes(const std::string& hex) {
  std::vector<std::uint8_t> out;
  int high = -1;
  for (const char c : hex) {
    if (c == ' ') continue;
    const char* const digits = "0123456789ABCDEF";
    const char* const found = std::strchr(digits, c);
    if (found == nullptr) throw std::runtime_error("not hexadecimal: " + hex);
    const int digit = static_cast<int>(found - digits);
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  if (high >= 0) throw std::runtime_error("half a byte too much: " + hex);
  return out;
}

}  // namespace sesame::pcscd
