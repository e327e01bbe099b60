// Endpoints, and the records that go over them.
#include "host/contacts/endpoint.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "host/base/failure.hpp"
#include "host/contacts/client.hpp"
#include "tests/host/ifd/other_user.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::contacts {

using Catch::Matchers::Contains;

namespace {

struct Pair {
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0); }
  std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("an endpoint is a path or a port of this machine") {
  CHECK(parse_endpoint("unix:/run/x").path == "/run/x");
  for (const char* text : {"tcp:4711", "tcp:127.0.0.1:4711", "tcp:localhost:4711"}) {
    CHECK(to_text(parse_endpoint(text)) == "tcp:127.0.0.1:4711");
  }
  CHECK(to_text(parse_endpoint("unix:x")) == "unix:x");
}

TEST_CASE("what is no endpoint of this machine is refused") {
  for (const std::string& text :
       {std::string(), std::string("/run/x"), std::string("unix:"), "unix:" + std::string(108, 'x'),
        std::string("tcp:"), std::string("tcp:x"), std::string("tcp:65536"), std::string("tcp:-1"),
        std::string("tcp:0.0.0.0:4711"), std::string("tcp:[::1]:4711"), std::string("tcp:example.org:4711"),
        std::string("udp:4711")}) {
    INFO(text);
    CHECK_THROWS_AS(parse_endpoint(text), Failure);
  }
  CHECK_THROWS_WITH(parse_endpoint("tcp:0.0.0.0:4711"), Contains("127.0.0.1"));
}

TEST_CASE("a socket file goes with its server, is its owner's, and is replaced only where nothing listens") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("card");
  {
    const Listener listener({path, 0});
    using std::filesystem::perms;
    CHECK((std::filesystem::status(path).permissions() & (perms::group_all | perms::others_all)) ==
          perms::none);
    CHECK_THROWS_WITH(Listener({path, 0}), Contains(path));
    CHECK(std::filesystem::exists(path));
    CHECK(connect({path, 0}).is_open());
  }
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_THROWS_AS(connect({path, 0}), Failure);

  const std::string file = folder.file("file");
  std::ofstream(file) << "mine";
  CHECK_THROWS_AS(Listener({file, 0}), Failure);
  CHECK(std::filesystem::file_size(file) == 4);
}

TEST_CASE("one card a path, and the file of a killed one is replaced") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("card");
  const int dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(dead);
  std::ofstream(path + ".lock") << "";
  {
    const Listener listener({path, 0});
    CHECK_THROWS_WITH(Listener({path, 0}), path + ": another card is served there");
    CHECK(connect({path, 0}).is_open());
  }
  CHECK(std::filesystem::is_empty(folder.file("")));
}

TEST_CASE("a link in the place of a socket is left alone") {
  const sesame::test::TemporaryFolder folder;
  std::filesystem::create_symlink("elsewhere", folder.file("card"));
  CHECK_THROWS_AS(Listener({folder.file("card"), 0}), Failure);
  CHECK(std::filesystem::is_symlink(folder.file("card")));
  CHECK_FALSE(std::filesystem::exists(folder.file("elsewhere")));
}

TEST_CASE("another user at a card's socket is turned away, though the file's mode lets that user in") {
  if (!sesame::test::can_be_another_user()) {
    SUCCEED("the rule is tested with the reader's socket");
    return;
  }
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("card");
  ::chmod(folder.file("").c_str(), 0755);
  const mode_t before = ::umask(0);
  const Listener listener({path, 0});
  ::umask(before);
  const auto connects = [&] {
    try {
      return connect({path, 0}).is_open();
    } catch (const Failure&) {
      return false;
    }
  };
  CHECK_FALSE(sesame::test::as_nobody(connects));  // the file says no
  ::chmod(path.c_str(), 0666);
  CHECK(sesame::test::as_nobody(connects));
  CHECK_FALSE(listener.accept().is_open());
  const Descriptor own = connect({path, 0});
  CHECK(listener.accept().is_open());
}

TEST_CASE("a card that another user than the socket's owner serves gets no PIN") {
  if (!sesame::test::can_be_another_user()) {
    SUCCEED("the rule is tested with the reader's socket");
    return;
  }
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("card");
  ::chmod(folder.file("").c_str(), 0777);
  REQUIRE(::seteuid(sesame::test::kNobody) == 0);
  const Listener listener({path, 0});
  REQUIRE(::seteuid(0) == 0);
  CHECK(connect({path, 0}).is_open());
  REQUIRE(::chown(path.c_str(), 1, 1) == 0);
  CHECK_THROWS_WITH(connect({path, 0}),
                    "unix:" + path + ": a process that is not the socket owner's listens there");
}

TEST_CASE("a card that is busy with others is not waited for without end") {
  const sesame::test::TemporaryFolder folder;
  const Listener listener({folder.file("card"), 0});
  std::vector<Descriptor> others;
  const auto crowd = [&] {
    for (int i = 0; i < 10; ++i) others.push_back(connect({folder.file("card"), 0}));
  };
  CHECK_THROWS_WITH(crowd(), Contains("timed out"));
}

TEST_CASE("port 0 is whichever is free, and the endpoint says which") {
  const Listener listener({"", 0});
  REQUIRE(listener.endpoint().port != 0);
  CHECK(connect(listener.endpoint()).is_open());
  CHECK_THROWS_AS(Listener(listener.endpoint()), Failure);
}

TEST_CASE("a port is for programs of this machine alone") {
  const Listener listener({"", 0});
  sockaddr_in address{};
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(listener.descriptor(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  CHECK(address.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
}

TEST_CASE("records come whole, however they were cut, until one is invalid") {
  const Pair pair;
  Records records{Descriptor(pair.ends[0])};
  const Descriptor other(pair.ends[1]);
  const auto write = [&](std::initializer_list<std::uint8_t> bytes) {
    REQUIRE(::write(other.get(), bytes.begin(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    REQUIRE(records.receive());
  };
  write({0x01});
  CHECK_FALSE(records.take());
  write({0x3B, 0x02, 0x03, 0x00});
  const auto first = records.take();
  REQUIRE(first);
  CHECK((first->is_character() && first->value == 0x3B));
  CHECK(records.take()->kind == card::iso7816::RecordKind::wrong_parity);
  CHECK_FALSE(records.take());
  write({0x07});
  const auto contacts = records.take();
  REQUIRE(contacts);
  CHECK((contacts->vcc() && contacts->rst() && contacts->clk()));
  CHECK_FALSE(records.broken());
  write({0x04, 0x00, 0x01, 0x00});
  CHECK_FALSE(records.take());
  CHECK(records.broken());
  CHECK_FALSE(records.take());
}

TEST_CASE("a client waits for the card's side to say whether there is a card, and no longer") {
  using std::chrono::milliseconds;
  const Pair pair;
  LineClient client{Descriptor(pair.ends[0])};
  Records card{Descriptor(pair.ends[1])};
  CHECK_FALSE(client.wait_for_presence(milliseconds(0)));
  CHECK_FALSE(client.wait_for_presence(milliseconds(20)));
  REQUIRE(card.send(card::iso7816::Record::presence(false)));
  CHECK(client.wait_for_presence(milliseconds(10'000)));
  CHECK_FALSE(client.present());
}

TEST_CASE("a client hears characters and presence, and notices when the card's side is gone") {
  const Pair pair;
  LineClient client{Descriptor(pair.ends[0])};
  {
    Records card{Descriptor(pair.ends[1])};
    CHECK_FALSE(client.present());
    REQUIRE(card.send(card::iso7816::Record::presence(true)));
    REQUIRE(card.send(card::iso7816::Record::character(0x3B, true)));
    REQUIRE(card.send(card::iso7816::Record::character(0x03, false)));
    client.receive(7);
    CHECK(client.present());
    CHECK(client.due() == CardLine::Micros{7});
    CHECK(client.take(7) == std::uint8_t{0x3B});
    CHECK_FALSE(client.take_character()->parity_ok);
    CHECK_FALSE(client.due());
    client.contacts(true, false, true, 8);
    client.send(0xA4, false, 9);
    REQUIRE(card.receive());
    const auto contacts = card.take();
    REQUIRE(contacts);
    CHECK((contacts->vcc() && contacts->rst() && !contacts->clk()));
    const auto character = card.take();
    REQUIRE(character);
    CHECK(character->bytes() == std::array<std::uint8_t, 2>{0x02, 0xA4});
  }
  CHECK_THROWS_AS(client.receive(10), Failure);
}

}  // namespace sesame::contacts
