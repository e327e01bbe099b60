// The bring-up image's end of the panel link: it answers what a host asks, each at once and whole.
#pragma once

#include <optional>
#include <string_view>

#include "firmware/bringup/test_bench.hpp"
#include "firmware/panel/protocol.hpp"

namespace sesame::bringup {

struct Image {
  std::string_view board, software, revision;
};

// That the card's contacts are so now: a host that is the card has to know.
void tell(const iso7816::Contacts& contacts);

class Link {
 public:
  Link(Bench& bench, const Image& image) : bench_(bench), image_(image) {}

  struct Done {
    std::uint8_t test;
    Result result;
  };
  // Answers all that has come. The last test that was run, if one was; to a hello it says that this screen is
  // shown.
  std::optional<Done> poll(const Screen& screen);

 private:
  void take_frame(const Screen& screen, std::optional<Done>& done);
  void introduce(const Screen& screen) const;

  Bench& bench_;
  Image image_;
  panel::FrameReader<panel::kMaxBodyToReader> frames_;
  std::optional<std::uint8_t> handled_;  // the last sequence number
  Done last_{};                          // what came of it, to be said again
};

}  // namespace sesame::bringup
