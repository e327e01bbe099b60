package sesame.sim;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A reader, its card and its clock. What the fields of the answers mean is in the simulator's /openapi.json. */
public final class Reader implements AutoCloseable {
  /** The display: its text, its rows without the blanks at their ends. */
  public record Screen(String text, boolean lit, long revision) {}

  /** A code, or null where there is none; the transaction counter of it; every screen on the way, as its rows. */
  public record Otp(String code, String display, String atc, List<List<String>> screens) {}

  /** `state`: "off", "pin", "code" …; `code`: on the display, or null; `card`: the name of the one in it, or null. */
  public record State(String id, String profile, String state, boolean lit, String code, String card, Map<String, Object> all) {}

  /** A command and its answer, in hexadecimal, PIN masked. */
  public record Apdu(String name, String command, String response) {}

  /** From what the card answered to the digits of a code: the bits that were taken, and `all` as the API describes it. */
  public record CodePath(String code, String atc, String aid, String bits, Map<String, Object> all) {}

  private final Simulator simulator;
  private final String id;
  private final String path;

  Reader(Simulator simulator, String id) {
    this.simulator = simulator;
    this.id = id;
    this.path = "/v1/readers/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
  }

  public Simulator simulator() { return simulator; }

  public String id() { return id; }

  public State get() { return state("GET", "", null); }

  public State reset() { return state("POST", "/reset", null); }

  /** Of "default" it is refused: "reader_stays". */
  public void delete() { simulator.json("DELETE", path, null); }

  /** Deletes it, where that was not done already. */
  @Override
  public void close() {
    try {
      delete();
    } catch (SesameException error) {
      if (!error.code().equals("unknown_reader")) throw error;
    }
  }

  /** As engraved: press("CODE"), press("1", "2", "OK"). */
  public State press(String... keys) { return state("POST", "/keys", Map.of("keys", List.of(keys))); }

  public State hold(String key) { return state("POST", "/keys", Map.of("keys", List.of(Map.of("hold", key)))); }

  /** A key for each character: type("1234"). */
  public State type(String text) { return press(text.split("")); }

  /** Of the computer at its cable: "pin", "show", "sign", "cryptogram", "unplug"; null: without text. */
  public State computer(String command, String text) {
    return state("POST", "/computer", text == null ? Map.of("command", command) : Map.of("command", command, "text", text));
  }

  /**
   * A code in one call. "no_code", with the last screen in the message, where there is none: after a wrong PIN, say.
   *
   * @param function the key, as engraved; null: the first
   */
  public String code(String pin, String function, String... inputs) {
    Otp made = otp(pin, function, inputs);
    if (made.code() != null) return made.code();
    List<List<String>> screens = made.screens();
    String last = screens.isEmpty() ? "" : String.join(" / ", screens.get(screens.size() - 1)).trim();
    throw new SesameException("no_code", "the reader makes no code; it shows: " + last, "otp() has all screens");
  }

  public String code(String pin) { return code(pin, null); }

  /** The same with all screens. A wrong PIN is no error: `code` is null, and `screens` tell. */
  public Otp otp(String pin, String function, String... inputs) {
    Map<String, Object> order = new LinkedHashMap<>(Map.of("pin", pin));
    if (function != null) order.put("function", function);
    if (inputs.length > 0) order.put("inputs", List.of(inputs));
    Map<String, Object> made = Json.object(json("POST", "/otp", order));
    List<List<String>> screens = new ArrayList<>();
    for (Object rows : Json.list(made.get("screens"))) screens.add(Json.list(rows).stream().map(String::valueOf).toList());
    return new Otp((String) made.get("code"), (String) made.get("display"), (String) made.get("atc"), screens);
  }

  /** A shipped card by its name. */
  public State insert(String card) { return state("PUT", "/card", card); }

  /** {"toml": …}, {"transcript": …} or {"pcsc": …}. */
  public State insert(Map<String, String> card) { return state("PUT", "/card", card); }

  public State pull() { return state("DELETE", "/card", null); }

  /** Sets the counter of the next code, four hexadecimal digits, and the PIN tries left; null: as it is. */
  public void setCardState(String nextAtc, Integer triesLeft) {
    Map<String, Object> state = new LinkedHashMap<>();
    if (nextAtc != null) state.put("next_atc", nextAtc);
    if (triesLeft != null) state.put("tries_left", triesLeft);
    json("PATCH", "/card/state", state);
  }

  /** {last_atc, next_atc, tries_left}. */
  public Map<String, Object> cardState() { return Json.object(json("GET", "/card/state", null)); }

  /** All that is broken from now on: faults(Map.of("kind", "mute")); faults() repairs. */
  @SafeVarargs
  public final State faults(Map<String, ?>... faults) {
    List<Object> all = new ArrayList<>();
    for (Map<String, ?> fault : faults) all.add(fault);
    return state("PUT", "/faults", Map.of("faults", all));
  }

  /** Moves the virtual clock. */
  public State advance(Duration time) { return state("POST", "/clock", Map.of("advance_ms", time.toMillis())); }

  /** Moves it to when something happens by itself next. */
  public State advanceToNextDeadline() { return state("POST", "/clock", Map.of("to", "next-deadline")); }

  public Screen screen() { return screen(""); }

  /**
   * The screen once its text has a match; "screen_timeout", with the one that is there in the message, where it has not in
   * that time. The simulator takes the flags CASE_INSENSITIVE, MULTILINE and DOTALL, and the syntax of RE2.
   */
  public Screen waitForScreen(Pattern match, Duration timeout) {
    String flags = flag(match, Pattern.CASE_INSENSITIVE, "i") + flag(match, Pattern.MULTILINE, "m") + flag(match, Pattern.DOTALL, "s");
    String text = flags.isEmpty() ? match.pattern() : "(?" + flags + ")" + match.pattern();
    try {
      return screen("?match=" + URLEncoder.encode(text, StandardCharsets.UTF_8) + "&timeout_ms=" + timeout.toMillis());
    } catch (SesameException error) {
      if (!error.code().equals("screen_timeout")) throw error;
      String shown = String.valueOf(Json.object(error.body().get("screen")).get("text")).replace("\n", " / ");
      throw new SesameException(error.code(), error.body().get("message") + "; it shows: " + shown, error.hint(), error.status(),
                                error.body(), error);
    }
  }

  public Screen waitForScreen(String match) { return waitForScreen(Pattern.compile(match), Duration.ofSeconds(5)); }

  public byte[] png() { return simulator.bytes("GET", path + "/screen.png", null, "image/png"); }

  /** The dialogue with the card, PIN masked: a transcript that `sesame code --card` replays. */
  public String trace() { return new String(simulator.bytes("GET", path + "/trace", null, "text/plain"), StandardCharsets.UTF_8); }

  public List<Apdu> apdus() {
    List<Apdu> apdus = new ArrayList<>();
    for (Object one : Json.list(Json.object(json("GET", "/trace", null)).get("apdus"))) {
      Map<String, Object> apdu = Json.object(one);
      apdus.add(new Apdu((String) apdu.get("name"), (String) apdu.get("command"), (String) apdu.get("response")));
    }
    return apdus;
  }

  /** How the card's answer became the digits, of the last eight codes; the oldest first. */
  public List<CodePath> codes() {
    List<CodePath> codes = new ArrayList<>();
    for (Object one : Json.list(Json.object(json("GET", "/codes", null)).get("codes"))) {
      Map<String, Object> code = Json.object(one);
      codes.add(new CodePath((String) code.get("code"), (String) code.get("atc"), (String) code.get("aid"),
          (String) code.get("bits"), code));
    }
    return codes;
  }

  private static String flag(Pattern pattern, int flag, String letter) { return (pattern.flags() & flag) != 0 ? letter : ""; }

  private Screen screen(String query) {
    Map<String, Object> screen = Json.object(json("GET", "/screen" + query, null));
    return new Screen((String) screen.get("text"), (Boolean) screen.get("lit"), (Long) screen.get("revision"));
  }

  private State state(String method, String below, Object body) {
    Map<String, Object> all = Json.object(json(method, below, body));
    Object card = all.get("card");
    return new State((String) all.get("id"), (String) all.get("profile"), (String) all.get("state"), (Boolean) all.get("lit"),
                     (String) all.get("code"), card == null ? null : (String) Json.object(card).get("name"), all);
  }

  private Object json(String method, String below, Object body) { return simulator.json(method, path + below, body); }
}
