#include "host/profile/reader_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <numeric>

#include "firmware/core/cap/tds.hpp"
#include "firmware/core/reader.hpp"
#include "host/profile/schema.hpp"
#include "host/profile/shipped.hpp"
#include "host/profile/source.hpp"
#include "host/profile/texts.hpp"

namespace sesame::profile {

// Deques: what stands in them is pointed to, and never moves.
struct LoadedReader::Storage {
  ReaderProfile profile;
  std::deque<std::string> strings;
  std::deque<std::vector<std::uint8_t>> aids;
  std::vector<cap::Application> applications;
  std::deque<std::vector<Prompt>> prompts;
  std::vector<Function> functions;
  std::vector<std::uint8_t> groups;
  std::vector<Language> languages;
  std::vector<std::string_view> low_battery;  // in each of them

  std::string_view keep(std::string_view text) { return strings.emplace_back(text); }
};

namespace {

using Keys = std::string_view[];

constexpr Keys kRoot = {"title",    "languages", "card_language", "code",      "currency",
                        "timeouts", "display",   "card",          "functions", "texts"};
constexpr Keys kCode = {"min_digits", "max_digits", "groups"};
constexpr Keys kCurrency = {"code", "exponent"};
constexpr Keys kTimeouts = {"code", "inactivity", "card"};
constexpr Keys kDisplay = {"rows", "columns"};
constexpr Keys kCard = {"applications", "directory_fallback", "belgian_rules"};
constexpr Keys kApplication = {"aid", "family"};
constexpr Keys kFunction = {"key", "prompts"};
constexpr Keys kPrompt = {"kind", "place", "optional", "max_digits", "repeat"};

// In the order of the enumerations.
constexpr Keys kFamilies = {"cap", "dpa", "visa", "mastercard", "maestro", "bancontact", "other"};
constexpr Keys kKinds = {"challenge", "reference", "amount", "tds"};
constexpr Keys kPlaces = {"before-pin", "after-pin", "after-card"};

class ReaderFile {
 public:
  ReaderFile(const Node& document, std::string_view file) : root_(document, file, "", kRoot), file_(file) {}

  std::unique_ptr<const LoadedReader::Storage> read() {
    profile_.name = storage_->keep(stem(file_));
    profile_.title = storage_->keep(root_.at("title").title());
    read_display();
    read_code();
    read_currency();
    read_timeouts();
    read_card();
    read_functions();
    read_languages();
    return std::move(storage_);
  }

 private:
  void read_display() {
    const Table table = root_.at("display").table(kDisplay);
    profile_.display.rows = table.at("rows").number<std::uint8_t>(2, Screen::kMaxRows);
    profile_.display.columns = table.at("columns").number<std::uint8_t>(16, Screen::kMaxColumns);
  }

  void read_code() {
    const Table table = root_.at("code").table(kCode);
    CodeFormat& code = profile_.code;
    code.min_digits = table.at("min_digits").number<std::uint8_t>(1, kMaxCodeDigits);
    const Value most = table.at("max_digits");
    code.max_digits = most.number<std::uint8_t>(1, kMaxCodeDigits);
    if (code.max_digits < code.min_digits) {
      most.refuse(
          fmt::format("is {}; it must not be less than min_digits, {}", code.max_digits, code.min_digits));
    }
    if (const auto groups = table.find("groups")) read_groups(*groups);
    check_width(table.find("groups").value_or(most));
  }

  void read_groups(const Value& groups) {
    for (const Value& group : groups.list(1, kMaxCodeDigits)) {
      storage_->groups.push_back(group.number<std::uint8_t>(1, kMaxCodeDigits));
    }
    CodeFormat& code = profile_.code;
    code.groups = storage_->groups;
    const int sum = std::accumulate(code.groups.begin(), code.groups.end(), 0);
    if (sum < code.min_digits || sum > code.max_digits) {
      groups.refuse(fmt::format("make {} digits; allowed: from min_digits to max_digits, {} to {}", sum,
                                code.min_digits, code.max_digits));
    }
  }

  // The widest code, with its blanks, must fit one row.
  void check_width(const Value& at_fault) {
    const std::array<char, kMaxCodeDigits> digits{};
    GroupedCode widest;
    group(std::span(digits).first(profile_.code.max_digits), profile_.code, widest);
    if (widest.size() > profile_.display.columns) {
      at_fault.refuse(fmt::format("makes a code of {} characters with its blanks; the display has {} columns",
                                  widest.size(), profile_.display.columns));
    }
  }

  void read_currency() {
    const Table table = root_.at("currency").table(kCurrency);
    const std::string_view digits = table.at("code").digits(3, 3);
    profile_.currency.code = to_bcd<2>(std::span(digits.data(), digits.size()));
    profile_.currency.exponent = table.at("exponent").number<std::uint8_t>(0, 4);
  }

  void read_timeouts() {
    const Table table = root_.at("timeouts").table(kTimeouts);
    const auto seconds = [&](std::string_view key) { return 1000 * table.at(key).number<Millis>(1, 3600); };
    profile_.timeouts = {seconds("code"), seconds("inactivity"), seconds("card")};
  }

  void read_card() {
    const Table table = root_.at("card").table(kCard);
    for (const Value& entry : table.at("applications").list(1, 32)) {
      const Table application = entry.table(kApplication);
      const Value aid = application.at("aid");
      const auto& bytes = storage_->aids.emplace_back(aid.hex(5, 16));
      const auto same = [&](const cap::Application& other) { return equal(other.aid, bytes); };
      auto& all = storage_->applications;
      if (std::any_of(all.begin(), all.end(), same)) aid.refuse("is there twice; each may be there once");
      all.push_back({bytes, application.at("family").enumerator<cap::Family>(kFamilies)});
    }
    profile_.card.applications = storage_->applications;
    profile_.card.directory_fallback = table.flag("directory_fallback", false);
    profile_.card.belgian = table.flag("belgian_rules", false);
  }

  // ---- functions and their prompts

  void read_functions() {
    for (const Value& entry : root_.at("functions").list(1, kMaxFunctions)) {
      const Table table = entry.table(kFunction);
      auto& prompts = storage_->prompts.emplace_back();
      const std::string_view key = read_key(table.at("key"));
      if (const auto list = table.find("prompts")) {
        for (const Value& prompt : list->list(0, 3)) read_prompt(prompt, prompts);
      }
      storage_->functions.push_back({key, prompts});
    }
    profile_.functions = storage_->functions;
  }

  std::string_view read_key(const Value& value) {
    const std::string_view key = value.text();
    const auto engraved = [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '-';
    };
    if (key.empty() || key.size() > 8 || !std::all_of(key.begin(), key.end(), engraved) ||
        key.front() == ' ' || key.back() == ' ') {
      value.refuse(fmt::format("is {}; allowed: 1 to 8 of A to Z, 0 to 9, blank inside, -", quoted(key)));
    }
    for (const Function& other : storage_->functions) {
      if (other.key == key) value.refuse(fmt::format("is {} twice; each key has its own name", quoted(key)));
    }
    return storage_->keep(key);
  }

  void read_prompt(const Value& value, std::vector<Prompt>& prompts) {
    const Table table = value.table(kPrompt);
    Prompt prompt;
    prompt.kind = table.at("kind").enumerator<PromptKind>(kKinds);
    prompt.place = read_place(table.at("place"), prompt.kind);
    prompt.optional = table.flag("optional", false);
    const auto [least, most] = digit_limits(prompt.kind);
    const auto max_digits = table.find("max_digits");
    prompt.max_digits = max_digits ? max_digits->number<std::uint8_t>(least, most) : most;
    if (const auto repeat = table.find("repeat")) prompt.repeat = read_repeat(*repeat, prompt);
    check_among(table, prompts, prompt);
    prompts.push_back(prompt);
  }

  static PromptPlace read_place(const Value& value, PromptKind kind) {
    const auto place = value.enumerator<PromptPlace>(kPlaces);
    const bool after_card = place == PromptPlace::after_card;
    if (kind == PromptKind::tds && !after_card) {
      value.refuse("does not go with tds, which the card never sees; allowed: after-card");
    }
    if (kind != PromptKind::tds && after_card) {
      value.refuse("is too late for what the card must see; allowed: before-pin, after-pin");
    }
    return place;
  }

  struct Limits {
    std::uint8_t least, most;
  };
  // An amount needs a digit in front of the point.
  Limits digit_limits(PromptKind kind) const {
    switch (kind) {
      case PromptKind::challenge:
      case PromptKind::reference: return {1, 8};
      case PromptKind::amount: return {static_cast<std::uint8_t>(profile_.currency.exponent + 1), 12};
      case PromptKind::tds: return {1, cap::kMaxTdsDigits};
    }
    return {1, 1};
  }

  // OK on an empty field ends the numbers, so that it must be allowed.
  static std::uint8_t read_repeat(const Value& value, const Prompt& prompt) {
    const auto repeat = value.number<std::uint8_t>(1, cap::kMaxTdsNumbers);
    if (repeat > 1 && prompt.kind != PromptKind::tds) value.refuse("is only for tds; allowed here: 1");
    if (repeat > 1 && !prompt.optional) {
      value.refuse("needs optional = true: OK on an empty field ends the numbers; else allowed: 1");
    }
    return repeat;
  }

  static void check_among(const Table& table, const std::vector<Prompt>& before, const Prompt& prompt) {
    const auto to_un = [](PromptKind kind) {
      return kind == PromptKind::challenge || kind == PromptKind::reference;
    };
    for (const Prompt& other : before) {
      if (other.kind == prompt.kind) table.at("kind").refuse("is there twice; a function asks each once");
      if (to_un(other.kind) && to_un(prompt.kind)) {
        table.at("kind").refuse("is the second for the same place; allowed: one of challenge and reference");
      }
      if (other.place > prompt.place) {
        table.at("place").refuse(
            "comes too late in the list; the order is before-pin, after-pin, after-card");
      }
    }
  }

  // ---- words

  void read_languages() {
    const Value list = root_.at("languages");
    std::vector<std::string_view> codes;
    for (const Value& value : list.list(1, 8)) {
      const std::string_view code = read_language_code(value, codes);
      codes.push_back(code);
      storage_->languages.push_back(language(code, read_words(value, code)));
    }
    profile_.languages = storage_->languages;
    profile_.card_language = root_.flag("card_language", true);
    check_overrides(codes);
  }

  static std::string_view read_language_code(const Value& value, const std::vector<std::string_view>& codes) {
    const std::string_view code = value.text();
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    if (code.size() != 2 || !std::all_of(code.begin(), code.end(), lower)) {
      value.refuse(
          fmt::format("has {}; allowed: codes of two small letters (ISO 639-1), as in \"fr\"", quoted(code)));
    }
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) {
      value.refuse(fmt::format("has {} twice; each may be there once", quoted(code)));
    }
    return code;
  }

  // The shipped texts, then the model's own.
  Texts read_words(const Value& value, std::string_view code) const {
    Texts texts;
    if (shipped_text(Shelf::texts, code)) texts = read_shipped(code);
    if (const auto own = own_texts(code)) read_texts(own->table(text_keys()), profile_.display, texts);
    if (const auto keys = missing_messages(texts); !keys.empty()) {
      value.refuse(fmt::format("has {}, for which nothing is shipped ({} are); [texts.{}] lacks {}",
                               quoted(code), joined(shipped_names(Shelf::texts)), code, joined(keys)));
    }
    if (texts.low_battery.empty()) texts.low_battery = read_shipped("en").low_battery;
    return texts;
  }

  Texts read_shipped(std::string_view code) const {
    const Source source(Shelf::texts, code);
    const Node document = parse_document(source.text(), source.file());
    const Table table(document, source.file(), "", text_keys());
    Texts texts;
    read_texts(table, profile_.display, texts);
    if (const auto keys = missing(texts); !keys.empty()) {
      table.refuse(fmt::format("texts are missing: {}", joined(keys)));
    }
    return texts;
  }

  std::optional<Value> own_texts(std::string_view code) const {
    const auto all = root_.find("texts");
    if (!all) return std::nullopt;
    for (const Value& own : all->members()) {
      if (own.key() == code) return own;
    }
    return std::nullopt;
  }

  void check_overrides(const std::vector<std::string_view>& codes) const {
    if (const auto texts = root_.find("texts")) static_cast<void>(texts->table(codes));
  }

  Language language(std::string_view code, const Texts& texts) {
    Language language;
    language.code = {code[0], code[1]};
    language.language_id = texts.language_id;
    for (std::size_t i = 0; i < kMessageCount; ++i) {
      language.messages[i] = storage_->keep(texts.messages[i]);
    }
    storage_->low_battery.push_back(storage_->keep(texts.low_battery));
    return language;
  }

  Table root_;
  std::string_view file_;
  std::unique_ptr<LoadedReader::Storage> storage_ = std::make_unique<LoadedReader::Storage>();
  ReaderProfile& profile_ = storage_->profile;
};

}  // namespace

LoadedReader::LoadedReader(std::unique_ptr<const Storage> storage) : storage_(std::move(storage)) {}
LoadedReader::LoadedReader(LoadedReader&&) noexcept = default;
LoadedReader& LoadedReader::operator=(LoadedReader&&) noexcept = default;
LoadedReader::~LoadedReader() = default;

const ReaderProfile& LoadedReader::profile() const { return storage_->profile; }
std::string_view LoadedReader::low_battery(const Language& language) const {
  return storage_->low_battery[static_cast<std::size_t>(&language - storage_->languages.data())];
}

LoadedReader load_reader(std::string_view name_or_path) {
  const Source source(Shelf::readers, name_or_path);
  return read_reader(source.text(), source.file());
}

LoadedReader read_reader(std::string_view text, std::string_view file) {
  const Node document = parse_document(text, file);
  return LoadedReader(ReaderFile(document, file).read());
}

}  // namespace sesame::profile
