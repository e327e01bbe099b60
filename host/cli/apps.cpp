#include <memory>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/t0_exchange.hpp"
#include "firmware/core/iso7816/atr.hpp"
#include "host/base/safe_text.hpp"
#include "host/card/file/card_spec.hpp"
#include "host/cli/candidates.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
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
  std::vector<std::string> aids;
  bool json = false;
};

std::string_view state(const CardApplication& application) {
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

  CardAnswer ask(Bytes command) {
    for (exchange_.start(command); exchange_.pending();) {
      check(slot_.transmit(exchange_.command(), answer_));
      exchange_.answer(answer_);
    }
    const auto response = emv::parse_response(exchange_.response());
    if (exchange_.error() != emv::T0Error::none || !response) {
      throw Failure(Failure::refused,
                    fmt::format("the card answers nonsense: {}", to_string(exchange_.error())));
    }
    return {{response->data.begin(), response->data.end()}, response->sw};
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

// Every application that a shipped reader model looks for, each once.
std::vector<KnownAid> known_to_readers() {
  std::vector<KnownAid> known;
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::readers)) {
    const profile::LoadedReader reader = profile::load_reader(name);
    for (const cap::Application& application : reader.profile().card.applications) {
      const Bytes aid = application.aid;
      const auto same = [&](const KnownAid& other) { return equal(other.aid, aid); };
      if (std::none_of(known.begin(), known.end(), same)) known.push_back({{aid.begin(), aid.end()}, false});
    }
  }
  return known;
}

// HEX or HEX/exact.
KnownAid known_aid(std::string_view text) {
  constexpr std::string_view kExact = "/exact";
  KnownAid known;
  known.exact = text.size() >= kExact.size() && text.substr(text.size() - kExact.size()) == kExact;
  if (known.exact) text.remove_suffix(kExact.size());
  known.aid = parse_hex("--aid", text);
  if (known.aid.size() < 5 || known.aid.size() > 16) usage("--aid: must be 5 to 16 bytes");
  return known;
}

std::string place(const CardApplication& application) {
  if (!application.candidate) return "-";
  return fmt::format("{}{}", *application.candidate,
                     application.needs_confirmation() ? ", if confirmed" : "");
}

void print_table(const std::vector<CardApplication>& all) {
  const bool names = std::any_of(all.begin(), all.end(), [](const CardApplication& application) {
    return !application.preferred_name.empty();
  });
  const auto row = [&](std::string_view aid, std::string_view label, std::string_view name, auto... rest) {
    const std::string column = names ? fmt::format("{:<16}  ", safe::one_line(name)) : "";
    print_line(fmt::format("{:<32}  {:<16}  {}", aid, safe::one_line(label), column) +
               fmt::format("{:>8}  {:<8}  {:<9}  {:<10}  {}", rest...));
  };
  row("AID", "LABEL", "NAME", "PRIORITY", "LANGUAGE", "FOUND", "STATE", "CANDIDATE");
  for (const CardApplication& application : all) {
    row(hex(application.aid), application.label, application.preferred_name,
        application.priority ? std::to_string(*application.priority & 0x0F) : "-", application.language,
        application.listed ? "directory" : "by name", state(application), place(application));
  }
}

void print_list(const std::vector<CardApplication>& all) {
  using Json = nlohmann::ordered_json;
  auto list = Json::array();
  for (const CardApplication& application : all) {
    list.push_back(
        {{"aid", hex(application.aid)},
         {"label", application.label},
         {"preferred_name", application.preferred_name.empty() ? Json() : Json(application.preferred_name)},
         {"code_table", application.code_table ? Json(*application.code_table) : Json()},
         {"priority", application.priority ? Json(*application.priority & 0x0F) : Json()},
         {"confirmation", application.needs_confirmation()},
         {"language", application.language},
         {"listed", application.listed},
         {"state", state(application)},
         {"candidate", application.candidate ? Json(*application.candidate) : Json()}});
  }
  print_json(list, 2);
}

void note_directory(std::uint16_t sw) {
  if (sw == emv::sw::selected_file_invalidated) {
    note_line("sesame: the card's directory is blocked (6283): applications are looked for by name alone");
  } else if (sw != emv::sw::ok && sw != emv::sw::file_not_found) {
    note_line(fmt::format(
        "sesame: the card's directory cannot be read to its end ({:04X}): it has no candidates", sw));
  }
}

void apps(const AppsOptions& options) {
  std::vector<KnownAid> known;
  for (const std::string& each : options.aids) known.push_back(known_aid(each));
  if (known.empty()) known = known_to_readers();
  const bool real_card = options.reader.reader.has_value();
  OpenCard card = real_card ? OpenCard(options.reader, pcsc::kEnglish)
                            : OpenCard(options.card, options.state, OpenCard::Use::look);
  if (options.trace) {
    card.record(*options.trace, fmt::format("sesame apps: {}", card.name()), {},
                masking(real_card || is_transcript(options.card), options.keep));
  }
  Dialogue dialogue(card.slot());
  const auto found = find_applications([&](Bytes command) { return dialogue.ask(command); }, known);
  note_directory(found.directory_sw);
  if (found.all.empty())
    throw Failure(Failure::refused, "no application that is known here, and no directory");
  card.sync_trace();
  options.json ? print_list(found.all) : print_table(found.all);
}

}  // namespace

void add_apps(const Command& parent) {
  const auto options = std::make_shared<AppsOptions>();
  const Command command(parent, "apps", "list the applications on a card");
  add_any_card(command, options->card, options->state, options->reader);
  command
      .option("--aid", options->aids,
              "what the terminal knows, instead of what readers do; HEX/exact: no longer name")
      .type("HEX")
      .delimiter(',')
      .one_value_each();
  command.flag("--json", options->json, "print an array of objects");
  add_trace(command, options->trace);
  add_keep(command, options->keep);
  command.footer("Candidates are those of EMV 4.3 Book 1, 12.3 and 12.4.");
  command.run([options] { apps(*options); });
}

}  // namespace sesame::cli
