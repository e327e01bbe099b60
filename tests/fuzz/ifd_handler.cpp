// The IFD handler, and a hostile process at the reader's socket: whatever that says, or does not, pcscd gets
// a code that it knows, no byte beyond the room that it gave, and no answer but the first that was said after
// the question.
extern "C" {
#include <ifdhandler.h>
#include <pcsclite.h>
#include <reader.h>
}

#include <poll.h>
#include <time.h>

#include <chrono>
#include <optional>

#include "tests/fuzz/fuzz.hpp"
#include "tests/host/ifd/sockets.hpp"

using namespace sesame;
using namespace sesame::fuzz;
using ifd::test::accept_at;
using Octets = std::vector<std::uint8_t>;

namespace {

constexpr DWORD kLun = 0x10000;

// At the socket: it acts while the handler waits, and only then.
class Peer {
 public:
  void meet(Input* input) {
    input_ = input;
    requests_.close();
    presence_.close();
    answers_.clear();
    asked_ = card_said_ = false;
  }

  void act() {
    while (ifd::test::readable(listener_, 0)) welcome(accept_at(listener_));
    hear();
    switch (input_->below(8)) {
      case 0:
      case 1:
      case 2: return answer(likely_answer());
      case 3: return answer(input_->chunk());
      case 4: return requests_.close();
      case 5: return news({static_cast<std::uint8_t>(input_->below(2))});
      case 6: return news(input_->chunk());
      default: return;  // says nothing
    }
  }

  bool card_said() const { return card_said_; }
  const std::string& path() const { return path_; }
  // Of the last request.
  std::optional<Octets> first_answer() const {
    return answers_.empty() ? std::nullopt : std::optional(answers_.front());
  }
  void forget_answers() { answers_.clear(); }

 private:
  void welcome(io::Descriptor socket) {
    ifd::Message message;
    if (ifd::receive_message(socket.get(), message) != ifd::Received::message) return;
    const auto hello = ifd::parse_hello(message);
    require(hello && hello->version == ifd::kVersion && hello->lun == kLun, "the handler greets");
    const bool asks = hello->role == ifd::Role::requests;
    if (asks) asked_ = false;
    (asks ? requests_ : presence_) = std::move(socket);
  }

  void hear() {
    ifd::Message message;
    while (requests_.is_open()) {
      const auto received = ifd::receive_message(requests_.get(), message);
      if (received == ifd::Received::nothing) break;
      if (received == ifd::Received::end) return requests_.close();
      require(ifd::parse_request(message).has_value() && !asked_, "a request, and one at a time");
      asked_ = true;
      answers_.clear();
    }
  }

  Octets likely_answer() {
    Octets bytes{static_cast<std::uint8_t>(input_->below(7))};
    if (bytes[0] != 0) return bytes;
    const Octets said = input_->chunk();
    bytes.insert(bytes.end(), said.begin(), said.end());
    return bytes;
  }

  void answer(const Octets& bytes) {
    if (!requests_.is_open()) return;
    say(requests_, bytes);
    if (asked_) answers_.push_back(bytes);
    asked_ = false;
  }

  void news(const Octets& bytes) {
    if (!presence_.is_open()) return;
    card_said_ = card_said_ || bytes == Octets{1};
    say(presence_, bytes);
  }

  // A packet of no bytes is the end of a connection, to its reader.
  static void say(const io::Descriptor& socket, const Octets& bytes) {
    static_cast<void>(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }

  sesame::test::TemporaryFolder folder_;
  std::string path_ = folder_.file("reader");
  io::Descriptor listener_ = ifd::test::listen_at(path_);
  io::Descriptor requests_, presence_;
  Input* input_ = nullptr;
  bool asked_ = false, card_said_ = false;
  std::vector<Octets> answers_;
};

Peer& peer() {
  static Peer one;
  return one;
}

bool playing = false;                // the handler is at work
std::chrono::nanoseconds passed{0};  // while it waited

bool known(RESPONSECODE code) {
  switch (code) {
    case IFD_SUCCESS:
    case IFD_ERROR_TAG:
    case IFD_ERROR_VALUE_READ_ONLY:
    case IFD_PROTOCOL_NOT_SUPPORTED:
    case IFD_ERROR_POWER_ACTION:
    case IFD_COMMUNICATION_ERROR:
    case IFD_RESPONSE_TIMEOUT:
    case IFD_NOT_SUPPORTED:
    case IFD_ICC_PRESENT:
    case IFD_ICC_NOT_PRESENT:
    case IFD_NO_SUCH_DEVICE:
    case IFD_ERROR_INSUFFICIENT_BUFFER: return true;
    default: return code == IFD_ERROR_NOT_SUPPORTED;
  }
}

// One reader of pcscd, from its opening to its end.
class Daemon {
 public:
  explicit Daemon(Input& input) : input_(input) {
    peer().meet(&input);
    playing = true;
    std::string name = peer().path();
    require(IFDHCreateChannelByName(kLun, name.data()) == IFD_SUCCESS, "a channel opens");
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() {
    require(IFDHCloseChannel(kLun) == IFD_SUCCESS, "a channel closes");
    playing = false;
    peer().meet(nullptr);
  }

  void run() {
    for (int calls = 0; input_.more() && calls < 40; ++calls) {
      peer().forget_answers();
      call();
      const RESPONSECODE presence = IFDHICCPresence(kLun);
      require(presence == IFD_ICC_NOT_PRESENT || (presence == IFD_ICC_PRESENT && peer().card_said()),
              "a card is there if the reader has said so");
    }
  }

 private:
  void call() {
    switch (input_.below(8)) {
      case 0: return power(IFD_POWER_UP);
      case 1: return power(IFD_RESET);
      case 2: return power(IFD_POWER_DOWN);
      case 3: return transmit();
      case 4: return control();
      case 5: return wait();
      case 6: return ask_capability();
      default: return power(input_.byte());
    }
  }

  void power(DWORD action) {
    Octets atr(MAX_ATR_SIZE);
    DWORD size = atr.size();
    const RESPONSECODE code = IFDHPowerICC(kLun, action, atr.data(), &size);
    require(known(code) && size <= atr.size(), "a code, and an ATR that fits");
    if (code == IFD_SUCCESS && action != IFD_POWER_DOWN) expect_said(atr, size);
  }

  void transmit() {
    Octets command = input_.chunk(), answer(input_.byte());
    DWORD size = answer.size();
    SCARD_IO_HEADER back{};
    const RESPONSECODE code =
        IFDHTransmitToICC(kLun, {1, 0}, command.data(), command.size(), answer.data(), &size, &back);
    require(known(code) && size <= answer.size(), "a code, and an answer that fits");
    if (code == IFD_SUCCESS) expect_said(answer, size);
  }

  void control() {
    const DWORD code = (input_.below(2) != 0) ? ifd::kVerifyPin : CM_IOCTL_GET_FEATURE_REQUEST;
    Octets order = input_.chunk(), answer(input_.byte());
    DWORD size = 4711;
    const RESPONSECODE result =
        IFDHControl(kLun, code, order.data(), order.size(), answer.data(), answer.size(), &size);
    require(known(result) && size <= answer.size(), "a code, and an answer that fits");
    if (result == IFD_SUCCESS) expect_said(answer, size);
  }

  void wait() {
    RESPONSECODE (*function)(DWORD, int) = nullptr;
    DWORD size = sizeof function;
    std::array<UCHAR, sizeof function> bytes{};
    require(
        IFDHGetCapabilities(kLun, TAG_IFD_POLLING_THREAD_WITH_TIMEOUT, &size, bytes.data()) == IFD_SUCCESS,
        "there is news to wait for");
    std::memcpy(&function, bytes.data(), bytes.size());
    require(function(kLun, input_.byte() * 4) == IFD_SUCCESS, "a wait ends");
  }

  void ask_capability() {
    constexpr std::array<DWORD, 5> kTags{TAG_IFD_ATR, SCARD_ATTR_ATR_STRING, TAG_IFD_THREAD_SAFE,
                                         TAG_IFD_SLOTS_NUMBER, 4711};
    Octets value(input_.below(64));
    DWORD size = value.size();
    const RESPONSECODE code =
        IFDHGetCapabilities(kLun, kTags[input_.below(kTags.size())], &size, value.data());
    require(known(code) && (code != IFD_SUCCESS || size <= value.size()), "a code, and a value that fits");
  }

  static void expect_said(const Octets& got, DWORD size) {
    const auto said = peer().first_answer();
    require(said && (*said)[0] == 0 && equal(Bytes(*said).subspan(1), Bytes(got).first(size)),
            "what was said is what is passed on");
  }

  Input& input_;
};

}  // namespace

// The handler's waits and its clock, where a fuzzer plays the rest of the world (ld's --wrap).
extern "C" {
int __real_poll(pollfd* watched, nfds_t count, int milliseconds);
int __real_clock_gettime(clockid_t clock, timespec* time);

int __wrap_poll(pollfd* watched, nfds_t count, int milliseconds) {
  if (!playing) return __real_poll(watched, count, milliseconds);
  playing = false;
  peer().act();
  playing = true;
  const int ready = __real_poll(watched, count, 0);
  if (ready == 0) passed += std::chrono::milliseconds(milliseconds);
  return ready;
}

int __wrap_clock_gettime(clockid_t clock, timespec* time) {
  if (!playing) return __real_clock_gettime(clock, time);
  time->tv_sec = static_cast<time_t>(passed.count() / 1'000'000'000);
  time->tv_nsec = static_cast<long>(passed.count() % 1'000'000'000);
  return 0;
}
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  Daemon(input).run();
  return 0;
}
