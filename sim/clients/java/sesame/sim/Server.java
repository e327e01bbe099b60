package sesame.sim;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What the servers have in common: where one is, how it is asked, and how one of our own is started and stopped. */
public abstract class Server implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(90);     // a screen is waited for 60 at most
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);  // as long as Retry-After is obeyed
  private static final int LARGEST = 16 * 1024 * 1024;                // bytes of an answer: the peer may be no simulator

  private final HttpClient client = HttpClient.newBuilder()
                                        .version(HttpClient.Version.HTTP_1_1)
                                        .proxy(ProxySelector.of(null))  // none is between a test and its simulator
                                        .connectTimeout(Duration.ofSeconds(10))
                                        .build();
  private final String name;
  private final String command;
  private final String url;
  private final String token;
  private String instance;  // of the server that what was made here was made in
  private Started started;

  /** The default of the token is the environment variable SESAME_TOKEN. */
  Server(String name, String command, String url, String token) {
    this.name = name;
    this.command = command;
    this.url = url.replaceAll("/+$", "");
    this.token = token != null ? token : System.getenv("SESAME_TOKEN");
  }

  Server(String name, String command, Started started) {
    this(name, command, started.url, started.token);
    this.started = started;
  }

  public final String url() { return url; }

  /** Stops what launch() started, and nothing else. */
  @Override
  public final void close() {
    Started ours = started;
    started = null;
    if (ours != null) ours.stop();
  }

  /** {service, version, instance}; another `instance` than before: the server was started anew, and nothing is left. */
  public final Map<String, Object> info() { return Json.object(json("GET", "/v1", null)); }

  /** Anything else the API has: `body`, and what comes back, as Map, List, String, Long, Double, Boolean and null. */
  public final Object json(String method, String path, Object body) {
    byte[] answer = bytes(method, path, body, "application/json");
    return answer.length == 0 ? null : parsed(answer);
  }

  /** The same as bytes of that type. */
  public final byte[] bytes(String method, String path, Object body, String type) {
    try {
      return send(method, path, body, type);
    } catch (SesameException error) {
      explain(error);
      throw error;
    }
  }

  /** POSTs what makes something that is gone when the server is. */
  final Map<String, Object> make(String path, Object body) {
    if (instance == null) instance = current();
    return Json.object(json("POST", path, body));
  }

  private byte[] send(String method, String path, Object body, String type) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER).header("Accept", type);
    if (token != null) request.header("Authorization", "Bearer " + token);
    if (body != null) request.header("Content-Type", "application/json");
    request.method(method, body == null ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(Json.write(body)));
    for (long begin = System.nanoTime();;) {
      Answer answer = answer(request.build());
      if (answer.status() / 100 == 2) return answer.body();
      long wait = retryAfter(answer);
      if (wait < 0 || System.nanoTime() - begin + wait > PATIENCE) throw refused(answer);
      try {
        TimeUnit.NANOSECONDS.sleep(wait);
      } catch (InterruptedException end) {
        Thread.currentThread().interrupt();
        throw refused(answer);
      }
    }
  }

  private record Answer(int status, String retryAfter, byte[] body) {}

  private Answer answer(HttpRequest request) {
    try {
      return read(client.send(request, HttpResponse.BodyHandlers.ofInputStream()));
    } catch (IOException error) {
      throw new SesameException("unreachable", "no " + name + " answers at " + url + ": " + error, "start one with: " + command,
                                0, Map.of(), error);
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
      throw new SesameException("interrupted", "the thread was interrupted", "");
    }
  }

  private Answer read(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      byte[] bytes = body.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) throw none("the answer is too large");
      return new Answer(response.statusCode(), response.headers().firstValue("Retry-After").orElse(""), bytes);
    } catch (IOException error) {
      throw none("the answer ends too early");
    }
  }

  // Nanoseconds until a server that has no room takes the same request again, RFC 9110, 10.2.3; negative: it does not say.
  private static long retryAfter(Answer answer) {
    if (answer.status() != 429 && answer.status() != 503) return -1;
    String text = answer.retryAfter();
    if (text.matches("[0-9]{1,9}")) return TimeUnit.SECONDS.toNanos(Long.parseLong(text));
    try {
      Duration left = Duration.between(ZonedDateTime.now(), ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME));
      return left.isNegative() ? 0 : left.toNanos();
    } catch (DateTimeParseException | ArithmeticException none) {
      return -1;
    }
  }

  private SesameException refused(Answer answer) {
    Map<String, Object> body = Map.of();
    try {
      body = Json.object(Json.parse(new String(answer.body(), StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException other) {
      // Another server refuses.
    }
    return new SesameException(text(body, "code", "unknown"), text(body, "message", "HTTP " + answer.status()),
                               text(body, "hint", ""), answer.status(), body, null);
  }

  private static String text(Map<String, Object> body, String name, String otherwise) {
    return body.get(name) instanceof String text ? text : otherwise;
  }

  private Object parsed(byte[] answer) {
    try {
      return Json.parse(new String(answer, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException error) {
      throw none("the answer is no JSON, or too deep");
    }
  }

  private SesameException none(String why) {
    return new SesameException("no_" + name, "what answers is no " + name + ": " + why, "give the URL of `" + command + "`");
  }

  // Why there is nothing any more, where the server itself is the reason.
  private void explain(SesameException error) {
    if (error.code().equals("unreachable") && started != null) started.explain(error);
    if (error.status() != 404 || instance == null) return;
    String before = instance;
    instance = current();
    if (instance == null || instance.equals(before)) return;
    throw new SesameException("restarted", "the " + name + " at " + url + " was started anew: what was made in it is gone",
                              "make it again", 0, Map.of(), error);
  }

  private String current() {
    try {
      return (String) Json.object(parsed(send("GET", "/v1", null, "application/json"))).get("instance");
    } catch (SesameException | IllegalArgumentException none) {
      return null;
    }
  }

  /**
   * A process of our own. Its standard input is a pipe from here that nothing is written to: when this process ends, by
   * whatever signal, the pipe does, and so the server.
   */
  static final class Started {
    private final String name;
    private final Process process;
    private final File said;
    private String url;
    private String token;

    /** `binary`: null is the environment variable SESAME, or `sesame` on the PATH. */
    Started(String name, List<String> command, String binary, List<String> args) {
      this.name = name;
      String program = binary != null ? binary : System.getenv().getOrDefault("SESAME", "sesame");
      List<String> line = new ArrayList<>(List.of(program));
      line.addAll(command);
      line.addAll(List.of("--port", "0", "--until-eof"));
      line.addAll(args);
      try {
        said = Files.createTempFile("sesame-", ".log").toFile();
        said.deleteOnExit();
        process = new ProcessBuilder(line).redirectError(said).start();
      } catch (IOException error) {
        throw new SesameException(name + "_failed", String.valueOf(error.getMessage()),
                                  "give the program's path, or SESAME", 0, Map.of(), error);
      }
      try {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String first = CompletableFuture.supplyAsync(() -> {
          try {
            return String.valueOf(out.readLine());
          } catch (IOException error) {
            return "";
          }
        }).get(30, TimeUnit.SECONDS);
        Map<String, Object> ready = Json.object(Json.parse(first));
        url = (String) ready.get("url");
        token = (String) ready.get("token");
      } catch (Exception error) {
        process.destroyForcibly();
        throw failure("does not start", error);
      }
    }

    void stop() {
      process.destroy();
      SesameException failure = failure("did not end well", null);
      if (process.exitValue() != 0) throw failure;
    }

    /** Throws what it said where it ended by itself, which is known a moment after its socket is closed. */
    void explain(SesameException cause) {
      try {
        if (process.waitFor(1, TimeUnit.SECONDS)) throw failure("has ended", cause);
      } catch (InterruptedException end) {
        Thread.currentThread().interrupt();
      }
    }

    private SesameException failure(String message, Throwable cause) {
      String text = "";
      try {
        process.waitFor();
        text = Files.readString(said.toPath()).trim();
        Files.deleteIfExists(said.toPath());
      } catch (IOException error) {
        text = String.valueOf(error.getMessage());
      } catch (InterruptedException end) {
        Thread.currentThread().interrupt();
      }
      return new SesameException(name + "_failed",
                                 "the " + name + " " + message + " (" + process.exitValue() + "): " + text, "", 0, Map.of(), cause);
    }
  }
}
