import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sesame.sim.Issuer;
import sesame.sim.Reader;
import sesame.sim.SesameException;
import sesame.sim.Simulator;
import sesame.sim.junit.SesameExtension;
import sesame.sim.junit.SesameReader;

/** The Java client and its extension, against the program that SESAME names. */
@ExtendWith(SesameExtension.class)
class ClientTest {
  private static String refused(Runnable work) { return assertThrows(SesameException.class, work::run).code(); }

  @Test
  void aCodeIsThePublishedOne(Reader reader) {
    reader.setCardState("00B4", null);
    Reader.Otp made = reader.otp("1234", null);
    assertEquals("42511495", made.code());
    assertEquals("4251 1495", made.display());
    assertEquals("00B4", made.atc());
    assertEquals("00B4", reader.cardState().get("last_atc"));
    assertEquals("Code Sésame\n4251 1495", reader.screen().text());
  }

  @Test
  void keysArePressedAndTimePasses(Reader reader) {
    assertEquals("pin", reader.press("CODE").state());
    reader.type("1234");
    assertTrue(reader.waitForScreen(Pattern.compile("code SECRET.*\\*{4}", Pattern.CASE_INSENSITIVE | Pattern.DOTALL),
                                    Duration.ofSeconds(1)).lit());
    reader.press("OK");
    for (int i = 0; i < 10 && reader.get().code() == null; ++i) reader.advanceToNextDeadline();
    assertEquals(8, reader.get().code().length());
    assertFalse(reader.advance(Duration.ofSeconds(35)).lit());
    reader.press("CODE");
    reader.hold("C");
  }

  @Test
  void whereThereIsNoCodeTheExceptionHasTheLastScreen(Reader reader) {
    SesameException none = assertThrows(SesameException.class, () -> reader.code("9999"));
    assertEquals("no_code", none.code());
    assertTrue(none.getMessage().matches("(?s).*it shows: \\S.*"), none.getMessage());
    assertNull(reader.otp("9999", null).code());
  }

  @Test
  void refusalsHaveACode(Reader reader, Simulator simulator) {
    assertEquals("unknown_key", refused(() -> reader.press("WRONG")));
    SesameException late = assertThrows(SesameException.class, () -> reader.waitForScreen(Pattern.compile("never"), Duration.ofMillis(20)));
    assertEquals("screen_timeout", late.code());
    assertEquals(408, late.status());
    assertTrue(late.getMessage().contains("it shows: "));
    assertEquals("unknown_card", refused(() -> simulator.createReader("no-such-card")));
    assertEquals("unreachable", refused(() -> new Simulator("http://127.0.0.1:1").cards()));
    assertEquals("simulator_failed", refused(() -> Simulator.launchProgram("/nowhere/sesame")));
    SesameException words = assertThrows(SesameException.class, () -> Simulator.launch("--card", "no-such-card"));
    assertTrue(words.getMessage().contains("no-such-card"), words.getMessage());
  }

  @Test
  void theCardIsMovedBrokenAndListenedTo(@SesameReader(card = "") Reader reader) {
    assertNull(reader.get().card());
    assertEquals("bank-card", reader.insert("bank-card").card());
    assertNull(reader.pull().card());
    reader.insert("sesame-card");
    reader.faults(Map.of("kind", "mute"));
    assertNull(reader.otp("1234", null).code());
    reader.faults();
    reader.insert("sesame-card");
    assertEquals(8, reader.code("1234").length());
    assertTrue(reader.trace().contains("\n> 00A40400"));
    assertEquals(reader.get().code(), reader.codes().get(0).code());
    assertTrue(reader.apdus().stream().anyMatch(apdu -> apdu.name().contains("GENERATE AC")));
    assertArrayEquals("PNG".getBytes(StandardCharsets.US_ASCII), Arrays.copyOfRange(reader.png(), 1, 4));
    assertFalse(reader.reset().lit());
  }

  @Test
  void whatThereIsIsListed(Simulator simulator) {
    assertTrue(simulator.profiles().contains("vasco-810"));
    assertTrue(simulator.cards().contains("bank-card"));
    assertEquals("sim", simulator.info().get("service"));
    assertEquals("default", simulator.reader("default").get().id());
  }

  @Test
  void aReaderEndsWithItsScopeAlsoWhereItHasEndedAlready(Simulator simulator) {
    Reader reader = simulator.createReader("sesame-card");
    assertTrue((Long) reader.get().all().get("expires_ms") > 3_500_000);
    reader.close();
    assertEquals("unknown_reader", refused(reader::get));
    reader.close();
  }

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endProcesses() { started.forEach(Process::destroyForcibly); }

  private Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    started.add(process);
    return process;
  }

  private Process sim(int port) throws IOException { return start(System.getenv("SESAME"), "sim", "--port", String.valueOf(port)); }

  private static String url(Process sim) throws IOException {
    return sim.inputReader().readLine().replaceAll(".*\"url\":\"([^\"]*)\".*", "$1");
  }

  @Test
  void aSimulatorThatWasStartedAnewIsAnErrorThatSaysSo() throws Exception {
    Process first = sim(0);
    String url = url(first);
    Simulator client = new Simulator(url);
    client.createReader("sesame-card");
    Reader lost = client.reader("r77");
    assertEquals("unknown_reader", refused(lost::get));
    first.destroy();
    first.waitFor();
    assertEquals("unreachable", refused(lost::get));
    Process second = sim(URI.create(url).getPort());
    url(second);
    assertEquals("restarted", refused(lost::get));
    assertEquals(8, client.createReader("sesame-card").code("1234").length());
    second.destroy();
    second.waitFor();
  }

  /** What the test below kills. */
  static final class Parent {
    public static void main(String[] args) throws IOException {
      System.out.println(Simulator.launch().url());
      System.in.read();
    }
  }

  @Test
  void aSimulatorEndsWithTheProgramThatLaunchedIt() throws Exception {
    Process parent = start(System.getProperty("java.home") + "/bin/java", "-cp", System.getProperty("java.class.path"),
                           Parent.class.getName());
    URI url = URI.create(parent.inputReader().readLine());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(20_000);
      parent.destroyForcibly();  // SIGKILL
      try {
        assertEquals(-1, socket.getInputStream().read());  // closed by the server, at its end
      } catch (SocketException reset) {
        // The same.
      }
    }
    assertEquals("unreachable", refused(() -> new Simulator(url.toString()).cards()));
  }

  private record Answer(int status, String retryAfter, String body) {}

  private static void answering(List<Answer> answers, BiConsumer<Simulator, AtomicInteger> work)
      throws IOException {
    AtomicInteger asked = new AtomicInteger();
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> {
      Answer answer = answers.get(Math.min(asked.getAndIncrement(), answers.size() - 1));
      if (answer.retryAfter() != null) exchange.getResponseHeaders().set("Retry-After", answer.retryAfter());
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length);
      try (exchange) {
        exchange.getResponseBody().write(body);
      } catch (IOException enough) {
        // It has heard enough.
      }
    });
    server.start();
    try {
      work.accept(new Simulator("http://127.0.0.1:" + server.getAddress().getPort()), asked);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aServerThatSaysWhenToComeAgainIsAskedAgainThen() throws IOException {
    String busy = "{\"code\":\"too_many_streams\",\"message\":\"full\"}";
    long begin = System.nanoTime();
    answering(List.of(new Answer(503, "1", busy), new Answer(503, "Thu, 1 Jan 1970 00:00:00 GMT", busy), new Answer(200, null, "[]")),
              (client, asked) -> {
                assertEquals(List.of(), client.cards());
                assertEquals(3, asked.get());
              });
    assertTrue(System.nanoTime() - begin >= 1_000_000_000L);
    for (String retryAfter : new String[] {null, "3600", "soon"}) {
      answering(List.of(new Answer(503, retryAfter, busy), new Answer(200, null, "[]")), (client, asked) -> {
        assertEquals("too_many_streams", refused(client::cards));
        assertEquals(1, asked.get());
      });
    }
  }

  @Test
  void whateverAnswersInPlaceOfASimulatorIsASesameException() throws IOException {
    for (String body : List.of("[".repeat(200_000), "{\"a\":".repeat(200_000), "<html>", "[1,]", "\"\\u12\"", "01",
                               " ".repeat(16 * 1024 * 1024 + 1))) {
      answering(List.of(new Answer(200, null, body)), (client, asked) -> assertEquals("no_simulator", refused(client::cards)));
      answering(List.of(new Answer(404, null, body)), (client, asked) -> assertTrue(
          List.of("unknown", "no_simulator").contains(refused(client::cards))));
    }
  }

  @Test
  void anIssuerFindsACodeGoodOnce(Reader reader, @TempDir Path folder) throws Exception {
    String store = folder.resolve("issuer.db").toString();
    for (String[] line : new String[][] {{"init"}, {"card", "add", "sesame-card", "--customer", "alice"}}) {
      List<String> command = new ArrayList<>(List.of(System.getenv("SESAME"), "issuer"));
      command.addAll(List.of(line));
      command.addAll(List.of("--store", store));
      Process made = start(command.toArray(String[]::new));
      try (InputStream out = made.getInputStream()) {
        out.readAllBytes();
      }
      assertEquals(0, made.waitFor());
    }
    try (Issuer issuer = Issuer.launch("--store", store)) {
      String code = reader.code("1234");
      assertEquals(new Issuer.Decision(true, false), issuer.verify(code, "alice"));
      assertFalse(issuer.verify(code, "alice").accepted());
    }
    assertTrue(Files.exists(Path.of(store)));
  }
}
