#include "sim/http/http_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#define BOOST_ASIO_NO_DEPRECATED
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "firmware/core/bytes.hpp"
#include "host/base/failure.hpp"
#include "sim/http/channel.hpp"
#include "sim/http/deadlines.hpp"
#include "sim/http/read_buffer.hpp"
#include "sim/http/request_parser.hpp"
#include "sim/http/response_head.hpp"
#include "sim/http/workers.hpp"

namespace sesame::sim {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 65'536;  // bytes of a response
constexpr std::size_t kTogether = 64;    // waits that one job asks
// Connections that are closed before others have their turn; and when they are, whatever else there is to do.
constexpr std::size_t kLeaveAtOnce = 8;
constexpr std::chrono::milliseconds kLeaveWithin{50};
constexpr std::size_t kSpareDescriptors = 64;
constexpr int kBacklog = 4'096;  // where there is no room for a client, it tries again after a second
constexpr std::chrono::milliseconds kAcceptAgain{50};  // where the system has no descriptor left

std::size_t most_connections(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const auto descriptors = static_cast<std::size_t>(limit.rlim_cur);
  return std::min(wanted,
                  descriptors > 2 * kSpareDescriptors ? descriptors - kSpareDescriptors : kSpareDescriptors);
}

// The system doubles a process's table of descriptors where it is full; and where there are threads it then
// waits for every processor, with whoever wants a descriptor. So the table is made before clients come.
void make_room_for_descriptors(int any, std::size_t count) {
  const int last = ::fcntl(any, F_DUPFD_CLOEXEC, static_cast<int>(count));
  if (last >= 0) ::close(last);
}

void wipe_text(std::string& text) {
  wipe(text.data(), text.size());
  text.clear();
}

}  // namespace

class HttpServer::Loop {
 public:
  Loop(const std::string& address, std::uint16_t port, const HttpLimits& limits,
       const std::optional<TlsServerSettings>& tls);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void serve(HttpService& service);
  void stop();

 private:
  class Connection;
  using ConnectionPtr = std::shared_ptr<Connection>;
  using Step = void (Connection::*)();

  void listen_at(const tcp::endpoint& endpoint);
  void accept();
  void accepted(Socket socket);
  bool shed(bool (Connection::*may_go)() const);
  void leave(ConnectionPtr connection);
  void begin_to_let_leave();
  void let_leave();
  void tell_news(const std::string& topic);
  void take_news();
  void ask(const std::vector<ConnectionPtr>& those);
  void work(std::vector<ConnectionPtr> those, Step job, Step then);
  void forget(const std::string& topic, Connection* connection);
  void arm();
  void ring();
  void end();
  void end_if_idle();

  const HttpLimits limits_;
  const std::size_t most_;
  std::optional<TlsContext> tls_;
  asio::io_context io_{1};
  asio::basic_socket_acceptor<tcp, Executor> acceptor_{io_};
  asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> alarm_{io_}, accept_again_{io_},
      patience_{io_};
  HttpService* service_ = nullptr;
  std::list<ConnectionPtr> connections_;  // the one that began to read a request, or to idle, last is last
  std::deque<ConnectionPtr> leaving_;     // all is said, and they are to be closed
  bool letting_leave_ = false;
  std::size_t held_ = 0;  // bytes of bodies that are not whole
  Deadlines<Connection> deadlines_;
  std::optional<Clock::time_point> armed_;
  std::map<std::string, std::set<Connection*>, std::less<>> topics_;
  std::vector<ConnectionPtr> again_;  // there was news of them while they were asked
  std::size_t jobs_ = 0;
  bool starting_ = false;
  bool ending_ = false;

  std::mutex news_mutex_;
  std::set<std::string> news_;
  std::atomic<std::uint64_t> news_count_{0};
  std::atomic<bool> has_listeners_{false};
  std::optional<Workers> workers_;
};

// One client's. All of it belongs to the loop's thread, but for the request and the response while a worker
// has them.
class HttpServer::Loop::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, Socket socket)
      : loop_(loop),
        channel_(std::move(socket), loop.tls_ ? &*loop.tls_ : nullptr),
        parser_(loop.limits_.bounds) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { wipe_all(); }

  void start(std::list<ConnectionPtr>::iterator place);
  void expire();
  bool begin_to_ask();
  void take_answer();
  void asked();
  void end();
  void drop();
  // Nothing is being done for it yet, or any more.
  bool is_expendable() const {
    return state_ == State::greeting || state_ == State::reading || state_ == State::lingering;
  }
  bool is_closed() const { return state_ == State::closed; }
  bool holds_a_body() const { return held_ > 0; }
  void cancel_deadline() { loop_.deadlines_.cancel(deadline_); }

 private:
  enum class State { greeting, reading, handling, waiting, streaming, writing, lingering, closed };

  void greeted(Channel::Greeting greeting);
  void begin_to_read();
  void read();
  void received(std::size_t count);
  void advance();
  RequestParser::Progress parse();
  void wait_for_more();
  bool judge();
  void handle();
  void begin_request();
  void handled();
  void refuse(int status);
  void listen(const Ongoing& ongoing);
  void ask();
  void stream();
  void end_stream();
  void write_part(const std::string& part);
  void answer();
  void write_more();
  void sent();
  void linger();
  void leave();
  void abort();
  void wipe_all();
  void set_deadline(Clock::time_point time);
  void settle_held(std::size_t now);

  Loop& loop_;
  Channel channel_;
  std::list<ConnectionPtr>::iterator place_;
  State state_ = State::reading;
  Deadlines<Connection>::Place deadline_;

  ReadBuffer in_;
  bool reading_ = false, at_end_ = false;  // a read goes on; the client sends nothing more
  RequestParser parser_;
  Clock::time_point read_until_;
  std::size_t held_ = 0;  // of its body, as the loop has counted it
  bool unread_ = false;   // what comes next is, or may be, a part of a request that was refused

  Response response_;
  bool keep_alive_ = true, without_body_ = false, chunked_ = true;
  std::string head_;
  std::size_t sent_ = 0;

  // Of a wait or a stream: at most one question, one part and one topic at a time.
  std::string topic_, part_;
  bool asking_ = false, sending_ = false, has_news_ = false, over_ = false;
  bool gone_ = false;              // at_end_ as the question was put
  std::uint64_t news_before_ = 0;  // how much there had been as the request was begun
  std::optional<Response> answered_;
  std::optional<std::string> next_part_;
};

// ---- reading

void HttpServer::Loop::Connection::start(std::list<ConnectionPtr>::iterator place) {
  place_ = place;
  if (!channel_.is_secure()) return begin_to_read();
  state_ = State::greeting;
  set_deadline(Clock::now() + loop_.limits_.handshake);
  channel_.greet([self = shared_from_this()](Channel::Greeting greeting) { self->greeted(greeting); });
}

void HttpServer::Loop::Connection::greeted(Channel::Greeting greeting) {
  if (state_ == State::closed) return;
  // The client has been told why, or has left.
  if (greeting == Channel::Greeting::failed) return linger();
  state_ = State::reading;
  if (greeting == Channel::Greeting::plain_http) {
    unread_ = true;
    response_ =
        response_of({400, "https_only", "this port speaks HTTPS", "write https:// where the address begins"});
    return answer();
  }
  parser_.come_from(channel_.client());
  begin_to_read();
}

void HttpServer::Loop::Connection::begin_to_read() {
  set_deadline(Clock::now() + loop_.limits_.idle);
  read();
}

// Also while a request is worked on: what comes then is the next one, or the end.
void HttpServer::Loop::Connection::read() {
  if (reading_ || at_end_ || state_ == State::closed) return;
  const std::span<char> room = in_.room();
  if (room.empty()) return;
  reading_ = true;
  channel_.read(room, [self = shared_from_this()](const Error& error, std::size_t count) {
    self->reading_ = false;
    if (error && error != asio::error::eof) self->drop();
    self->at_end_ = static_cast<bool>(error);
    self->received(count);
  });
}

void HttpServer::Loop::Connection::received(std::size_t count) {
  in_.commit(count);
  if (state_ == State::closed) return;
  if (state_ == State::reading) advance();
  if (state_ == State::lingering) in_.clear();
  if (at_end_) {
    if (is_expendable() || state_ == State::streaming) drop();
    if (state_ == State::waiting) ask();
  }
  read();
}

void HttpServer::Loop::Connection::advance() {
  while (state_ == State::reading) {
    switch (parse()) {
      case RequestParser::Progress::more: return wait_for_more();
      case RequestParser::Progress::head:
        if (!judge()) return;
        break;
      case RequestParser::Progress::whole: return handle();
      case RequestParser::Progress::refused: unread_ = true; return refuse(parser_.mistake());
    }
  }
}

RequestParser::Progress HttpServer::Loop::Connection::parse() {
  if (!parser_.begun()) read_until_ = Clock::now() + loop_.limits_.request;
  std::string_view bytes = in_.view();
  const RequestParser::Progress progress = parser_.take(bytes);
  in_.consume(in_.view().size() - bytes.size());
  return progress;
}

void HttpServer::Loop::Connection::wait_for_more() {
  set_deadline(parser_.begun() ? read_until_ : Clock::now() + loop_.limits_.idle);
  settle_held(parser_.held());
  while (loop_.held_ > loop_.limits_.bodies && loop_.shed(&Connection::holds_a_body)) {
  }
}

// False: the request is refused without its body.
bool HttpServer::Loop::Connection::judge() {
  if (auto refusal = loop_.service_->judge(parser_.request())) {
    response_ = std::move(*refusal);
    unread_ = true;
    answer();
    return false;
  }
  if (parser_.expects_continue() && in_.empty()) {
    // A client that has not even read the last response waits in vain.
    if (!channel_.send_now("HTTP/1.1 100 Continue\r\n\r\n")) drop();
  }
  return state_ == State::reading;
}

// ---- working

void HttpServer::Loop::Connection::handle() {
  state_ = State::handling;
  settle_held(0);
  cancel_deadline();
  loop_.work({shared_from_this()}, &Connection::begin_request, &Connection::handled);
}

void HttpServer::Loop::Connection::begin_request() {
  news_before_ = loop_.news_count_;
  response_ = loop_.service_->begin(parser_.request());
}

void HttpServer::Loop::Connection::handled() {
  if (state_ == State::closed) {
    response_ = {};
  } else if (response_.wait) {
    state_ = State::waiting;
    listen(*response_.wait);
    // It was asked as it was begun.
    const bool has_changed = loop_.news_count_ != news_before_ || at_end_ || loop_.ending_;
    has_changed ? ask() : set_deadline(response_.wait->again());
  } else {
    answer();
  }
}

void HttpServer::Loop::Connection::refuse(int status) {
  settle_held(0);
  response_ = loop_.service_->refuse(status);
  answer();
}

// What happens from here on is news; what has happened until now, a question finds.
void HttpServer::Loop::Connection::listen(const Ongoing& ongoing) {
  topic_ = ongoing.topic();
  loop_.topics_[topic_].insert(this);
  loop_.has_listeners_ = true;
}

void HttpServer::Loop::Connection::ask() {
  if (begin_to_ask()) loop_.work({shared_from_this()}, &Connection::take_answer, &Connection::asked);
}

// False: the news waits until what goes on is over.
bool HttpServer::Loop::Connection::begin_to_ask() {
  has_news_ = asking_ || sending_;
  if (has_news_) return false;
  asking_ = true;
  gone_ = at_end_;
  cancel_deadline();
  return true;
}

void HttpServer::Loop::Connection::take_answer() {
  if (response_.wait) {
    answered_ = response_.wait->ask(gone_);
    if (answered_) response_.wait.reset();  // here, as others wait for the loop's thread
    return;
  }
  try {
    next_part_ = response_.feed->next();
  } catch (const std::exception&) {
    next_part_.reset();  // out of memory: the client comes back
  }
}

void HttpServer::Loop::Connection::asked() {
  asking_ = false;
  if (state_ == State::closed) return;
  if (state_ == State::streaming) return stream();
  if (answered_) {
    response_ = std::move(*answered_);
    answered_.reset();
    return answer();
  }
  if (loop_.ending_) return refuse(503);
  has_news_ ? loop_.again_.push_back(shared_from_this()) : set_deadline(response_.wait->again());
}

// ---- writing

void HttpServer::Loop::Connection::answer() {
  loop_.forget(topic_, this);
  keep_alive_ = !unread_ && !loop_.ending_ && parser_.keeps_alive();
  without_body_ = parser_.request().method == "HEAD";
  chunked_ = parser_.is_http_1_1();
  const bool streams = response_.feed != nullptr;
  if (streams && !chunked_) keep_alive_ = false;
  head_ = head_of(response_, {chunked_, keep_alive_, loop_.limits_.idle});
  parser_.next();
  cancel_deadline();
  sent_ = 0;
  if (streams && !without_body_) {
    state_ = State::streaming;
    listen(*response_.feed);
    write_part(head_);
  } else {
    state_ = State::writing;
    write_more();
  }
}

// In pieces: each has its time, and a client that takes none is let go.
void HttpServer::Loop::Connection::write_more() {
  const std::string_view body = without_body_ ? std::string_view() : std::string_view(response_.body);
  const std::string_view head = std::string_view(head_).substr(std::min(sent_, head_.size()));
  const std::string_view rest = body.substr(sent_ - std::min(sent_, head_.size())).substr(0, kAtOnce);
  if (head.empty() && rest.empty()) return sent();
  set_deadline(Clock::now() + loop_.limits_.write);
  channel_.write({head, rest}, [self = shared_from_this()](const Error& error, std::size_t count) {
    if (error) return self->drop();
    self->sent_ += count;
    if (self->state_ == State::writing) self->write_more();
  });
}

void HttpServer::Loop::Connection::sent() {
  wipe_all();
  response_ = {};
  if (!keep_alive_ || loop_.ending_) return unread_ || !in_.empty() ? linger() : leave();
  state_ = State::reading;
  loop_.connections_.splice(loop_.connections_.end(), loop_.connections_, place_);
  advance();
  if (at_end_ && state_ == State::reading) drop();
  read();
}

// Lets the client read the response: a close with something unread would throw that away (RFC 9112, 9.6).
void HttpServer::Loop::Connection::linger() {
  channel_.finish();
  state_ = State::lingering;
  in_.clear();
  if (at_end_) return drop();
  set_deadline(Clock::now() + loop_.limits_.linger);
  read();
}

// Its close can wait, for a little, while others are to be answered.
void HttpServer::Loop::Connection::leave() {
  state_ = State::lingering;
  set_deadline(Clock::now() + kLeaveWithin);
  loop_.leave(shared_from_this());
}

void HttpServer::Loop::Connection::stream() {
  if (!next_part_ || loop_.ending_) return end_stream();
  if (!next_part_->empty()) {
    write_part(chunked_ ? chunk_of(*next_part_) : *next_part_);
    wipe_text(*next_part_);
  } else {
    has_news_ ? ask() : set_deadline(response_.feed->again());
  }
}

void HttpServer::Loop::Connection::end_stream() {
  loop_.forget(topic_, this);
  over_ = true;
  if (chunked_) return write_part(chunk_of(""));
  drop();
}

void HttpServer::Loop::Connection::write_part(const std::string& part) {
  sending_ = true;
  part_ = part;
  set_deadline(Clock::now() + loop_.limits_.write);
  channel_.write({part_, {}}, [self = shared_from_this()](const Error& error, std::size_t) {
    self->sending_ = false;
    wipe_text(self->part_);
    if (error || self->state_ == State::closed) return self->drop();
    std::exchange(self->over_, false) ? self->sent() : self->ask();
  });
}

// ---- ending

void HttpServer::Loop::Connection::expire() {
  switch (state_) {
    case State::reading:
      if (!parser_.begun()) return drop();
      unread_ = true;
      return refuse(408);
    case State::waiting: return ask();
    case State::streaming: return sending_ ? abort() : ask();
    case State::writing: return abort();
    case State::greeting:
    case State::handling:
    case State::lingering:
    case State::closed: return drop();
  }
}

// What was not taken is not kept for the client either.
void HttpServer::Loop::Connection::abort() {
  channel_.abort();
  drop();
}

// What is being asked, done or sent just now comes to its end by itself.
void HttpServer::Loop::Connection::end() {
  if (is_expendable()) return drop();
  if (asking_ || sending_) return;
  if (state_ == State::waiting) return refuse(503);
  if (state_ == State::streaming) end_stream();
}

void HttpServer::Loop::Connection::drop() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  cancel_deadline();
  settle_held(0);
  loop_.forget(topic_, this);
  channel_.close();
  const ConnectionPtr self = std::move(*place_);
  loop_.connections_.erase(place_);
  loop_.end_if_idle();
}

void HttpServer::Loop::Connection::wipe_all() {
  for (std::string* text : {&response_.body, &head_, &part_}) wipe_text(*text);
}

void HttpServer::Loop::Connection::set_deadline(Clock::time_point time) {
  if (state_ == State::closed) return;
  loop_.deadlines_.set(deadline_, time, this);
  loop_.arm();
}

void HttpServer::Loop::Connection::settle_held(std::size_t now) {
  loop_.held_ += now;
  loop_.held_ -= std::exchange(held_, now);
}

// ---- the loop

HttpServer::Loop::Loop(const std::string& address, std::uint16_t port, const HttpLimits& limits,
                       const std::optional<TlsServerSettings>& tls)
    : limits_(limits), most_(most_connections(limits.connections)) {
  if (tls) tls_.emplace(*tls);
  Error error;
  const auto flags = tcp::resolver::passive | tcp::resolver::numeric_service;
  const auto found = tcp::resolver(io_).resolve(address, std::to_string(port), flags, error);
  std::string why = "no such address";
  for (const auto& one : found) {
    try {
      listen_at(one.endpoint());
      make_room_for_descriptors(acceptor_.native_handle(), most_);
      return;
    } catch (const boost::system::system_error& failure) {
      why = failure.code().message();
    }
  }
  throw Failure(Failure::environment, fmt::format("cannot listen at {}:{}: {}", address, port, why));
}

// Alone: with SO_REUSEPORT another process could listen there, too.
void HttpServer::Loop::listen_at(const tcp::endpoint& endpoint) {
  asio::basic_socket_acceptor<tcp, Executor> acceptor(io_);
  acceptor.open(endpoint.protocol());
  ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.set_option(tcp::no_delay(true));  // what Linux accepts there has it, too
  acceptor.bind(endpoint);
  acceptor.listen(kBacklog);
  acceptor_ = std::move(acceptor);
}

void HttpServer::Loop::serve(HttpService& service) {
  service_ = &service;
  workers_.emplace(limits_.workers);
  service.on_news([this](const std::string& topic) { tell_news(topic); });
  const auto until_end = asio::make_work_guard(io_);
  accept();
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::bad_alloc&) {
      // The rest goes on; its deadline ends whatever that was.
    }
  }
  service.on_news({});
  workers_.reset();
  // What the closed connections had begun.
  io_.restart();
  io_.poll();
}

void HttpServer::Loop::stop() {
  asio::post(io_, [this] { end(); });
}

void HttpServer::Loop::accept() {
  acceptor_.async_accept([this](const Error& error, Socket socket) {
    if (ending_) return;
    if (!error) {
      accepted(std::move(socket));
      return accept();
    }
    // No descriptor, or no memory.
    shed(&Connection::is_expendable);
    accept_again_.expires_after(kAcceptAgain);
    accept_again_.async_wait([this](const Error& cancelled) {
      if (!cancelled) accept();
    });
  });
}

void HttpServer::Loop::accepted(Socket socket) {
  if (connections_.size() >= most_ && !shed(&Connection::is_expendable)) return;
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  connections_.push_back(std::make_shared<Connection>(*this, std::move(socket)));
  connections_.back()->start(std::prev(connections_.end()));
}

// Lets the first go that may.
bool HttpServer::Loop::shed(bool (Connection::*may_go)() const) {
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [&](const ConnectionPtr& one) { return ((*one).*may_go)(); });
  if (found == connections_.end()) return false;
  (*found)->drop();
  return true;
}

void HttpServer::Loop::leave(ConnectionPtr connection) {
  leaving_.push_back(std::move(connection));
  while (leaving_.front()->is_closed()) leaving_.pop_front();  // its time was over
  begin_to_let_leave();
}

void HttpServer::Loop::begin_to_let_leave() {
  if (jobs_ > 0 || leaving_.empty() || std::exchange(letting_leave_, true)) return;
  asio::post(io_, [this] { let_leave(); });
}

void HttpServer::Loop::let_leave() {
  letting_leave_ = false;
  for (std::size_t i = 0; i < kLeaveAtOnce && !leaving_.empty(); ++i) {
    leaving_.front()->drop();
    leaving_.pop_front();
  }
  begin_to_let_leave();
}

void HttpServer::Loop::tell_news(const std::string& topic) {
  ++news_count_;
  if (!has_listeners_) return;
  const std::lock_guard lock(news_mutex_);
  const bool first = news_.empty();
  news_.insert(topic);
  if (first) asio::post(io_, [this] { take_news(); });
}

void HttpServer::Loop::take_news() {
  std::set<std::string> news;
  {
    const std::lock_guard lock(news_mutex_);
    news.swap(news_);
  }
  news.insert("");  // those that listen to all
  for (const std::string& topic : news) {
    const auto listeners = topics_.find(topic);
    if (listeners == topics_.end()) continue;
    std::vector<ConnectionPtr> those;
    for (Connection* one : listeners->second) those.push_back(one->shared_from_this());
    ask(those);
  }
}

// Some in one job: each would wait for the other's turn at the same reader anyway.
void HttpServer::Loop::ask(const std::vector<ConnectionPtr>& those) {
  std::vector<ConnectionPtr> together;
  const auto ask_them = [&] {
    if (!together.empty()) work(std::exchange(together, {}), &Connection::take_answer, &Connection::asked);
  };
  for (const ConnectionPtr& one : those) {
    if (one->begin_to_ask()) together.push_back(one);
    if (together.size() == kTogether) ask_them();
  }
  ask_them();
}

// The job in another thread, one after the other, and what follows it in this one. To wake a thread takes
// time: it is done once for all jobs that come together.
void HttpServer::Loop::work(std::vector<ConnectionPtr> those, Step job, Step then) {
  if (!starting_) {
    asio::post(io_, [this] {
      starting_ = false;
      if (workers_) workers_->start();
    });
    starting_ = true;
  }
  workers_->add([this, those = std::move(those), job, then]() mutable {
    for (const ConnectionPtr& one : those) ((*one).*job)();
    asio::post(io_, [this, those = std::move(those), then] {
      --jobs_;
      for (const ConnectionPtr& one : those) {
        try {
          ((*one).*then)();
        } catch (const std::bad_alloc&) {
          one->drop();  // and the others go on
        }
      }
      if (!again_.empty()) ask(std::exchange(again_, {}));
      begin_to_let_leave();
      end_if_idle();
    });
  });
  ++jobs_;  // now that memory sufficed
}

void HttpServer::Loop::forget(const std::string& topic, Connection* connection) {
  const auto listeners = topics_.find(topic);
  if (listeners == topics_.end()) return;
  listeners->second.erase(connection);
  if (listeners->second.empty()) topics_.erase(listeners);
  has_listeners_ = !topics_.empty();
}

// One alarm, for the first deadline of all. Where it comes too early, it is set again.
void HttpServer::Loop::arm() {
  const auto first = deadlines_.first();
  if (!first || (armed_ && *armed_ <= *first)) return;
  armed_ = first;
  alarm_.expires_at(*first);
  alarm_.async_wait([this](const Error& error) {
    if (!error) ring();
  });
}

void HttpServer::Loop::ring() {
  armed_.reset();
  const auto now = Clock::now();
  while (Connection* one = deadlines_.due(now)) {
    const ConnectionPtr self = one->shared_from_this();
    self->cancel_deadline();
    self->expire();
  }
  arm();
}

void HttpServer::Loop::end() {
  if (std::exchange(ending_, true)) return;
  Error error;
  acceptor_.close(error);
  accept_again_.cancel();
  for (const ConnectionPtr& one : std::vector<ConnectionPtr>(connections_.begin(), connections_.end()))
    one->end();
  patience_.expires_after(limits_.end);
  patience_.async_wait([this](const Error& cancelled) {
    if (cancelled) return;
    for (const ConnectionPtr& one : std::vector<ConnectionPtr>(connections_.begin(), connections_.end()))
      one->drop();
    end_if_idle();
  });
  end_if_idle();
}

void HttpServer::Loop::end_if_idle() {
  if (ending_ && connections_.empty() && jobs_ == 0) io_.stop();
}

// ----

HttpServer::HttpServer(const std::string& address, std::uint16_t port, HttpLimits limits,
                       const std::optional<TlsServerSettings>& tls)
    : loop_(std::make_unique<Loop>(address, port, limits, tls)) {}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return loop_->port(); }

void HttpServer::serve(HttpService& service) { loop_->serve(service); }

void HttpServer::stop() { loop_->stop(); }

}  // namespace sesame::sim
