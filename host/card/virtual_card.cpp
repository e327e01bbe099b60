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

constexpr std::uint8_t kSelect = 0xA4, kReadRecord = 0xB2, kVerify = 0x20, kGetResponse = 0xC0;
constexpr std::uint8_t kGetProcessingOptions = 0xA8, kGenerateAc = 0xAE, kGetData = 0xCA;

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
  phase_ = Phase::nothing_selected;
  return answer.assign(atr) ? SlotStatus::ok : SlotStatus::garbled;
}

void VirtualCard::forget_transaction() {
  facts_ = {};
  waiting_.clear();
  built_.clear();
}

// ---- one command

void VirtualCard::respond(Bytes bytes, emv::ResponseBuffer& response) {
  const auto command = emv::parse_command(bytes);
  const bool t0 = personalization_.protocol == Protocol::t0;
  if (command && t0 && command->cla == 0x00 && command->ins == kGetResponse) {
    return get_response(*command, response);
  }
  waiting_.clear();
  const Answer answer = command ? execute(*command) : Answer{{}, sw::wrong_length};
  if (t0 && !answer.data.empty()) return answer_t0(*command, answer, response);
  static_cast<void>(response.append(answer.data));
  static_cast<void>(response.push(sw::sw1(answer.sw)) && response.push(sw::sw2(answer.sw)));
}

VirtualCard::Answer VirtualCard::execute(const emv::CommandApdu& command) {
  if (command.cla != 0x00 && command.cla != 0x80) return {{}, sw::cla_not_supported};
  const auto of_class = [&](std::uint8_t cla) { return command.cla == cla; };
  switch (command.ins) {
    case kSelect: return of_class(0x00) ? select(command) : Answer{{}, sw::cla_not_supported};
    case kReadRecord: return of_class(0x00) ? read_record(command) : Answer{{}, sw::cla_not_supported};
    case kVerify: return of_class(0x00) ? verify(command) : Answer{{}, sw::cla_not_supported};
    case kGetProcessingOptions:
      return of_class(0x80) ? get_processing_options(command) : Answer{{}, sw::cla_not_supported};
    case kGenerateAc: return of_class(0x80) ? generate_ac(command) : Answer{{}, sw::cla_not_supported};
    case kGetData: return of_class(0x80) ? get_data(command) : Answer{{}, sw::cla_not_supported};
    default: return {{}, sw::ins_not_supported};
  }
}

// EMV 4.3 Book 1, 11.3 and 12.3: by name, which may be a beginning; P2 02 goes on to the next one that fits.
VirtualCard::Answer VirtualCard::select(const emv::CommandApdu& command) {
  const bool next = command.p2 == 0x02;
  if (command.p1 != 0x04 || (command.p2 != 0x00 && !next)) return {{}, sw::wrong_p1_p2};
  if (command.data.empty() || command.data.size() > 16) return {{}, sw::wrong_length};

  const std::size_t after = next && phase_ >= Phase::selected ? selected_ + 1 : 0;
  forget_transaction();
  if (!pse_fci_.empty() && !next &&
      std::equal(command.data.begin(), command.data.end(), kPseName.begin(), kPseName.end())) {
    phase_ = Phase::directory;
    return {pse_fci_, sw::ok};
  }
  for (std::size_t i = after; i < applications_.size(); ++i) {
    if (!starts_with(applications_[i].application.aid, command.data)) continue;
    selected_ = i;
    phase_ = Phase::selected;
    selected_blocked_ = counters_.blocked(i);
    if (selected_blocked_) return {{}, sw::selected_file_invalidated};
    return {applications_[i].fci, sw::ok};
  }
  phase_ = Phase::nothing_selected;
  return {{}, sw::file_not_found};
}

// EMV 4.3 Book 3, 6.5.8; Book 2, D3: the ATC counts here, durably, before anything is answered.
VirtualCard::Answer VirtualCard::get_processing_options(const emv::CommandApdu& command) {
  if (command.p1 != 0x00 || command.p2 != 0x00) return {{}, sw::wrong_p1_p2};
  if (phase_ != Phase::selected) return {{}, sw::conditions_not_satisfied};
  const auto object = emv::TlvReader(command.data).next();
  if (!object || object->tag != tag::command_template) return {{}, sw::wrong_length};
  // Nothing before or after the template, not even the padding that TlvReader skips.
  if (object->header + object->value.size() != command.data.size()) return {{}, sw::wrong_length};
  if (object->value.size() != current().pdol_length) return {{}, sw::wrong_length};
  if (counters_.atc(selected_) == CardCounters::kLastAtc) return {{}, sw::conditions_not_satisfied};

  counters_.increment_atc(selected_);
  phase_ = Phase::initiated;
  return {current().processing_options, sw::ok};
}

// EMV 4.3 Book 3, 6.5.11; Book 1, 11.2.
VirtualCard::Answer VirtualCard::read_record(const emv::CommandApdu& command) const {
  if ((command.p2 & 0x07) != 0x04) return {{}, sw::wrong_p1_p2};
  if (!command.data.empty()) return {{}, sw::wrong_length};
  const std::uint8_t sfi = command.p2 >> 3;
  if (phase_ == Phase::directory) {
    if (sfi != kPseSfi) return {{}, sw::file_not_found};
    if (command.p1 < 1 || command.p1 > pse_records_.size()) return {{}, sw::record_not_found};
    return {pse_records_[command.p1 - 1U], sw::ok};
  }
  if (!transaction_open()) return {{}, sw::conditions_not_satisfied};
  bool file_found = false;
  for (std::size_t i = 0; i < current().records.size(); ++i) {
    const Record& record = current().application.records[i];
    file_found = file_found || record.sfi == sfi;
    if (record.sfi == sfi && record.number == command.p1) return {current().records[i], sw::ok};
  }
  return {{}, file_found ? sw::record_not_found : sw::file_not_found};
}

// EMV 4.3 Book 3, 6.5.7.
VirtualCard::Answer VirtualCard::get_data(const emv::CommandApdu& command) {
  if (!command.data.empty()) return {{}, sw::wrong_length};
  if (!transaction_open()) return {{}, sw::conditions_not_satisfied};
  const emv::Tag asked = static_cast<emv::Tag>(command.p1) << 8 | command.p2;
  Buffer<2> value;
  const auto push16 = [&](std::uint16_t number) {
    return value.push(static_cast<std::uint8_t>(number >> 8)) &&
           value.push(static_cast<std::uint8_t>(number));
  };
  bool fits = true;
  switch (asked) {
    case tag::atc: fits = push16(counters_.atc(selected_)); break;
    case tag::last_online_atc: fits = push16(counters_.last_online_atc(selected_)); break;
    case tag::pin_try_counter: fits = value.push(counters_.tries_left()); break;
    default: return {{}, sw::referenced_data_not_found};
  }
  built_.clear();
  fits = fits && emv::append_tlv(built_, asked, value);
  return {built_, fits ? sw::ok : sw::wrong_length};
}

// EMV 4.3 Book 3, 6.5.12: plaintext PIN. The try is taken, durably, before the comparison, so that no crash
// and no pulled card gives it back.
VirtualCard::Answer VirtualCard::verify(const emv::CommandApdu& command) {
  if (command.p1 != 0x00 || command.p2 != 0x80) return {{}, sw::wrong_p1_p2};
  if (command.data.size() != 8) return {{}, sw::wrong_length};
  if (phase_ != Phase::initiated) return {{}, sw::conditions_not_satisfied};
  if (!well_formed_pin_block(command.data)) return {{}, sw::wrong_data};
  if (counters_.tries_left() == 0) return {{}, sw::authentication_blocked};

  counters_.take_try();
  facts_.pin_performed = true;
  facts_.pin_ok = same_pin(command.data, personalization_.pin.view());
  if (!facts_.pin_ok) return {{}, static_cast<std::uint16_t>(0x63C0 | counters_.tries_left())};
  counters_.restore_tries();
  return {{}, sw::ok};
}

// EMV 4.3 Book 3, 6.5.5. The card may give less than was asked, never more.
VirtualCard::Answer VirtualCard::generate_ac(const emv::CommandApdu& command) {
  const bool known_type = (command.p1 & 0x3F) == 0 && command.p1 != 0xC0;
  if (!known_type || command.p2 != 0x00) return {{}, sw::wrong_p1_p2};
  const auto asked = static_cast<AcType>(command.p1);
  Prepared& card = current();
  if (phase_ == Phase::initiated) {
    if (command.data.size() != card.cdol1_length) return {{}, sw::wrong_length};
    facts_.first = decide_first(asked);
    facts_.tries_left = counters_.tries_left();
    card.cryptograms.begin(counters_.atc(selected_), command.data);
    phase_ = facts_.first == AcType::aac ? Phase::over : Phase::first_ac_given;
    return cryptogram_answer(facts_.first, command.data);
  }
  if (phase_ == Phase::first_ac_given) {
    if (asked == AcType::arqc) return {{}, sw::conditions_not_satisfied};
    if (command.data.size() != card.cdol2_length) return {{}, sw::wrong_length};
    // Offline, and no issuer has spoken: whatever was asked, the transaction is declined.
    facts_.second = AcType::aac;
    facts_.unable_to_go_online =
        card.response_code && unable_to_go_online(card.response_code->of(command.data));
    phase_ = Phase::over;
    return cryptogram_answer(AcType::aac, command.data);
  }
  return {{}, sw::conditions_not_satisfied};
}

AcType VirtualCard::decide_first(AcType asked) const {
  const bool pin_missing = current().application.needs_pin && !facts_.pin_ok;
  if (asked == AcType::aac || pin_missing || selected_blocked_) return AcType::aac;
  return AcType::arqc;  // a TC, too, becomes an ARQC: this card goes online
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
  if (!command.data.empty()) {
    static_cast<void>(waiting_.assign(answer.data) && waiting_.push(sw::sw1(answer.sw)) &&
                      waiting_.push(sw::sw2(answer.sw)));
    static_cast<void>(response.push(sw::more_data) && response.push(length));
  } else if (command.le != answer.data.size()) {
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
