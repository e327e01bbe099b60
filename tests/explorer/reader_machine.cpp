#include "tests/explorer/reader_machine.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>
#include <tuple>

#include "tests/explorer/inside.hpp"
#include "tests/firmware/core/screen_text.hpp"

namespace sesame::explorer {

using inside::of;

namespace {

// When moves are made that are not late. Nothing but a deadline that has passed, or has not, decides
// anything: so the deadline is always at the same time.
constexpr Millis kNow = 1'000'000'000, kDeadline = kNow + 10'000;
constexpr std::uint32_t kRequestNumber = 1'000, kOldHostNumber = kHostNumber - 1;

auto& transaction_of(auto& reader) { return of<inside::Transaction>(reader); }

bool is_verify(const SlotRequest& request) {
  return request.kind == SlotRequest::Kind::transmit && request.command.size() > 1 &&
         request.command[1] == 0x20;
}

}  // namespace

ReaderMachine::ReaderMachine(const ReaderProfile& profile, bool program, Sabotage sabotage)
    : profile_(profile), program_(program), sabotage_(std::move(sabotage)), memory_(kWords) {
  for (auto* both : {&loaded_, &made_}) {
    (*both)[0].resize(kWords);
    (*both)[1].resize(kTwinWords);
  }
  new_reader();
}

void ReaderMachine::begin_with(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::vector<std::uint64_t> state;
    save(state);
    load(state);
    const auto move =
        std::find_if(moves_.begin(), moves_.end(), [&](const Move& each) { return name_of(each) == name; });
    if (move == moves_.end()) throw std::invalid_argument("no such move here: " + name);
    if (const auto rule = make(static_cast<std::size_t>(move - moves_.begin())))
      throw std::logic_error(*rule);
  }
  start_ = made_;
  start_key_ = key_;
}

void ReaderMachine::reset() {
  made_ = start_;
  key_ = start_key_;
  std::copy(made_[0].begin(), made_[0].end(), memory_.begin());
}

void ReaderMachine::new_reader() {
  std::fill(memory_.begin(), memory_.end(), 0);
  new (memory_.data()) Objects(profile_);
  blank(objects().twin, 0);
  objects().watch.rebase(0, kRequestNumber, kOldHostNumber);
  loaded_key_ = 0;
  std::fill(loaded_[0].begin(), loaded_[0].end(), 0);
  take_first();
  std::copy_n(memory_.begin(), kTwinWords, made_[1].begin());
  begin_with({});
}

// ---- a move

std::optional<std::string> ReaderMachine::make(std::size_t which) {
  const Move& move = moves_[which];
  std::copy(loaded_[0].begin(), loaded_[0].end(), memory_.begin());
  const Millis now = time_of(move, objects().twin.reader, kNow);
  const Event event = event_of(move, objects().twin.reader, 0, bytes_);
  const Seen first = handle(event, now);
  if (auto rule = objects().watch.broken_rule(objects().twin.reader, event, now)) return rule;
  std::copy(memory_.begin(), memory_.end(), made_[0].begin());

  std::copy(loaded_[1].begin(), loaded_[1].end(), memory_.begin());
  const Seen second = handle(event_of(move, objects().twin.reader, 1, bytes_), now);
  if (!same(first, second))
    return "but for VERIFY and code, all that a reader does is the same for any PIN and cryptogram";
  if (auto rule = compare_memory(made_[0])) return rule;
  const Millis earlier = since_canonical_time(now);
  blank(objects().twin, earlier);
  std::copy_n(memory_.begin(), kTwinWords, made_[1].begin());

  std::copy(made_[0].begin(), made_[0].end(), memory_.begin());
  blank(objects().twin, earlier);
  objects().watch.rebase(earlier, kRequestNumber, kOldHostNumber);
  take_first();
  return std::nullopt;
}

// But while a PIN is typed for a program there is a second one.
Millis ReaderMachine::since_canonical_time(Millis now) const {
  const Reader& reader = objects().twin.reader;
  const bool one_deadline = reader.deadline() && reader.state() != State::host_pin;
  return one_deadline ? *reader.deadline() - kDeadline : now - kNow;
}

ReaderMachine::Seen ReaderMachine::handle(const Event& event, Millis now) {
  Twin& twin = objects().twin;
  const State before = twin.reader.state();
  twin.reader.handle(event, now);
  if (sabotage_) sabotage_({twin.reader, twin.connection, twin.note, now}, event, before);
  blank_paddings(twin);
  return seen();
}

ReaderMachine::Seen ReaderMachine::seen() const {
  const Twin& twin = objects().twin;
  Seen seen;
  seen.state = twin.reader.state();
  seen.notice = twin.reader.notice();
  if (seen.state != State::code) seen.screen = twin.reader.screen();
  seen.deadline = twin.reader.deadline();
  if (const auto request = twin.reader.request()) {
    seen.request = request->number;
    seen.kind = request->kind;
    if (!is_verify(*request)) static_cast<void>(seen.command.assign(request->command));
  }
  if (const auto answer = twin.connection.answer()) {
    seen.told = answer->status;
    static_cast<void>(seen.bytes.assign(answer->bytes));
  }
  return seen;
}

bool ReaderMachine::same(const Seen& a, const Seen& b) {
  const auto rest = [](const Seen& seen) {
    return std::tie(seen.state, seen.notice, seen.screen, seen.deadline, seen.request, seen.kind, seen.told);
  };
  return rest(a) == rest(b) && equal(a.command, b.command) && equal(a.bytes, b.bytes);
}

// ---- the memory of the twins

namespace {

// Where the memory of a reader may hold something of the PIN, of the cryptogram or of the code.
class Allowed {
 public:
  Allowed(const Reader& reader, const pinpad::Connection& connection) {
    using Dialogue = cap::TransactionState;
    const State state = reader.state();
    const Dialogue dialogue = reader.transaction().state();
    const auto& exchange = of<inside::Exchange>(transaction_of(reader));
    const auto request = reader.request();

    const bool typed = state == State::pin || state == State::host_pin || state == State::last_try;
    const bool typed_and_not_sent = state == State::working && dialogue <= Dialogue::prepared;
    if (typed || typed_and_not_sent) add(of<inside::InControl>(reader).pin);

    if (state == State::working && dialogue == Dialogue::verifying) {
      if (request && is_verify(*request)) add(of<inside::Command>(exchange));
      add(of<inside::Response>(exchange));  // the card may send it back, in pieces
    }
    const bool with_card = state == State::connected && request && of<inside::HostPinSent>(connection);
    if (with_card) add(of<inside::HostBytes>(connection));

    const bool asked_for_code = state == State::working || state == State::prompt || state == State::code;
    if (asked_for_code && (dialogue == Dialogue::generating || dialogue == Dialogue::done)) {
      add(of<inside::Response>(exchange));
      add(of<inside::CardAnswer>(transaction_of(reader)));
    }
    if (state == State::code) add(of<inside::Code>(reader));
  }

  bool covers(const std::byte* byte) const {
    return std::any_of(parts_.begin(), parts_.end(), [&](std::span<const std::byte> part) {
      return byte >= part.data() && byte < part.data() + part.size();
    });
  }

 private:
  template <class Object>
  void add(const Object& object) {
    static_cast<void>(parts_.push(std::as_bytes(std::span(&object, 1))));
  }

  FixedVector<std::span<const std::byte>, 8> parts_;
};

}  // namespace

std::optional<std::string> ReaderMachine::compare_memory(const Words& other) const {
  const auto* here = reinterpret_cast<const std::byte*>(memory_.data());
  const auto* there = reinterpret_cast<const std::byte*>(other.data());
  if (std::memcmp(here, there, sizeof(Twin)) == 0) return std::nullopt;
  const Twin& twin = objects().twin;
  const Allowed allowed(twin.reader, twin.connection);
  for (std::size_t at = 0; at < sizeof(Twin); ++at) {
    if (at % 8 == 0 && memory_[at / 8] == other[at / 8]) at += 7;
    if (here[at] == there[at] || allowed.covers(here + at)) continue;
    const auto in_reader = here + at - reinterpret_cast<const std::byte*>(&twin.reader);
    return "nothing of PIN, cryptogram or code stays where it is not needed: " +
           (in_reader >= 0 ? "Reader + " + std::to_string(in_reader) : "Connection + " + std::to_string(at));
  }
  return std::nullopt;
}

namespace {

void blank_rest(auto& vector) {
  std::memset(static_cast<void*>(vector.data() + vector.size()), 0,
              (vector.capacity() - vector.size()) * sizeof *vector.data());
}

void blank(cap::Transaction& transaction) {
  auto& exchange = of<inside::Exchange>(transaction);
  // An answer that was taken decides nothing more; one to VERIFY or GENERATE AC has to be gone by itself.
  const bool harmless = transaction.state() <= cap::TransactionState::prepared;
  if (harmless && !exchange.pending()) exchange.wipe();
  auto& exchanges = of<inside::Exchanges>(exchange);
  if (exchanges == 2) exchanges = emv::T0Exchange::kMaxExchanges - 1;
  if (!exchange.pending()) of<inside::Sent>(transaction) = {};
  blank_rest(of<inside::Aid>(transaction));
  blank_rest(of<inside::CardLanguage>(transaction));
  blank_rest(of<inside::PdolOrAfl>(transaction));
  blank_rest(of<inside::Cdol1>(transaction));
  blank_rest(of<inside::Cdol2>(transaction));
  blank_rest(of<inside::Ipb>(transaction));
  blank_rest(of<inside::Unknown>(transaction));
  auto& directory = of<inside::Listed>(transaction);
  blank_rest(of<inside::DirectoryCommand>(directory));
  blank_rest(of<inside::DirectoryEntries>(directory));
  test::blank(of<inside::TriesLeft>(transaction));
}

}  // namespace

// What decides nothing that follows. No secret may be in it: that was checked before.
void ReaderMachine::blank(Twin& twin, Millis earlier) {
  Reader& reader = twin.reader;
  of<inside::InControl>(reader).now = kNow;
  auto& deadline = of<inside::InControl>(reader).deadline;
  if (deadline) *deadline -= earlier;
  test::blank(deadline);
  test::blank(of<inside::InControl>(reader).request);
  of<inside::InControl>(reader).request_number = kRequestNumber;
  if (reader.state() != State::notice) of<inside::ReaderFault>(reader) = {};
  explorer::blank(transaction_of(reader));

  pinpad::Connection& connection = twin.connection;
  const bool pin_ordered = reader.state() == State::host_pin;
  if (!pin_ordered && reader.state() != State::connected && connection.answer()) {
    of<inside::HostOutcome>(connection).reset();
    of<inside::HostBytes>(connection).wipe();
  }
  Millis& latest = of<inside::HostLatest>(connection);
  latest = pin_ordered ? latest - earlier : 0;
  if (!pin_ordered) of<inside::HostOrder>(connection) = {};
  of<inside::HostNumber>(connection) = kOldHostNumber;
  test::blank(of<inside::HostSw>(connection));
  test::blank(of<inside::HostOutcome>(connection));
  blank_paddings(twin);
}

namespace {

// A copy of the members, and nothing between them.
template <class Object, class CopyMembers>
void blank_padding(Object& object, CopyMembers copy) {
  alignas(Object) std::byte memory[sizeof(Object)] = {};
  copy(*reinterpret_cast<Object*>(memory), object);
  std::memcpy(static_cast<void*>(&object), memory, sizeof object);
}

void blank_padding(cap::Fault& fault) {
  blank_padding(fault, [](cap::Fault& to, const cap::Fault& from) {
    to.kind = from.kind;
    to.command = from.command;
    to.reason = from.reason;
    to.sw = from.sw;
    to.length = from.length;
    to.limit = from.limit;
  });
}

void blank_padding(pinpad::PinVerify& order) {
  blank_padding(order, [](pinpad::PinVerify& to, const pinpad::PinVerify& from) {
    to.timeout = from.timeout;
    to.timeout_after_key = from.timeout_after_key;
    to.form = from.form;
    to.right_justified = from.right_justified;
    to.position = from.position;
    to.length_position = from.length_position;
    to.length_bits = from.length_bits;
    to.block = from.block;
    to.least = from.least;
    to.most = from.most;
    to.ends_at_most = from.ends_at_most;
    to.ends_at_timeout = from.ends_at_timeout;
    to.language_id = from.language_id;
    to.command = from.command;
  });
}

}  // namespace

// A structure that is assigned as a whole takes along what was between the members of the other, on the
// stack.
void ReaderMachine::blank_paddings(Twin& twin) {
  cap::Transaction& transaction = transaction_of(twin.reader);
  blank_padding(of<inside::ReaderFault>(twin.reader));
  blank_padding(of<inside::DialogueFault>(transaction));
  blank_padding(of<inside::HostOrder>(twin.connection));
  auto& records = of<inside::Records>(transaction);
  std::uint8_t* after = &of<inside::PastRecords>(records) + 1;
  std::memset(after, 0, static_cast<std::size_t>(reinterpret_cast<std::uint8_t*>(&records + 1) - after));
}

// ---- for the search

namespace {

// The finalizer of MurmurHash3, of a word and its place.
std::uint64_t mixed(std::uint64_t word, std::size_t place) {
  word += (place + 1) * 0x9E3779B97F4A7C15;
  word = (word ^ word >> 33) * 0xFF51AFD7ED558CCD;
  word = (word ^ word >> 33) * 0xC4CEB9FE1A85EC53;
  return word ^ word >> 33;
}

}  // namespace

// The sum of all words, mixed: of those that have changed since load(), in truth.
void ReaderMachine::take_first() {
  key_ = loaded_key_;
  for (std::size_t i = 0; i < kWords; ++i) {
    const std::uint64_t now = memory_[i], before = loaded_[0][i];
    made_[0][i] = now;
    if (now != before) key_ += mixed(now, i) - mixed(before, i);
  }
}

namespace {

// Words of which most are zero: 64 bits that tell which are not, then these, and so on.
void pack(std::span<const std::uint64_t> words, std::span<const std::uint64_t> minus,
          std::vector<std::uint64_t>& out) {
  for (std::size_t begin = 0; begin < words.size(); begin += 64) {
    const std::size_t head = out.size();
    out.push_back(0);
    for (std::size_t i = begin; i < std::min(begin + 64, words.size()); ++i) {
      const std::uint64_t word = words[i] ^ (minus.empty() ? 0 : minus[i]);
      if (word == 0) continue;
      out[head] |= std::uint64_t{1} << (i - begin);
      out.push_back(word);
    }
  }
}

// Returns what is left.
std::span<const std::uint64_t> unpack(std::span<const std::uint64_t> in, std::span<const std::uint64_t> minus,
                                      std::vector<std::uint64_t>& words) {
  std::size_t at = 0;
  for (std::size_t begin = 0; begin < words.size(); begin += 64) {
    const std::uint64_t which = in[at++];
    for (std::size_t i = begin; i < std::min(begin + 64, words.size()); ++i) {
      const bool there = (which >> (i - begin) & 1) != 0;
      words[i] = (there ? in[at++] : 0) ^ (minus.empty() ? 0 : minus[i]);
    }
  }
  return in.subspan(at);
}

}  // namespace

void ReaderMachine::save(std::vector<std::uint64_t>& state) {
  visited_.insert(reader().state());
  pack(made_[0], {}, state);
  pack(made_[1], made_[0], state);
}

void ReaderMachine::load(std::span<const std::uint64_t> state) {
  unpack(unpack(state, {}, loaded_[0]), loaded_[0], loaded_[1]);
  loaded_key_ = 0;
  for (std::size_t i = 0; i < kWords; ++i) loaded_key_ += mixed(loaded_[0][i], i) - mixed(0, i);
  std::copy(loaded_[0].begin(), loaded_[0].end(), memory_.begin());
  const test::ReaderWatch& watch = objects().watch;
  moves_ = all_.of(objects().twin.reader, watch.instruction(), watch.first_generate_ac(),
                   program_ ? Moves::Host::program : Moves::Host::none);
}

std::string ReaderMachine::name(std::size_t move) const { return name_of(moves_[move]); }

std::string ReaderMachine::description() const {
  return std::string(to_string(reader().state())) + ": " + test::words(reader().screen());
}

}  // namespace sesame::explorer
