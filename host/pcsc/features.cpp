#include "host/pcsc/features.hpp"

#include <reader.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "host/pcsc/errors.hpp"
#include "host/pcsc/library.hpp"

namespace sesame::pcsc {

namespace {

struct FeatureName {
  std::uint8_t tag;
  std::string_view name;
};

constexpr FeatureName kNames[] = {
    {FEATURE_VERIFY_PIN_START, "VERIFY_PIN_START"},
    {FEATURE_VERIFY_PIN_FINISH, "VERIFY_PIN_FINISH"},
    {FEATURE_MODIFY_PIN_START, "MODIFY_PIN_START"},
    {FEATURE_MODIFY_PIN_FINISH, "MODIFY_PIN_FINISH"},
    {FEATURE_GET_KEY_PRESSED, "GET_KEY_PRESSED"},
    {FEATURE_VERIFY_PIN_DIRECT, "VERIFY_PIN_DIRECT"},
    {FEATURE_MODIFY_PIN_DIRECT, "MODIFY_PIN_DIRECT"},
    {FEATURE_MCT_READER_DIRECT, "MCT_READER_DIRECT"},
    {FEATURE_MCT_UNIVERSAL, "MCT_UNIVERSAL"},
    {FEATURE_IFD_PIN_PROPERTIES, "IFD_PIN_PROPERTIES"},
    {FEATURE_ABORT, "ABORT"},
    {FEATURE_SET_SPE_MESSAGE, "SET_SPE_MESSAGE"},
    {FEATURE_VERIFY_PIN_DIRECT_APP_ID, "VERIFY_PIN_DIRECT_APP_ID"},
    {FEATURE_MODIFY_PIN_DIRECT_APP_ID, "MODIFY_PIN_DIRECT_APP_ID"},
    {FEATURE_WRITE_DISPLAY, "WRITE_DISPLAY"},
    {FEATURE_GET_KEY, "GET_KEY"},
    {FEATURE_IFD_DISPLAY_PROPERTIES, "IFD_DISPLAY_PROPERTIES"},
    {FEATURE_GET_TLV_PROPERTIES, "GET_TLV_PROPERTIES"},
    {FEATURE_CCID_ESC_COMMAND, "CCID_ESC_COMMAND"},
    {FEATURE_EXECUTE_PACE, "EXECUTE_PACE"},
};

}  // namespace

std::string feature_name(std::uint8_t tag) {
  for (const FeatureName& feature : kNames) {
    if (feature.tag == tag) return std::string(feature.name);
  }
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "feature %02X", static_cast<unsigned>(tag));
  return text.data();
}

bool has_pinpad(const Features& features) {
  return control_code(features, FEATURE_VERIFY_PIN_DIRECT).has_value();
}

std::optional<std::uint32_t> control_code(const Features& features, std::uint8_t tag) {
  const auto found =
      std::find_if(features.begin(), features.end(), [tag](const Feature& f) { return f.tag == tag; });
  if (found == features.end()) return std::nullopt;
  return found->control;
}

Features parse_features(Bytes answer) {
  constexpr std::size_t kObject = 6;
  constexpr std::uint8_t kControlSize = 4;
  Features out;
  for (; answer.size() >= kObject && answer[1] == kControlSize; answer = answer.subspan(kObject)) {
    std::uint32_t control = 0;
    for (const std::uint8_t byte : answer.subspan(2, kControlSize)) control = control << 8 | byte;
    out.push_back({answer[0], control});
  }
  return out;
}

Features features_of(const Context& context, SCARDHANDLE connection) {
  struct Answer {
    LONG result;
    std::array<std::uint8_t, MAX_BUFFER_SIZE> bytes;
    DWORD size;
  };
  const auto answer = context.call(context.patience(), [connection](SCARDCONTEXT) {
    Answer got{};
    got.result = library().SCardControl(connection, CM_IOCTL_GET_FEATURE_REQUEST, nullptr, 0,
                                        got.bytes.data(), got.bytes.size(), &got.size);
    return got;
  });
  if (!answer) {
    expect_service(context.patience());
    throw failure(SCARD_E_TIMEOUT);
  }
  if (answer->result != SCARD_S_SUCCESS) return {};
  return parse_features(Bytes(answer->bytes).first(answer->size));
}

std::optional<Features> features_of(const Context& context, const std::string& reader,
                                    std::chrono::milliseconds patience) {
  Connection connection;
  const LONG result = connect(context, reader, SCARD_SHARE_DIRECT, 0, patience, connection);
  if (result == SCARD_E_SHARING_VIOLATION) return std::nullopt;
  if (result != SCARD_S_SUCCESS) throw failure(result, reader);
  Features out = features_of(context, connection.card);
  disconnect(context, connection.card, SCARD_LEAVE_CARD);
  return out;
}

}  // namespace sesame::pcsc
