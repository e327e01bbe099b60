// Text that wipes itself: a PIN on its way from a person to a card. Moved, never copied, never printed.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame {

class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string_view text) : text_(text.begin(), text.end()) {}
  // A moved vector takes its memory along and leaves no copy behind, as a short string would.
  SecretString(SecretString&& other) noexcept = default;
  SecretString& operator=(SecretString&& other) noexcept {
    std::swap(text_, other.text_);
    return *this;
  }
  ~SecretString() { wipe(text_.data(), text_.size()); }

  std::string_view view() const { return {text_.data(), text_.size()}; }
  bool empty() const { return text_.empty(); }

 private:
  std::vector<char> text_;
};

}  // namespace sesame
