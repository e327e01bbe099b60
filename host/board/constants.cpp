#include "host/board/constants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

#include "firmware/core/text.hpp"
#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"

namespace sesame::board {

namespace {

// ---- shared

// A literal of C++. Three octal digits take no character after them, as hexadecimal ones would.
std::string literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
    out += plain ? std::string(1, c) : fmt::format("\\{:03o}", byte);
  }
  return out + "\"";
}

std::string preamble(std::string_view from) {
  return fmt::format("// Made by sesame_constants of {}.toml: change that.\n#pragma once\n\n",
                     safe::one_line(from));
}

std::string_view word(bool value) { return value ? "true" : "false"; }

// ---- the reader

// The enumerator of a name, as C++ spells it: "before_pin".
template <class Enum>
std::string identifier(Enum enumerator) {
  std::string name(sesame::name_of(enumerator));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// All texts in one array, without zeros after them.
class TextPool {
 public:
  // The longest first, so that what is part of another takes no room.
  explicit TextPool(std::vector<std::string_view> texts) {
    std::stable_sort(texts.begin(), texts.end(),
                     [](std::string_view a, std::string_view b) { return a.size() > b.size(); });
    for (const std::string_view text : texts) {
      if (all_.find(text) != std::string::npos) continue;
      all_ += text;
      lines_ += "\n    " + literal(text);
    }
  }

  std::string definition() const {
    return fmt::format("inline constexpr char kText[] ={};\n", lines_) +
           "constexpr std::string_view text(std::size_t at, std::size_t size) { return {kText + at, size}; "
           "}\n\n";
  }

  std::string view(std::string_view text) const {
    return fmt::format("text({}, {})", all_.find(text), text.size());
  }

 private:
  std::string all_, lines_;
};

std::vector<std::string_view> texts_of(const ReaderProfile& reader) {
  std::vector<std::string_view> texts = {reader.name, reader.title};
  for (const Function& function : reader.functions) texts.push_back(function.key);
  for (const Language& language : reader.languages) {
    texts.insert(texts.end(), language.messages.begin(), language.messages.end());
  }
  return texts;
}

class ReaderHeader {
 public:
  explicit ReaderHeader(const ReaderProfile& reader) : reader_(reader), texts_(texts_of(reader)) {}

  // As far as kReader.
  std::string write() && {
    out_ = preamble(reader_.name);
    out_ +=
        "#include <array>\n#include <cstddef>\n#include <cstdint>\n#include <string_view>\n\n"
        "#include \"firmware/core/profile.hpp\"\n\nnamespace sesame::generated {\n\n";
    out_ += texts_.definition();
    functions();
    applications();
    groups();
    languages();
    profile();
    return std::move(out_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    out_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }

  void functions() {
    for (std::size_t i = 0; i < reader_.functions.size(); ++i) {
      const auto prompts = reader_.functions[i].prompts;
      menu(i);
      if (prompts.empty()) continue;
      line("inline constexpr std::array<Prompt, {}> kPrompts{}{{{{", prompts.size(), i + 1);
      for (const Prompt& prompt : prompts) {
        line("    {{PromptKind::{}, PromptPlace::{}, {}, {}, {}}},", identifier(prompt.kind),
             identifier(prompt.place), word(prompt.optional), prompt.max_digits, prompt.repeat);
      }
      line("}}}};");
    }
    line("inline constexpr std::array<Function, {}> kFunctions{{{{", reader_.functions.size());
    for (std::size_t i = 0; i < reader_.functions.size(); ++i) {
      const Function& function = reader_.functions[i];
      const std::string prompts = function.prompts.empty() ? "{}" : fmt::format("kPrompts{}", i + 1);
      const std::string menu = function.menu.empty() ? "{}" : fmt::format("kMenu{}", i + 1);
      line("    {{{}, {}, {}, {}}},  // {}", texts_.view(function.key), prompts, menu,
           word(function.on_insertion), function.key);
    }
    line("}}}};\n");
  }

  void menu(std::size_t function) {
    const auto menu = reader_.functions[function].menu;
    if (menu.empty()) return;
    std::string items;
    for (const MenuItem item : menu) {
      items += (items.empty() ? "" : ", ") + fmt::format("MenuItem::{}", identifier(item));
    }
    line("inline constexpr std::array<MenuItem, {}> kMenu{}{{{{{}}}}};", menu.size(), function + 1, items);
  }

  void applications() {
    const auto all = reader_.card.applications;
    for (std::size_t i = 0; i < all.size(); ++i) {
      line("inline constexpr std::array<std::uint8_t, {}> kAid{}{{{:#04x}}};", all[i].aid.size(), i + 1,
           fmt::join(all[i].aid.begin(), all[i].aid.end(), ", "));
    }
    line("inline constexpr std::array<cap::Application, {}> kApplications{{{{", all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      line("    {{kAid{}, cap::Family::{}}},", i + 1, identifier(all[i].family));
    }
    line("}}}};\n");
  }

  void groups() {
    const auto groups = reader_.code.groups;
    if (groups.empty()) return;
    line("inline constexpr std::array<std::uint8_t, {}> kGroups{{{}}};\n", groups.size(),
         fmt::join(groups.begin(), groups.end(), ", "));
  }

  void languages() {
    line("inline constexpr std::array<Language, {}> kLanguages{{{{", reader_.languages.size());
    for (const Language& language : reader_.languages) {
      line("    {{{{'{}', '{}'}}, 0,\n     {{{{", language.code[0], language.code[1]);
      for (std::size_t i = 0; i < kMessageCount; ++i) {
        line("         {},  // {}", texts_.view(language.messages[i]), to_string(static_cast<Message>(i)));
      }
      line("     }}}}}},");
    }
    line("}}}};\n");
  }

  void profile() {
    const Timeouts& times = reader_.timeouts;
    line("inline constexpr ReaderProfile kReader{{");
    line("    .name = {},", texts_.view(reader_.name));
    line("    .title = {},", texts_.view(reader_.title));
    line("    .functions = kFunctions,");
    line("    .card = {{kApplications, {}, {}}},", word(reader_.card.directory_fallback),
         word(reader_.card.belgian));
    line("    .code = {{{}, {}, {}}},", reader_.code.min_digits, reader_.code.max_digits,
         reader_.code.groups.empty() ? "{}" : "kGroups");
    line("    .currency = {{{{{:#04x}, {:#04x}}}, {}}},", reader_.currency.code[0], reader_.currency.code[1],
         reader_.currency.exponent);
    line("    .timeouts = {{{}, {}, {}}},", times.code, times.inactivity, times.card);
    line("    .display = {{{}, {}}},", reader_.display.rows, reader_.display.columns);
    line("    .languages = kLanguages,");
    line("    .card_language = {},", word(reader_.card_language));
    line("    .min_pin_digits = {},", reader_.min_pin_digits);
    line("    .reset_after_pin = {},", word(reader_.reset_after_pin));
    line("}};");
  }

  const ReaderProfile& reader_;
  TextPool texts_;
  std::string out_;
};

std::uint32_t fnv_1a(std::string_view text) {
  std::uint32_t hash = 0x811C9DC5;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193;
  return hash;
}

// ---- the board

std::string braces(BoardPin pin) { return fmt::format("{{{}, {}}}", pin.port, pin.number); }

std::string braces(const FourPins& pins) {
  std::string out;
  for (const BoardPin pin : pins) out += (out.empty() ? "" : ", ") + braces(pin);
  return "{{" + out + "}}";
}

std::string identifier(Key key) {
  if (key < Key::point) return fmt::format("Key::d{}", static_cast<int>(key));
  if (key == Key::point) return "Key::point";
  if (key == Key::ok) return "Key::ok";
  if (key == Key::clear) return "Key::clear";
  return fmt::format("Key::f{}", static_cast<int>(key) - static_cast<int>(Key::f1) + 1);
}

std::string layout(const BoardKeys& keys) {
  std::string out;
  for (const auto& row : keys.layout) {
    std::string names;
    for (const Key key : row) names += (names.empty() ? "" : ", ") + identifier(key);
    out += "    {{" + names + "}},\n";
  }
  return out;
}

struct DisplayConstants {
  const BoardDisplay& display;

  std::string operator()(const Hd44780Pins& lcd) const {
    return fmt::format("inline constexpr Pin kLcdRs{}, kLcdEnable{};\n", braces(lcd.rs), braces(lcd.enable)) +
           fmt::format("inline constexpr std::array<Pin, 4> kLcdData{};\n", braces(lcd.data)) +
           fmt::format("inline constexpr std::uint8_t kLcdRows = {}, kLcdColumns = {};\n", display.rows,
                       display.columns);
  }
  std::string operator()(const Ssd1306Pins& oled) const {
    return fmt::format(
        "inline constexpr Pin kOledClock{}, kOledData{}, kOledDc{}, kOledReset{}, kOledSelect{};\n",
        braces(oled.clock), braces(oled.data), braces(oled.dc), braces(oled.reset), braces(oled.select));
  }
};

std::string card_constants(const BoardCard& card) {
  return fmt::format("inline constexpr int kCardUsart = {};\n", card.usart) +
         fmt::format("inline constexpr Pin kCardIo{}, kCardClk{}, kCardRst{}, kCardVcc{}, kCardDetect{};\n",
                     braces(card.io), braces(card.clk), braces(card.rst), braces(card.vcc),
                     braces(card.detect)) +
         fmt::format("inline constexpr bool kCardVccOnHigh = {};\n", word(card.vcc_on_high)) +
         fmt::format("inline constexpr bool kCardInHigh = {};\n", word(card.card_in_high)) +
         fmt::format("inline constexpr std::uint32_t kCardClockHz = {};\n", card.clock_hz) +
         fmt::format("inline constexpr std::uint16_t kCardLeastClocksPerEtu = {};\n",
                     card.least_clocks_per_etu);
}

std::string panel_constants(const BoardPanel& panel) {
  return fmt::format("inline constexpr int kPanelUsart = {};\n", panel.usart) +
         fmt::format("inline constexpr Pin kPanelTx{}, kPanelRx{}, kPanelStrap{};\n", braces(panel.tx),
                     braces(panel.rx), braces(panel.strap));
}

std::string key_constants(const BoardKeys& keys) {
  return fmt::format("inline constexpr std::array<Pin, 4> kKeyRows{};\n", braces(keys.rows)) +
         fmt::format("inline constexpr std::array<Pin, 4> kKeyColumns{};\n", braces(keys.columns)) +
         "inline constexpr std::array<std::array<Key, 4>, 4> kKeyLayout{{\n" + layout(keys) + "}};\n";
}

std::string led_constants(const std::optional<BoardLed>& led) {
  return fmt::format("inline constexpr std::optional<Led> kLed{};\n",
                     led ? fmt::format("{{{{{}, {}}}}}", braces(led->pin), word(led->on_high)) : "");
}

}  // namespace

void check_pair(const ReaderProfile& reader, const Board& board) {
  const auto refuse = [&](const std::string& why) {
    throw Failure(Failure::invalid, fmt::format("{} on {}: {}", reader.name, board.name, why));
  };
  for (std::size_t i = 0; i < reader.functions.size(); ++i) {
    // What needs no key, and what no code needs.
    const bool spared = reader.functions[i].on_insertion || !reader.functions[i].menu.empty();
    if (!spared && !board.keys.has(function_key(i))) {
      refuse(fmt::format("the function {} needs a key F{}; give it a place in the board's keys.layout",
                         reader.functions[i].key, i + 1));
    }
    for (const Prompt& prompt : reader.functions[i].prompts) {
      if (prompt.kind == PromptKind::amount && !board.keys.has(Key::point)) {
        refuse(fmt::format("the amount of {} needs a key \".\"; give it a place in the board's keys.layout",
                           reader.functions[i].key));
      }
    }
  }
  const BoardDisplay& display = board.display;
  if (reader.display.rows > display.rows || reader.display.columns > display.columns) {
    refuse(
        fmt::format("the reader shows {} rows of {}, the board's display has {} of {}; choose another board",
                    reader.display.rows, reader.display.columns, display.rows, display.columns));
  }
}

std::string reader_header(const ReaderProfile& reader, std::span<const std::string_view> low_battery) {
  const std::string constants = ReaderHeader(reader).write();
  std::string words;
  for (const std::string_view text : low_battery) words += "\n    " + literal(text) + ",";
  return constants +
         fmt::format(
             "\n// In the order of kLanguages.\ninline constexpr std::array<std::string_view, {}> "
             "kLowBattery{{{{{}}}}};\n",
             low_battery.size(), words) +
         fmt::format("\ninline constexpr std::uint32_t kDigest = {:#010x};\n", fnv_1a(constants)) +
         "\n}  // namespace sesame::generated\n";
}

std::uint32_t digest(const ReaderProfile& reader) { return fnv_1a(ReaderHeader(reader).write()); }

std::string family_header(const Board& board) {
  return preamble(board.name) + fmt::format("#include \"firmware/boards/{}/family.hpp\"\n", board.family);
}

std::string board_header(const Board& board) {
  return preamble(board.name) +
         "#include <array>\n#include <cstdint>\n#include <optional>\n#include <string_view>\n\n"
         "#include \"firmware/boards/chip.hpp\"\n#include \"firmware/core/reader.hpp\"\n\n"
         "namespace sesame::board {\n\n" +
         fmt::format("inline constexpr std::string_view kName = {};\n", literal(board.name)) +
         fmt::format("inline constexpr std::uint32_t kQuartzHz = {};\n\n", board.quartz_hz) +
         card_constants(board.card) + "\n" + panel_constants(board.panel) + "\n" + key_constants(board.keys) +
         "\n" + std::visit(DisplayConstants{board.display}, board.display.pins) + "\n" +
         led_constants(board.led) + "\n}  // namespace sesame::board\n";
}

void write_if_changed(const std::string& path, std::string_view content) {
  {
    std::ostringstream present;
    std::ifstream file(path, std::ios::binary);
    if (file && (present << file.rdbuf()) && present.str() == content) return;
  }
  const auto fail = [&](const std::error_code& why) {
    throw Failure(Failure::environment, fmt::format("{}: cannot be written: {}", path, why.message()));
  };
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) fail(error);
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!(file << content << std::flush)) fail({errno == 0 ? EIO : errno, std::generic_category()});
}

}  // namespace sesame::board
