#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/pin.hpp"
#include "host/cli/scripted_user.hpp"
#include "host/cli/text.hpp"
#include "host/device/native_reader.hpp"
#include "host/profile/reader_file.hpp"

namespace sesame::cli {

namespace {

// Draws every screen that differs from the one before, as a box.
class ScreenPrinter {
 public:
  explicit ScreenPrinter(const NativeReader& reader) : reader_(reader) {}

  void look() {
    const Screen screen = reader_.reader().screen();
    if (screen == last_) return;
    last_ = screen;
    if (!screen.lit) return;
    std::string line;
    for (std::size_t i = 0; i < screen.columns; ++i) line += "─";
    note_line(fmt::format("┌{}┐", line));
    for (std::size_t i = 0; i < screen.rows; ++i) note_line(fmt::format("│{}│", utf8(screen.row(i))));
    note_line(fmt::format("└{}┘", line));
  }

 private:
  const NativeReader& reader_;
  Screen last_;
};

// Every prompt before the amount has exactly one answer: only TDS repeats, and it comes last.
bool amount_typed(const Function& function, const Answers& answers) {
  for (std::size_t i = 0; i < function.prompts.size() && i < answers.size(); ++i) {
    if (function.prompts[i].kind == PromptKind::amount) return !answers[i].empty();
  }
  return false;
}

void print_code(const CodeOptions& options, const Reader& reader) {
  GroupedCode grouped;
  group(reader.code(), reader.profile().code, grouped);
  const std::string display(grouped.begin(), grouped.end());
  if (!options.json) return print_line(display);
  const cap::Transaction& transaction = reader.transaction();
  print_line(nlohmann::ordered_json{{"code", std::string(reader.code().begin(), reader.code().end())},
                                    {"display", display},
                                    {"atc", fmt::format("{:04X}", transaction.atc())},
                                    {"aid", hex(transaction.aid())},
                                    {"profile", reader.profile().name},
                                    {"function", reader.function()->key},
                                    {"card", options.card}}
                 .dump());
}

}  // namespace

void code(const CodeOptions& options) {
  const profile::LoadedReader loaded = profile::load_reader(options.profile);
  const ReaderProfile& profile = loaded.profile();

  Task task;
  if (options.function) task.function = find_function(profile, *options.function);
  const Function& function = profile.functions[task.function];
  task.answers = plan_answers(profile, function, options.inputs);
  task.pin = take_pin(options.pin);

  OpenCard card(options.card, options.state, OpenCard::Use::transact);
  task.card = options.card;
  task.remedy = card.remedy();
  if (options.trace) {
    card.record(
        *options.trace,
        fmt::format("sesame code: card {}, reader {}, function {}", options.card, profile.name, function.key),
        options.profile);
  }
  NativeReader reader(profile, card.slot());
  ScreenPrinter printer(reader);
  if (options.show_screens) reader.on_event([&] { printer.look(); });

  make_code(reader, task);
  if (amount_typed(function, task.answers) && !reader.reader().transaction().amount_used()) {
    const std::string remark =
        "the card does not use the amount (its IAF has no 80): it is not part of the code";
    note_line("sesame: " + remark);
    card.remark(remark);
  }
  for (const emv::Tag tag : reader.reader().transaction().unknown_tags()) {
    card.remark(
        fmt::format("the card asks for {:02X}, which this reader does not know: zeros were sent", tag));
  }
  print_code(options, reader.reader());
}

}  // namespace sesame::cli
