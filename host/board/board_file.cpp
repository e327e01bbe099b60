#include "host/board/board_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "firmware/boards/stm32f4/chip.hpp"
#include "firmware/boards/stm32l4/chip.hpp"
#include "host/document/toml.hpp"
#include "host/profile/source.hpp"

namespace sesame::board {

namespace {

using document::joined;
using document::quoted;
using document::Table;
using document::TomlDocument;
using document::Value;
using Names = std::string_view[];

constexpr const Chip* kChips[] = {&stm32f4::kChip, &stm32l4::kChip};
constexpr Names kFamilies = {stm32f4::kChip.family, stm32l4::kChip.family};
constexpr Names kLevels = {"low", "high"};
constexpr Names kDisplays = {"hd44780", "ssd1306"};
constexpr Names kRoles = {"TX", "RX", "CK"};                                      // in the order of UsartRole
constexpr std::uint32_t kLeastCardClock = 1'000'000, kMostCardClock = 5'000'000;  // ISO 7816-3:2006, 5.2.3

class BoardFile {
 public:
  explicit BoardFile(std::string_view file) { board_.name = document::stem(file); }

  Board read(const Value& document) {
    Table root(document);
    const Value title = root.at("title"), family = root.at("family"), clock = root.at("clock"),
                card = root.at("card"), panel = root.at("panel"), keys = root.at("keys"),
                display = root.at("display");
    const auto led = root.find("led");
    root.done();
    board_.title = title.title();
    chip_ = kChips[family.one_of(kFamilies)];
    board_.family = chip_->family;
    read_clock(clock);
    read_card(card);
    read_panel(panel);
    read_keys(keys);
    read_display(display);
    if (led) read_led(*led);
    return std::move(board_);
  }

 private:
  void read_clock(const Value& clock) {
    Table table(clock);
    const Value quartz = table.at("quartz_hz");
    table.done();
    const auto& [least, most, step] = chip_->quartz_hz;
    board_.quartz_hz = quartz.number<std::uint32_t>(0, most);
    if (board_.quartz_hz == 0) return;
    if (board_.quartz_hz < least || board_.quartz_hz % step != 0) {
      quartz.refuse(fmt::format("is {}; allowed: {} to {} in steps of {}, or 0 for none", board_.quartz_hz,
                                least, most, step));
    }
  }

  void read_card(const Value& value) {
    Table table(value);
    const Value usart = table.at("usart"), io = table.at("io"), clk = table.at("clk"), rst = table.at("rst"),
                vcc = table.at("vcc"), vcc_on = table.at("vcc_on"), detect = table.at("detect"),
                card_in = table.at("card_in"), clock_hz = table.at("clock_hz"),
                least_clocks_per_etu = table.at("least_clocks_per_etu");
    table.done();
    BoardCard& card = board_.card;
    card.usart = read_usart(usart);
    card.io = read_usart_pin(io, card.usart, UsartRole::tx);
    card.clk = read_usart_pin(clk, card.usart, UsartRole::ck);
    card.rst = read_pin(rst);
    card.vcc = read_pin(vcc);
    card.vcc_on_high = vcc_on.one_of(kLevels) == 1;
    card.detect = read_waking_pin(detect);
    card.card_in_high = card_in.one_of(kLevels) == 1;
    card.clock_hz = read_card_clock(clock_hz, chip_->usart_bus_hz(card.usart));
    card.least_clocks_per_etu = least_clocks_per_etu.number<std::uint16_t>(8, 372);
  }

  static std::uint32_t read_card_clock(const Value& value, std::uint32_t usart_clock) {
    const auto hz = value.number<std::uint32_t>(kLeastCardClock, kMostCardClock);
    const std::uint32_t prescale = usart_clock / 2 / hz;
    if (prescale > kMostPrescale || hz * 2 * prescale != usart_clock) {
      std::vector<std::string> allowed;
      for (std::uint32_t by = 1; by <= kMostPrescale; ++by) {
        const std::uint32_t of = usart_clock / 2 / by;
        if (of * by * 2 == usart_clock && of >= kLeastCardClock && of <= kMostCardClock) {
          allowed.push_back(fmt::format("{}", of));
        }
      }
      value.refuse(fmt::format("is {}; allowed, as {} by 2, 4 to {}: {}", hz, usart_clock, 2 * kMostPrescale,
                               fmt::join(allowed, ", ")));
    }
    return hz;
  }

  void read_panel(const Value& value) {
    Table table(value);
    const Value usart = table.at("usart"), tx = table.at("tx"), rx = table.at("rx"),
                strap = table.at("strap");
    table.done();
    BoardPanel& panel = board_.panel;
    panel.usart = read_usart(usart);
    if (panel.usart == board_.card.usart) usart.refuse("is the card's; allowed: another one");
    panel.tx = read_usart_pin(tx, panel.usart, UsartRole::tx);
    panel.rx = read_usart_pin(rx, panel.usart, UsartRole::rx);
    panel.strap = read_pin(strap);
  }

  void read_keys(const Value& value) {
    Table table(value);
    const Value rows = table.at("rows"), columns = table.at("columns"), layout = table.at("layout");
    table.done();
    BoardKeys& keys = board_.keys;
    keys.rows = read_four(rows, &BoardFile::read_pin);
    keys.columns = read_four(columns, &BoardFile::read_waking_pin);
    read_layout(layout);
  }

  void read_layout(const Value& layout) {
    std::vector<Key> seen;
    std::size_t row = 0;
    for (const Value& keys : layout.list(4, 4)) {
      std::size_t column = 0;
      for (const Value& value : keys.list(4, 4)) {
        const Key key = value.enumerator<Key>();
        if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
          value.refuse(fmt::format("has {} twice; each key may be there once", quoted(value.text())));
        }
        seen.push_back(key);
        board_.keys.layout[row][column++] = key;
      }
      ++row;
    }
    std::vector<std::string_view> missing;
    for (std::size_t key = 0; key < std::size(kKeyNames); ++key) {
      const auto is = static_cast<Key>(key);
      if (is >= Key::f1 || is == Key::point) continue;
      if (!board_.keys.has(is)) missing.push_back(kKeyNames[key]);
    }
    if (!missing.empty()) layout.refuse(fmt::format("lacks {}; needed: 0 to 9, C, OK", joined(missing)));
  }

  void read_display(const Value& value) {
    Table table(value);
    const Value kind = table.at("kind");
    if (kind.one_of(kDisplays) == 0) {
      read_hd44780(table);
    } else {
      read_ssd1306(table);
    }
  }

  void read_hd44780(Table& table) {
    const auto rows = table.find("rows"), columns = table.find("columns");
    const Value rs = table.at("rs"), enable = table.at("enable"), data = table.at("data");
    table.done();
    const auto number = [](const std::optional<Value>& value, std::uint8_t least, std::size_t most) {
      return value ? value->number<std::uint8_t>(least, static_cast<std::uint8_t>(most)) : least;
    };
    board_.display.rows = number(rows, 2, Screen::kMaxRows);
    board_.display.columns = number(columns, 16, Screen::kMaxColumns);
    Hd44780Pins lcd;
    lcd.rs = read_pin(rs);
    lcd.enable = read_pin(enable);
    lcd.data = read_four(data, &BoardFile::read_pin);
    board_.display.pins = lcd;
  }

  void read_ssd1306(Table& table) {
    const Value clock = table.at("clock"), data = table.at("data"), dc = table.at("dc"),
                reset = table.at("reset"), select = table.at("select");
    table.done();
    board_.display.rows = Screen::kMaxRows;
    board_.display.columns = Screen::kMaxColumns;
    Ssd1306Pins oled;
    oled.clock = read_pin(clock);
    oled.data = read_pin(data);
    oled.dc = read_pin(dc);
    oled.reset = read_pin(reset);
    oled.select = read_pin(select);
    board_.display.pins = oled;
  }

  void read_led(const Value& value) {
    Table table(value);
    const Value pin = table.at("pin"), on = table.at("on");
    table.done();
    BoardLed led;
    led.pin = read_pin(pin);
    led.on_high = on.one_of(kLevels) == 1;
    board_.led = led;
  }

  // ---- pins

  std::uint8_t read_usart(const Value& value) const {
    const auto usart = value.number<std::uint8_t>(1, chip_->usarts.back());
    if (std::find(chip_->usarts.begin(), chip_->usarts.end(), usart) == chip_->usarts.end()) {
      value.refuse(fmt::format("is {}; allowed: {}", usart,
                               fmt::join(chip_->usarts.begin(), chip_->usarts.end(), ", ")));
    }
    return usart;
  }

  FourPins read_four(const Value& value, BoardPin (BoardFile::*read_one)(const Value&)) {
    FourPins pins;
    auto next = pins.begin();
    for (const Value& one : value.list(4, 4)) *next++ = (this->*read_one)(one);
    return pins;
  }

  // A pin that nothing else uses.
  BoardPin read_pin(const Value& value) {
    const std::optional<BoardPin> parsed = parse(value.text());
    if (!parsed) value.refuse(fmt::format("is {}; allowed: {}", quoted(value.text()), chip_->pins));
    for (const Reserved& reserved : chip_->reserved) {
      if (*parsed == reserved.pin) {
        value.refuse(fmt::format("is {}, which is for {}; allowed: another pin", value.text(), reserved.why));
      }
    }
    if (std::find(used_.begin(), used_.end(), *parsed) != used_.end()) {
      value.refuse(fmt::format("is {}, which something above uses; a pin does one thing", value.text()));
    }
    used_.push_back(*parsed);
    return *parsed;
  }

  std::optional<BoardPin> parse(std::string_view text) const {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() < 3 || text.size() > 4 || text[0] != 'P') return std::nullopt;
    if (text[1] < 'A' || text[1] > 'Z') return std::nullopt;
    const std::string_view digits = text.substr(2);
    if (!std::all_of(digits.begin(), digits.end(), digit)) return std::nullopt;
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    unsigned number = 0;
    for (const char c : digits) number = 10 * number + static_cast<unsigned>(c - '0');
    const BoardPin parsed = pin(text[1], static_cast<std::uint8_t>(number));
    return chip_->exists(parsed) ? std::optional(parsed) : std::nullopt;
  }

  BoardPin read_usart_pin(const Value& value, int usart, UsartRole role) {
    const BoardPin read = read_pin(value);
    std::vector<std::string> able;
    for (const UsartPin& one : chip_->usart_pins) {
      if (one.usart != usart || one.role != role) continue;
      if (one.pin == read) return read;
      able.push_back(to_string(one.pin));
    }
    value.refuse(fmt::format("is {}, which cannot be {} of USART{}; allowed: {}", value.text(),
                             kRoles[static_cast<std::size_t>(role)], usart, fmt::join(able, ", ")));
  }

  BoardPin read_waking_pin(const Value& value) {
    const BoardPin read = read_pin(value);
    for (const BoardPin& other : waking_) {
      if (other.number == read.number) {
        value.refuse(
            fmt::format("is {}: {} has its interrupt line; the numbers of detect and columns must differ",
                        to_string(read), to_string(other)));
      }
    }
    waking_.push_back(read);
    return read;
  }

  const Chip* chip_ = nullptr;  // of the board's family
  Board board_;
  std::vector<BoardPin> used_;
  std::vector<BoardPin> waking_;
};

}  // namespace

bool BoardKeys::has(Key key) const {
  const auto in = [&](const std::array<Key, 4>& row) {
    return std::find(row.begin(), row.end(), key) != row.end();
  };
  return std::any_of(layout.begin(), layout.end(), in);
}

std::string to_string(BoardPin pin) {
  return fmt::format("P{}{}", static_cast<char>('A' + pin.port), pin.number);
}

Board load_board(std::string_view name_or_path) {
  const profile::Source source(profile::ProfileKind::boards, name_or_path);
  return read_board(source.text(), source.file());
}

Board read_board(std::string_view text, std::string_view file) {
  const TomlDocument document(text, file);
  return BoardFile(file).read(document.root());
}

}  // namespace sesame::board
