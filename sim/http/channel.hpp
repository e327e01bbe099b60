// A client's connection, for http_server.cpp: a socket of Asio, with or without TLS on it. At most one read
// and one write at a time, all in the loop's thread. What is called when one is done must keep the channel
// alive.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#define BOOST_ASIO_NO_DEPRECATED
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "sim/http/tls.hpp"

namespace sesame::sim {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;

class Channel {
 public:
  using Pieces = std::array<std::string_view, 2>;
  enum class Greeting : std::uint8_t { done, plain_http, failed };

  // Without a context: no TLS.
  Channel(Socket socket, const TlsContext* tls) : socket_(std::move(socket)) {
    if (tls != nullptr) tls_.emplace(*tls, socket_.native_handle());
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool is_secure() const { return tls_.has_value(); }
  std::optional<ClientCertificate> client() const { return tls_ ? tls_->client() : std::nullopt; }

  // Once, before anything else where is_secure(); done(Greeting). Unless it is `done` there is no TLS any
  // more: what comes is read, and what is written is sent, as it is.
  template <class Done>
  void greet(Done done) {
    socket_.async_wait(Socket::wait_read, [this, done = std::move(done)](const Error& error) mutable {
      if (error) return done(Greeting::failed);
      if (begins_as_http()) {
        tls_.reset();
        return done(Greeting::plain_http);
      }
      go_on([this] { return tls_->shake_hands(); },
            [this, done = std::move(done)](const Error& failed, std::size_t) mutable {
              if (failed) tls_.reset();
              done(failed ? Greeting::failed : Greeting::done);
            });
    });
  }

  // What has come, at least one byte: done(error, count). After finish() it is to be thrown away.
  template <class Done>
  void read(std::span<char> room, Done done) {
    if (!tls_) return socket_.async_read_some(asio::buffer(room.data(), room.size()), std::move(done));
    go_on_after(
        tls_->holds_bytes() ? Next::at_once : Next::when_readable,
        [this, room] { return tls_ ? tls_->read(room) : read_as_it_is(room); }, std::move(done));
  }

  // All of them: done(error, count). They stay where they are until then.
  template <class Done>
  void write(const Pieces& pieces, Done done) {
    if (!tls_) {
      const std::array<asio::const_buffer, 2> buffers{asio::buffer(pieces[0]), asio::buffer(pieces[1])};
      asio::async_write(socket_, buffers, std::move(done));
      return;
    }
    unsent_ = pieces;
    is_writing_ = true;
    go_on_after(
        Next::at_once, [this] { return write_some(); },
        [this, count = pieces[0].size() + pieces[1].size(), done = std::move(done)](const Error& error,
                                                                                    std::size_t) mutable {
          is_writing_ = false;
          done(error, count);
        });
  }

  // The little that nothing is to wait for. False: it was sent in part, or the connection broke.
  bool send_now(std::string_view bytes) {
    if (tls_) return tls_->write(bytes, false).count == bytes.size();
    Error error;
    socket_.non_blocking(true, error);
    return socket_.send(asio::buffer(bytes), 0, error) == bytes.size() || error == asio::error::would_block;
  }

  // Nothing more is sent.
  void finish() {
    if (tls_) tls_->finish();
    tls_.reset();
    Error error;
    socket_.shutdown(Socket::shutdown_send, error);
  }
  void close() {
    if (tls_ && !is_writing_) tls_->finish();
    Error error;
    socket_.close(error);
  }
  // What was not taken is not kept for the client either.
  void abort() {
    Error error;
    socket_.set_option(asio::socket_base::linger(true, 0), error);
    is_writing_ = true;
    close();
  }

 private:
  using Next = TlsSession::Next;
  using Outcome = TlsSession::Outcome;

  // Takes the step again and again, each in its turn, until it has come to something: done(error, count).
  template <class Step, class Done>
  void go_on(Step step, Done done) {
    if (!socket_.is_open()) return done(asio::error::operation_aborted, 0);
    const Outcome outcome = step();
    switch (outcome.next) {
      case Next::done: return done(Error(), outcome.count);
      case Next::ended: return done(asio::error::eof, 0);
      case Next::broken: return done(asio::error::connection_reset, 0);
      case Next::when_readable:
      case Next::when_writable:
      case Next::at_once: go_on_after(outcome.next, std::move(step), std::move(done));
    }
  }
  template <class Step, class Done>
  void go_on_after(Next next, Step step, Done done) {
    auto rest = [this, step = std::move(step), done = std::move(done)](const Error& error) mutable {
      if (error) return done(error, 0);
      go_on(std::move(step), std::move(done));
    };
    if (next == Next::at_once)
      asio::post(socket_.get_executor(), [rest = std::move(rest)]() mutable { rest(Error()); });
    else
      socket_.async_wait(next == Next::when_readable ? Socket::wait_read : Socket::wait_write,
                         std::move(rest));
  }

  // RFC 9110, 9: a method is capital letters. A TLS record of a handshake begins with 22 (RFC 8446, 5.1).
  bool begins_as_http() {
    char first = 0;
    return ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && first >= 'A' &&
           first <= 'Z';
  }

  Outcome read_as_it_is(std::span<char> room) {
    const ssize_t count = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
    if (count > 0) return {Next::done, static_cast<std::size_t>(count)};
    if (count == 0) return {Next::ended};
    return {errno == EAGAIN || errno == EINTR ? Next::when_readable : Next::broken};
  }

  // A record each, until all is sent or the socket is full.
  Outcome write_some() {
    for (;;) {
      std::string_view& piece = unsent_[0].empty() ? unsent_[1] : unsent_[0];
      if (piece.empty()) return {Next::done};
      const std::size_t now = std::min(piece.size(), TlsSession::kLargestRecord);
      const Outcome outcome = tls_->write(piece.substr(0, now), now < unsent_[0].size() + unsent_[1].size());
      if (outcome.next != Next::done) return outcome;
      piece.remove_prefix(outcome.count);
    }
  }

  Socket socket_;
  std::optional<TlsSession> tls_;
  Pieces unsent_;
  bool is_writing_ = false;  // by TLS: part of a record may be on its way
};

}  // namespace sesame::sim
