#include "host/profile/shipped.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/card/file/card_file.hpp"
#include "host/document/toml.hpp"
#include "host/profile/reader_file.hpp"
#include "tests/support/broken.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::profile {
namespace {

namespace fs = std::filesystem;
using ShippedNames = std::vector<std::string_view>;

TEST_CASE("the shipped readers, texts, cards and boards are listed in alphabetical order") {
  CHECK(shipped_names(ProfileKind::readers) ==
        ShippedNames{"barclays-pinsentry", "belfius", "cardtan-at", "edentifier2", "ing-identity",
                     "nationwide", "natwest", "nordea-se", "pass-cyberplus", "pinsentry", "postfinance",
                     "random-reader", "sesame", "vasco-810", "xi-sign-4400"});
  CHECK(shipped_names(ProfileKind::texts) == ShippedNames{"de", "en", "fr", "nl", "sv"});
  CHECK(shipped_names(ProfileKind::cards) == ShippedNames{"aes-card", "bank-card", "belgian-card",
                                                          "maestro-like", "rabobank-like", "sesame-card"});
  CHECK(shipped_names(ProfileKind::boards) ==
        ShippedNames{"nucleo-l476rg", "olimex-stm32-h405", "stm32f407g-disc1"});

  const auto readers = list_shipped(ProfileKind::readers);
  REQUIRE(readers.size() == 15);
  CHECK(readers[12].name == "sesame");
  CHECK(readers[12].title == "Sésame");
  CHECK(list_shipped(ProfileKind::cards).size() == 6);
}

TEST_CASE("what is shipped is what stands in hw-profiles, byte by byte") {
  const fs::path root = SESAME_HW_PROFILES;
  for (const auto& [kind, folder] :
       {std::pair{ProfileKind::readers, "readers"}, std::pair{ProfileKind::texts, "texts"},
        std::pair{ProfileKind::cards, "cards"}, std::pair{ProfileKind::boards, "boards"}}) {
    for (const std::string_view name : shipped_names(kind)) {
      CAPTURE(folder, name);
      CHECK(*shipped_text(kind, name) ==
            sesame::test::content(root / folder / (std::string(name) + ".toml")));
    }
  }
  CHECK_FALSE(shipped_text(ProfileKind::cards, "sesame"));
}

TEST_CASE("an argument with a slash, or that ends in .toml, is a path") {
  const auto [argument, path] = GENERATE(table<const char*, bool>({
      {"sesame", false},
      {"", false},
      {"sesame.toml", true},
      {"./sesame", true},
      {"/dev/fd/3", true},
      {"toml", false},
      {"sesame.tom", false},
  }));
  CAPTURE(argument);
  CHECK(names_a_path(argument) == path);
}

TEST_CASE("an unknown name is refused with the names there are") {
  CHECK(test::failure_of([] { return load_reader("seasme"); }) ==
        "no reader profile is named \"seasme\"; shipped: barclays-pinsentry, belfius, cardtan-at, "
        "edentifier2, ing-identity, nationwide, natwest, "
        "nordea-se, pass-cyberplus, pinsentry, postfinance, random-reader, sesame, vasco-810, xi-sign-4400; "
        "or a path, as in ./my.toml");
  CHECK(test::failure_of([] { return card::load_card(""); }) ==
        "no card is named \"\"; shipped: aes-card, bank-card, belgian-card, maestro-like, rabobank-like, "
        "sesame-card; or a path, as in ./my.toml");
}

TEST_CASE("a file of one's own is loaded by its path and named after it") {
  const sesame::test::TemporaryFolder folder;
  const std::string reader = folder.write("mine.toml", *shipped_text(ProfileKind::readers, "sesame"));
  const LoadedReader loaded = load_reader(reader);
  CHECK(loaded.profile().name == "mine");
  CHECK(loaded.profile().title == "Sésame");
  CHECK(card::load_card(folder.write("card.v2", *shipped_text(ProfileKind::cards, "sesame-card"))).name ==
        "card.v2");
}

TEST_CASE("a mistake in a file of one's own is reported under its path") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.write("mine.toml", "title = \"x\"\ntilte = 1\n");
  CHECK(test::failure_of([&] { return load_reader(path); }).rfind(path + ":2: unknown key \"tilte\"", 0) ==
        0);
}

TEST_CASE("a file that cannot be read says why") {
  const sesame::test::TemporaryFolder folder;
  const std::string missing = folder.file("missing.toml");
  CHECK(test::failure_of([&] { return load_reader(missing); }) ==
        missing + ": cannot be read: No such file or directory");
  const std::string below = folder.write("x", "") + "/y.toml";
  CHECK(test::failure_of([&] { return card::load_card(below); }) ==
        below + ": cannot be read: Not a directory");
  const std::string directory = folder.path().string() + "/";
  CHECK(test::failure_of([&] { return card::load_card(directory); }) ==
        directory + ": cannot be read: Is a directory");
  const std::string empty = folder.write("empty.toml", "");
  CHECK(test::failure_of([&] { return load_reader(empty); }) == empty + ": is empty");
  if (::geteuid() != 0) {
    const std::string locked = folder.write("locked.toml", "x");
    fs::permissions(locked, fs::perms::none);
    CHECK(test::failure_of([&] { return load_reader(locked); }) ==
          locked + ": cannot be read: Permission denied");
  }
}

TEST_CASE("a file of more than 1 MiB is refused") {
  const sesame::test::TemporaryFolder folder;
  std::string card(*shipped_text(ProfileKind::cards, "sesame-card"));
  card.resize(document::kMaxFileSize, '\n');
  CHECK(card::load_card(folder.write("largest.toml", card)).name == "largest");
  const std::string larger = folder.write("larger.toml", card + "\n");
  CHECK(test::failure_of([&] { return card::load_card(larger); }) ==
        larger + ": is too large; at most 1048576 bytes");
  CHECK(test::failure_of([] { return card::load_card("/dev/zero"); }) ==
        "/dev/zero: is too large; at most 1048576 bytes");
}

}  // namespace
}  // namespace sesame::profile
