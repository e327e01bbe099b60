package sesame.sim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The issuer of cards, `sesame issuer serve`: whether a code is good. */
public final class Issuer extends Server {
  private static final String NAME = "issuer";
  private static final String COMMAND = "sesame issuer serve";

  /** `lastTry`: refused, and the next failure blocks the card. */
  public record Decision(boolean accepted, boolean lastTry) {}

  /** One that runs already. A relying party's token verifies codes; for anything else it takes the desk's. */
  public Issuer(String url, String token) { super(NAME, COMMAND, url, token); }

  private Issuer(Started started) { super(NAME, COMMAND, started); }

  /** Starts one of our own with the store that `args` name: launch("--store", "issuer.db"). */
  public static Issuer launch(String... args) {
    return new Issuer(new Started(NAME, List.of("issuer", "serve"), null, List.of(args)));
  }

  /** Of a customer's only card, without input. */
  public Decision verify(String code, String customer) { return verify(Map.of("code", code, "customer", customer)); }

  /** With all that the API takes: code, mode, card or customer or pan and psn, challenge, amount, currency, tds. */
  public Decision verify(Map<String, ?> submission) {
    Map<String, Object> wanted = new LinkedHashMap<>(Map.of("mode", "identify"));
    wanted.putAll(submission);
    Map<String, Object> decision = Json.object(json("POST", "/v1/verifications", wanted));
    return new Decision((Boolean) decision.get("accepted"), (Boolean) decision.get("last_try"));
  }
}
