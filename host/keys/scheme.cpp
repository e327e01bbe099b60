#include "host/keys/scheme.hpp"

#include <array>
#include <cstddef>

namespace sesame::keys {
namespace {

using Option = MasterKeyOption;
using Method = SessionKeyMethod;

constexpr MacAlgorithm retail = MacAlgorithm::tdes_retail;
constexpr MacAlgorithm cmac = MacAlgorithm::aes_cmac;

constexpr std::array<SchemeRules, 9> table = {{
    {Scheme::cvn10, "cvn10", Option::a, Method::none, retail, Padding::method1},
    {Scheme::cvn16, "cvn16", Option::a, Method::skd, retail, Padding::method2},
    {Scheme::cvn17, "cvn17", Option::a, Method::skd, retail, Padding::method2},
    {Scheme::cvn18, "cvn18", Option::b, Method::csk, retail, Padding::method2},
    {Scheme::cvn20, "cvn20", Option::a, Method::csk, retail, Padding::method2},
    {Scheme::cvn21, "cvn21", Option::a, Method::csk, retail, Padding::method2},
    {Scheme::ccd_3des, "ccd-3des", Option::b, Method::csk, retail, Padding::method2},
    {Scheme::ccd_aes, "ccd-aes", Option::c, Method::aes, cmac, Padding::method2},
    {Scheme::tree, "tree", Option::a, Method::tree, retail, Padding::method2},
}};

}  // namespace

std::span<const SchemeRules> schemes() { return table; }

const SchemeRules& rules(Scheme scheme) { return table[static_cast<std::size_t>(scheme)]; }

std::optional<Scheme> scheme_named(std::string_view name) {
  for (const SchemeRules& row : table) {
    if (row.name == name) return row.scheme;
  }
  return std::nullopt;
}

}  // namespace sesame::keys
