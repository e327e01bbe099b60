#include "host/profile/reader_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <set>

#include "firmware/core/cap/tds.hpp"
#include "firmware/core/reader.hpp"
#include "host/document/toml.hpp"
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
  std::deque<std::vector<MenuItem>> menus;
  std::vector<Function> functions;
  std::vector<std::uint8_t> groups;
  std::vector<Language> languages;
  std::vector<std::string_view> low_battery;  // in each of them
  Look look;

  std::string_view keep(std::string_view text) { return strings.emplace_back(text); }
};

namespace {

using document::joined;
using document::quoted;
using document::Table;
using document::TomlDocument;
using document::Value;

class ReaderFile {
 public:
  explicit ReaderFile(std::string_view file) { profile_.name = storage_->keep(document::stem(file)); }

  std::unique_ptr<const LoadedReader::Storage> read(const Value& document) {
    Table root(document);
    const Value title = root.at("title"), languages = root.at("languages");
    profile_.card_language = root.flag("card_language", true);
    version_ = root.find("version");
    profile_.connected_mode = root.flag("connected_mode", false);
    const auto pin = root.find("pin");
    const Value code = root.at("code"), currency = root.at("currency"), timeouts = root.at("timeouts"),
                display = root.at("display"), card = root.at("card"), functions = root.at("functions");
    const auto look = root.find("look");
    texts_ = root.find("texts");
    root.done();
    if (look) read_look(*look);
    profile_.title = storage_->keep(title.title());
    read_display(display);
    read_code(code);
    if (version_) version_shown_ = read_printable(*version_, 16);
    if (pin) read_pin(*pin);
    read_currency(currency);
    read_timeouts(timeouts);
    read_card(card);
    read_functions(functions);
    read_languages(languages);
    return std::move(storage_);
  }

 private:
  void read_display(const Value& display) {
    Table table(display);
    const Value rows = table.at("rows"), columns = table.at("columns");
    table.done();
    profile_.display.rows = rows.number<std::uint8_t>(2, Screen::kMaxRows);
    profile_.display.columns = columns.number<std::uint8_t>(16, Screen::kMaxColumns);
  }

  void read_code(const Value& value) {
    Table table(value);
    const Value least = table.at("min_digits"), most = table.at("max_digits");
    const auto groups = table.find("groups");
    table.done();
    CodeFormat& code = profile_.code;
    code.min_digits = least.number<std::uint8_t>(1, kMaxCodeDigits);
    code.max_digits = most.number<std::uint8_t>(1, kMaxCodeDigits);
    if (code.max_digits < code.min_digits) {
      most.refuse(
          fmt::format("is {}; it must not be less than min_digits, {}", code.max_digits, code.min_digits));
    }
    if (groups) read_groups(*groups);
    check_width(groups.value_or(most));
  }

  // One list, or a list of lists.
  void read_groups(const Value& groups) {
    const auto entries = groups.list(1, kMaxCodeDigits);
    if (entries.front().kind() != document::Node::Kind::list) {
      read_group_list(groups);
    } else {
      std::set<int> sums;
      for (const Value& list : entries) {
        const int sum = read_group_list(list);
        storage_->groups.push_back(0);
        if (!sums.insert(sum).second) {
          list.refuse(fmt::format("make {} digits, as those of another list; one for each length", sum));
        }
      }
    }
    profile_.code.groups = storage_->groups;
  }

  // How many digits they make.
  int read_group_list(const Value& groups) {
    const CodeFormat& code = profile_.code;
    int sum = 0;
    for (const Value& group : groups.list(1, kMaxCodeDigits)) {
      storage_->groups.push_back(group.number<std::uint8_t>(1, kMaxCodeDigits));
      sum += storage_->groups.back();
    }
    if (sum < code.min_digits || sum > code.max_digits) {
      groups.refuse(fmt::format("make {} digits; allowed: from min_digits to max_digits, {} to {}", sum,
                                code.min_digits, code.max_digits));
    }
    return sum;
  }

  // The widest code, with its blanks, must fit one row.
  void check_width(const Value& at_fault) {
    const std::array<char, kMaxCodeDigits> digits{};
    for (std::size_t size = profile_.code.min_digits; size <= profile_.code.max_digits; ++size) {
      GroupedCode grouped;
      group(std::span(digits).first(size), profile_.code, grouped);
      code_width_ = std::max(code_width_, grouped.size());
    }
    if (code_width_ > profile_.display.columns) {
      at_fault.refuse(fmt::format("makes a code of {} characters with its blanks; the display has {} columns",
                                  code_width_, profile_.display.columns));
    }
  }

  void read_pin(const Value& pin) {
    Table table(pin);
    const Value least = table.at("min_digits");
    table.done();
    profile_.min_pin_digits = least.number<std::uint8_t>(cap::kMinPinDigits, cap::kMaxPinDigits);
  }

  void read_currency(const Value& currency) {
    Table table(currency);
    const Value code = table.at("code"), exponent = table.at("exponent");
    table.done();
    const std::string_view digits = code.digits(3, 3);
    profile_.currency.code = to_bcd<2>(std::span(digits.data(), digits.size()));
    profile_.currency.exponent = exponent.number<std::uint8_t>(0, 4);
  }

  void read_timeouts(const Value& timeouts) {
    Table table(timeouts);
    const Value code = table.at("code"), inactivity = table.at("inactivity"), card = table.at("card");
    table.done();
    const auto seconds = [](const Value& value) { return 1000 * value.number<Millis>(1, 3600); };
    profile_.timeouts = {seconds(code), seconds(inactivity), seconds(card)};
  }

  void read_card(const Value& card) {
    Table table(card);
    const Value applications = table.at("applications");
    profile_.card.directory_fallback = table.flag("directory_fallback", false);
    profile_.card.belgian = table.flag("belgian_rules", false);
    profile_.reset_after_pin = table.flag("reset_after_pin", false);
    table.done();
    for (const Value& entry : applications.list(1, 32)) {
      Table application(entry);
      const Value aid = application.at("aid"), family = application.at("family");
      application.done();
      const auto& bytes = storage_->aids.emplace_back(aid.hex(5, 16));
      const auto same = [&](const cap::Application& other) { return equal(other.aid, bytes); };
      auto& all = storage_->applications;
      if (std::any_of(all.begin(), all.end(), same)) aid.refuse("is there twice; each may be there once");
      all.push_back({bytes, family.enumerator<cap::Family>()});
    }
    profile_.card.applications = storage_->applications;
  }

  // ---- how it looks

  void read_look(const Value& value) {
    Table table(value);
    Look& look = storage_->look;
    const std::pair<std::string_view, std::string_view*> colors[] = {{"body", &look.body},
                                                                     {"functions", &look.functions},
                                                                     {"digits", &look.digits},
                                                                     {"ok", &look.ok},
                                                                     {"clear", &look.clear}};
    const std::pair<std::string_view, std::string_view*> labels[] = {{"ok_label", &look.ok_label},
                                                                     {"clear_label", &look.clear_label}};
    for (const auto& [key, color] : colors) {
      if (const auto given = table.find(key)) *color = read_color(*given);
    }
    for (const auto& [key, label] : labels) {
      if (const auto given = table.find(key)) *label = read_printable(*given, 8);
    }
    table.done();
  }

  std::string_view read_color(const Value& value) {
    const std::string_view color = value.text();
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (color.size() != 7 || color[0] != '#' || !std::all_of(color.begin() + 1, color.end(), hex)) {
      value.refuse(fmt::format("is {}; allowed: a color as \"#2f5862\", of 0 to 9, a to f", quoted(color)));
    }
    return storage_->keep(color);
  }

  std::string_view read_printable(const Value& value, std::size_t most) {
    const std::string_view text = value.text();
    const auto shown = [](char c) { return c >= ' ' && c <= '~'; };
    if (text.empty() || text.size() > most || !std::all_of(text.begin(), text.end(), shown)) {
      value.refuse(fmt::format("cannot be shown; allowed: 1 to {} printable characters of ASCII", most));
    }
    return storage_->keep(text);
  }

  // ---- functions and their prompts

  void read_functions(const Value& functions) {
    for (const Value& entry : functions.list(1, kMaxFunctions)) {
      Table table(entry);
      const Value key = table.at("key");
      const auto list = table.find("prompts"), menu = table.find("menu"),
                 on_insertion = table.find("on_insertion");
      table.done();
      auto& prompts = storage_->prompts.emplace_back();
      auto& items = storage_->menus.emplace_back();
      const std::string_view engraved = read_key(key);
      if (list) {
        for (const Value& prompt : list->list(0, 3)) read_prompt(prompt, prompts);
      }
      const bool by_itself = on_insertion && read_on_insertion(*on_insertion);
      if (menu) {
        if (!prompts.empty() || by_itself) {
          menu->refuse("does not go with prompts or on_insertion; a menu has a key of its own");
        }
        read_menu(*menu, items);
      }
      storage_->functions.push_back({engraved, prompts, items, by_itself});
    }
    profile_.functions = storage_->functions;
  }

  bool read_on_insertion(const Value& value) const {
    const auto& before = storage_->functions;
    const bool wanted = value.boolean();
    if (wanted &&
        std::any_of(before.begin(), before.end(), [](const Function& f) { return f.on_insertion; })) {
      value.refuse("is true twice; a reader begins with one function");
    }
    return wanted;
  }

  void read_menu(const Value& menu, std::vector<MenuItem>& items) {
    if (storage_->functions.empty()) menu.refuse("comes first; the first function makes codes");
    for (const Value& value : menu.list(1, kMenuItems)) {
      const auto item = value.enumerator<MenuItem>();
      if (std::find(items.begin(), items.end(), item) != items.end()) {
        value.refuse(fmt::format("has {} twice; each may be there once", name_of(item)));
      }
      if (item == MenuItem::version && !version_) {
        value.refuse("has version, which the file does not say; it needs version = \"…\"");
      }
      items.push_back(item);
      in_menus_.push_back(item);
    }
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
    Table table(value);
    const Value kind = table.at("kind"), place = table.at("place");
    Prompt prompt;
    prompt.optional = table.flag("optional", false);
    const auto max_digits = table.find("max_digits"), repeat = table.find("repeat");
    table.done();
    prompt.kind = kind.enumerator<PromptKind>();
    prompt.place = read_place(place, prompt.kind);
    const auto [least, usual, most] = digit_limits(prompt.kind);
    prompt.max_digits = max_digits ? max_digits->number<std::uint8_t>(least, most) : usual;
    if (repeat) prompt.repeat = read_repeat(*repeat, prompt);
    check_among(kind, place, prompts, prompt);
    prompts.push_back(prompt);
  }

  static PromptPlace read_place(const Value& value, PromptKind kind) {
    const auto place = value.enumerator<PromptPlace>();
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
    std::uint8_t least, usual, most;
  };
  // An amount needs a digit in front of the point, and room for the point.
  Limits digit_limits(PromptKind kind) const {
    const std::uint8_t columns = profile_.display.columns;
    switch (kind) {
      case PromptKind::challenge: return {1, 8, 8};
      case PromptKind::reference: return {1, 8, columns};
      case PromptKind::amount:
        return {static_cast<std::uint8_t>(profile_.currency.exponent + 1), 12,
                static_cast<std::uint8_t>(columns - 1)};
      case PromptKind::tds: return {1, cap::kMaxTdsDigits, cap::kMaxTdsDigits};
    }
    return {1, 1, 1};
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

  static void check_among(const Value& kind, const Value& place, const std::vector<Prompt>& before,
                          const Prompt& prompt) {
    const auto to_un = [](PromptKind asked) {
      return asked == PromptKind::challenge || asked == PromptKind::reference;
    };
    for (const Prompt& other : before) {
      if (other.kind == prompt.kind) kind.refuse("is there twice; a function asks each once");
      if (to_un(other.kind) && to_un(prompt.kind)) {
        kind.refuse("is the second for the same place; allowed: one of challenge and reference");
      }
      if (other.place > prompt.place) {
        place.refuse("comes too late in the list; the order is before-pin, after-pin, after-card");
      }
    }
  }

  // ---- words

  void read_languages(const Value& list) {
    std::vector<std::string_view> codes;
    std::vector<Texts> words;
    for (const Value& value : list.list(1, 8)) {
      codes.push_back(read_language_code(value, codes));
      words.push_back(read_words(value, codes.back()));
    }
    const auto has_battery = [](const Texts& texts) { return !texts.low_battery.empty(); };
    const auto low_battery = std::find_if(words.begin(), words.end(), has_battery);
    if (low_battery == words.end()) list.refuse("have no low_battery; one of them needs it");
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (!has_battery(words[i])) words[i].low_battery = low_battery->low_battery;
      storage_->languages.push_back(language(codes[i], words[i]));
    }
    profile_.languages = storage_->languages;
    check_own_texts(codes);
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
    if (shipped_text(ProfileKind::texts, code)) texts = read_shipped(code);
    if (const auto own = own_texts(code)) read_texts(*own, room(), texts);
    if (const auto keys = missing_messages(texts, {in_menus_, profile_.connected_mode}); !keys.empty()) {
      value.refuse(fmt::format("has {}, for which nothing is shipped ({} are); [texts.{}] lacks {}",
                               quoted(code), joined(shipped_names(ProfileKind::texts)), code, joined(keys)));
    }
    return texts;
  }

  Room room() const { return {profile_.display, code_width_, version_shown_.size()}; }

  Texts read_shipped(std::string_view code) const {
    const Source source(ProfileKind::texts, code);
    const TomlDocument document(source.text(), source.file());
    Texts texts;
    read_texts(document.root(), room(), texts);
    if (const auto keys = missing(texts); !keys.empty()) {
      document.root().refuse(fmt::format("texts are missing: {}", joined(keys)));
    }
    return texts;
  }

  std::optional<Value> own_texts(std::string_view code) const {
    if (!texts_) return std::nullopt;
    return Table(*texts_).find(code);
  }

  // Words of no other language than the reader's.
  void check_own_texts(const std::vector<std::string_view>& codes) const {
    if (!texts_) return;
    Table table(*texts_);
    for (const std::string_view code : codes) static_cast<void>(table.find(code));
    table.done();
  }

  Language language(std::string_view code, const Texts& texts) {
    Language language;
    language.code = {code[0], code[1]};
    language.language_id = texts.language_id;
    for (std::size_t i = 0; i < kMessageCount; ++i) {
      if (!is_said(static_cast<Message>(i), {in_menus_, profile_.connected_mode}))
        continue;  // takes no room in an image
      language.messages[i] = storage_->keep(with_version(texts.messages[i]));
    }
    storage_->low_battery.push_back(storage_->keep(texts.low_battery));
    return language;
  }

  std::string with_version(std::string text) const {
    constexpr std::string_view kName = "{version}";
    const std::size_t at = text.find(kName);
    return at == std::string::npos ? text : text.replace(at, kName.size(), version_shown_);
  }

  std::optional<Value> texts_, version_;
  std::string_view version_shown_;  // of the document
  std::size_t code_width_ = 0;
  std::vector<MenuItem> in_menus_;
  std::unique_ptr<LoadedReader::Storage> storage_ = std::make_unique<LoadedReader::Storage>();
  ReaderProfile& profile_ = storage_->profile;
};

}  // namespace

LoadedReader::LoadedReader(std::unique_ptr<const Storage> storage) : storage_(std::move(storage)) {}
LoadedReader::LoadedReader(LoadedReader&&) noexcept = default;
LoadedReader& LoadedReader::operator=(LoadedReader&&) noexcept = default;
LoadedReader::~LoadedReader() = default;

const ReaderProfile& LoadedReader::profile() const { return storage_->profile; }
const Look& LoadedReader::look() const { return storage_->look; }
std::string_view LoadedReader::low_battery(const Language& language) const {
  return storage_->low_battery[static_cast<std::size_t>(&language - storage_->languages.data())];
}

LoadedReader load_reader(std::string_view name_or_path) {
  const Source source(ProfileKind::readers, name_or_path);
  return read_reader(source.text(), source.file());
}

LoadedReader read_reader(std::string_view text, std::string_view file) {
  const TomlDocument document(text, file);
  return LoadedReader(ReaderFile(file).read(document.root()));
}

}  // namespace sesame::profile
