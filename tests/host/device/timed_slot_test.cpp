// A driver that hangs does not hang who asks.
#include "host/device/timed_slot.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <string>
#include <vector>

#include "host/failure.hpp"

namespace sesame {
namespace {

using namespace std::chrono_literals;

constexpr SlotLimits kLong{60s, 60s};
constexpr SlotLimits kShort{1ms, 1ms};

// What happened in the slot, and what it waits for.
struct Script {
  std::promise<void> go_on;
  std::shared_future<void> gone_on = go_on.get_future().share();
  std::promise<void> ended;
  std::vector<std::string> calls;
};

class ScriptedSlot final : public CardSlot {
 public:
  explicit ScriptedSlot(std::shared_ptr<Script> script) : script_(std::move(script)) {}
  ~ScriptedSlot() override { script_->ended.set_value(); }

  SlotStatus activate(emv::ResponseBuffer& answer) override { return say("activate", answer); }
  SlotStatus warm_reset(emv::ResponseBuffer& answer) override { return say("warm reset", answer); }
  SlotStatus transmit(Bytes command, emv::ResponseBuffer& answer) override {
    if (command.empty()) script_->gone_on.wait();
    if (!command.empty() && command[0] == 0xFF) throw Failure(Exit::environment, "the disk is full");
    return say("transmit", answer);
  }
  SlotStatus verify_on_pad(Bytes command, emv::ResponseBuffer& answer) override {
    if (command.empty()) return say("pad", answer);
    script_->gone_on.wait();
    return SlotStatus::mute;
  }
  void deactivate() override { script_->calls.push_back("deactivate"); }

 private:
  SlotStatus say(const std::string& call, emv::ResponseBuffer& answer) {
    script_->calls.push_back(call);
    return answer.append(std::array<std::uint8_t, 2>{0x90, 0x00}) ? SlotStatus::ok : SlotStatus::garbled;
  }

  std::shared_ptr<Script> script_;
};

}  // namespace

TEST_CASE("every call reaches the slot, and its answer the caller") {
  const auto script = std::make_shared<Script>();
  {
    TimedSlot slot(std::make_unique<ScriptedSlot>(script), kLong);
    emv::ResponseBuffer answer;
    CHECK(slot.activate(answer) == SlotStatus::ok);
    CHECK(answer.size() == 2);
    CHECK(slot.warm_reset(answer) == SlotStatus::ok);
    CHECK(slot.transmit(std::array<std::uint8_t, 4>{0x00, 0x20, 0x00, 0x80}, answer) == SlotStatus::ok);
    CHECK(slot.verify_on_pad({}, answer) == SlotStatus::ok);
    CHECK(answer.size() == 2);
    slot.deactivate();
  }
  CHECK(script->calls == std::vector<std::string>{"activate", "warm reset", "transmit", "pad", "deactivate"});
  script->ended.get_future().get();
}

TEST_CASE("what the slot throws reaches the caller, and the slot goes on") {
  const auto script = std::make_shared<Script>();
  TimedSlot slot(std::make_unique<ScriptedSlot>(script), kLong);
  emv::ResponseBuffer answer;
  CHECK_THROWS_WITH(slot.transmit(std::array<std::uint8_t, 1>{0xFF}, answer), "the disk is full");
  CHECK(slot.activate(answer) == SlotStatus::ok);
}

TEST_CASE("a slot that takes too long is mute, and stays so until it has come back") {
  const auto script = std::make_shared<Script>();
  {
    TimedSlot slot(std::make_unique<ScriptedSlot>(script), kShort);
    emv::ResponseBuffer answer;
    CHECK(slot.transmit({}, answer) == SlotStatus::mute);
    CHECK(slot.activate(answer) == SlotStatus::mute);
    CHECK(answer.empty());
    slot.deactivate();
  }
  // The caller is gone; the call ends whenever it does, and the slot with it.
  CHECK(script->calls.empty());
  script->go_on.set_value();
  script->ended.get_future().get();
  CHECK(script->calls == std::vector<std::string>{"transmit"});
}

TEST_CASE("a pinpad that takes too long is no mute card: a PIN may still be sent there") {
  const auto script = std::make_shared<Script>();
  {
    TimedSlot slot(std::make_unique<ScriptedSlot>(script), kShort);
    emv::ResponseBuffer answer;
    CHECK_THROWS_WITH(slot.verify_on_pad(std::array<std::uint8_t, 1>{0x00}, answer),
                      Catch::Matchers::Contains("press cancel on it"));
  }
  script->go_on.set_value();
  script->ended.get_future().get();
}

}  // namespace sesame
