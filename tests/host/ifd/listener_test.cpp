#include "host/ifd/listener.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "host/base/failure.hpp"
#include "host/io/peer.hpp"
#include "tests/host/ifd/other_user.hpp"
#include "tests/host/ifd/sockets.hpp"

namespace sesame::ifd {
namespace {

using namespace test;
using Catch::Matchers::Contains;

std::optional<Failure::Kind> failure_of(const std::string& path, const std::string& words) {
  try {
    const Listener listener(path);
  } catch (const Failure& failure) {
    CHECK_THAT(failure.what(), Contains(words));
    return failure.kind();
  }
  return std::nullopt;
}

TEST_CASE("the socket is its owner's alone, and gone afterwards") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("reader");
  {
    const Listener listener(path);
    struct stat there {};
    REQUIRE(::stat(path.c_str(), &there) == 0);
    CHECK((there.st_mode & 07777) == 0600);
    CHECK(connect_to(path).is_open());
    CHECK(listener.accept().is_open());
    CHECK_FALSE(listener.accept().is_open());
  }
  CHECK(std::filesystem::is_empty(std::filesystem::path(path).parent_path()));
}

TEST_CASE("who may use a user's socket: that user, and root") {
  static_assert(io::may_deal_with(0, 0) && io::may_deal_with(1000, 1000) && io::may_deal_with(0, 1000));
  static_assert(!io::may_deal_with(1000, 0) && !io::may_deal_with(1000, 1001));
  const sesame::test::TemporaryFolder folder;
  const Descriptor listener = listen_at(folder.file("reader"));
  const Descriptor connected = connect_to(folder.file("reader"));
  const Descriptor accepted = accept_at(listener);
  CHECK(io::user_at(connected.get()) == ::geteuid());
  CHECK(io::user_at(accepted.get()) == ::geteuid());
  CHECK(io::may_connect(accepted.get()));
  CHECK(io::may_listen(connected.get(), folder.file("reader").c_str()));
  CHECK_FALSE(io::may_listen(connected.get(), folder.file("other").c_str()));
  CHECK_FALSE(io::user_at(STDIN_FILENO));
}

TEST_CASE("the socket is its owner's alone whatever the umask is, and so from the first moment on") {
  const sesame::test::TemporaryFolder folder;
  const mode_t before = ::umask(0);
  const Listener listener(folder.file("reader"));
  ::umask(before);
  struct stat there {};
  REQUIRE(::stat(folder.file("reader").c_str(), &there) == 0);
  CHECK((there.st_mode & 07777) == 0600);
}

TEST_CASE("another user at the reader's socket is turned away, though the file's mode lets that user in") {
  if (!sesame::test::can_be_another_user()) {
    SUCCEED("the rule is tested above");
    return;
  }
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("reader");
  const Listener listener(path);
  ::chmod(folder.file("").c_str(), 0755);
  const auto connects = [&] { return connect_to(path).is_open(); };
  CHECK_FALSE(sesame::test::as_nobody(connects));  // the file says no
  ::chmod(path.c_str(), 0666);
  CHECK(sesame::test::as_nobody(connects));
  CHECK(readable(Descriptor(::dup(listener.descriptor()))));
  CHECK_FALSE(listener.accept().is_open());
  CHECK(connect_to(path).is_open());  // the next client is not kept out
  CHECK(listener.accept().is_open());
}

TEST_CASE("a socket that is no longer served is replaced") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("reader");
  listen_at(path).close();
  std::ofstream(path + ".lock") << "";
  std::ofstream(path + ".new") << "";
  REQUIRE_FALSE(connect_to(path).is_open());
  const Listener listener(path);
  CHECK(connect_to(path).is_open());
}

TEST_CASE("a second reader is refused, and the first one goes on") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("reader");
  const Listener listener(path);
  CHECK(failure_of(path, path + ": another reader is served there") == Failure::environment);
  CHECK(connect_to(path).is_open());
}

TEST_CASE("another program's socket is left alone") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("reader");
  const int type = GENERATE(SOCK_SEQPACKET, SOCK_STREAM, SOCK_DGRAM);
  Descriptor other(::socket(AF_UNIX, type, 0));
  const sockaddr_un address = address_of(path);
  REQUIRE(::bind(other.get(), generic(address), sizeof address) == 0);
  if (type != SOCK_DGRAM) REQUIRE(::listen(other.get(), 1) == 0);
  CHECK(failure_of(path, path + ": another program is served there") == Failure::environment);
  CHECK(std::filesystem::is_socket(path));
}

TEST_CASE("what is no socket is left alone") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.file("reader");
  SECTION("a file") { std::ofstream(path) << "precious"; }
  SECTION("a folder") { std::filesystem::create_directory(path); }
  SECTION("a link") { std::filesystem::create_symlink("elsewhere", path); }
  CHECK(failure_of(path, "not a socket") == Failure::environment);
  CHECK(std::filesystem::exists(std::filesystem::symlink_status(path)));
  CHECK_FALSE(std::filesystem::exists(path + ".lock"));
}

TEST_CASE("a path that cannot be a socket's is a mistake") {
  const sesame::test::TemporaryFolder folder;
  CHECK(failure_of("", "empty name") == Failure::invalid);
  CHECK(failure_of("/tmp/" + std::string(99, 'x'), "at most 103") == Failure::invalid);
  CHECK(failure_of(folder.file("no/folder"), "No such file") == Failure::environment);
}

}  // namespace
}  // namespace sesame::ifd
