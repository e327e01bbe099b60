#include "sim/fleet/card_source.hpp"

#include <fmt/format.h>

#include <atomic>
#include <utility>

#include "host/card/counters.hpp"
#include "host/card/file/card_file.hpp"
#include "host/pcsc/context.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "host/pcsc/presence.hpp"
#include "host/pcsc/readers.hpp"
#include "host/profile/shipped.hpp"
#include "host/state/durable_store.hpp"
#include "host/state/file_system.hpp"
#include "host/transcript/transcript.hpp"
#include "host/transcript/transcript_slot.hpp"
#include "sim/reader/refusal.hpp"
#include "sim/reader/virtual_sim_card.hpp"

namespace sesame::sim {

namespace {

[[noreturn]] void no_counters(const std::string& name, std::string_view what) {
  throw Refusal(Why::no_state, fmt::format("{} is {}: it has no counters that could be set", name, what));
}

class TranscriptCard final : public Card {
 public:
  explicit TranscriptCard(transcript::Transcript transcript)
      : name_(transcript.name()),
        slot_(std::make_shared<const transcript::Transcript>(std::move(transcript))) {}

  CardSlot& slot() override { return slot_; }
  const std::string& name() const override { return name_; }
  std::string kind() const override { return "transcript"; }
  void set_state(std::optional<std::uint16_t>, std::optional<std::uint8_t>) override {
    no_counters(name_, "a recording");
  }

 private:
  std::string name_;
  transcript::TranscriptSlot slot_;
};

class PcscCard final : public Card {
 public:
  PcscCard(const std::string& reader, std::function<void()> left)
      : name_("the card in " + reader), slot_(reader), watch_(reader, [this, left = std::move(left)] {
          gone_ = true;
          if (left) left();
        }) {}

  CardSlot& slot() override { return slot_; }
  const std::string& name() const override { return name_; }
  std::string kind() const override { return "pcsc"; }
  bool gone() const override { return gone_; }
  void set_state(std::optional<std::uint16_t>, std::optional<std::uint8_t>) override {
    no_counters(name_, "a real card");
  }

 private:
  std::string name_;
  std::atomic<bool> gone_ = false;
  pcsc::PcscSlot slot_;
  pcsc::PresenceWatch watch_;
};

// What a card file or transcript says wrong, with its line.
template <class Read>
auto readable(Read read) {
  try {
    return read();
  } catch (const Refusal&) {
    throw;
  } catch (const Failure& failure) {
    if (failure.kind() != Failure::invalid) throw;
    throw Refusal(Why::bad_card, failure.what());
  }
}

std::string card_name_of(const CardSpec& spec) { return spec.name.empty() ? "card" : spec.name; }

std::unique_ptr<Card> in_memory(std::shared_ptr<const card::Personalization> card) {
  return std::make_unique<VirtualSimCard>(std::move(card), std::make_unique<state::EphemeralStore>(),
                                          VirtualSimCard::Counting::in_memory);
}

std::unique_ptr<Card> in_memory(card::Personalization card) {
  return in_memory(std::make_shared<const card::Personalization>(std::move(card)));
}

int lock_folder(const std::string& folder) {
  state::FileSystem& files = state::posix_file_system();
  const int made = files.make_directory(folder);
  int handle = made < 0 && made != -EEXIST ? made : 0;
  if (handle == 0) handle = files.lock(folder + "/simulator.lock", std::chrono::milliseconds(0));
  if (handle == -EAGAIN) {
    throw Failure(Failure::environment,
                  fmt::format("{} is in use by another simulator; end it, or name another folder", folder));
  }
  if (handle < 0) {
    throw Failure(Failure::environment, fmt::format("cannot use {}: {}; name another folder", folder,
                                                    std::generic_category().message(-handle)));
  }
  return handle;
}

}  // namespace

// A durable card that is in a reader: free again when this ends.
class CardSource::Hold {
 public:
  Hold(CardSource& source, std::string card, const std::string& reader)
      : source_(source), card_(std::move(card)) {
    const std::lock_guard lock(source_.mutex_);
    const auto [held, free] = source_.held_.emplace(card_, reader);
    if (free) return;
    throw Refusal(Why::card_in_use, fmt::format("the card is in reader {}", held->second),
                  "pull it out there first, or use another card");
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    const std::lock_guard lock(source_.mutex_);
    source_.held_.erase(card_);
  }

 private:
  CardSource& source_;
  std::string card_;
};

namespace {

// A durable store that keeps its hold for as long as it is open, and a little longer.
template <class Hold>
class HeldStore final : public state::CounterStore {
 public:
  HeldStore(std::unique_ptr<Hold> hold, const std::string& path)
      : hold_(std::move(hold)), store_(path, std::chrono::milliseconds(0)) {}
  std::optional<state::Counters> get(std::string_view id) const override { return store_.get(id); }
  void put(std::string_view id, const state::Counters& counters) override { store_.put(id, counters); }

 private:
  std::unique_ptr<Hold> hold_;
  state::DurableStore store_;
};

}  // namespace

CardSource::CardSource(Options options) : options_(std::move(options)) {
  if (!options_.state_folder.empty()) lock_ = io::Descriptor(lock_folder(options_.state_folder));
}

CardSource::~CardSource() = default;

std::unique_ptr<Card> CardSource::make(const CardSpec& spec, const std::string& reader, ClockKind clock,
                                       std::function<void()> left) {
  if (spec.changes) return readable([&] { return changed(spec); });
  switch (spec.kind) {
    case CardSpec::Kind::shipped: {
      SharedCard card = shipped(spec.text);
      return options_.state_folder.empty() ? in_memory(std::move(card)) : durable(std::move(card), reader);
    }
    case CardSpec::Kind::toml:
      return readable([&] { return in_memory(card::read_card(spec.text, card_name_of(spec))); });
    case CardSpec::Kind::transcript:
      return readable([&]() -> std::unique_ptr<Card> {
        return std::make_unique<TranscriptCard>(transcript::Transcript::parse(spec.text, card_name_of(spec)));
      });
    case CardSpec::Kind::file: return readable([&] { return in_memory(card::load_card(spec.text)); });
    case CardSpec::Kind::transcript_file:
      return readable([&]() -> std::unique_ptr<Card> {
        return std::make_unique<TranscriptCard>(transcript::Transcript::load(spec.text));
      });
    case CardSpec::Kind::pcsc: return from_reader(spec.text, clock, std::move(left));
  }
  throw Refusal(Why::bad_card, "no such kind of card");
}

CardSource::SharedCard CardSource::shipped(const std::string& name) {
  if (profile::names_a_path(name) || !profile::shipped_text(profile::ProfileKind::cards, name)) {
    throw Refusal(
        Why::unknown_card, fmt::format("there is no card '{}'", name),
        fmt::format("there are {}", fmt::join(profile::shipped_names(profile::ProfileKind::cards), ", ")));
  }
  const std::lock_guard lock(mutex_);
  const auto known = shipped_.find(name);
  if (known != shipped_.end()) return known->second;
  auto card = std::make_shared<const card::Personalization>(card::load_card(name));
  return shipped_.emplace(name, std::move(card)).first->second;
}

std::unique_ptr<Card> CardSource::changed(const CardSpec& spec) {
  using Kind = CardSpec::Kind;
  if (spec.kind != Kind::shipped && spec.kind != Kind::toml && spec.kind != Kind::file) {
    throw Refusal(Why::bad_card, "only a virtual card can have another PAN, PSN, PIN, key or ATC",
                  "leave them out, or name a card file");
  }
  if (spec.kind == Kind::shipped) static_cast<void>(shipped(spec.text));  // a name, and no path
  const CardChanges& changes = *spec.changes;
  card::Personalization card = spec.kind == Kind::toml
                                   ? card::read_card(spec.text, card_name_of(spec), changes.issued)
                                   : card::load_card(spec.text, changes.issued);
  if (changes.pin) card.pin = SecretString(changes.pin->view());
  auto made = in_memory(std::move(card));
  if (changes.last_atc) made->set_state(changes.last_atc, std::nullopt);
  return made;
}

bool CardSource::held_by(const CardSpec& spec, const std::string& reader) {
  if (options_.state_folder.empty() || spec.kind != CardSpec::Kind::shipped || spec.changes) return false;
  const std::string id = card::card_id(*shipped(spec.text));
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(id);
  return held != held_.end() && held->second == reader;
}

std::unique_ptr<Card> CardSource::durable(SharedCard card, const std::string& reader) {
  const std::string id = card::card_id(*card);
  auto hold = std::make_unique<Hold>(*this, id, reader);
  auto store = std::make_unique<HeldStore<Hold>>(std::move(hold),
                                                 fmt::format("{}/card-{}.state", options_.state_folder, id));
  return std::make_unique<VirtualSimCard>(std::move(card), std::move(store),
                                          VirtualSimCard::Counting::durably);
}

std::unique_ptr<Card> CardSource::from_reader(const std::string& wanted, ClockKind clock,
                                              std::function<void()> left) {
  if (!options_.real_cards) {
    throw Refusal(Why::real_cards_off, "real cards are not allowed here",
                  "start the simulator with --allow-real-cards");
  }
  if (clock != ClockKind::real) {
    throw Refusal(Why::virtual_clock, "a real card needs real time", "create a reader with a real clock");
  }
  const pcsc::Context context;
  const pcsc::ReaderInfo reader = pcsc::find_reader(pcsc::list_readers(context), wanted);
  pcsc::wait_for_card(context, reader.name, std::chrono::milliseconds(0), [] {});
  return std::make_unique<PcscCard>(reader.name, std::move(left));
}

}  // namespace sesame::sim
