#include "host/ifd/session.hpp"

#include "firmware/core/emv/status_word.hpp"
#include "host/ifd/features.hpp"

namespace sesame::ifd {

namespace {

Status status_of(HostStatus status) {
  switch (status) {
    case HostStatus::done: return Status::done;
    case HostStatus::busy: return Status::busy;
    case HostStatus::no_card: return Status::no_card;
    case HostStatus::no_power: return Status::no_power;
    case HostStatus::mute: return Status::mute;
    case HostStatus::garbled: break;
  }
  return Status::garbled;
}

}  // namespace

Session::~Session() { ask_reader(HostRequest::Kind::deactivate); }

bool Session::take(Bytes message) {
  const auto request = parse_request(message);
  if (!request || waiting_) return false;
  waiting_ = true;
  reader_asked_ = false;
  carry_out(*request);
  return true;
}

void Session::carry_out(const Request& request) {
  switch (request.operation) {
    case Operation::power_up: return ask_reader(HostRequest::Kind::activate);
    case Operation::reset: return ask_reader(HostRequest::Kind::warm_reset);
    case Operation::power_down: return ask_reader(HostRequest::Kind::deactivate);
    case Operation::transmit: return transmit(request.bytes);
    case Operation::control: return control(request.code, request.bytes);
  }
}

void Session::transmit(Bytes command) {
  if (emv::parse_command(command)) return ask_reader(HostRequest::Kind::transmit, command);
  reply(Status::done, std::array{emv::sw::sw1(emv::sw::wrong_length), emv::sw::sw2(emv::sw::wrong_length)});
}

void Session::control(std::uint32_t code, Bytes input) {
  const Display& display = reader_.reader().profile().display;
  switch (code) {
    case kGetFeatures: return reply(Status::done, features());
    case kVerifyPin: return ask_reader(HostRequest::Kind::verify_pin, input);
    case kPinProperties: return reply(Status::done, pin_properties(display));
    case kTlvProperties: return reply(Status::done, tlv_properties(display));
    default: return reply(Status::unsupported);
  }
}

void Session::ask_reader(HostRequest::Kind kind, Bytes bytes) {
  reader_asked_ = true;
  reader_.ask({++number_, kind, bytes});
}

void Session::reply(Status status, Bytes bytes) { static_cast<void>(put(Answer{status, bytes}, reply_)); }

bool Session::answer(Message& message) {
  if (!waiting_) return false;
  if (reader_asked_) {
    const auto answer = reader_.connection().answer();
    if (!answer || answer->number != number_) return false;
    // What the reader answers is at most a response APDU.
    const Status status = status_of(answer->status);
    if (!put(Answer{status, status == Status::done ? answer->bytes : Bytes()}, message)) return false;
  } else {
    static_cast<void>(message.assign(reply_));
  }
  waiting_ = false;
  return true;
}

}  // namespace sesame::ifd
