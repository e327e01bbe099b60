// Writes the pictures that pictures_test compares with: what the images draw now.
#include <cstdio>
#include <exception>
#include <filesystem>

#include "tests/firmware/pixels/manual_screens.hpp"

int main() {
  namespace fs = std::filesystem;
  using namespace sesame::test;
  try {
    for (const std::string_view board : kBoards) {
      const fs::path folder = golden_folder(board);
      fs::create_directories(folder);
      for (const Shot& shot : manual_screens(board)) {
        write_png(folder / (shot.name + ".png"), render(shot.picture));
        std::printf("%s, %s\n%s\n", std::string(board).c_str(), shot.name.c_str(),
                    to_text(shot.picture).c_str());
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_goldens: %s\n", error.what());
    return 1;
  }
  return 0;
}
