package sesame.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Card readers and cards in tests: the simulator, `sesame sim`.
 *
 * <pre>{@code
 * try (Simulator sim = Simulator.launch()) {
 *   Reader reader = sim.createReader("vasco-810", "bank-card");
 *   String code = reader.code("1234", "M1", "12345678");
 * }
 * }</pre>
 */
public final class Simulator extends Server {
  private static final String NAME = "simulator";
  private static final String COMMAND = "sesame sim";
  private static final int TIME_TO_LIVE = 3_600;  // seconds without use: a test that was killed deletes no reader

  /** A simulator that runs already; its token, if it needs one, is the environment variable SESAME_TOKEN. */
  public Simulator(String url) { this(url, null); }

  public Simulator(String url, String token) { super(NAME, COMMAND, url, token); }

  private Simulator(Started started) { super(NAME, COMMAND, started); }

  /**
   * Starts one of our own, on a free port, with `args` after `sesame sim --port 0`. The program is that of the environment
   * variable SESAME, or `sesame` on the PATH. It ends with close(), and with this process, whatever ends that.
   */
  public static Simulator launch(String... args) { return launchProgram(null, args); }

  public static Simulator launchProgram(String binary, String... args) {
    return new Simulator(new Started(NAME, List.of("sim"), binary, List.of(args)));
  }

  /** Of the model "sesame". */
  public Reader createReader(String card) { return createReader(null, card); }

  /**
   * A reader in virtual time, which stands still but for advance(). It ends when nobody uses it for an hour.
   *
   * @param profile its model; null: "sesame"
   * @param card the card in it, a shipped one by its name; null: none
   */
  public Reader createReader(String profile, String card) {
    Map<String, Object> wanted = new LinkedHashMap<>();
    if (profile != null) wanted.put("profile", profile);
    if (card != null) wanted.put("card", card);
    return createReader(wanted);
  }

  /** With all that the API takes: profile, card, clock, ttl_s. */
  public Reader createReader(Map<String, ?> options) {
    Map<String, Object> wanted = new LinkedHashMap<>(Map.of("ttl_s", TIME_TO_LIVE));
    wanted.putAll(options);
    return reader((String) make("/v1/readers", wanted).get("id"));
  }

  /** One that exists already: "default" always does. */
  public Reader reader(String id) { return new Reader(this, id); }

  /** Names of the models. */
  public List<String> profiles() { return names("/v1/profiles"); }

  /** Names of the cards. */
  public List<String> cards() { return names("/v1/cards"); }

  private List<String> names(String path) {
    List<String> names = new ArrayList<>();
    for (Object one : Json.list(json("GET", path, null))) names.add((String) Json.object(one).get("name"));
    return names;
  }
}
