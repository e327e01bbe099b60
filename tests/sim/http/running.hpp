// A server in the process of its test, whose service is made of the few things that matter to it.
#pragma once

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "sim/http/http_server.hpp"
#include "tests/sim/http/client.hpp"

namespace sesame::sim {

using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;

// A switch that others may wait for.
class Flag {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    is_set_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 30s, [this] { return is_set_; });
  }
  bool is_set() {
    const std::lock_guard lock(mutex_);
    return is_set_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_set_ = false;
};

struct Shared {
  Flag come, gone, free;  // what is waited for has come; a wait or a feed has ended; a slow handler may go on
  std::atomic<int> begun{0};
  std::atomic<int> asked{0};
};

class TestWait final : public Wait {
 public:
  explicit TestWait(Shared& shared) : shared_(shared) {}
  ~TestWait() override { shared_.gone.set(); }
  const std::string& topic() const override { return topic_; }
  Clock::time_point again() const override { return Clock::now() + 60s; }
  std::optional<Response> ask(bool gone) override {
    ++shared_.asked;
    if (!gone && !shared_.come.is_set()) return std::nullopt;
    Response response;
    response.body = gone ? "\"given up\"" : "\"come\"";
    return response;
  }

 private:
  Shared& shared_;
  std::string topic_ = "reader";
};

class TestFeed final : public Feed {
 public:
  TestFeed(Shared& shared, std::size_t size) : shared_(shared), size_(size) {}
  ~TestFeed() override { shared_.gone.set(); }
  const std::string& topic() const override { return topic_; }
  Clock::time_point again() const override { return Clock::now() + 60s; }
  std::optional<std::string> next() override {
    ++shared_.asked;
    return std::string(size_, 'x');
  }

 private:
  Shared& shared_;
  std::size_t size_;
  std::string topic_;
};

class TestService final : public HttpService {
 public:
  explicit TestService(Shared& shared) : shared_(shared) {}

  std::optional<Response> judge(const Request& head) override {
    if (head.path != "/refused") return std::nullopt;
    return refuse(403);
  }
  Response begin(const Request& request) override {
    ++shared_.begun;
    Response response;
    if (request.path == "/wait") {
      const auto wait = std::make_shared<TestWait>(shared_);
      if (auto answer = wait->ask(false)) return std::move(*answer);
      response.wait = wait;
    }
    if (request.path == "/quiet") response.feed = std::make_shared<TestFeed>(shared_, 0);
    if (request.path == "/flood") response.feed = std::make_shared<TestFeed>(shared_, 100'000);
    if (request.path == "/big") response.body.assign(64u << 20, 'x');
    if (request.path == "/slow") shared_.free.wait();
    if (request.path == "/who" && request.client)
      response.body =
          request.client->common_name + " " + request.client->serial + " " + request.client->sha256;
    if (request.path == "/echo") response.body = request.method + " " + request.body;
    return response;
  }
  Response refuse(int status) override {
    Response response;
    response.status = status;
    if (status == 503) response.headers.emplace_back("Retry-After", "2");
    return response;
  }
  void on_news(std::function<void(const std::string&)> news) override {
    const std::lock_guard lock(mutex_);
    news_ = std::move(news);
  }
  void publish(const std::string& topic) {
    const std::lock_guard lock(mutex_);
    if (news_) news_(topic);
  }

 private:
  Shared& shared_;
  std::mutex mutex_;
  std::function<void(const std::string&)> news_;
};

class Running {
 public:
  explicit Running(HttpLimits limits = {}, const std::optional<TlsServerSettings>& tls = std::nullopt)
      : service_(shared), server_("127.0.0.1", 0, with_descriptors(limits), tls) {
    thread_ = std::thread([this] { server_.serve(service_); });
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    shared.free.set();
    stop();
  }

  Wire wire(const std::string& bytes = "") const {
    Wire wire(server_.port());
    wire.send(bytes);
    return wire;
  }
  std::uint16_t port() const { return server_.port(); }
  Answer get(const std::string& path) const { return wire(request("GET", path)).receive(); }
  void publish(const std::string& topic) { service_.publish(topic); }
  // Ends it, and waits for that.
  void stop() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }
  void begin_to_stop() { server_.stop(); }

  static std::string request(const std::string& method, const std::string& path,
                             const std::string& headers = "") {
    return method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
  }

  Shared shared;

 private:
  // Both ends of each connection are in this process.
  static HttpLimits with_descriptors(HttpLimits limits) {
    rlimit most{};
    ::getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &most);
    return limits;
  }

  TestService service_;
  HttpServer server_;
  std::thread thread_;
};

inline HttpLimits with(const std::function<void(HttpLimits&)>& change) {
  HttpLimits limits;
  change(limits);
  return limits;
}

// Of this process.
inline std::size_t threads() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("Threads:", 0) == 0) return std::stoul(line.substr(8));
  }
  return 0;
}

}  // namespace sesame::sim
