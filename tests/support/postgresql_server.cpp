#include "tests/support/postgresql_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <stdexcept>

namespace sesame::test {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{60};
constexpr std::string_view kReady = "database system is ready to accept connections";

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("no PostgreSQL server: " + what); }

// Of the newest version there is.
std::string bin_folder() {
  fs::path newest;
  int version = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int its = std::atoi(entry.path().filename().c_str());
    if (its <= version || !fs::exists(entry.path() / "bin/postgres")) continue;
    version = its;
    newest = entry.path() / "bin";
  }
  if (newest.empty()) fail("there is none in /usr/lib/postgresql; install postgresql");
  return newest;
}

// It refuses to run as root.
const passwd* ordinary_user() {
  if (::geteuid() != 0) return nullptr;
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = ::getpwnam(name)) return user;
  }
  fail("root may not run it, and there is neither a user postgres nor a user nobody");
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; ++at) ++found;
  return found;
}

}  // namespace

PostgresqlServer::PostgresqlServer(Sync sync) : bin_(bin_folder()), sync_(sync) {
  if (const passwd* user = ordinary_user()) {
    if (::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
      fail("its folder is not to be given away");
  }
  const pid_t initdb = spawn("initdb", {"-D", folder_.file("data"), "-U", "sesame", "-A", "trust", "-E",
                                        "UTF8", "--locale=C", "--no-sync", "--no-instructions"});
  listener_.join();
  int status = 0;
  if (::waitpid(initdb, &status, 0) != initdb || status != 0) fail("initdb says " + log());
  folder_.write("data/pg_hba.conf", "local all guarded scram-sha-256\nlocal all all trust\n");
  start();
}

PostgresqlServer::~PostgresqlServer() { end(SIGQUIT); }  // which leaves no shared memory

// With its output in our log, until the last process that has it is gone.
pid_t PostgresqlServer::spawn(const std::string& program, const std::vector<std::string>& arguments) {
  const passwd* const user = ordinary_user();
  const std::string path = bin_ + "/" + program, folder = folder_.path();
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("no pipe");
  const pid_t parent = ::getpid(), child = ::fork();
  if (child < 0) fail("no process");
  if (child == 0) {
    const bool dropped = user == nullptr || (::setgroups(0, nullptr) == 0 && ::setgid(user->pw_gid) == 0 &&
                                             ::setuid(user->pw_uid) == 0);
    // After the change of user, which clears it. SIGQUIT: at once, with all its processes.
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (!dropped || ::getppid() != parent || ::chdir(folder.c_str()) != 0) ::_exit(126);
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execv(path.c_str(), argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  ended_ = false;
  listener_ = std::thread([this, from = ends[0]] { listen(from); });
  return child;
}

void PostgresqlServer::listen(int from) {
  char text[4096];
  for (ssize_t got = 0; (got = ::read(from, text, sizeof text)) > 0;) {
    const std::lock_guard lock(mutex_);
    log_.append(text, static_cast<std::size_t>(got));
    changed_.notify_all();
  }
  ::close(from);
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void PostgresqlServer::start() {
  const std::size_t before = count(log(), kReady);
  pid_ = spawn("postgres", {"-D", folder_.file("data"), "-k", folder_.path(), "-c", "listen_addresses=", "-c",
                            sync_ == Sync::on ? "fsync=on" : "fsync=off", "-c", "shared_buffers=16MB", "-c",
                            "autovacuum=off", "-c", "max_connections=64"});
  wait_for_ready(before + 1);
}

void PostgresqlServer::wait_for_ready(std::size_t times) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return ended_ || count(log_, kReady) >= times; });
  if (count(log_, kReady) < times) fail("it says " + log_);
}

void PostgresqlServer::kill() { end(SIGKILL); }

void PostgresqlServer::end(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
  listener_.join();  // its processes see that it is gone, and go
}

std::string PostgresqlServer::url(const fs::path& folder, const std::string& database) {
  std::string url = "postgresql://sesame@";
  for (const char c : folder.string()) url += c == '/' ? "%2F" : std::string(1, c);
  return url + "/" + database;
}
std::string PostgresqlServer::url(const std::string& database) const { return url(folder_.path(), database); }
fs::path PostgresqlServer::socket() const { return folder_.path() / ".s.PGSQL.5432"; }

std::string PostgresqlServer::new_database() {
  const std::string name = "test" + std::to_string(++databases_);
  sql(url("postgres"), "CREATE DATABASE " + name);
  return url(name);
}

std::string PostgresqlServer::guarded_url() {
  std::string url = new_database();
  sql(url, "CREATE ROLE guarded LOGIN PASSWORD 'right'");
  return url.replace(url.find("sesame@"), 6, "guarded");
}

std::string PostgresqlServer::sql(const std::string& url, const std::string& statements) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(::PQconnectdb(url.c_str()), ::PQfinish);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(::PQexec(connection.get(), statements.c_str()),
                                                              ::PQclear);
  const auto status = ::PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(statements + ": " + ::PQerrorMessage(connection.get()));
  }
  return ::PQntuples(result.get()) > 0 ? ::PQgetvalue(result.get(), 0, 0) : "";
}

void PostgresqlServer::kill_backends(const std::string& database) {
  const std::size_t before = count(log(), kReady);
  const std::string pid = sql(url("postgres"), "SELECT pid FROM pg_stat_activity WHERE datname='" +
                                                   database.substr(database.rfind('/') + 1) + "'");
  if (pid.empty()) fail("nobody is served at " + database);
  ::kill(std::atoi(pid.c_str()), SIGKILL);
  wait_for_ready(before + 1);
}

void PostgresqlServer::terminate_backends(const std::string& database) {
  const std::string theirs =
      " FROM pg_stat_activity WHERE datname='" + database.substr(database.rfind('/') + 1) + "'";
  sql(url("postgres"), "SELECT pg_terminate_backend(pid)" + theirs);
  sql(url("postgres"),
      "DO $$ BEGIN WHILE EXISTS (SELECT" + theirs +
          ") LOOP PERFORM pg_stat_clear_snapshot(); PERFORM pg_sleep(0.001); END LOOP; END $$");
}

std::string PostgresqlServer::log() {
  const std::lock_guard lock(mutex_);
  return log_;
}

PostgresqlServer& postgresql() {
  static PostgresqlServer server;
  return server;
}

}  // namespace sesame::test
