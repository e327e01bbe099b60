#include "host/cli/device_choice.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

#include "host/base/safe_text.hpp"
#include "host/board/constants.hpp"
#include "host/cli/text.hpp"
#include "host/reader/panel/image_file.hpp"
#include "host/reader/panel/qemu_device.hpp"
#include "host/reader/panel/serial_device.hpp"

namespace sesame::cli {

namespace {

using std::filesystem::path;

constexpr const char* kQemu = "qemu-system-arm";
constexpr std::string_view kBoard = "stm32f407g-disc1";
constexpr std::string_view kRemedy = "build it: cmake --preset firmware && cmake --build --preset firmware";
// Beyond what the reader grants its card for one command, and more commands than any dialogue has.
constexpr std::chrono::seconds kSlack{15};
constexpr int kCommands = 30;

std::vector<path> image_folders() {
  const char* named = std::getenv("SESAME_FIRMWARE");
  if (named != nullptr && *named != '\0') return {named};
  std::error_code unknown;
  const path beside = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
  return {beside / "firmware", beside.parent_path() / "firmware" / "images",
          beside.parent_path() / "lib" / "sesame" / "firmware"};
}

bool is_file(const path& file) {
  std::error_code unknown;
  return std::filesystem::is_regular_file(file, unknown);
}

std::string checked(const path& image) {
  check_image(image);
  return image;
}

PanelLimits limits_for(const ReaderProfile& profile) {
  PanelLimits limits;
  const std::chrono::milliseconds command(profile.timeouts.card);
  limits.rest = command + kSlack;
  limits.work = kCommands * command + kSlack;
  return limits;
}

std::unique_ptr<PanelDevice> start(const DeviceChoice& choice, const ReaderProfile& profile, CardLine* card) {
  if (choice.kind == DeviceChoice::Kind::serial) {
    return std::make_unique<SerialDevice>(choice.place, limits_for(profile));
  }
  return std::make_unique<QemuDevice>(QemuOptions{find_image(choice, profile.name), {}}, *card,
                                      limits_for(profile));
}

}  // namespace

DeviceChoice parse_device(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string place = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool placed = !place.empty();
  if (text == "native") return {DeviceChoice::Kind::native, ""};
  if (text == "qemu" || (kind == "qemu" && placed)) return {DeviceChoice::Kind::qemu, place};
  if (kind == "serial" && placed) return {DeviceChoice::Kind::serial, place};
  throw Failure(
      Failure::invalid,
      fmt::format("--device {}: there are native, qemu, qemu:IMAGE and serial:PATH", safe::named(text)));
}

std::string find_image(const DeviceChoice& choice, std::string_view profile) {
  path last;
  if (!choice.place.empty()) {
    last = choice.place;
    if (is_file(last)) return checked(last);
  } else {
    for (const path& folder : image_folders()) {
      last = folder / fmt::format("{}--{}.elf", profile, kBoard);
      if (is_file(last)) return checked(last);
    }
  }
  throw Failure(Failure::environment, fmt::format("there is no image {}; {}", last.string(), kRemedy));
}

void check_qemu() {
  const char* const folders = std::getenv("PATH");
  std::istringstream all(folders == nullptr ? "" : folders);
  for (std::string folder; std::getline(all, folder, ':');) {
    if (::access((path(folder) / kQemu).c_str(), X_OK) == 0) return;
  }
  throw Failure(Failure::environment, "QEMU is not installed; install qemu-system-arm");
}

std::unique_ptr<PanelDevice> open_device(const DeviceChoice& choice, const ReaderProfile& profile,
                                         CardLine* card) {
  auto device = start(choice, profile, card);
  const PanelLink::Seen& seen = device->seen();
  if (seen.reader != profile.name) {
    throw Failure(Failure::invalid,
                  fmt::format("--profile: the reader there is '{}', not '{}'; use --profile {}", seen.reader,
                              profile.name, seen.reader));
  }
  if (seen.digest != board::digest(profile)) {
    throw Failure(Failure::invalid,
                  fmt::format("--profile: the image there is of another '{}' than this profile; "
                              "build it from this profile's file",
                              profile.name));
  }
  return device;
}

}  // namespace sesame::cli
