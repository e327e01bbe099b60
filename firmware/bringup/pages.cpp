#include "firmware/bringup/pages.hpp"

#include "firmware/hal/bench.hpp"

namespace sesame::bringup {

namespace {

using panel::Test;

constexpr std::uint8_t kRows = 2, kColumns = 16;
constexpr Millis kPage = 2'000;
constexpr Test kPages[] = {Test::chip, Test::fault, Test::supply, Test::answer};

}  // namespace

Pages::Pages(Bench& bench, std::string_view board) : bench_(bench), board_(board) {
  screen_.lit = true;
  screen_.rows = kRows;
  screen_.columns = kColumns;
  clear();
  text(0, "Bring-up");
  text(1, board_);
}

void Pages::show(std::uint8_t test, Bytes result) {
  if (test >= std::size(panel::kTestNames)) return;
  clear();
  if (static_cast<Test>(test) == Test::screen) {
    // Printable ones of ISO 8859-1, from the one asked for.
    char16_t character = bench_.first_shown();
    for (std::size_t i = 0; i < std::size_t{kRows} * kColumns; ++i) {
      screen_.cells[i / kColumns][i % kColumns] = character++;
    }
    return;
  }
  text(0, panel::kTestNames[test]);
  hex(1, result);
}

void Pages::go_on(Millis now) {
  const auto pins = hal::bench::card_pins();
  const std::uint32_t live = hal::bench::key_contacts() | (pins.detect_means_in ? 0x10000U : 0U);
  if (live != live_) {
    live_ = live;
    next_ = now + kPage;
    clear();
    text(0, pins.detect_means_in ? "card in   keys" : "no card   keys");
    const std::uint8_t contacts[] = {static_cast<std::uint8_t>(live >> 8 & 0xFF),
                                     static_cast<std::uint8_t>(live & 0xFF)};
    hex(1, contacts);
  }
  if (now < next_) return;
  next_ = now + kPage;
  page(number_);
  number_ = static_cast<std::uint8_t>((number_ + 1) % (std::size(kPages) + 1));
  hal::bench::led(number_ % 2 != 0);
}

// The first is the board's name. A card is asked for its answer where there is one.
void Pages::page(std::uint8_t number) {
  if (number == 0) {
    clear();
    text(0, "Bring-up");
    return text(1, board_);
  }
  const auto test = static_cast<std::uint8_t>(kPages[number - 1]);
  if (kPages[number - 1] == Test::answer && !hal::bench::card_pins().detect_means_in) return;
  show(test, bench_.run(test, 0));
}

void Pages::clear() {
  for (auto& row : screen_.cells) row.fill(u' ');
}

void Pages::text(std::size_t row, std::string_view text) {
  for (std::size_t i = 0; i < text.size() && i < kColumns; ++i) {
    screen_.cells[row][i] = static_cast<unsigned char>(text[i]);
  }
}

void Pages::hex(std::size_t row, Bytes bytes) {
  for (std::size_t i = 0; i < bytes.size() && i < kColumns / 2; ++i) {
    screen_.cells[row][2 * i] = static_cast<unsigned char>("0123456789ABCDEF"[bytes[i] >> 4]);
    screen_.cells[row][2 * i + 1] = static_cast<unsigned char>("0123456789ABCDEF"[bytes[i] & 0xF]);
  }
}

}  // namespace sesame::bringup
