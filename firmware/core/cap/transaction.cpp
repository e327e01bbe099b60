#include "firmware/core/cap/transaction.hpp"

#include <algorithm>
#include <utility>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/tags.hpp"

namespace sesame::cap {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

namespace sw = emv::sw;
namespace tag = emv::tag;
using State = TransactionState;

namespace {

// What the dialogue needs of an application's records, and from kIaf on of BF0C too.
enum CardObject : std::size_t { kCdol1, kCdol2, kPsn, kIaf, kIpb, kVisaIaf, kVisaIpb, kObjects };
constexpr std::array<emv::ShortTag, kObjects> kCardObjects{tag::cdol1, tag::cdol2,    tag::psn,     tag::iaf,
                                                           tag::ipb,   tag::visa_iaf, tag::visa_ipb};
constexpr std::uint8_t kLastEmvFile = 10;  // SFI; the others are proprietary

// What GET DATA was asked for. Empty where it is not there.
Bytes object_in(const emv::ResponseApdu& response, emv::ShortTag tag) {
  std::array<Bytes, 1> value;
  const bool told = response.sw == sw::ok && emv::read_objects(response.data, {&tag, 1}, value);
  return told ? value[0] : Bytes();
}

}  // namespace

std::string_view to_string(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::none: return "no fault"sv;
    case Fault::Kind::no_application: return "no application that this reader knows"sv;
    case Fault::Kind::application_blocked: return "the card is blocked"sv;
    case Fault::Kind::pin_blocked: return "the PIN is blocked"sv;
    case Fault::Kind::not_supported: return "the card does not support this function"sv;
    case Fault::Kind::refused: return "the card refuses"sv;
    case Fault::Kind::nonsense: return "the card answers nonsense"sv;
  }
  return "unknown fault"sv;
}

std::string_view to_string(Command command) {
  switch (command) {
    case Command::none: return {};
    case Command::select: return "SELECT"sv;
    case Command::directory: return "the directory"sv;
    case Command::get_processing_options: return "GET PROCESSING OPTIONS"sv;
    case Command::read_record: return "READ RECORD"sv;
    case Command::get_data: return "GET DATA"sv;
    case Command::get_counter: return "GET DATA of the ATC"sv;
    case Command::verify: return "VERIFY"sv;
    case Command::first_generate_ac: return "GENERATE AC"sv;
    case Command::second_generate_ac: return "the second GENERATE AC"sv;
  }
  return {};
}

std::string_view why(const Fault& fault) {
  switch (fault.reason) {
    case Reason::none: return {};
    case Reason::exchange: return to_string(fault.exchange);
    case Reason::answer: return to_string(fault.answer);
    case Reason::another_application: return "what it selected is not what was asked for"sv;
    case Reason::pdol: return "its PDOL is malformed or asks for too much"sv;
    case Reason::pdol_too_early: return "its PDOL asks for what is typed only after the PIN"sv;
    case Reason::record: return "the record is not a data object of template 70"sv;
    case Reason::redundant_object: return "a data object stands twice on the card"sv;
    case Reason::no_cdol1: return "no record holds a CDOL1"sv;
    case Reason::cdol1: return "its CDOL1 is malformed or asks for too much"sv;
    case Reason::no_ipb: return "it has no IPB (9F56), and none is known for its application"sv;
    case Reason::ipb_takes_nothing:
      return "its IPB takes no bit of ATC and AC, so that every code would be the same"sv;
    case Reason::ipb_longer_than_data: return to_string(TokenError::ipb_longer_than_data);
    case Reason::aac: return "it answers AAC where an ARQC was asked"sv;
    case Reason::no_arqc: return "it answers neither ARQC nor AAC"sv;
  }
  return {};
}

// ---- the things a reader asks for

void Transaction::select(const TransactionRules& rules) {
  wipe();
  rules_ = rules;
  state_ = State::selecting;
  select_next();
}

void Transaction::prepare(const Inputs& typed, const TypedLater& later) {
  context_.inputs = typed;
  typed_later_ = later;
  state_ = State::preparing;
  get_processing_options();
}

void Transaction::read_counter() {
  context_.inputs = {};
  typed_later_ = {};
  counts_ = counter_told_ = false;
  state_ = State::counting;
  get_counter();
}

// EMV 4.3 Book 3, 6.5.12: plaintext PIN block, 2L, the digits, filled up with F.
void Transaction::verify(const Pin& pin) {
  SecretVector<std::uint8_t, 13> command;
  bool fits = command.append(std::array<std::uint8_t, 5>{0x00, 0x20, 0x00, 0x80, 0x08}) &&
              command.push(static_cast<std::uint8_t>(0x20 | pin.size()));
  const auto nibble = [&](std::size_t i) {
    return static_cast<std::uint8_t>(i < pin.size() ? pin[i] - '0' : 0xF);
  };
  for (std::size_t i = 0; i < 14; i += 2) {
    fits = fits && command.push(static_cast<std::uint8_t>(nibble(i) << 4 | nibble(i + 1)));
  }
  state_ = State::verifying;
  pin_was_wrong_ = false;
  send(Command::verify, command);
}

void Transaction::generate(const Inputs& inputs) {
  context_.inputs = inputs;
  state_ = State::generating;
  generate_ac(Command::first_generate_ac, 0x80, cdol1_);
}

bool Transaction::code(std::span<const TdsNumber> tds, Digits& digits) {
  TokenInput input = answer_;
  input.iad = iad_;
  if (!tds.empty()) input.ac = mix_tds(answer_.ac, tds);
  if (token_rule_ == TokenRule::belgian) {
    token_belgian(input, digits);
    return true;
  }
  const TokenData data = token_data(input);
  if (ipb_size_ <= data.size() && !token_by_ipb(data, ipb_, digits)) return true;
  fail_without_command(Fault::Kind::nonsense, Reason::ipb_longer_than_data);
  fault_.length = ipb_size_;
  fault_.limit = data.size();
  return false;
}

// ---- commands and answers

void Transaction::send(Command command, Bytes bytes) {
  sent_ = command;
  exchange_.start(bytes);
}

// What exchange_.compose() was filled with: of the long commands there is no second copy.
void Transaction::send_composed(Command command) {
  sent_ = command;
  exchange_.begin();
}

void Transaction::answer(Bytes bytes) {
  exchange_.answer(bytes);
  if (exchange_.pending()) return;
  emv::ResponseApdu response;
  if (exchange_.error() == emv::T0Error::none) {
    response = *emv::parse_response(exchange_.response());
  } else if (!optional()) {
    fail(Fault::Kind::nonsense, Reason::exchange);
    fault_.exchange = exchange_.error();
    return;
  }
  switch (sent_) {
    case Command::select: return on_select(response);
    case Command::directory: return on_directory(response);
    case Command::get_processing_options: return on_processing_options(response);
    case Command::read_record: return on_record(response);
    case Command::get_data: return on_get_data(response);
    case Command::get_counter: return on_counter(response);
    case Command::verify: return on_verify(response);
    case Command::first_generate_ac: return on_first_generate_ac(response);
    case Command::second_generate_ac: return rest(State::done);  // its answer is not used
    case Command::none: break;
  }
}

// A step that the dialogue can do without. What is no answer is taken as a refusal, with no status word.
bool Transaction::optional() const {
  const bool proprietary = sent_ == Command::read_record && sfi_ > kLastEmvFile;
  return proprietary || sent_ == Command::directory || sent_ == Command::get_data ||
         sent_ == Command::get_counter || sent_ == Command::second_generate_ac;
}

bool Transaction::no_answer() {
  exchange_.wipe();
  if (sent_ == Command::second_generate_ac && state_ == State::generating) rest(State::done);
  return state_ == State::done;
}

void Transaction::fail(Fault::Kind kind, Reason reason, std::uint16_t sw) {
  fail_without_command(kind, reason);
  fault_.command = sent_;
  fault_.sw = sw;
}

void Transaction::fail_without_command(Fault::Kind kind, Reason reason) {
  fault_ = {};
  fault_.kind = kind;
  fault_.reason = reason;
  state_ = State::failed;
}

void Transaction::fail_by_answer(emv::AnswerError error) {
  fail(Fault::Kind::nonsense, Reason::answer);
  fault_.answer = error;
}

// ---- choosing the application

void Transaction::select_next() {
  if (next_application_ < rules_.applications.size()) {
    const Application& application = rules_.applications[next_application_++];
    return send_select(application.aid, application.family);
  }
  if (rules_.directory_fallback && !directory_asked_) {
    directory_asked_ = true;
    directory_.start();
    return ask_directory();
  }
  if (next_listed_ < directory_.entries().size()) return select_listed();
  fail_without_command(blocked_seen_ ? Fault::Kind::application_blocked : Fault::Kind::no_application,
                       other_seen_ ? Reason::another_application : Reason::none);
}

void Transaction::ask_directory() { send(Command::directory, directory_.command()); }

void Transaction::on_directory(const emv::ResponseApdu& response) {
  directory_.answer(response);
  if (directory_.pending()) return ask_directory();
  select_next();
}

// What the list does not name, by the registered provider: the first five bytes of the AID.
void Transaction::select_listed() {
  static constexpr std::array<std::uint8_t, 5> kVisa{0xA0, 0, 0, 0, 0x03};
  static constexpr std::array<std::uint8_t, 5> kMastercard{0xA0, 0, 0, 0, 0x04};
  const Bytes aid = directory_.entries()[next_listed_++].aid;
  Family family = Family::other;
  if (starts_with(aid, kVisa)) family = Family::visa;
  if (starts_with(aid, kMastercard)) family = Family::mastercard;
  send_select(aid, family);
}

void Transaction::send_select(Bytes aid, Family family) {
  context_.family = family;
  static_cast<void>(aid_.assign(aid));
  Buffer<24> command;
  static_cast<void>(emv::append_select(command, aid));
  send(Command::select, command);
}

// EMV 4.3 Book 1, 12.3.3: an application is there where the answer names it, and is well-formed. Any other
// answer, but for that of a blocked card, sends the terminal on to the next.
void Transaction::on_select(const emv::ResponseApdu& response) {
  if (response.sw == sw::function_not_supported) {
    return fail(Fault::Kind::application_blocked, Reason::none, response.sw);
  }
  const bool blocked = response.sw == sw::selected_file_invalidated;
  if (response.sw != sw::ok && !blocked) return select_next();

  const auto fci = emv::parse_fci(response.data);
  if (!fci && fci.error() == emv::AnswerError::redundant_object) {
    return fail_by_answer(fci.error());
  }
  // A blocked application may answer without an FCI.
  const bool it = (blocked && response.data.empty()) || (fci && fci->answers(aid_));
  if (!it) other_seen_ = true;
  if (it && blocked) blocked_seen_ = true;
  if (!it || blocked) return select_next();

  static_cast<void>(aid_.assign(fci->df_name));
  static_cast<void>(language_.assign(
      fci->language_preference.first(std::min(fci->language_preference.size(), language_.capacity()))));
  static_cast<void>(
      pdol_or_afl_.assign(fci->pdol.first(std::min(fci->pdol.size(), pdol_or_afl_.capacity()))));
  if (take_card_data(Source::fci, fci->issuer_discretionary) == Taken::redundant) return;

  // Read off the card: nationality Belgium, and the mark of the Belgian network.
  static constexpr std::array<std::uint8_t, 2> kBelgium{0x00, 0x56};
  static constexpr std::array<std::uint8_t, 6> kBanksys{'B', 'K', 'S', '0', '5', '6'};
  static constexpr std::array<emv::ShortTag, 2> kTags{tag::cardholder_nationality, tag::banksys};
  std::array<Bytes, 2> values;
  static_cast<void>(emv::read_objects(fci->issuer_discretionary, kTags, values));
  const auto& [nationality, mark] = values;
  context_.belgian = rules_.belgian && equal(nationality, kBelgium) && starts_with(mark, kBanksys);

  if (prepare_at_once_) return get_processing_options();
  rest(State::selected);
}

// ---- reading the application

void Transaction::get_processing_options() {
  if (asks_too_early(pdol_or_afl_, typed_later_)) {
    return fail_without_command(Fault::Kind::not_supported, Reason::pdol_too_early);
  }
  const auto length = emv::data_length(pdol_or_afl_);
  const std::size_t header = length && *length > 0x7F ? 3 : 2;  // of template 83
  emv::CommandBuffer& command = exchange_.compose();
  const bool fits = length && header + *length <= 255 &&
                    command.append(std::array<std::uint8_t, 4>{0x80, 0xA8, 0x00, 0x00}) &&
                    command.push(static_cast<std::uint8_t>(header + *length)) &&
                    emv::append_header(command, tag::command_template, *length) &&
                    append_dol_data(command, pdol_or_afl_, context_, unknown_tags_) && command.push(0x00);
  if (!fits) {
    return fail_without_command(Fault::Kind::nonsense, Reason::pdol);
  }
  send_composed(Command::get_processing_options);
}

void Transaction::on_processing_options(const emv::ResponseApdu& response) {
  if (state_ == State::counting) return get_counter();
  // EMV 4.3 Book 3, 10.1: 6985 sends the terminal on to the next application.
  if (response.sw == sw::conditions_not_satisfied) {
    prepare_at_once_ = true;
    iaf_ = psn_ = objects_seen_ = 0;
    ipb_size_ = 0;
    state_ = State::preparing;
    return select_next();
  }
  if (response.sw != sw::ok) return fail(Fault::Kind::nonsense, Reason::none, response.sw);
  const auto options = emv::parse_processing_options(response.data);
  if (!options) return fail_by_answer(options.error());
  static_cast<void>(pdol_or_afl_.assign(options->afl));
  records_ = emv::AflReader(pdol_or_afl_);
  read_next_record();
}

void Transaction::read_next_record() {
  if (!records_.more()) return get_data();
  const auto address = records_.next();
  if (!address) return fail_by_answer(address.error());
  sfi_ = address->sfi;
  Buffer<5> command;
  static_cast<void>(emv::append_read_record(command, address->sfi, address->record));
  send(Command::read_record, command);
}

// What an application that conforms to EMV reads is in the files 1 to 10, each record in template 70. The
// others are the payment system's and the issuer's: their records may be anything, and may not be readable
// (Book 3, 5.3.2.2, 10.2).
void Transaction::on_record(const emv::ResponseApdu& response) {
  // Cards were seen that name records they do not have. What is missing then decides.
  const bool absent = response.sw == sw::file_not_found || response.sw == sw::record_not_found;
  if (absent || (optional() && response.sw != sw::ok)) return read_next_record();
  if (response.sw != sw::ok) return fail(Fault::Kind::nonsense, Reason::none, response.sw);

  const auto record = emv::TlvReader(response.data).next();
  const Taken taken = record && record->tag == tag::record_template
                          ? take_card_data(Source::record, record->value)
                          : Taken::not_tlv;
  if (taken == Taken::redundant) return;
  if (taken == Taken::not_tlv && !optional()) {
    return fail(Fault::Kind::nonsense, Reason::record);
  }
  read_next_record();
}

// IAF and IPB stand in a record or in the FCI. Their other names are Visa's, on whose cards 9F55 and 9F56 may
// be something else; what DF20 and DF21 are on other cards is their issuer's business.
Transaction::Taken Transaction::take_card_data(Source source, Bytes content) {
  const bool visa = context_.family == Family::visa || context_.family == Family::dpa;
  const std::size_t begin = source == Source::record ? kCdol1 : kIaf;
  const std::size_t count = (visa ? kObjects : kVisaIaf) - begin;
  std::array<Bytes, kObjects> all;
  const auto values = std::span(all).subspan(begin, count);
  const auto redundant = emv::read_objects(content, std::span(kCardObjects).subspan(begin, count), values);
  if (!redundant) return Taken::not_tlv;
  emv::Tag twice = *redundant;
  for (std::size_t i = 0; i < kObjects; ++i) {
    if (all[i].empty()) continue;
    const auto bit = static_cast<std::uint8_t>(1U << i);
    if ((objects_seen_ & bit) != 0) twice = kCardObjects[i];
    objects_seen_ |= bit;
  }
  if (twice != 0) {
    fail(Fault::Kind::nonsense, Reason::redundant_object);
    fault_.object = twice;
    return Taken::redundant;
  }

  const auto value = [&](std::size_t object, std::size_t visas) {
    const bool overruled = (objects_seen_ & 1U << visas) != 0;
    return overruled ? all[visas] : all[object];
  };
  for (const auto& [object, list] : {std::pair(kCdol1, &cdol1_), std::pair(kCdol2, &cdol2_)}) {
    if (!all[object].empty()) static_cast<void>(list->assign(all[object]));
  }
  if (all[kPsn].size() == 1) psn_ = all[kPsn][0];
  if (const Bytes iaf = value(kIaf, kVisaIaf); !iaf.empty()) iaf_ = iaf[0];
  if (const Bytes ipb = value(kIpb, kVisaIpb); !ipb.empty()) {
    ipb_size_ = ipb.size();
    static_cast<void>(ipb_.assign(ipb.first(std::min(ipb.size(), ipb_.capacity()))));
  }
  return Taken::taken;
}

void Transaction::get_data() {
  if (cdol1_.empty()) return fail_without_command(Fault::Kind::nonsense, Reason::no_cdol1);
  if (!choose_token_rule()) return;
  static constexpr std::array<std::uint8_t, 5> kCommand{0x80, 0xCA, 0x9F, 0x17, 0x00};
  send(Command::get_data, kCommand);
}

bool Transaction::choose_token_rule() {
  const bool bancontact = context_.family == Family::bancontact && rules_.belgian;
  const bool visa = context_.family == Family::visa || context_.family == Family::dpa;
  if (bancontact || (ipb_size_ == 0 && context_.belgian)) {
    token_rule_ = TokenRule::belgian;
  } else if (ipb_size_ != 0) {
    token_rule_ = TokenRule::mask;
  } else if (visa) {
    token_rule_ = TokenRule::mask;
    ipb_size_ = kVisaDefaultIpb.size();
    static_cast<void>(ipb_.assign(kVisaDefaultIpb));
  } else {
    fail_without_command(Fault::Kind::not_supported, Reason::no_ipb);
    return false;
  }
  if (token_rule_ == TokenRule::belgian || takes_cryptogram(ipb_, (iaf_ & iaf::psn) != 0)) return true;
  fail_without_command(Fault::Kind::not_supported, Reason::ipb_takes_nothing);
  return false;
}

void Transaction::on_get_data(const emv::ResponseApdu& response) {
  tries_left_.reset();  // a card may refuse to tell, or tell nonsense: go on without
  const Bytes counter = object_in(response, tag::pin_try_counter);
  if (counter.size() == 1) tries_left_ = counter[0];
  if (tries_left_ == 0) return fail(Fault::Kind::pin_blocked, Reason::none);
  rest(State::prepared);
}

// ---- the counter

void Transaction::get_counter() {
  static constexpr std::array<std::uint8_t, 5> kCommand{0x80, 0xCA, 0x9F, 0x36, 0x00};
  send(Command::get_counter, kCommand);
}

void Transaction::on_counter(const emv::ResponseApdu& response) {
  const Bytes counter = object_in(response, tag::atc);
  counter_told_ = counter.size() == 2;
  if (counter_told_) std::copy_n(counter.begin(), 2, answer_.atc.begin());
  if (counter_told_ || std::exchange(counts_, true)) return rest(State::counted);
  get_processing_options();
}

// ---- the PIN

void Transaction::on_verify(const emv::ResponseApdu& response) {
  exchange_.wipe();
  if (response.sw == sw::ok) {
    tries_left_.reset();
    return rest(State::verified);
  }
  if (sw::is_wrong_pin(response.sw)) {
    const auto told = sw::tries_left(response.sw);
    if (told) tries_left_ = told;
    if (!told && tries_left_) --*tries_left_;  // one less than GET DATA said; never of 0, which is not tried
    pin_was_wrong_ = true;
    if (tries_left_ == 0) return fail(Fault::Kind::pin_blocked, Reason::none, response.sw);
    return rest(State::prepared);
  }
  const bool blocked =
      response.sw == sw::authentication_blocked || response.sw == sw::referenced_data_invalidated;
  fail(blocked ? Fault::Kind::pin_blocked : Fault::Kind::nonsense, {}, response.sw);
}

// ---- the cryptograms

void Transaction::generate_ac(Command which, std::uint8_t reference_control, Bytes cdol) {
  const auto length = emv::data_length(cdol);
  emv::CommandBuffer& command = exchange_.compose();
  const bool fits = length && *length <= 255 &&
                    command.append(std::array<std::uint8_t, 4>{0x80, 0xAE, reference_control, 0x00}) &&
                    (*length == 0 || command.push(static_cast<std::uint8_t>(*length))) &&
                    append_dol_data(command, cdol, context_, unknown_tags_) && command.push(0x00);
  if (which == Command::second_generate_ac) context_.inputs = {};  // what was typed is of no use any more
  if (fits) return send_composed(which);
  if (which == Command::second_generate_ac) return rest(State::done);
  fail_without_command(Fault::Kind::nonsense, Reason::cdol1);
}

void Transaction::on_first_generate_ac(const emv::ResponseApdu& response) {
  if (response.sw == sw::conditions_not_satisfied)
    return fail(Fault::Kind::refused, Reason::none, response.sw);
  if (response.sw != sw::ok) return fail(Fault::Kind::nonsense, Reason::none, response.sw);
  const auto cryptogram = emv::parse_cryptogram(response.data);
  if (!cryptogram) return fail_by_answer(cryptogram.error());
  switch (cryptogram->type()) {
    case emv::Cryptogram::Type::arqc: break;
    case emv::Cryptogram::Type::aac: return fail(Fault::Kind::refused, Reason::aac);
    case emv::Cryptogram::Type::tc:
    case emv::Cryptogram::Type::rfu: return fail(Fault::Kind::nonsense, Reason::no_arqc);
  }
  if ((iaf_ & iaf::psn) != 0) answer_.psn = psn_;
  answer_.cid = cryptogram->cid;
  std::copy_n(cryptogram->atc.begin(), 2, answer_.atc.begin());
  std::copy_n(cryptogram->ac.begin(), 8, answer_.ac.begin());
  static_cast<void>(iad_.assign(cryptogram->iad));

  if (cdol2_.empty()) {
    context_.inputs = {};
    return rest(State::done);
  }
  generate_ac(Command::second_generate_ac, 0x00, cdol2_);
}

std::uint16_t Transaction::atc() const {
  return static_cast<std::uint16_t>(answer_.atc[0] << 8 | answer_.atc[1]);
}

std::optional<std::uint16_t> Transaction::counter() const {
  return counter_told_ ? std::optional(atc()) : std::nullopt;
}

void Transaction::wipe() {
  exchange_.wipe();
  fault_ = {};
  next_application_ = next_listed_ = 0;
  directory_asked_ = blocked_seen_ = other_seen_ = prepare_at_once_ = counts_ = counter_told_ = false;
  directory_.clear();
  context_ = {};
  unknown_tags_.clear();
  aid_.clear();
  language_.clear();
  for (auto* buffer : {&pdol_or_afl_, &cdol1_, &cdol2_}) buffer->clear();
  records_ = {};
  objects_seen_ = 0;
  ipb_.clear();
  ipb_size_ = 0;
  iaf_ = psn_ = 0;
  tries_left_.reset();
  pin_was_wrong_ = false;
  sesame::wipe(&answer_.ac, sizeof answer_.ac);
  answer_ = {};
  iad_.wipe();
  state_ = State::idle;
}

}  // namespace sesame::cap
