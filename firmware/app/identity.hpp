// What an image says of itself to who holds C while the board starts: versions and names, a page at each key.
// C again, or half a minute, and the reader begins.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "firmware/core/reader.hpp"

namespace sesame::app {

struct Image {
  std::string_view board;     // its name
  std::uint32_t digest = 0;   // of the reader's profile: generated::kDigest
  std::string_view software;  // its version: generated::kSoftware
  std::string_view revision;  // the commit that it was made of: generated::kRevision
  std::span<const std::string_view> low_battery =
      {};  // in each language of the profile: generated::kLowBattery
};

class Identity {
 public:
  // What they point to outlives it.
  Identity(const ReaderProfile& profile, const Image& image) : profile_(profile), image_(image) {}

  // Every key first: true where it was meant for this, and not for the reader.
  bool take(const Event& event, Millis now);
  // Until when a page is shown, if one is.
  std::optional<Millis> shown_until() const { return shown_until_; }
  void end() { shown_until_.reset(); }
  Screen screen() const;

 private:
  enum class Page : std::uint8_t { software, revision, reader, digest, board };
  static constexpr std::array<std::string_view, 5> kTitles{"Version", "Revision", "Reader", "Profile",
                                                           "Board"};

  const ReaderProfile& profile_;
  Image image_;
  std::optional<Millis> shown_until_;
  Page page_ = Page::software;
};

}  // namespace sesame::app
