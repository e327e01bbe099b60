#include "host/cli/open_card.hpp"

#include <algorithm>
#include <filesystem>

#include "host/card/file/card_file.hpp"
#include "host/card/file/card_spec.hpp"
#include "host/card/virtual_card.hpp"
#include "host/cli/text.hpp"
#include "host/state/durable_store.hpp"
#include "host/transcript/tracing_slot.hpp"
#include "host/transcript/transcript_slot.hpp"

namespace sesame::cli {

transcript::Masking::Options masking(bool of_a_person, const KeepOptions& keep) {
  return {of_a_person && !keep.pan, of_a_person && !keep.name};
}

namespace {

bool same_file(const std::string& one, const std::string& other) {
  namespace fs = std::filesystem;
  std::error_code absent;
  if (fs::equivalent(one, other, absent)) return true;
  return fs::weakly_canonical(one, absent) == fs::weakly_canonical(other, absent);
}

std::uint16_t first_atc(const std::string& text) {
  const std::uint16_t atc = parse_atc("--atc", text);
  if (atc == 0) throw Failure(Failure::invalid, "--atc: the first transaction of a card has ATC 0001");
  return atc;
}

// A folder that is not there is more likely a slip than a wish, and a card would begin at its first ATC
// again.
void check_state_file(const std::string& file) {
  if (file.empty()) throw Failure(Failure::invalid, "--state: an empty name; name a file");
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  std::error_code unknown;
  if (folder.empty() || std::filesystem::exists(folder, unknown)) return;
  throw Failure(Failure::environment,
                fmt::format("--state: {}: there is no folder {}; make it, or name another file", file,
                            folder.string()));
}

std::string quoted_for_shell(const std::string& word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+,:@%").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string reset_command(const std::string& card, const std::optional<std::string>& state,
                          const card::Issued& issued) {
  std::string command = "sesame card reset " + quoted_for_shell(card);
  if (issued.pan) command += " --pan " + *issued.pan;
  if (issued.psn) command += " --psn " + *issued.psn;
  if (issued.imk) command += " --imk-file FILE";
  return state ? command + " --state " + quoted_for_shell(*state) : command;
}

}  // namespace

// A file for each card, so that one in use does not keep the others waiting.
std::string state_file(const card::Personalization& card, const std::optional<std::string>& named) {
  if (!named) return state::default_state_file("card-" + card::card_id(card));
  check_state_file(*named);
  return *named;
}

OpenCard::OpenCard(const ReaderOptions& options, pcsc::LanguageId language)
    : reader_(std::make_unique<ReaderCard>(options)) {
  name_ = "the card in " + reader_->reader();
  slots_.push_back(reader_->make_slot(language));
}

OpenCard::OpenCard(const std::string& card, const StateOptions& state, Use use, const card::Issued& issued)
    : name_(card) {
  if (state.atc && !state.ephemeral) throw Failure(Failure::invalid, "--atc: only with --ephemeral");
  const CardSpec::Kind kind = parse_card(card).kind;
  kind == CardSpec::Kind::transcript_file ? open_transcript(card, state, issued)
                                          : open_virtual_card(card, state, use, issued);
  if (kind != CardSpec::Kind::shipped) files_.push_back(card);
}

void OpenCard::open_transcript(const std::string& path, const StateOptions& state,
                               const card::Issued& issued) {
  if (!issued.as_in_the_file()) {
    throw Failure(
        Failure::invalid,
        fmt::format("{}: --pan, --psn and --imk-file are for virtual cards; a transcript has no keys", path));
  }
  if (state.file || state.atc) {
    throw Failure(Failure::invalid, fmt::format("{}: {} is for virtual cards; a transcript has no counters",
                                                path, state.file ? "--state" : "--atc"));
  }
  auto transcript = std::make_shared<const transcript::Transcript>(transcript::Transcript::load(path));
  slots_.push_back(std::make_unique<transcript::TranscriptSlot>(std::move(transcript)));
}

void OpenCard::open_virtual_card(const std::string& card, const StateOptions& state, Use use,
                                 const card::Issued& issued) {
  personalization_ = std::make_unique<card::Personalization>(card::load_card(card, issued));
  std::optional<std::uint16_t> atc;
  if (state.atc) atc = first_atc(*state.atc);
  open_store(state, use, issued);
  auto made = std::make_unique<card::VirtualCard>(*personalization_, *store_);
  for (std::size_t i = 0; atc && i < personalization_->applications.size(); ++i) {
    made->counters().set_next_atc(i, *atc);
  }
  slots_.push_back(std::move(made));
}

void OpenCard::open_store(const StateOptions& state, Use use, const card::Issued& issued) {
  if (state.ephemeral) {
    store_ = std::make_unique<state::EphemeralStore>();
    return;
  }
  const std::string path = state_file(*personalization_, state.file);
  files_.insert(files_.end(), {path, path + ".lock", path + ".new"});
  if (use == Use::look) {
    store_ = std::make_unique<state::EphemeralStore>(state::look_at(path));
    return;
  }
  store_ = std::make_unique<state::DurableStore>(path);
  remedy_ = fmt::format("use --ephemeral, or make another card (sesame card new), or reset this one: {}",
                        reset_command(name_, state.file, issued));
}

void OpenCard::check_trace(const std::string& trace, const std::string& other) {
  if (trace.empty()) throw Failure(Failure::invalid, "--trace: an empty name; name a file");
  files_.push_back(other);
  for (const std::string& file : files_) {
    if (!same_file(trace, file)) continue;
    throw Failure(
        Failure::invalid,
        fmt::format("--trace: {} is in use here, and a trace would replace it; name another file", trace));
  }
  transcript::TraceWriter::check(trace);
}

void OpenCard::record(const std::string& trace, const std::string& what, const std::string& other,
                      transcript::Masking::Options masking) {
  check_trace(trace, other);
  trace_ = std::make_unique<transcript::TraceWriter>(trace, what);
  masking_ = std::make_unique<transcript::Masking>(masking);
  slots_.push_back(std::make_unique<transcript::TracingSlot>(*slots_.back(), *trace_, masking_.get()));
}

void OpenCard::sync_trace() const {
  if (trace_) trace_->sync();
}

void OpenCard::remark(const std::string& text) {
  if (trace_) trace_->comment(text);
}

}  // namespace sesame::cli
