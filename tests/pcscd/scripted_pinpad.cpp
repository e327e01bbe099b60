#include "tests/pcscd/scripted_pinpad.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace sesame::pcscd {

namespace fs = std::filesystem;

ScriptedPinpad::ScriptedPinpad() {
  std::string pattern = (fs::temp_directory_path() / "sesame-pinpad-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder " + pattern);
  folder_ = pattern;
}

ScriptedPinpad::~ScriptedPinpad() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

ReaderEntry ScriptedPinpad::reader(const std::string& name) const {
  return {name, folder_.string(), PINPAD_DRIVER, 0};
}

void ScriptedPinpad::answer(const std::vector<std::uint8_t>& bytes) const {
  std::ofstream out(folder_ / "answer", std::ios::binary);
  for (const std::uint8_t byte : bytes) out.put(static_cast<char>(byte));
}

std::vector<std::uint8_t> ScriptedPinpad::order() const {
  std::ifstream in(folder_ / "order", std::ios::binary);
  std::vector<std::uint8_t> out;
  for (auto c = std::istreambuf_iterator<char>(in); c != std::istreambuf_iterator<char>(); ++c) {
    out.push_back(static_cast<std::uint8_t>(*c));
  }
  return out;
}

void ScriptedPinpad::wait_for_nobody(bool waits) const {
  std::error_code ignored;
  waits ? std::ofstream(folder_ / "nobody").close()
        : static_cast<void>(fs::remove(folder_ / "nobody", ignored));
}

void ScriptedPinpad::unplug() const { std::ofstream(folder_ / "unplugged") << "yes"; }

}  // namespace sesame::pcscd
