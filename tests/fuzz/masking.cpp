// Any responses in: their lengths stay, the status word stays, what codes are made of stays, and what was
// masked once is not found again.
#include "host/transcript/masking.hpp"

#include "firmware/core/emv/tags.hpp"
#include "host/base/hex.hpp"
#include "host/transcript/command_text.hpp"
#include "tests/firmware/core/find_object.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

void require_kept(Bytes before, Bytes after) {
  require(equal(before.last(2), after.last(2)), "the status word stays");
  if (emv::check(before.first(before.size() - 2)).error) return;
  namespace tag = emv::tag;
  for (const emv::Tag each :
       {tag::ac, tag::atc, tag::cid, tag::iad, tag::ipb, tag::iaf, tag::psn, tag::cdol1, tag::cdol2}) {
    const auto was = sesame::test::find_object(before.first(before.size() - 2), each);
    const auto is = sesame::test::find_object(after.first(after.size() - 2), each);
    require(was.has_value() == is.has_value(), "what codes are made of is still there");
    require(!was || equal(*was, *is), "what codes are made of stays");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const unsigned options = input.byte();
  transcript::Masking masking({(options & 1) == 0, (options & 2) == 0});
  while (input.more()) {
    const std::vector<std::uint8_t> before = input.chunk();
    std::vector<std::uint8_t> after = before;
    masking.apply(after);
    require(after.size() == before.size(), "the length stays");
    if (before.size() < 2) continue;
    require_kept(before, after);
    const std::string text = to_hex(before);
    require(masking.mask(text).size() == text.size(), "the length of a text stays");
  }
  return 0;
}
