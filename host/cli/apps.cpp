#include <memory>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/directory.hpp"
#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/t0_exchange.hpp"
#include "firmware/core/emv/tlv.hpp"
#include "firmware/core/iso7816/atr.hpp"
#include "host/base/safe_text.hpp"
#include "host/card/file/card_spec.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/label.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/option_groups.hpp"
#include "host/cli/text.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"

namespace sesame::cli {

namespace {

struct AppsOptions {
  std::string card = "sesame-card";
  StateOptions state;
  ReaderOptions reader;
  std::optional<std::string> trace;
  KeepOptions keep;
  bool json = false;
};

using ByteString = std::vector<std::uint8_t>;

struct Found {
  std::string aid, label, preferred_name, language;
  std::optional<int> priority;
  bool listed = false;             // in the card's directory
  std::uint16_t sw = emv::sw::ok;  // what SELECT answered
};

std::string_view state(const Found& application) {
  if (application.sw == emv::sw::ok) return "selectable";
  return application.sw == emv::sw::selected_file_invalidated ? "blocked" : "not there";
}

// A card that is asked one command after the other.
class Dialogue {
 public:
  explicit Dialogue(CardSlot& slot) : slot_(slot) {
    emv::ResponseBuffer atr;
    check(slot_.activate(atr));
    if (iso7816::wants_warm_reset(atr)) check(slot_.warm_reset(atr));
  }
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;
  ~Dialogue() { slot_.deactivate(); }

  // The data points into this object, until the next command.
  emv::ResponseApdu ask(Bytes command) {
    for (exchange_.start(command); exchange_.pending();) {
      check(slot_.transmit(exchange_.command(), answer_));
      exchange_.answer(answer_);
    }
    const auto response = emv::parse_response(exchange_.response());
    if (exchange_.error() != emv::T0Error::none || !response) {
      throw Failure(Failure::refused,
                    fmt::format("the card answers nonsense: {}", to_string(exchange_.error())));
    }
    return *response;
  }

 private:
  static void check(SlotStatus status) {
    switch (status) {
      case SlotStatus::ok: return;
      case SlotStatus::mute: throw Failure(Failure::refused, "the card does not answer");
      case SlotStatus::garbled: throw Failure(Failure::refused, "the card answers nonsense");
      case SlotStatus::removed: throw Failure(Failure::environment, "the card was removed");
    }
  }

  CardSlot& slot_;
  emv::T0Exchange exchange_;
  emv::ResponseBuffer answer_;
};

std::string without_padding(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// Two letters for each language (ISO 639-1).
std::string languages(Bytes bytes) {
  const std::string text = label_text(bytes);
  return without_padding(safe::one_line(text));
}

// An object of the FCI's proprietary template (EMV 4.3 Book 1, 11.3.4).
std::optional<Bytes> in_fci(Bytes fci, emv::Tag wanted) {
  Bytes inside = fci;
  for (const emv::Tag tag : {emv::Tag{0x6F}, emv::Tag{0xA5}, wanted}) {
    std::optional<Bytes> found;
    for (emv::TlvReader reader(inside); !found && reader.more();) {
      const auto object = reader.next();
      if (!object) return std::nullopt;
      if (object->tag == tag) found = object->value;
    }
    if (!found) return std::nullopt;
    inside = *found;
  }
  return inside;
}

// In the issuer's own letters; only where it says which (EMV 4.3 Book 4, 11.3).
std::string preferred_name(Bytes fci) {
  const auto name = in_fci(fci, 0x9F12), index = in_fci(fci, 0x9F11);
  const auto table = index ? code_table(*index) : std::nullopt;
  return name && table ? without_padding(label_text(*name, table)) : "";
}

// Every application that a shipped reader model looks for, each once.
std::vector<ByteString> known_aids() {
  std::vector<ByteString> aids;
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::readers)) {
    const profile::LoadedReader reader = profile::load_reader(name);
    for (const cap::Application& application : reader.profile().card.applications) {
      const ByteString aid(application.aid.begin(), application.aid.end());
      if (std::find(aids.begin(), aids.end(), aid) == aids.end()) aids.push_back(aid);
    }
  }
  return aids;
}

// What the directory says of an application stays where its FCI says nothing.
void select(Dialogue& card, Found application, Bytes aid, std::vector<Found>& found) {
  Buffer<24> command;
  static_cast<void>(emv::append_select(command, aid));
  const emv::ResponseApdu response = card.ask(command);
  application.aid = hex(aid);
  application.sw = response.sw;
  const auto fci = emv::parse_fci(response.data);
  const bool it = fci && fci->answers(aid);
  const bool blocked = response.sw == emv::sw::selected_file_invalidated && (it || response.data.empty());
  // What answers with another name is another application (EMV 4.3 Book 1, 12.3.3).
  const bool there = (response.sw == emv::sw::ok && it) || blocked;
  if (!there) application.sw = emv::sw::file_not_found;
  if (!there && !application.listed) return;
  if (it) {
    application.aid = hex(fci->df_name);
    if (!fci->label.empty()) application.label = without_padding(label_text(fci->label));
    application.preferred_name = preferred_name(response.data);
    application.language = languages(fci->language_preference);
    if (fci->priority) application.priority = *fci->priority & 0x0F;
  }
  const auto same = [&](const Found& other) { return other.aid == application.aid; };
  if (std::none_of(found.begin(), found.end(), same)) found.push_back(std::move(application));
}

std::vector<Found> find_applications(Dialogue& card) {
  emv::Directory directory;
  for (directory.start(); directory.pending();) directory.answer(card.ask(directory.command()));
  std::vector<Found> found;
  for (const emv::DirectoryEntry& entry : directory.entries()) {
    Found application;
    application.label = without_padding(label_text(entry.label));
    if (entry.priority) application.priority = *entry.priority & 0x0F;
    application.listed = true;
    select(card, application, entry.aid, found);
  }
  for (const ByteString& aid : known_aids()) select(card, {}, aid, found);
  return found;
}

void print_table(const std::vector<Found>& found) {
  const bool names = std::any_of(found.begin(), found.end(), [](const Found& application) {
    return !application.preferred_name.empty();
  });
  const auto row = [&](std::string_view aid, std::string_view label, std::string_view name, auto... rest) {
    const std::string column = names ? fmt::format("{:<16}  ", safe::one_line(name)) : "";
    print_line(fmt::format("{:<32}  {:<16}  {}", aid, safe::one_line(label), column) +
               fmt::format("{:>8}  {:<8}  {:<9}  {}", rest...));
  };
  row("AID", "LABEL", "NAME", "PRIORITY", "LANGUAGE", "FOUND", "STATE");
  for (const Found& application : found) {
    row(application.aid, application.label, application.preferred_name,
        application.priority ? std::to_string(*application.priority) : "-", application.language,
        application.listed ? "directory" : "by name", state(application));
  }
}

void print_list(const std::vector<Found>& found) {
  auto all = nlohmann::ordered_json::array();
  for (const Found& application : found) {
    all.push_back(
        {{"aid", application.aid},
         {"label", application.label},
         {"preferred_name",
          application.preferred_name.empty() ? nullptr : nlohmann::ordered_json(application.preferred_name)},
         {"priority", application.priority ? nlohmann::ordered_json(*application.priority) : nullptr},
         {"language", application.language},
         {"listed", application.listed},
         {"state", state(application)}});
  }
  print_json(all, 2);
}

void apps(const AppsOptions& options) {
  const bool real_card = options.reader.reader.has_value();
  OpenCard card = real_card ? OpenCard(options.reader, pcsc::kEnglish)
                            : OpenCard(options.card, options.state, OpenCard::Use::look);
  if (options.trace) {
    card.record(*options.trace, fmt::format("sesame apps: {}", card.name()), {},
                masking(real_card || is_transcript(options.card), options.keep));
  }
  Dialogue dialogue(card.slot());
  const auto found = find_applications(dialogue);
  if (found.empty()) throw Failure(Failure::refused, "no application that is known here, and no directory");
  card.sync_trace();
  options.json ? print_list(found) : print_table(found);
}

}  // namespace

void add_apps(const Command& parent) {
  const auto options = std::make_shared<AppsOptions>();
  const Command command(parent, "apps", "list the applications on a card");
  add_any_card(command, options->card, options->state, options->reader);
  command.flag("--json", options->json, "print an array of objects");
  add_trace(command, options->trace);
  add_keep(command, options->keep);
  command.run([options] { apps(*options); });
}

}  // namespace sesame::cli
