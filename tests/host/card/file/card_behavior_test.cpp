#include "host/card/file/card_behavior.hpp"

#include "host/card/file/card_file.hpp"
#include "host/card/file/card_template.hpp"
#include "host/profile/shipped.hpp"
#include "tests/host/card/file/read.hpp"
#include "tests/support/broken.hpp"

namespace sesame::card {
namespace {

using test::read;

std::string_view shipped(std::string_view name) {
  return *profile::shipped_text(profile::ProfileKind::cards, name);
}

TEST_CASE("a card file without [behavior] has the states of every card, and says nothing of them") {
  const Behavior behavior = load_card("sesame-card").behavior;
  REQUIRE(behavior.states.size() == 6);
  CHECK(behavior.wrong.empty());
  for (std::size_t i = 0; i < behavior.states.size(); ++i) {
    CHECK(behavior.states[i].name == kPhaseNames[i]);
    CHECK(behavior.states[i].phase == static_cast<Phase>(i));
    CHECK(behavior.states[i].replies.empty());
    CHECK_FALSE(behavior.states[i].after_error);
  }
}

TEST_CASE("what is wrong with [behavior] is told with file, line, key and what is allowed") {
  const std::string good = std::string(shipped("sesame-card")) + "\n[behavior]\n";
  const auto row = [](std::string bad, std::vector<std::string_view> words) {
    return sesame::test::Broken{"[behavior]\n", std::move(bad), std::move(words)};
  };
  sesame::test::check_refused(
      good,
      {
          row("[behavior]\nafter_error = \"idle\"¶\n",
              {"behavior.after_error is \"idle\"; allowed: nothing_selected, directory, selected, initiated, "
               "first_ac, over"}),
          row("[behavior]\nafter_error = 1¶\n", {"behavior.after_error is an integer; it must be a string"}),
          row("[behavior.selekted]¶\nget_data = \"6985\"\n",
              {"behavior.selekted.like is missing; keys here: like, after_error, select"}),
          row("[behavior.mine]\nlike = \"yours\"¶\n",
              {"behavior.mine.like is \"yours\"; allowed: nothing_selected, directory, selected"}),
          row("[behavior.\"my own\"]¶\nlike = \"over\"\n",
              {"behavior.my own is no name of a state; allowed: 1 to 32 of a to z, 0 to 9, _"}),
          row("[behavior.selected]\nlike = \"over\"¶\n", {"unknown key \"like\" in behavior.selected"}),
          row("[behavior.selected]\nget_date = \"6985\"¶\n",
              {"unknown key \"get_date\" in behavior.selected", "get_data"}),
          row("[behavior.selected]\nget_data = 6985¶\n", {"behavior.selected.get_data is an integer"}),
          row("[behavior.selected]\nget_data = \"69\"¶\n",
              {"behavior.selected.get_data is \"69\"; allowed: processed, or a status word, as in 6985"}),
          row("[behavior.selected]\nget_data = \"9000\"¶\n",
              {"get_data is \"9000\"; allowed: processed, or"}),
          row("[behavior.selected]\nget_data = \"6110\"¶\n", {"get_data is \"6110\"; allowed:"}),
          row("[behavior.selected]\nget_data = \"6C10\"¶\n", {"get_data is \"6C10\"; allowed:"}),
          row("[behavior.selected]\nget_data = \"arqc\"¶\n", {"get_data is \"arqc\"; allowed:"}),
          row("[behavior.selected]\nget_data = {}¶\n",
              {"behavior.selected.get_data is empty; allowed: answer, then, right, wrong"}),
          row("[behavior.selected]\nget_data = { then = \"there\" }¶\n",
              {"behavior.selected.get_data.then is \"there\"; allowed: nothing_selected"}),
          row("[behavior.selected]\nget_data = { answer = \"6985\", right = \"6985\" }¶\n",
              {"unknown key \"answer\" in behavior.selected.get_data", "right, wrong"}),
          row("[behavior.selected]\nget_data = { right = { wrong = \"6985\" } }¶\n",
              {"unknown key \"wrong\" in behavior.selected.get_data.right"}),
          row("[behavior.selected]\ninternal_authenticate = \"processed\"¶\n",
              {"internal_authenticate cannot be processed: this card has no such command; allowed: a "
               "status"}),
          row("[behavior.selected]\ninternal_authenticate = { right = \"6985\" }¶\n",
              {"internal_authenticate has right or wrong; allowed: answer, then"}),
          row("[behavior.selected]\nget_data = { wrong = \"accepted\" }¶\n",
              {"get_data.wrong is \"accepted\"; allowed: processed, or a status word"}),
          row("[behavior.selected]\nget_processing_options = \"accepted\"¶\n",
              {"get_processing_options is \"accepted\"; allowed: processed, or a status word"}),
          row("[behavior.selected]\nget_processing_options = { wrong = \"6\" }¶\n",
              {"get_processing_options.wrong is \"6\"; allowed: accepted, processed, or a status word"}),
          row("[behavior.selected]\ngenerate_ac = \"processed\"¶\n",
              {"generate_ac cannot be processed: there is no transaction"}),
          row("[behavior.selected]\ngenerate_ac = { then = \"over\" }¶\n",
              {"generate_ac cannot be processed: there is no transaction"}),
          row("[behavior.initiated]\ngenerate_ac_arqc = \"tc\"¶\n",
              {"generate_ac_arqc is more than is asked for; allowed: arqc, aac"}),
          row("[behavior.initiated]\ngenerate_ac = \"tc\"¶\n",
              {"generate_ac is more than is asked for; allowed: arqc, aac"}),
          row("[behavior.initiated]\ngenerate_ac_aac = \"arqc\"¶\n",
              {"generate_ac_aac is more than is asked for; allowed: aac"}),
          row("[behavior.first_ac]\ngenerate_ac_tc = \"arqc\"¶\n",
              {"generate_ac_tc is an ARQC after the first cryptogram; allowed: aac, tc"}),
          row("[behavior.wrong]\ninternal_authenticate = \"6985\"¶\n",
              {"unknown key \"internal_authenticate\" in behavior.wrong"}),
          row("[behavior.wrong]\nget_data = \"9000\"¶\n",
              {"behavior.wrong.get_data is \"9000\"; allowed: a status word, as in 6A80"}),
      },
      read);
}

TEST_CASE("a card file has at most 32 states") {
  std::string states;
  for (int i = 0; i < 26; ++i) states += "[behavior.own" + std::to_string(i) + "]\nlike = \"over\"\n";
  const std::string good = std::string(shipped("sesame-card")) + "\n" + states;
  CHECK(read(good, "f.toml").behavior.states.size() == 32);
  sesame::test::check_refused(good + "# one more\n",
                              {{"# one more\n", "[behavior.another]¶\nlike = \"over\"\n", {"at most 32"}}},
                              read);
}

TEST_CASE("a card that is made of another one's file behaves as it does") {
  const auto shown = [](const Personalization& card) {
    std::string out;
    for (const CardState& state : card.behavior.states) {
      out += state.name + "\n";
      for (const auto& [kind, replies] : state.replies) {
        out += std::string(name_of(kind));
        for (const auto& reply : {replies.right, replies.wrong}) {
          if (reply)
            out += " " + answer_text(*reply) + (reply->then ? " " + std::to_string(*reply->then) : "");
        }
        out += "\n";
      }
    }
    return out;
  };
  for (const std::string_view name : {"rabobank-like", "maestro-like"}) {
    const std::string made = personalize(shipped(name), std::nullopt,
                                         [](auto bytes) { std::fill(bytes.begin(), bytes.end(), 7); });
    CHECK(shown(read(made, "made.toml")) == shown(load_card(name)));
    CHECK(shown(load_card(name)) != shown(load_card("sesame-card")));
  }
}

TEST_CASE("whatever is cut off a card's behavior: a card or a named error") {
  const std::string_view text = shipped("maestro-like");
  const std::size_t from = text.find("[behavior]");
  for (std::size_t size = from; size < text.size(); ++size) {
    try {
      static_cast<void>(read(text.substr(0, size), "cut.toml"));
    } catch (const Failure& failure) {
      CHECK(std::string_view(failure.what()).rfind("cut.toml:", 0) == 0);
    }
  }
}

}  // namespace
}  // namespace sesame::card
