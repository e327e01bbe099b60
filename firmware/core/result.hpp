// A value or a named error. What std::expected will be when the project moves to C++23.
#pragma once

namespace sesame {

// `Error` is an enum class with a `to_string(Error)` beside it. `Value` is default-constructible.
template <class Value, class Error>
class [[nodiscard]] Result {
 public:
  constexpr Result(const Value& value) : value_(value), ok_(true) {}
  constexpr Result(Error error) : error_(error) {}

  constexpr explicit operator bool() const { return ok_; }
  constexpr const Value& operator*() const { return value_; }  // only where ok
  constexpr const Value* operator->() const { return &value_; }
  constexpr Error error() const { return error_; }  // only where not ok

 private:
  Value value_{};
  Error error_{};
  bool ok_ = false;
};

}  // namespace sesame
