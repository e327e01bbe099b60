// libifdsesame.so as pcscd sees it, and a reader beyond it that a test plays, friendly or not.
extern "C" {
#include <ifdhandler.h>
#include <pcsclite.h>
#include <reader.h>
}

#include <catch2/catch.hpp>

#include <dlfcn.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <future>
#include <set>
#include <sstream>
#include <thread>

#include "tests/host/ifd/machine.hpp"
#include "tests/host/ifd/other_user.hpp"
#include "tests/host/ifd/sockets.hpp"

namespace sesame::ifd {
namespace {

using namespace test;

class Library {
 public:
  Library() : library_(::dlopen(IFD_HANDLER, RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) throw std::runtime_error(::dlerror());
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { ::dlclose(library_); }

  template <class Function>
  Function* function(const char* name) const {
    void* address = ::dlsym(library_, name);
    if (address == nullptr) throw std::runtime_error(::dlerror());
    Function* out = nullptr;
    std::memcpy(&out, &address, sizeof out);
    return out;
  }

 private:
  void* library_;
};

struct Handler {
  Library library;
  decltype(IFDHCreateChannelByName)* create =
      library.function<decltype(IFDHCreateChannelByName)>("IFDHCreateChannelByName");
  decltype(IFDHCreateChannel)* create_unnamed =
      library.function<decltype(IFDHCreateChannel)>("IFDHCreateChannel");
  decltype(IFDHCloseChannel)* close = library.function<decltype(IFDHCloseChannel)>("IFDHCloseChannel");
  decltype(IFDHGetCapabilities)* get = library.function<decltype(IFDHGetCapabilities)>("IFDHGetCapabilities");
  decltype(IFDHSetCapabilities)* set = library.function<decltype(IFDHSetCapabilities)>("IFDHSetCapabilities");
  decltype(IFDHSetProtocolParameters)* protocol =
      library.function<decltype(IFDHSetProtocolParameters)>("IFDHSetProtocolParameters");
  decltype(IFDHPowerICC)* power = library.function<decltype(IFDHPowerICC)>("IFDHPowerICC");
  decltype(IFDHTransmitToICC)* transmit = library.function<decltype(IFDHTransmitToICC)>("IFDHTransmitToICC");
  decltype(IFDHControl)* control = library.function<decltype(IFDHControl)>("IFDHControl");
  decltype(IFDHICCPresence)* presence = library.function<decltype(IFDHICCPresence)>("IFDHICCPresence");
};

// Closes its channel in the end, so that the next test finds the table empty.
class Reader {
 public:
  explicit Reader(DWORD lun, const std::string& path) : lun_(lun) {
    std::string name = path;
    created = handler.create(lun_, name.data());
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    if (created == IFD_SUCCESS) handler.close(lun_);
  }

  RESPONSECODE power(DWORD action) {
    answer_size = answer.size();
    return handler.power(lun_, action, answer.data(), &answer_size);
  }
  RESPONSECODE transmit(Octets command, DWORD room = 300) {
    answer_size = room;
    SCARD_IO_HEADER back{};
    const SCARD_IO_HEADER header{0, 0};
    return handler.transmit(lun_, header, command.data(), command.size(), answer.data(), &answer_size, &back);
  }
  RESPONSECODE control(DWORD code, Octets input = {}) {
    answer_size = 77;
    return handler.control(lun_, code, input.data(), input.size(), answer.data(), answer.size(),
                           &answer_size);
  }
  bool present() { return handler.presence(lun_) == IFD_ICC_PRESENT; }
  template <class Function>
  Function* offered(DWORD tag) {
    Function* function = nullptr;
    DWORD size = sizeof function;
    std::array<UCHAR, sizeof function> bytes{};
    REQUIRE(handler.get(lun_, tag, &size, bytes.data()) == IFD_SUCCESS);
    REQUIRE(size == sizeof function);
    std::memcpy(&function, bytes.data(), bytes.size());
    return function;
  }
  // As pcscd's thread does, once.
  void wait(int milliseconds = kPatienceMs) {
    offered<RESPONSECODE(DWORD, int)>(TAG_IFD_POLLING_THREAD_WITH_TIMEOUT)(lun_, milliseconds);
  }
  void wait_until(bool card) {
    for (int i = 0; present() != card && i < 100; ++i) wait();
    CHECK(present() == card);
  }
  std::string answered() const { return text(Bytes(answer).first(answer_size)); }

  Handler handler;
  RESPONSECODE created = IFD_COMMUNICATION_ERROR;
  std::array<UCHAR, 300> answer{};
  DWORD answer_size = 0;

 private:
  DWORD lun_;
};

// The reader's process: what it says is what the test wants.
struct Peer {
  sesame::test::TemporaryFolder folder;
  std::string path = folder.file("reader");
  Descriptor listener = listen_at(path);
  Descriptor requests, presence;

  // Accepts one connection, of either role.
  Hello meet() {
    Descriptor socket = accept_at(listener);
    const auto hello = parse_hello(receive(socket));
    REQUIRE(hello);
    (hello->role == Role::requests ? requests : presence) = std::move(socket);
    return *hello;
  }
  // The next request in hex.
  std::string asked() {
    if (!requests.is_open()) meet();
    return text(receive(requests));
  }
  void answer(std::string_view bytes) { say(requests, hex(bytes)); }
  void die() {
    listener.close();
    requests.close();
    presence.close();
    ::unlink(path.c_str());
  }
  void come_back() { listener = listen_at(path); }
};

template <class Call>
auto meanwhile(Call call) {
  return std::async(std::launch::async, call);
}

// A card is in, and pcscd knows.
void insert(Peer& peer, Reader& reader) {
  auto waiting = meanwhile([&] { reader.wait_until(true); });
  peer.meet();
  say(peer.presence, Octets{1});
  waiting.get();
}

TEST_CASE("nothing is exported but the IFD handler's functions") {
  std::FILE* nm = ::popen(NM " -D --defined-only " IFD_HANDLER, "r");
  REQUIRE(nm != nullptr);
  std::string all;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), nm)) > 0;) {
    all.append(buffer.data(), got);
  }
  REQUIRE(::pclose(nm) == 0);
  std::set<std::string> names;
  std::istringstream lines(all);
  for (std::string address, type, name; lines >> address >> type >> name;) names.insert(name);
  CHECK(names == std::set<std::string>{"IFDHCloseChannel", "IFDHControl", "IFDHCreateChannel",
                                       "IFDHCreateChannelByName", "IFDHGetCapabilities", "IFDHICCPresence",
                                       "IFDHPowerICC", "IFDHSetCapabilities", "IFDHSetProtocolParameters",
                                       "IFDHTransmitToICC"});
}

TEST_CASE("no reader at the socket means no card") {
  const sesame::test::TemporaryFolder folder;
  Reader reader(0, folder.file("reader"));
  REQUIRE(reader.created == IFD_SUCCESS);
  reader.wait(0);
  CHECK_FALSE(reader.present());
  CHECK(reader.power(IFD_POWER_UP) == IFD_ERROR_POWER_ACTION);
  CHECK(reader.power(IFD_POWER_DOWN) == IFD_SUCCESS);
  CHECK(reader.transmit(hex(kSelect)) == IFD_COMMUNICATION_ERROR);
  CHECK(reader.control(0x42000D48) == IFD_COMMUNICATION_ERROR);
  CHECK(reader.answer_size == 0);
}

TEST_CASE("a reader is found by an absolute path, once per number") {
  const sesame::test::TemporaryFolder folder;
  Reader first(0x30000, "unix:" + folder.file("reader"));
  CHECK(first.created == IFD_SUCCESS);
  CHECK(Reader(0x30000, folder.file("reader")).created == IFD_COMMUNICATION_ERROR);
  for (const std::string& name : {std::string(), std::string("reader"), std::string("unix:reader"),
                                  "/" + std::string(sizeof(sockaddr_un::sun_path) - 1, 'x')}) {
    CAPTURE(name);
    CHECK(Reader(0x40000, name).created == IFD_COMMUNICATION_ERROR);
  }
  CHECK(Reader(0x40001, folder.file("reader")).created == IFD_NO_SUCH_DEVICE);
  CHECK(first.handler.create(0x40000, nullptr) == IFD_COMMUNICATION_ERROR);
  CHECK(first.handler.create_unnamed(0x40000, 1) == IFD_NOT_SUPPORTED);
}

TEST_CASE("there are as many readers as pcscd may have, and a closed one makes room") {
  const sesame::test::TemporaryFolder folder;
  std::vector<std::unique_ptr<Reader>> readers;
  for (DWORD i = 0; i < PCSCLITE_MAX_READERS_CONTEXTS; ++i) {
    readers.push_back(std::make_unique<Reader>(i << 16, folder.file("reader")));
    REQUIRE(readers.back()->created == IFD_SUCCESS);
  }
  CHECK(Reader(0x700000, folder.file("reader")).created == IFD_COMMUNICATION_ERROR);
  readers.pop_back();
  CHECK(Reader(0x700000, folder.file("reader")).created == IFD_SUCCESS);
}

TEST_CASE("a number that no channel has is no device") {
  const Handler handler;
  std::array<UCHAR, 300> out{};
  DWORD size = out.size();
  CHECK(handler.close(0x50000) == IFD_NO_SUCH_DEVICE);
  CHECK(handler.presence(0x50000) == IFD_NO_SUCH_DEVICE);
  CHECK(handler.power(0x50000, IFD_POWER_UP, out.data(), &size) == IFD_NO_SUCH_DEVICE);
  CHECK(handler.power(0x50000, IFD_POWER_DOWN, out.data(), &size) == IFD_NO_SUCH_DEVICE);
  CHECK(handler.protocol(0x50000, SCARD_PROTOCOL_T0, 0, 0, 0, 0) == IFD_NO_SUCH_DEVICE);
  CHECK(handler.control(0x50000, 1, nullptr, 0, out.data(), out.size(), &size) == IFD_NO_SUCH_DEVICE);
}

TEST_CASE("its capabilities are one slot, many readers, threads and a wait for news") {
  const sesame::test::TemporaryFolder folder;
  Reader reader(0, folder.file("reader"));
  const auto byte = [&](DWORD tag) {
    UCHAR value = 0xFF;
    DWORD size = 1;
    CHECK(reader.handler.get(0, tag, &size, &value) == IFD_SUCCESS);
    CHECK(size == 1);
    return int{value};
  };
  CHECK(byte(TAG_IFD_SIMULTANEOUS_ACCESS) == PCSCLITE_MAX_READERS_CONTEXTS);
  CHECK(byte(TAG_IFD_THREAD_SAFE) == 1);
  CHECK(byte(TAG_IFD_SLOTS_NUMBER) == 1);
  CHECK(byte(TAG_IFD_SLOT_THREAD_SAFE) == 0);
  CHECK(byte(TAG_IFD_POLLING_THREAD_KILLABLE) == 0);
  UCHAR value = 0;
  DWORD size = 1;
  CHECK(reader.handler.get(0, 0x0999, &size, &value) == IFD_ERROR_TAG);
  CHECK(reader.handler.get(0, TAG_IFD_POLLING_THREAD_WITH_TIMEOUT, &size, &value) ==
        IFD_ERROR_INSUFFICIENT_BUFFER);
  CHECK(reader.handler.set(0, TAG_IFD_ATR, 1, &value) == IFD_ERROR_VALUE_READ_ONLY);
  CHECK(reader.handler.set(0, TAG_IFD_SLOTNUM, 1, &value) == IFD_ERROR_TAG);
  CHECK(reader.handler.protocol(0, SCARD_PROTOCOL_T0, 0, 0, 0, 0) == IFD_SUCCESS);
  CHECK(reader.handler.protocol(0, SCARD_PROTOCOL_T1, 0, 0, 0, 0) == IFD_SUCCESS);
  CHECK(reader.handler.protocol(0, SCARD_PROTOCOL_RAW, 0, 0, 0, 0) == IFD_PROTOCOL_NOT_SUPPORTED);
}

TEST_CASE("what is asked is passed on as it is, and so is the answer") {
  Peer peer;
  Reader reader(0x20000, peer.path);
  auto power = meanwhile([&] { return reader.power(IFD_POWER_UP); });
  const Hello hello = peer.meet();
  CHECK(hello.lun == 0x20000);
  CHECK(hello.process == static_cast<std::uint32_t>(::getpid()));
  CHECK(peer.asked() == "01");
  peer.answer("00" + std::string(kAtr));
  CHECK(power.get() == IFD_SUCCESS);
  CHECK(reader.answered() == kAtr);
  std::array<UCHAR, MAX_ATR_SIZE> atr{};
  DWORD size = atr.size();
  CHECK(reader.handler.get(0x20000, SCARD_ATTR_ATR_STRING, &size, atr.data()) == IFD_SUCCESS);
  CHECK(text(Bytes(atr).first(size)) == kAtr);

  auto transmit = meanwhile([&] { return reader.transmit(hex(kSelect)); });
  CHECK(peer.asked() == "04" + std::string(kSelect));
  peer.answer("006A82");
  CHECK(transmit.get() == IFD_SUCCESS);
  CHECK(reader.answered() == "6A82");

  auto control = meanwhile([&] { return reader.control(0x42330006, hex("0102")); });
  CHECK(peer.asked() == "05423300060102");
  peer.answer("009000");
  CHECK(control.get() == IFD_SUCCESS);
  CHECK(reader.answered() == "9000");

  auto reset = meanwhile([&] { return reader.power(IFD_RESET); });
  CHECK(peer.asked() == "02");
  peer.answer("003B00");
  CHECK(reset.get() == IFD_SUCCESS);

  auto off = meanwhile([&] { return reader.power(IFD_POWER_DOWN); });
  CHECK(peer.asked() == "03");
  peer.answer("00");
  CHECK(off.get() == IFD_SUCCESS);
  CHECK(reader.answer_size == 0);
}

TEST_CASE("each answer without the card's bytes has its code") {
  Peer peer;
  Reader reader(0, peer.path);
  const auto [answer, code] = GENERATE(table<std::string, RESPONSECODE>({{"01", IFD_COMMUNICATION_ERROR},
                                                                         {"02", IFD_ICC_NOT_PRESENT},
                                                                         {"03", IFD_COMMUNICATION_ERROR},
                                                                         {"04", IFD_RESPONSE_TIMEOUT},
                                                                         {"05", IFD_COMMUNICATION_ERROR},
                                                                         {"06", IFD_ERROR_NOT_SUPPORTED}}));
  CAPTURE(answer);
  for (const bool again : {false, true}) {
    CAPTURE(again);  // on the same connection
    auto transmit = meanwhile([&reader = reader] { return reader.transmit(hex(kSelect)); });
    peer.asked();
    peer.answer(answer);
    CHECK(transmit.get() == code);
    CHECK(reader.answer_size == 0);
  }
  auto power = meanwhile([&reader = reader] { return reader.power(IFD_POWER_UP); });
  peer.asked();
  peer.answer(answer);
  CHECK(power.get() == IFD_ERROR_POWER_ACTION);
}

TEST_CASE("nothing is written beyond the room there is") {
  Peer peer;
  Reader reader(0, peer.path);
  auto transmit = meanwhile([&] { return reader.transmit(hex(kSelect), 1); });
  peer.asked();
  peer.answer("009000");
  CHECK(transmit.get() == IFD_ERROR_INSUFFICIENT_BUFFER);
  CHECK(reader.answer_size == 0);
  CHECK(reader.answer[0] == 0);

  auto power = meanwhile([&] { return reader.power(IFD_POWER_UP); });
  peer.asked();
  peer.answer("00" + std::string(68, '3'));
  CHECK(power.get() == IFD_ERROR_POWER_ACTION);
  CHECK(reader.answer_size == 0);
}

TEST_CASE("a request that is longer than any is not sent") {
  Peer peer;
  Reader reader(0, peer.path);
  CHECK(reader.transmit(Octets(kMaxMessage)) == IFD_NOT_SUPPORTED);
  CHECK(reader.control(1, Octets(65536)) == IFD_NOT_SUPPORTED);
  CHECK_FALSE(readable(peer.listener, 0));
}

TEST_CASE("a process of neither the socket's owner nor root is no reader") {
  if (!sesame::test::can_be_another_user()) {
    SUCCEED("the rule is tested in listener_test.cpp");
    return;
  }
  const sesame::test::TemporaryFolder folder;
  ::chmod(folder.file("").c_str(), 0777);
  const std::string path = folder.file("reader");
  // SO_PEERCRED is of the moment of listen(): the socket is the other user's, whatever process has it
  // afterwards.
  Peer peer;
  peer.path = path;
  REQUIRE(::seteuid(sesame::test::kNobody) == 0);
  peer.listener = listen_at(path);
  REQUIRE(::seteuid(0) == 0);
  Reader reader(0, path);
  SECTION("who owns the socket is its reader") {
    insert(peer, reader);
    auto power = meanwhile([&reader = reader] { return reader.power(IFD_POWER_UP); });
    CHECK(peer.asked() == "01");
    peer.answer("003B00");
    CHECK(power.get() == IFD_SUCCESS);
  }
  SECTION("who has taken the place of its owner is told nothing") {
    REQUIRE(::chown(path.c_str(), 1, 1) == 0);
    CHECK(reader.power(IFD_POWER_UP) == IFD_ERROR_POWER_ACTION);
    reader.wait(1);
    CHECK_FALSE(reader.present());
    while (readable(peer.listener, 0)) CHECK(receive(accept_at(peer.listener)).empty());
  }
}

TEST_CASE("a reader that answers nonsense is hung up on, and its card is gone") {
  Peer peer;
  Reader reader(0, peer.path);
  insert(peer, reader);
  const Octets nonsense = GENERATE(Octets{7}, Octets{0xFF, 0x90, 0}, Octets{1, 0x90, 0}, Octets(260));
  auto transmit = meanwhile([&] { return reader.transmit(hex(kSelect)); });
  peer.asked();
  say(peer.requests, nonsense);
  CHECK(transmit.get() == IFD_COMMUNICATION_ERROR);
  CHECK(receive(peer.requests).empty());
  reader.wait_until(false);
}

TEST_CASE("a reader that hangs up instead of an answer is asked again on another connection") {
  Peer peer;
  Reader reader(0, peer.path);
  insert(peer, reader);
  const auto end = GENERATE(as<std::optional<Octets>>{}, std::nullopt, Octets{}, Octets(5000));
  auto transmit = meanwhile([&] { return reader.transmit(hex(kSelect)); });
  peer.asked();
  if (end) say(peer.requests, *end);
  peer.requests.close();
  CHECK(transmit.get() == IFD_COMMUNICATION_ERROR);
  CHECK(reader.present());
  auto power = meanwhile([&] { return reader.power(IFD_POWER_UP); });
  CHECK(peer.asked() == "01");
  peer.answer("003B00");
  CHECK(power.get() == IFD_SUCCESS);
}

TEST_CASE("a reader that speaks unasked is hung up on, and what it said is not an answer") {
  Peer peer;
  Reader reader(0, peer.path);
  auto first = meanwhile([&] { return reader.transmit(hex(kSelect)); });
  peer.asked();
  peer.answer("009000");
  first.get();
  peer.answer("006A82");
  auto second = meanwhile([&] { return reader.transmit(hex(kSelect)); });
  CHECK(receive(peer.requests).empty());
  peer.meet();
  peer.asked();
  peer.answer("006985");
  CHECK(second.get() == IFD_SUCCESS);
  CHECK(reader.answered() == "6985");
}

TEST_CASE("news of the card are one change at a time, though it was out for a moment only") {
  Peer peer;
  Reader reader(0, peer.path);
  insert(peer, reader);
  say(peer.presence, Octets{0});
  say(peer.presence, Octets{1});
  reader.wait();
  CHECK_FALSE(reader.present());
  reader.wait();
  CHECK(reader.present());
}

TEST_CASE("what is no news is the end of the reader") {
  Peer peer;
  Reader reader(0, peer.path);
  insert(peer, reader);
  say(peer.presence, GENERATE(as<Octets>{}, Octets{2}, Octets{1, 1}, Octets(1000)));
  reader.wait();
  CHECK_FALSE(reader.present());
}

TEST_CASE("a reader that dies in mid-command is a card removed, and comes back with one") {
  Peer peer;
  Reader reader(0, peer.path);
  insert(peer, reader);
  auto transmit = meanwhile([&] { return reader.transmit(hex(kSelect)); });
  peer.asked();
  peer.die();
  CHECK(transmit.get() == IFD_COMMUNICATION_ERROR);
  reader.wait_until(false);
  CHECK(reader.transmit(hex(kSelect)) == IFD_COMMUNICATION_ERROR);

  peer.come_back();
  insert(peer, reader);
  auto again = meanwhile([&] { return reader.power(IFD_POWER_UP); });
  CHECK(peer.asked() == "01");
  peer.answer("003B00");
  CHECK(again.get() == IFD_SUCCESS);
}

TEST_CASE("the wait for news ends when it is told to, before or while it lasts") {
  Peer peer;
  Reader reader(0, peer.path);
  const auto stop = reader.offered<RESPONSECODE(DWORD)>(TAG_IFD_STOP_POLLING_THREAD);
  REQUIRE(stop(0) == IFD_SUCCESS);
  reader.wait();
  auto waiting = meanwhile([&] { reader.wait(3'600'000); });
  peer.meet();
  stop(0);
  waiting.get();
}

TEST_CASE("two readers at once keep to themselves") {
  std::array<Peer, 2> peers;
  std::array<std::unique_ptr<Reader>, 2> readers{std::make_unique<Reader>(0, peers[0].path),
                                                 std::make_unique<Reader>(0x10000, peers[1].path)};
  insert(peers[1], *readers[1]);
  CHECK_FALSE(readers[0]->present());

  constexpr int kRounds = 200;
  std::vector<std::future<int>> programs;
  std::vector<std::future<void>> answering;
  for (std::size_t i = 0; i < 2; ++i) {
    programs.push_back(meanwhile([&, i] {
      int right = 0;
      for (int round = 0; round < kRounds; ++round) {
        const auto mark = static_cast<std::uint8_t>(0x80 * i + static_cast<std::size_t>(round) % 0x80);
        if (readers[i]->transmit({mark}) == IFD_SUCCESS && readers[i]->answered() == text(Octets{mark, mark}))
          ++right;
      }
      return right;
    }));
    answering.push_back(meanwhile([&, i] {
      for (int round = 0; round < kRounds; ++round) {
        const Octets asked = hex(peers[i].asked());
        say(peers[i].requests, Octets{0, asked.back(), asked.back()});
      }
    }));
  }
  for (auto& program : programs) CHECK(program.get() == kRounds);
  for (auto& answers : answering) answers.get();
}

TEST_CASE("two threads that ask the same reader are answered one after the other") {
  Peer peer;
  Reader opened(0, peer.path);
  constexpr int kRounds = 200;
  auto answering = meanwhile([&] {
    for (int round = 0; round < 2 * kRounds; ++round) {
      const Octets asked = hex(peer.asked());
      say(peer.requests, Octets{0, asked.back()});
    }
  });
  std::vector<std::future<int>> programs;
  for (const std::uint8_t mark : Octets{1, 2}) {
    programs.push_back(meanwhile([&handler = opened.handler, mark] {
      int right = 0;
      for (int round = 0; round < kRounds; ++round) {
        UCHAR command = mark, answer = 0;
        DWORD size = 1;
        SCARD_IO_HEADER back{};
        const RESPONSECODE code = handler.transmit(0, {0, 0}, &command, 1, &answer, &size, &back);
        if (code == IFD_SUCCESS && answer == mark) ++right;
      }
      return right;
    }));
  }
  for (auto& program : programs) CHECK(program.get() == kRounds);
  answering.get();
}

}  // namespace
}  // namespace sesame::ifd
