#include "host/ifd/listener.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "host/failure.hpp"
#include "tests/host/ifd/sockets.hpp"

namespace sesame::ifd {
namespace {

using namespace test;
using Catch::Matchers::Contains;

Exit exit_of(const std::string& path, const std::string& words) {
  try {
    const Listener listener(path);
  } catch (const Failure& failure) {
    CHECK_THAT(failure.what(), Contains(words));
    return failure.exit();
  }
  return Exit::ok;
}

TEST_CASE("the socket is its owner's alone, and gone afterwards") {
  const Folder folder;
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

TEST_CASE("a socket that nobody serves any more is replaced") {
  const Folder folder;
  const std::string path = folder.file("reader");
  listen_at(path).close();
  std::ofstream(path + ".lock") << "";
  std::ofstream(path + ".new") << "";
  REQUIRE_FALSE(connect_to(path).is_open());
  const Listener listener(path);
  CHECK(connect_to(path).is_open());
}

TEST_CASE("a second reader is refused, and the first one goes on") {
  const Folder folder;
  const std::string path = folder.file("reader");
  const Listener listener(path);
  CHECK(exit_of(path, path + ": another reader is served there") == Exit::environment);
  CHECK(connect_to(path).is_open());
}

TEST_CASE("another program's socket is left alone") {
  const Folder folder;
  const std::string path = folder.file("reader");
  const int type = GENERATE(SOCK_SEQPACKET, SOCK_STREAM, SOCK_DGRAM);
  Descriptor other(::socket(AF_UNIX, type, 0));
  const sockaddr_un address = address_of(path);
  REQUIRE(::bind(other.get(), generic(address), sizeof address) == 0);
  if (type != SOCK_DGRAM) REQUIRE(::listen(other.get(), 1) == 0);
  CHECK(exit_of(path, path + ": another program is served there") == Exit::environment);
  CHECK(std::filesystem::is_socket(path));
}

TEST_CASE("what is no socket is left alone") {
  const Folder folder;
  const std::string path = folder.file("reader");
  SECTION("a file") { std::ofstream(path) << "precious"; }
  SECTION("a folder") { std::filesystem::create_directory(path); }
  SECTION("a link") { std::filesystem::create_symlink("elsewhere", path); }
  CHECK(exit_of(path, "not a socket") == Exit::environment);
  CHECK(std::filesystem::exists(std::filesystem::symlink_status(path)));
  CHECK_FALSE(std::filesystem::exists(path + ".lock"));
}

TEST_CASE("a path that cannot be a socket's is a mistake") {
  const Folder folder;
  CHECK(exit_of("", "empty name") == Exit::usage);
  CHECK(exit_of("/tmp/" + std::string(99, 'x'), "at most 103") == Exit::usage);
  CHECK(exit_of(folder.file("no/folder"), "No such file") == Exit::environment);
}

}  // namespace
}  // namespace sesame::ifd
