#include "host/transcript/transcript_slot.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "host/base/failure.hpp"
#include "host/transcript/command_text.hpp"

namespace sesame::transcript {
namespace {

bool is_select_by_name(Bytes command) {
  static constexpr std::array<std::uint8_t, 3> kSelect{0x00, 0xA4, 0x04};
  return starts_with(command, kSelect);
}

bool is_verify(Bytes command) {
  static constexpr std::array<std::uint8_t, 2> kVerify{0x00, 0x20};
  return starts_with(command, kVerify);
}

// The second GENERATE AC: EMV 4.3 Book 3, 6.5.5.2.
bool asks_for_aac(Bytes command) {
  static constexpr std::array<std::uint8_t, 2> kGenerateAc{0x80, 0xAE};
  return command.size() > 2 && starts_with(command, kGenerateAc) && (command[2] & 0xC0) == 0;
}

void answer_with(emv::ResponseBuffer& answer, Bytes bytes) {
  static_cast<void>(answer.assign(bytes));  // 258 bytes at most, by the parser
}

void answer_unrecorded(const std::string& name, Bytes command, emv::ResponseBuffer& answer) {
  static constexpr std::array<std::uint8_t, 2> kFileNotFound{0x6A, 0x82};
  static constexpr std::array<std::uint8_t, 2> kConditionsNotSatisfied{0x69, 0x85};
  if (is_select_by_name(command)) return answer_with(answer, kFileNotFound);
  if (asks_for_aac(command)) return answer_with(answer, kConditionsNotSatisfied);
  if (is_verify(command)) {
    throw Failure(Failure::refused, fmt::format("{}: this transcript has no such PIN", name));
  }
  throw Failure(Failure::invalid,
                fmt::format("{} ({}) is not in {}: a recorded card answers only what it was asked then",
                            command_name(command), masked_hex(command), name));
}

}  // namespace

TranscriptSlot::TranscriptSlot(std::shared_ptr<const Transcript> transcript)
    : transcript_(std::move(transcript)), next_(transcript_->size()) {}

SlotStatus TranscriptSlot::carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) {
  using Kind = SlotRequest::Kind;
  if (request.kind == Kind::verify_on_pad) return SlotStatus::garbled;
  if (request.kind == Kind::activate || request.kind == Kind::deactivate) {
    powered_ = request.kind == Kind::activate;
    if (!powered_) return SlotStatus::ok;
  }
  if (!powered_) return SlotStatus::mute;
  if (request.kind == Kind::transmit) return replay(request.command, answer);
  answer_with(answer, transcript_->atr());
  return SlotStatus::ok;
}

SlotStatus TranscriptSlot::replay(Bytes command, emv::ResponseBuffer& answer) {
  const auto number = transcript_->find(command);
  if (!number) {
    answer_unrecorded(transcript_->name(), command, answer);
    return SlotStatus::ok;
  }
  const auto answers = transcript_->answers(*number);
  std::size_t& next = next_[*number];
  const Transcript::Answer& recorded = answers[next];
  if (next + 1 < answers.size()) ++next;
  answer_with(answer, recorded.response);
  return recorded.status;
}

}  // namespace sesame::transcript
