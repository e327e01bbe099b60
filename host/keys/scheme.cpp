#include "host/keys/scheme.hpp"

#include <array>
#include <cstddef>

namespace sesame::keys {
namespace {

using Option = MasterKeyOption;
using Method = SessionKeyMethod;

constexpr MacAlgorithm kRetail = MacAlgorithm::tdes_retail;
constexpr MacAlgorithm kCmac = MacAlgorithm::aes_cmac;

constexpr std::array<SchemeRules, 9> kTable = {{
    {Scheme::cvn10, "cvn10", Option::a, Method::none, kRetail, Padding::method1},
    {Scheme::cvn16, "cvn16", Option::a, Method::skd, kRetail, Padding::method2},
    {Scheme::cvn17, "cvn17", Option::a, Method::skd, kRetail, Padding::method2},
    {Scheme::cvn18, "cvn18", Option::b, Method::csk, kRetail, Padding::method2},
    {Scheme::cvn20, "cvn20", Option::a, Method::csk, kRetail, Padding::method2},
    {Scheme::cvn21, "cvn21", Option::a, Method::csk, kRetail, Padding::method2},
    {Scheme::ccd_3des, "ccd-3des", Option::b, Method::csk, kRetail, Padding::method2},
    {Scheme::ccd_aes, "ccd-aes", Option::c, Method::aes, kCmac, Padding::method2},
    {Scheme::tree, "tree", Option::a, Method::tree, kRetail, Padding::method2},
}};

}  // namespace

std::span<const SchemeRules> schemes() { return kTable; }

const SchemeRules& rules(Scheme scheme) { return kTable[static_cast<std::size_t>(scheme)]; }

std::optional<Scheme> scheme_named(std::string_view name) {
  for (const SchemeRules& row : kTable) {
    if (row.name == name) return row.scheme;
  }
  return std::nullopt;
}

}  // namespace sesame::keys
