// What the image draws is what the manual shows: the pictures of golden/, to the dot.
//
// After a change that is meant to be seen: build the images, then run write_goldens, and look at what
// changed.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "firmware/core/text.hpp"
#include "tests/firmware/pixels/manual_screens.hpp"

namespace sesame::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("every screen of the manual is drawn as it should be, on every board") {
  for (const std::string_view board : kBoards) {
    const fs::path folder = golden_folder(board);
    std::set<std::string> names;
    for (const Shot& shot : manual_screens(board)) {
      INFO(board << ", " << shot.name << ":\n" << to_text(shot.picture));
      CHECK(names.insert(shot.name + ".png").second);
      const bool same = render(shot.picture) == read_png(folder / (shot.name + ".png"));
      CHECK(same);
    }
    for (const auto& file : fs::directory_iterator(folder)) {
      INFO(file.path() << " is a picture that nothing draws");
      CHECK(names.count(file.path().filename()) == 1);
    }
  }
}

// But for what a reader says whose card a program on a computer has, or which signs a computer's text: a
// board is at no cable.
constexpr std::array kOfTheCable{Message::connected, Message::text_more, Message::text_approve};

TEST_CASE("there is a picture of every message that a board can say") {
  for (const std::string_view board : kBoards) {
    for (std::size_t i = 0; i < kMessageCount; ++i) {
      const auto message = static_cast<Message>(i);
      if (std::find(kOfTheCable.begin(), kOfTheCable.end(), message) != kOfTheCable.end()) continue;
      INFO(board << ", " << to_string(message));
      CHECK(fs::exists(fs::path(golden_folder(board)) / (std::string(to_string(message)) + ".png")));
    }
  }
}

}  // namespace
}  // namespace sesame::test
