#include "host/card/virtual_card.hpp"

#include <algorithm>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/tags.hpp"
#include "host/card/files.hpp"

namespace sesame::card {

namespace sw = emv::sw;
namespace tag = emv::tag;

namespace {

constexpr std::uint8_t kGetResponse = 0xC0;

struct Instruction {
  std::uint8_t cla, ins;
  CommandKind kind;
};
constexpr Instruction kInstructions[] = {
    {0x00, 0xA4, CommandKind::select},
    {0x80, 0xA8, CommandKind::get_processing_options},
    {0x00, 0xB2, CommandKind::read_record},
    {0x80, 0xCA, CommandKind::get_data},
    {0x00, 0x20, CommandKind::verify},
    {0x80, 0xAE, CommandKind::generate_ac},
    {0x00, 0x88, CommandKind::internal_authenticate},
    {0x00, 0x82, CommandKind::external_authenticate},
    {0x00, 0x84, CommandKind::get_challenge},
};

// Nothing: the class is none of the card's, or not that of the instruction.
std::optional<CommandKind> kind_of(const emv::CommandApdu& command) {
  if (command.cla != 0x00 && command.cla != 0x80) return std::nullopt;
  const auto row = std::find_if(std::begin(kInstructions), std::end(kInstructions),
                                [&](const Instruction& each) { return each.ins == command.ins; });
  if (row == std::end(kInstructions)) return CommandKind::other;
  if (row->cla != command.cla) {
    return can_be_processed(row->kind) ? std::nullopt : std::optional(CommandKind::other);
  }
  if (row->kind != CommandKind::generate_ac) return row->kind;
  switch (static_cast<AcType>(command.p1 & 0xC0)) {
    case AcType::aac: return CommandKind::generate_ac_aac;
    case AcType::tc: return CommandKind::generate_ac_tc;
    case AcType::arqc: break;
  }
  return CommandKind::generate_ac_arqc;
}

bool is_error(std::uint16_t status) { return sw::sw1(status) >= 0x64 && sw::sw1(status) <= 0x6F; }
bool is_done(std::uint16_t status) { return status == sw::ok || sw::sw1(status) == 0x62; }

ByteString joined(Bytes a, Bytes b) {
  ByteString out(a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

// EMV 4.3 Book 3, 6.5.8.4.
ByteString processing_options(const Application& application) {
  const ByteString afl = application_file_locator(application);
  if (application.answer_format == AnswerFormat::format1) {
    return tlv(tag::response_format1, joined(application.aip, afl));
  }
  return tlv(tag::response_format2, joined(tlv(tag::aip, application.aip), tlv(tag::afl, afl)));
}

std::size_t length_asked(Bytes dol) {
  const auto length = emv::data_length(dol);
  return length ? *length : 0;
}

// EMV 4.3 Book 3, 6.5.12.2: control 2, length 4 to 12, that many digits, then F.
bool well_formed_pin_block(Bytes block) {
  const std::size_t digits = block[0] & 0x0F;
  if (block[0] >> 4 != 2 || digits < 4 || digits > 12) return false;
  for (std::size_t i = 0; i < 14; ++i) {
    const std::uint8_t byte = block[1 + i / 2];
    const int nibble = i % 2 == 0 ? byte >> 4 : byte & 0x0F;
    if (i < digits ? nibble > 9 : nibble != 0xF) return false;
  }
  return true;
}

// Takes the same time whatever the PINs have in common.
bool same_pin(Bytes block, std::string_view pin) {
  unsigned different = static_cast<unsigned>((block[0] & 0x0F) ^ pin.size());
  for (std::size_t i = 0; i < 14; ++i) {
    const std::uint8_t byte = block[1 + i / 2];
    const unsigned nibble = i % 2 == 0 ? byte >> 4 : byte & 0x0F;
    different |= nibble ^ (i < pin.size() ? static_cast<unsigned>(pin[i] - '0') : 0xFU);
  }
  return different == 0;
}

// 8A is Y3 or Z3 (EMV 4.3 Book 4, annex A6).
bool unable_to_go_online(Bytes response_code) {
  return response_code.size() == 2 && response_code[1] == '3' &&
         (response_code[0] == 'Y' || response_code[0] == 'Z');
}

}  // namespace

VirtualCard::VirtualCard(const Personalization& personalization, state::CounterStore& store)
    : personalization_(personalization), counters_(personalization, store) {
  for (const Application& application : personalization.applications) {
    applications_.push_back(prepare(personalization, application));
  }
  if (!personalization.pse) return;
  pse_fci_ = pse_fci(personalization);
  pse_records_ = pse_records(personalization);
}

VirtualCard::Prepared VirtualCard::prepare(const Personalization& card, const Application& application) {
  Prepared prepared{application,
                    application_fci(card, application),
                    processing_options(application),
                    {},
                    length_asked(application.pdol),
                    length_asked(application.cdol1),
                    length_asked(application.cdol2),
                    find_in_dol(application.cdol2, tag::authorisation_response_code),
                    Cryptograms(application)};
  for (const Record& record : application.records) {
    prepared.records.push_back(record_content(card, application, record));
  }
  return prepared;
}

SlotStatus VirtualCard::carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) {
  const Personalization& card = personalization_;
  switch (request.kind) {
    case SlotRequest::Kind::activate: return reset(card.atr, answer);
    case SlotRequest::Kind::warm_reset: return reset(card.warm_atr ? *card.warm_atr : card.atr, answer);
    case SlotRequest::Kind::transmit: respond(request.command, answer); return SlotStatus::ok;
    case SlotRequest::Kind::deactivate: return SlotStatus::ok;
    case SlotRequest::Kind::verify_on_pad: break;
  }
  return SlotStatus::garbled;
}

SlotStatus VirtualCard::reset(const ByteString& atr, emv::ResponseBuffer& answer) {
  forget_transaction();
  waiting_.clear();
  built_.clear();
  state_ = static_cast<std::size_t>(Phase::nothing_selected);
  selected_ = 0;
  selected_blocked_ = counters_.blocked(selected_);
  return answer.assign(atr) ? SlotStatus::ok : SlotStatus::garbled;
}

void VirtualCard::forget_transaction() {
  facts_ = {};
  first_ac_due_ = session_begun_ = false;
}

void VirtualCard::enter_next_state() {
  if (!next_state_) return;
  state_ = *next_state_;
  if (phase() < Phase::initiated) forget_transaction();
}

// ---- one command

void VirtualCard::respond(Bytes bytes, emv::ResponseBuffer& response) {
  const auto command = emv::parse_command(bytes);
  const bool t0 = personalization_.protocol == Protocol::t0;
  if (command && t0 && command->cla == 0x00 && command->ins == kGetResponse) {
    return get_response(*command, response);
  }
  waiting_.clear();
  next_state_.reset();
  const Answer answer = command ? execute(*command) : Answer{{}, sw::wrong_length};
  if (is_error(answer.sw) && !next_state_) next_state_ = state().after_error;
  if (t0 && !answer.data.empty()) return answer_t0(*command, answer, response);
  enter_next_state();
  static_cast<void>(response.append(answer.data));
  static_cast<void>(response.push(sw::sw1(answer.sw)) && response.push(sw::sw2(answer.sw)));
}

VirtualCard::Answer VirtualCard::execute(const emv::CommandApdu& command) {
  const auto kind = kind_of(command);
  if (!kind) return {{}, sw::cla_not_supported};
  const Fault fault = fault_of(*kind, command);
  const bool right = fault.sw == 0;
  const auto told = personalization_.behavior.reply(state_, *kind, right);
  const bool processed = told ? told->processed() : in_order(phase(), *kind);
  const bool accepted = right || (told && told->accepted && !command.data.empty());

  Answer answer;
  if (told && !processed) {
    answer.sw = told->sw;
  } else if (fault.of_header || (processed && !accepted)) {
    answer.sw = personalization_.behavior.status_if_wrong(*kind).value_or(fault.sw);
    if (*kind == CommandKind::select && !fault.of_header) lead_to(Phase::nothing_selected);
  } else if (!processed) {
    answer.sw = can_be_processed(*kind) ? sw::conditions_not_satisfied : sw::ins_not_supported;
  } else {
    answer = process(*kind, command, told.value_or(Reply{}));
  }
  // What is said of a command that is processed is said of its success.
  if (told && told->then && (!accepted || !processed || is_done(answer.sw))) next_state_ = told->then;
  return answer;
}

VirtualCard::Answer VirtualCard::process(CommandKind kind, const emv::CommandApdu& command,
                                         const Reply& reply) {
  switch (kind) {
    case CommandKind::select: return select(command);
    case CommandKind::get_processing_options: return get_processing_options();
    case CommandKind::read_record: return read_record(command);
    case CommandKind::get_data: return get_data(command);
    case CommandKind::verify: return verify(command);
    case CommandKind::generate_ac:
    case CommandKind::generate_ac_aac:
    case CommandKind::generate_ac_tc:
    case CommandKind::generate_ac_arqc: return generate_ac(command, reply);
    case CommandKind::internal_authenticate:
    case CommandKind::external_authenticate:
    case CommandKind::get_challenge:
    case CommandKind::other: break;
  }
  return {{}, sw::ins_not_supported};
}

VirtualCard::Fault VirtualCard::fault_of(CommandKind kind, const emv::CommandApdu& command) const {
  switch (kind) {
    case CommandKind::select: return fault_of_select(command);
    case CommandKind::get_processing_options: return fault_of_get_processing_options(command);
    case CommandKind::read_record: return fault_of_read_record(command);
    case CommandKind::get_data: return fault_of_get_data(command);
    case CommandKind::verify: return fault_of_verify(command);
    case CommandKind::generate_ac:
    case CommandKind::generate_ac_aac:
    case CommandKind::generate_ac_tc:
    case CommandKind::generate_ac_arqc: return fault_of_generate_ac(command);
    case CommandKind::internal_authenticate:
    case CommandKind::external_authenticate:
    case CommandKind::get_challenge:
    case CommandKind::other: break;
  }
  return {};
}

// ---- SELECT: EMV 4.3 Book 1, 11.3 and 12.3: by name, which may be a beginning; P2 02 goes on to the next
// one that fits.

bool VirtualCard::asks_for_pse(const emv::CommandApdu& command) const {
  return !pse_fci_.empty() && command.p2 == 0x00 &&
         std::equal(command.data.begin(), command.data.end(), kPseName.begin(), kPseName.end());
}

std::optional<std::size_t> VirtualCard::find_application(const emv::CommandApdu& command) const {
  const bool next = command.p2 == 0x02 && phase() >= Phase::selected;
  for (std::size_t i = next ? selected_ + 1 : 0; i < applications_.size(); ++i) {
    if (starts_with(applications_[i].application.aid, command.data)) return i;
  }
  return std::nullopt;
}

VirtualCard::Fault VirtualCard::fault_of_select(const emv::CommandApdu& command) const {
  if (command.p1 != 0x04 || (command.p2 != 0x00 && command.p2 != 0x02)) return {sw::wrong_p1_p2, true};
  if (command.data.empty() || command.data.size() > 16) return {sw::wrong_length, true};
  if (asks_for_pse(command) || find_application(command)) return {};
  return {sw::file_not_found};
}

VirtualCard::Answer VirtualCard::select(const emv::CommandApdu& command) {
  forget_transaction();
  if (asks_for_pse(command)) {
    lead_to(Phase::directory);
    return {pse_fci_, sw::ok};
  }
  selected_ = *find_application(command);
  selected_blocked_ = counters_.blocked(selected_);
  lead_to(Phase::selected);
  if (selected_blocked_) return {{}, sw::selected_file_invalidated};
  return {current().fci, sw::ok};
}

// ---- GET PROCESSING OPTIONS: EMV 4.3 Book 3, 6.5.8

VirtualCard::Fault VirtualCard::fault_of_get_processing_options(const emv::CommandApdu& command) const {
  if (command.p1 != 0x00 || command.p2 != 0x00) return {sw::wrong_p1_p2, true};
  const auto object = emv::TlvReader(command.data).next();
  if (!object || object->tag != tag::command_template) return {sw::wrong_length};
  // Nothing before or after the template, not even the padding that TlvReader skips.
  if (object->header + object->value.size() != command.data.size()) return {sw::wrong_length};
  if (object->value.size() != current().pdol_length) return {sw::wrong_length};
  return {};
}

// EMV 4.3 Book 2, D3: the ATC counts here, durably, before anything is answered.
VirtualCard::Answer VirtualCard::get_processing_options() {
  if (counters_.atc(selected_) == CardCounters::kLastAtc) return {{}, sw::conditions_not_satisfied};
  counters_.increment_atc(selected_);
  forget_transaction();
  first_ac_due_ = true;
  lead_to(Phase::initiated);
  return {current().processing_options, sw::ok};
}

// ---- READ RECORD: EMV 4.3 Book 3, 6.5.11; Book 1, 11.2

VirtualCard::Fault VirtualCard::fault_of_read_record(const emv::CommandApdu& command) const {
  if ((command.p2 & 0x07) != 0x04) return {sw::wrong_p1_p2, true};
  if (!command.data.empty()) return {sw::wrong_length, true};
  const std::uint8_t sfi = command.p2 >> 3;
  if (find_record(sfi, command.p1)) return {};
  if (phase() == Phase::directory) return {sfi == kPseSfi ? sw::record_not_found : sw::file_not_found};
  const auto& records = current().application.records;
  const bool file_found =
      std::any_of(records.begin(), records.end(), [&](const Record& record) { return record.sfi == sfi; });
  return {file_found ? sw::record_not_found : sw::file_not_found};
}

std::optional<std::size_t> VirtualCard::find_record(std::uint8_t sfi, std::uint8_t number) const {
  if (phase() == Phase::directory) {
    const bool there = sfi == kPseSfi && number >= 1 && number <= pse_records_.size();
    return there ? std::optional<std::size_t>(number - 1U) : std::nullopt;
  }
  const auto& records = current().application.records;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].sfi == sfi && records[i].number == number) return i;
  }
  return std::nullopt;
}

VirtualCard::Answer VirtualCard::read_record(const emv::CommandApdu& command) const {
  const auto& records = phase() == Phase::directory ? pse_records_ : current().records;
  return {records[*find_record(command.p2 >> 3, command.p1)], sw::ok};
}

// ---- GET DATA: EMV 4.3 Book 3, 6.5.7

namespace {

emv::Tag tag_asked(const emv::CommandApdu& command) {
  return static_cast<emv::Tag>(command.p1) << 8 | command.p2;
}

}  // namespace

VirtualCard::Fault VirtualCard::fault_of_get_data(const emv::CommandApdu& command) {
  if (!command.data.empty()) return {sw::wrong_length, true};
  switch (tag_asked(command)) {
    case tag::atc:
    case tag::last_online_atc:
    case tag::pin_try_counter: return {};
    default: return {sw::referenced_data_not_found};
  }
}

VirtualCard::Answer VirtualCard::get_data(const emv::CommandApdu& command) {
  const emv::Tag asked = tag_asked(command);
  Buffer<2> value;
  bool fits = true;
  if (asked == tag::pin_try_counter) {
    fits = value.push(counters_.tries_left());
  } else {
    const std::uint16_t number =
        asked == tag::atc ? counters_.atc(selected_) : counters_.last_online_atc(selected_);
    fits =
        value.push(static_cast<std::uint8_t>(number >> 8)) && value.push(static_cast<std::uint8_t>(number));
  }
  built_.clear();
  fits = fits && emv::append_tlv(built_, asked, value);
  return {built_, fits ? sw::ok : sw::wrong_length};
}

// ---- VERIFY: EMV 4.3 Book 3, 6.5.12: plaintext PIN

VirtualCard::Fault VirtualCard::fault_of_verify(const emv::CommandApdu& command) {
  if (command.p1 != 0x00 || command.p2 != 0x80) return {sw::wrong_p1_p2, true};
  if (command.data.size() != 8) return {sw::wrong_length, true};
  return {well_formed_pin_block(command.data) ? std::uint16_t{0} : sw::wrong_data};
}

// The try is taken, durably, before the comparison, so that no crash and no pulled card gives it back.
VirtualCard::Answer VirtualCard::verify(const emv::CommandApdu& command) {
  if (counters_.tries_left() == 0) return {{}, sw::authentication_blocked};

  counters_.take_try();
  facts_.pin_performed = true;
  facts_.pin_ok = same_pin(command.data, personalization_.pin.view());
  if (!facts_.pin_ok) return {{}, static_cast<std::uint16_t>(0x63C0 | counters_.tries_left())};
  counters_.restore_tries();
  return {{}, sw::ok};
}

// ---- GENERATE AC: EMV 4.3 Book 3, 6.5.5

VirtualCard::Fault VirtualCard::fault_of_generate_ac(const emv::CommandApdu& command) const {
  const bool known_type = (command.p1 & 0x3F) == 0 && command.p1 != 0xC0;
  if (!known_type || command.p2 != 0x00) return {sw::wrong_p1_p2, true};
  const std::size_t length = phase() < Phase::first_ac ? current().cdol1_length : current().cdol2_length;
  return {command.data.size() == length ? std::uint16_t{0} : sw::wrong_length};
}

VirtualCard::Answer VirtualCard::generate_ac(const emv::CommandApdu& command, const Reply& reply) {
  const auto asked = static_cast<AcType>(command.p1);
  Prepared& card = current();
  const bool first = phase() < Phase::first_ac;
  ByteString data(command.data.begin(), command.data.end());
  data.resize(first ? card.cdol1_length : card.cdol2_length);  // a length that is accepted may be another
  if (first) {
    // A TC, too, becomes an ARQC: this card goes online.
    facts_.first = first_ac_due_ ? decide(asked, AcType::arqc, reply) : AcType::aac;
    facts_.second.reset();
    facts_.tries_left = counters_.tries_left();
    card.cryptograms.begin(counters_.atc(selected_), data);
    first_ac_due_ = false;
    session_begun_ = true;
    lead_to(facts_.first == AcType::arqc ? Phase::first_ac : Phase::over);
    return cryptogram_answer(facts_.first, data);
  }
  if (!session_begun_) card.cryptograms.begin(counters_.atc(selected_), ByteString(card.cdol1_length));
  // Offline, and no issuer has spoken: whatever was asked, the transaction is declined.
  facts_.second = decide(asked, AcType::aac, reply);
  facts_.unable_to_go_online = card.response_code && unable_to_go_online(card.response_code->of(data));
  first_ac_due_ = false;
  session_begun_ = true;
  lead_to(Phase::over);
  return cryptogram_answer(*facts_.second, data);
}

// The card may give less than was asked, never more.
AcType VirtualCard::decide(AcType asked, AcType otherwise, const Reply& reply) const {
  const bool pin_missing = current().application.needs_pin && !facts_.pin_ok;
  if (asked == AcType::aac || pin_missing || selected_blocked_) return AcType::aac;
  return reply.given.value_or(otherwise);
}

VirtualCard::Answer VirtualCard::cryptogram_answer(AcType type, Bytes data) {
  const Cryptograms::Answer answer = current().cryptograms.generate(facts_, data);
  const std::uint16_t atc = counters_.atc(selected_);
  const std::array<std::uint8_t, 1> cid{static_cast<std::uint8_t>(type)};
  const std::array<std::uint8_t, 2> atc_bytes{static_cast<std::uint8_t>(atc >> 8),
                                              static_cast<std::uint8_t>(atc)};

  built_.clear();
  bool fits = true;
  if (current().application.answer_format == AnswerFormat::format1) {
    fits = emv::append_header(built_, tag::response_format1, 11 + answer.iad.size()) && built_.append(cid) &&
           built_.append(atc_bytes) && built_.append(answer.ac) && built_.append(answer.iad);
  } else {
    Buffer<64> content;
    fits = emv::append_tlv(content, tag::cid, cid) && emv::append_tlv(content, tag::atc, atc_bytes) &&
           emv::append_tlv(content, tag::ac, answer.ac) && emv::append_tlv(content, tag::iad, answer.iad) &&
           emv::append_tlv(built_, tag::response_format2, content);
  }
  return {built_, fits ? sw::ok : sw::wrong_length};
}

// ---- T=0: EMV 4.3 Book 1, 9.3.1.1 and annex A

void VirtualCard::answer_t0(const emv::CommandApdu& command, const Answer& answer,
                            emv::ResponseBuffer& response) {
  const auto length = static_cast<std::uint8_t>(answer.data.size());
  const bool asked_again = command.data.empty() && command.le != answer.data.size();
  if (!asked_again) enter_next_state();
  if (!command.data.empty()) {
    static_cast<void>(waiting_.assign(answer.data) && waiting_.push(sw::sw1(answer.sw)) &&
                      waiting_.push(sw::sw2(answer.sw)));
    static_cast<void>(response.push(sw::more_data) && response.push(length));
  } else if (asked_again) {
    static_cast<void>(response.push(sw::wrong_le) && response.push(length));
  } else {
    static_cast<void>(response.append(answer.data) && response.push(sw::sw1(answer.sw)) &&
                      response.push(sw::sw2(answer.sw)));
  }
}

void VirtualCard::get_response(const emv::CommandApdu& command, emv::ResponseBuffer& response) {
  const auto refuse = [&](std::uint16_t sw) {
    static_cast<void>(response.push(sw::sw1(sw)) && response.push(sw::sw2(sw)));
  };
  if (command.p1 != 0x00 || command.p2 != 0x00) return refuse(sw::wrong_p1_p2);
  if (waiting_.empty()) return refuse(sw::conditions_not_satisfied);
  const std::size_t length = waiting_.size() - 2;
  if (!command.le || *command.le > length) {
    return refuse(static_cast<std::uint16_t>(sw::wrong_le << 8 | (length & 0xFF)));
  }
  const std::size_t wanted = *command.le;
  static_cast<void>(response.append(waiting_.view().first(wanted)));
  if (wanted == length) {
    static_cast<void>(response.append(waiting_.view().last(2)));
    waiting_.clear();
    return;
  }
  emv::ResponseBuffer rest;
  static_cast<void>(rest.append(waiting_.view().subspan(wanted)) && waiting_.assign(rest));
  static_cast<void>(response.push(sw::more_data) &&
                    response.push(static_cast<std::uint8_t>(length - wanted)));
}

}  // namespace sesame::card
