#include "host/cli/code_run.hpp"

#include <nlohmann/json.hpp>

#include "host/cli/pin.hpp"
#include "host/cli/real_card_notice.hpp"
#include "host/cli/text.hpp"
#include "host/contacts/client.hpp"
#include "host/reader/panel/slot_line.hpp"
#include "host/transcript/transcript_slot.hpp"

namespace sesame::cli {

namespace {

bool for_real_card(const DeviceChoice& choice, const CodeOptions& options) {
  return options.reader.reader || choice.kind == DeviceChoice::Kind::serial;
}

void check_text(const ReaderProfile& profile, const std::string& text) {
  if (!profile.connected_mode) {
    throw Failure(Failure::invalid,
                  fmt::format("--text: the reader {} has no cable; edentifier2 has one", profile.name));
  }
  if (signing::is_text(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()))) return;
  throw Failure(Failure::invalid,
                fmt::format("--text: cannot be shown; 1 to {} printable characters of ASCII and line feeds",
                            signing::kMaxText));
}

Task plan(const ReaderProfile& profile, const DeviceChoice& choice, const CodeOptions& options) {
  const bool real_card = for_real_card(choice, options);
  if (real_card && options.pin.pin) {
    throw Failure(Failure::invalid,
                  "--pin: not for a card in a reader, as others may see a command line; type the PIN, or use "
                  "--pin-stdin or --pin-env");
  }
  Task task;
  if (options.text) check_text(profile, *options.text);
  if (options.function) task.function = parse_function(profile, *options.function);
  if (!options.text) {
    task.answers = parse_inputs(profile, profile.functions[task.function], options.inputs);
  }
  task.pin_on_pad = options.reader.pinpad;
  task.last_try = !real_card || options.reader.last_try;
  return task;
}

std::unique_ptr<CardLine> connect_card(const std::string& endpoint) {
  auto card = std::make_unique<contacts::LineClient>(contacts::connect(contacts::parse_endpoint(endpoint)));
  if (card->wait_for_presence(std::chrono::seconds(2))) return card;
  throw Failure(
      Failure::environment,
      fmt::format("the card's line at {} does not answer; another program may be using it", endpoint));
}

}  // namespace

CodeRun::CodeRun(CodeOptions& options)
    : options_(options),
      choice_(parse_device(options.device)),
      loaded_(profile::load_reader(options.profile)),
      task_(plan(profile(), choice_, options)) {
  if (options.issued.imk_file == "-" && options.pin.from_stdin) {
    throw Failure(Failure::invalid, "--imk-file -: standard input is the PIN's, by --pin-stdin; name a file");
  }
  check_output();
  issued_ = read_issued(options.issued);
}

void CodeRun::make(std::string_view command, const std::optional<std::string>& trace,
                   transcript::Masking::Options masking) {
  switch (choice_.kind) {
    case DeviceChoice::Kind::native: return make_here(command, trace, masking);
    case DeviceChoice::Kind::qemu: return make_in_qemu(command, trace, masking);
    case DeviceChoice::Kind::serial: return make_on_board();
  }
}

void CodeRun::make_here(std::string_view command, const std::optional<std::string>& trace,
                        transcript::Masking::Options masking) {
  if (!in_reader()) task_.pin = pin_for_virtual_card(trace);
  open(trace);
  if (in_reader() && !task_.pin_on_pad) task_.pin = pin_for_real_card();
  // Only now: whatever was missing before, a recording that was there is still there.
  if (trace) record(command, *trace, masking);
  careful_.emplace(card_->slot(), [this] { refuse_unknown_tries(); });
  reader_.emplace(profile(), *careful_, options_.text ? Cable::computer : Cable::pcsc);
  if (options_.show_screens) reader_->on_event([&] { printer_.look(reader_->reader().screen()); });
  if (task_.pin_on_pad) {
    note_line(fmt::format("sesame: type the PIN at the pinpad of {}", card_->in_reader().reader()));
  }
  if (options_.text) {
    signed_ = sign_text(*reader_, task_, *options_.text);
  } else {
    make_code(*reader_, task_);
  }
  remark_on_data();
}

void CodeRun::make_in_qemu(std::string_view command, const std::optional<std::string>& trace,
                           transcript::Masking::Options masking) {
  choice_.place = find_image(choice_, profile().name);
  check_qemu();
  if (options_.card_line) {
    line_ = connect_card(*options_.card_line);
    task_.card = fmt::format("the card at {}", *options_.card_line);
    task_.pin = take_pin(options_.pin);
  } else {
    task_.pin = pin_for_virtual_card(trace);
    open(trace);
    if (trace) record(command, *trace, masking);
    line_ = std::make_unique<SlotLine>(card_->slot());
  }
  start_device();
  make_code(*panel_, profile(), task_);
}

void CodeRun::make_on_board() {
  task_.card = "the card in the board";
  start_device();
  show_real_card_notice();
  task_.pin = std::move(*take_pin_unless(options_.pin, kNoInterruption));
  make_code(*panel_, profile(), task_);
}

// Whatever is missing is said before a PIN is typed; and the card is touched when there is one.
SecretString CodeRun::pin_for_virtual_card(const std::optional<std::string>& trace) const {
  if (!is_given(options_.pin)) {
    OpenCard card(options_.card, options_.state, OpenCard::Use::look, issued_);
    if (trace) card.check_trace(*trace, options_.profile);
  }
  return take_pin(options_.pin);
}

void CodeRun::start_device() {
  panel_ = open_device(choice_, profile(), line_.get());
  if (options_.show_screens) panel_->on_screen([&] { printer_.look(panel_->shown()); });
}

// A card that does not tell may have one try left.
void CodeRun::refuse_unknown_tries() const {
  if (task_.last_try || reader_->reader().tries_left()) return;
  throw Failure(Failure::refused,
                fmt::format("{} does not tell how many PIN tries are left; nothing was sent; --last-try "
                            "sends the PIN all the same",
                            task_.card));
}

void CodeRun::open(const std::optional<std::string>& trace) {
  if (in_reader()) {
    card_.emplace(options_.reader, profile().languages[0].language_id);
    if (task_.pin_on_pad) card_->in_reader().require_pinpad();
  } else {
    card_.emplace(options_.card, options_.state, OpenCard::Use::transact, issued_);
    issued_ = {};
  }
  task_.card = card_->name();
  task_.remedy = card_->remedy();
  if (trace) card_->check_trace(*trace, options_.profile);
}

void CodeRun::record(std::string_view command, const std::string& trace,
                     transcript::Masking::Options masking) {
  const std::string what = fmt::format("sesame {}: {}, reader {}, {}", command, card_->name(), profile().name,
                                       options_.text ? "a text" : fmt::format("function {}", function().key));
  card_->record(trace, what, options_.profile, masking);
}

SecretString CodeRun::pin_for_real_card() {
  show_real_card_notice();
  auto pin = take_pin_unless(options_.pin, card_->in_reader().removal());
  if (!pin) throw Failure(Failure::environment, fmt::format("{} was removed", card_->name()));
  return std::move(*pin);
}

// What a user should know who wonders about the code.
void CodeRun::remark_on_data() {
  const cap::Transaction& transaction = reader_->reader().transaction();
  if (amount_typed() && !transaction.amount_used()) {
    const std::string remark =
        "the card does not use the amount (its IAF has no 80): it is not part of the code";
    note_line("sesame: " + remark);
    card_->remark(remark);
  }
  for (const emv::Tag tag : transaction.unknown_tags()) {
    card_->remark(
        fmt::format("the card asks for {:02X}, which this reader does not know: zeros were sent", tag));
  }
}

// Every prompt before the amount has exactly one answer: only TDS repeats, and it comes last.
bool CodeRun::amount_typed() const {
  for (std::size_t i = 0; i < function().prompts.size() && i < task_.answers.size(); ++i) {
    if (function().prompts[i].kind == PromptKind::amount) return !task_.answers[i].empty();
  }
  return false;
}

const Device& CodeRun::device() const { return panel_ ? static_cast<const Device&>(*panel_) : *reader_; }

std::string CodeRun::code() const { return signed_ ? *signed_ : device().code(); }

void CodeRun::sync_trace() const {
  if (card_) card_->sync_trace();
}

void CodeRun::print() const {
  sync_trace();
  const std::string digits = code();
  GroupedCode grouped;
  group(digits, profile().code, grouped);
  const std::string display(grouped.begin(), grouped.end());
  if (!options_.json) return print_line(display);
  nlohmann::ordered_json json{
      {"code", digits},           {"display", display},        {"atc", nullptr},
      {"aid", nullptr},           {"profile", profile().name}, {"function", function().key},
      {"device", options_.device}};
  if (options_.text) {
    json["function"] = nullptr;
    json["text"] = *options_.text;
  } else if (reader_) {
    const cap::Transaction& transaction = reader_->reader().transaction();
    json["atc"] = fmt::format("{:04X}", transaction.atc());
    json["aid"] = hex(transaction.aid());
  }
  if (in_reader()) {
    json["reader"] = card_->in_reader().reader();
  } else if (card_) {
    json["card"] = options_.card;
  }
  print_json(json);
}

std::string CodeRun::replay(const std::string& transcript) const {
  transcript::TranscriptSlot slot(
      std::make_shared<const transcript::Transcript>(transcript::Transcript::load(transcript)));
  NativeReader reader(profile(), slot);
  Task task;
  task.function = task_.function;
  task.answers = task_.answers;
  task.pin = SecretString(std::string(profile().min_pin_digits, '0'));
  task.card = transcript;
  make_code(reader, task);
  return reader.code();
}

}  // namespace sesame::cli
