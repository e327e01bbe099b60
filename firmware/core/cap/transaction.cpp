#include "firmware/core/cap/transaction.hpp"

#include <algorithm>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/tags.hpp"

namespace sesame::cap {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

namespace sw = emv::sw;
namespace tag = emv::tag;
using State = TransactionState;

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

std::string_view Transaction::name(Command command) {
  switch (command) {
    case Command::select: return "SELECT"sv;
    case Command::directory: return "the directory"sv;
    case Command::get_processing_options: return "GET PROCESSING OPTIONS"sv;
    case Command::read_record: return "READ RECORD"sv;
    case Command::get_data: return "GET DATA"sv;
    case Command::verify: return "VERIFY"sv;
    case Command::first_generate_ac: return "GENERATE AC"sv;
    case Command::second_generate_ac: return "the second GENERATE AC"sv;
  }
  return {};
}

// ---- the five things a reader asks for

void Transaction::select(const TransactionRules& rules) {
  wipe();
  rules_ = rules;
  state_ = State::selecting;
  select_next();
}

void Transaction::prepare() {
  state_ = State::preparing;
  get_processing_options();
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
  fail_without_command(Fault::Kind::nonsense, to_string(TokenError::ipb_longer_than_data));
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
  const auto response = emv::parse_response(exchange_.response());
  if (exchange_.error() != emv::T0Error::none || !response) {
    if (sent_ == Command::second_generate_ac) return rest(State::done);
    return fail(Fault::Kind::nonsense, to_string(exchange_.error()));
  }
  switch (sent_) {
    case Command::select: return on_select(*response);
    case Command::directory: return on_directory(*response);
    case Command::get_processing_options: return on_processing_options(*response);
    case Command::read_record: return on_record(*response);
    case Command::get_data: return on_get_data(*response);
    case Command::verify: return on_verify(*response);
    case Command::first_generate_ac: return on_first_generate_ac(*response);
    case Command::second_generate_ac: return rest(State::done);  // its answer is not used
  }
}

bool Transaction::no_answer() {
  exchange_.wipe();
  if (sent_ == Command::second_generate_ac && state_ == State::generating) rest(State::done);
  return state_ == State::done;
}

void Transaction::fail(Fault::Kind kind, std::string_view reason, std::uint16_t sw) {
  fault_ = {kind, name(sent_), reason, sw, 0, 0};
  state_ = State::failed;
}

void Transaction::fail_without_command(Fault::Kind kind, std::string_view reason) {
  fault_ = {kind, {}, reason, 0, 0, 0};
  state_ = State::failed;
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
  fail_without_command(blocked_seen_ ? Fault::Kind::application_blocked : Fault::Kind::no_application, {});
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

void Transaction::on_select(const emv::ResponseApdu& response) {
  if (response.sw == sw::function_not_supported) {
    return fail(Fault::Kind::application_blocked, {}, response.sw);
  }
  if (response.sw == sw::selected_file_invalidated) blocked_seen_ = true;
  if (response.sw != sw::ok) return select_next();

  const auto fci = emv::parse_fci(response.data);
  if (!fci) return fail(Fault::Kind::nonsense, to_string(fci.error()));
  if (!fci->df_name.empty()) static_cast<void>(aid_.assign(fci->df_name));
  static_cast<void>(language_.assign(
      fci->language_preference.first(std::min(fci->language_preference.size(), language_.capacity()))));
  static_cast<void>(
      pdol_or_afl_.assign(fci->pdol.first(std::min(fci->pdol.size(), pdol_or_afl_.capacity()))));
  take_card_data(fci->issuer_discretionary);

  // Read off the card: nationality Belgium, and the mark of the Belgian network.
  static constexpr std::array<std::uint8_t, 2> kBelgium{0x00, 0x56};
  static constexpr std::array<std::uint8_t, 6> kBanksys{'B', 'K', 'S', '0', '5', '6'};
  const auto nationality = emv::find(fci->issuer_discretionary, tag::cardholder_nationality);
  const auto mark = emv::find(fci->issuer_discretionary, tag::banksys);
  context_.belgian =
      rules_.belgian && nationality && equal(*nationality, kBelgium) && mark && starts_with(*mark, kBanksys);

  if (prepare_at_once_) return prepare();
  rest(State::selected);
}

// ---- reading the application

void Transaction::get_processing_options() {
  const auto length = emv::data_length(pdol_or_afl_);
  const std::size_t header = length && *length > 0x7F ? 3 : 2;  // of template 83
  emv::CommandBuffer& command = exchange_.compose();
  const bool fits = length && header + *length <= 255 &&
                    command.append(std::array<std::uint8_t, 4>{0x80, 0xA8, 0x00, 0x00}) &&
                    command.push(static_cast<std::uint8_t>(header + *length)) &&
                    emv::append_header(command, tag::command_template, *length) &&
                    append_dol_data(command, pdol_or_afl_, context_, unknown_tags_) && command.push(0x00);
  if (!fits) {
    return fail_without_command(Fault::Kind::nonsense, "its PDOL is malformed or asks for too much"sv);
  }
  send_composed(Command::get_processing_options);
}

void Transaction::on_processing_options(const emv::ResponseApdu& response) {
  // EMV 4.3 Book 3, 10.1: 6985 sends the terminal on to the next application.
  if (response.sw == sw::conditions_not_satisfied) {
    prepare_at_once_ = true;
    iaf_ = psn_ = 0;
    ipb_size_ = 0;
    cdol1_.clear();
    cdol2_.clear();
    state_ = State::preparing;
    return select_next();
  }
  if (response.sw != sw::ok) return fail(Fault::Kind::nonsense, {}, response.sw);
  const auto options = emv::parse_processing_options(response.data);
  if (!options) return fail(Fault::Kind::nonsense, to_string(options.error()));
  static_cast<void>(pdol_or_afl_.assign(options->afl));
  records_ = emv::AflReader(pdol_or_afl_);
  read_next_record();
}

void Transaction::read_next_record() {
  if (!records_.more()) return get_data();
  const auto address = records_.next();
  if (!address) return fail(Fault::Kind::nonsense, to_string(address.error()));
  Buffer<5> command;
  static_cast<void>(emv::append_read_record(command, address->sfi, address->record));
  send(Command::read_record, command);
}

void Transaction::on_record(const emv::ResponseApdu& response) {
  // Cards were seen that name records they do not have. What is missing then decides.
  const bool absent = response.sw == sw::file_not_found || response.sw == sw::record_not_found;
  if (absent) return read_next_record();
  if (response.sw != sw::ok) return fail(Fault::Kind::nonsense, {}, response.sw);

  emv::TlvReader reader(response.data);
  const auto record = reader.next();
  if (!record || record->tag != tag::record_template || emv::check(record->value).error) {
    return fail(Fault::Kind::nonsense, "the record is not a data object of template 70"sv);
  }
  take_card_data(record->value);
  read_next_record();
}

// IAF and IPB stand in a record or in the FCI, under one of two names.
void Transaction::take_card_data(Bytes content) {
  const auto take = [&](emv::Tag tag, auto& into) {
    const auto value = emv::find(content, tag);
    if (value && value->size() <= into.capacity()) static_cast<void>(into.assign(*value));
  };
  take(tag::cdol1, cdol1_);
  take(tag::cdol2, cdol2_);
  for (const emv::Tag tag : {tag::ipb, tag::visa_ipb}) {
    if (const auto value = emv::find(content, tag); value && !value->empty()) {
      ipb_size_ = value->size();
      static_cast<void>(ipb_.assign(value->first(std::min(value->size(), ipb_.capacity()))));
    }
  }
  for (const emv::Tag tag : {tag::iaf, tag::visa_iaf}) {
    if (const auto value = emv::find(content, tag); value && !value->empty()) iaf_ = (*value)[0];
  }
  if (const auto value = emv::find(content, tag::psn); value && value->size() == 1) psn_ = (*value)[0];
}

void Transaction::get_data() {
  if (cdol1_.empty()) return fail_without_command(Fault::Kind::nonsense, "no record holds a CDOL1"sv);
  if (!choose_token_rule()) return;
  Buffer<5> command;
  static_cast<void>(emv::append_command(command, {0x80, 0xCA, 0x9F, 0x17, {}, 256}));
  send(Command::get_data, command);
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
    fail_without_command(Fault::Kind::not_supported,
                         "it has no IPB (9F56), and none is known for its application"sv);
    return false;
  }
  return true;
}

void Transaction::on_get_data(const emv::ResponseApdu& response) {
  tries_left_.reset();  // a card may refuse to tell: go on without
  if (response.sw == sw::ok) {
    const auto counter = emv::find(response.data, tag::pin_try_counter);
    if (counter && counter->size() == 1) tries_left_ = (*counter)[0];
  }
  if (tries_left_ == 0) return fail(Fault::Kind::pin_blocked, {});
  rest(State::prepared);
}

// ---- the PIN

void Transaction::on_verify(const emv::ResponseApdu& response) {
  exchange_.wipe();
  if (response.sw == sw::ok) {
    tries_left_.reset();
    return rest(State::verified);
  }
  if (sw::is_wrong_pin(response.sw)) {
    tries_left_ = sw::tries_left(response.sw);
    pin_was_wrong_ = true;
    if (tries_left_ == 0) return fail(Fault::Kind::pin_blocked, {}, response.sw);
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
  if (fits) return send_composed(which);
  if (which == Command::second_generate_ac) return rest(State::done);
  fail_without_command(Fault::Kind::nonsense, "its CDOL1 is malformed or asks for too much"sv);
}

void Transaction::on_first_generate_ac(const emv::ResponseApdu& response) {
  if (response.sw == sw::conditions_not_satisfied) return fail(Fault::Kind::refused, {}, response.sw);
  if (response.sw != sw::ok) return fail(Fault::Kind::nonsense, {}, response.sw);
  const auto cryptogram = emv::parse_cryptogram(response.data);
  if (!cryptogram) return fail(Fault::Kind::nonsense, to_string(cryptogram.error()));
  switch (cryptogram->type()) {
    case emv::Cryptogram::Type::arqc: break;
    case emv::Cryptogram::Type::aac:
      return fail(Fault::Kind::refused, "it answers AAC where an ARQC was asked"sv);
    case emv::Cryptogram::Type::tc:
    case emv::Cryptogram::Type::rfu: return fail(Fault::Kind::nonsense, "it answers neither ARQC nor AAC"sv);
  }
  if ((iaf_ & iaf::psn) != 0) answer_.psn = psn_;
  answer_.cid = cryptogram->cid;
  std::copy_n(cryptogram->atc.begin(), 2, answer_.atc.begin());
  std::copy_n(cryptogram->ac.begin(), 8, answer_.ac.begin());
  static_cast<void>(iad_.assign(cryptogram->iad));

  if (cdol2_.empty()) return rest(State::done);
  generate_ac(Command::second_generate_ac, 0x00, cdol2_);
}

std::uint16_t Transaction::atc() const {
  return static_cast<std::uint16_t>(answer_.atc[0] << 8 | answer_.atc[1]);
}

void Transaction::wipe() {
  exchange_.wipe();
  fault_ = {};
  next_application_ = next_listed_ = 0;
  directory_asked_ = blocked_seen_ = prepare_at_once_ = false;
  directory_.clear();
  context_ = {};
  unknown_tags_.clear();
  aid_.clear();
  language_.clear();
  for (auto* buffer : {&pdol_or_afl_, &cdol1_, &cdol2_}) buffer->clear();
  records_ = {};
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
