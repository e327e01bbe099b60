// Readers and cards for these tests.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sim/fleet/card_source.hpp"
#include "sim/lcd/rows.hpp"
#include "sim/reader/live_reader.hpp"

namespace sesame::sim::test {

inline constexpr std::string_view kPin = "1234";

inline std::shared_ptr<const profile::LoadedReader> model(std::string_view name = "sesame") {
  return std::make_shared<const profile::LoadedReader>(profile::load_reader(name));
}

inline CardSpec shipped(const std::string& name = "sesame-card") {
  return {CardSpec::Kind::shipped, name, {}};
}

// A reader with a virtual clock and, if it has a name, a fresh card.
class TestReader {
 public:
  explicit TestReader(const std::string& card = "sesame-card", std::string_view profile = "sesame",
                      ClockKind clock = ClockKind::virtual_time)
      : reader_(model(profile), clock) {
    if (!card.empty()) insert(card);
  }

  LiveReader& operator*() { return reader_; }
  LiveReader* operator->() { return &reader_; }

  void insert(const std::string& card = "sesame-card") {
    reader_.insert(source_.make(shipped(card), "here", reader_.clock(), {}));
  }
  void press(std::string_view name) { reader_.press(reader_.key_named(name).value()); }
  void type(std::string_view digits) {
    for (const char c : digits) reader_.press(c == '.' ? Key::point : digit_key(c));
    reader_.press(Key::ok);
  }
  // To a code, or wherever it ends.
  void ask_code(std::string_view pin = kPin) {
    press("CODE");
    type(pin);
  }
  void fault(Fault fault) { reader_.set_faults({std::move(fault)}); }

  std::string text() const { return to_text(reader_.screen()); }
  State state() const { return reader_.reader().state(); }
  std::string code() const {
    const auto digits = reader_.reader().code();
    return {digits.begin(), digits.end()};
  }

 private:
  CardSource source_{{}};
  LiveReader reader_;
};

inline Fault fault(FaultKind kind, std::size_t at = 0) {
  Fault fault;
  fault.kind = kind;
  fault.at = static_cast<std::uint32_t>(at);
  return fault;
}

}  // namespace sesame::sim::test
