package sesame.sim;

import java.util.Map;

/**
 * What goes wrong: {@link #code} as the API says it ("unknown_key", "screen_timeout" …); "unreachable", "no_simulator" and
 * "simulator_failed" where there is no API; "restarted" where the server was; "no_code".
 */
public final class SesameException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String code;
  private final String hint;
  private final int status;
  private final transient Map<String, Object> body;

  SesameException(String code, String message, String hint, int status, Map<String, Object> body, Throwable cause) {
    super(code + ": " + message + (hint.isEmpty() ? "" : " (" + hint + ")"), cause);
    this.code = code;
    this.hint = hint;
    this.status = status;
    this.body = body;
  }

  SesameException(String code, String message, String hint) { this(code, message, hint, 0, Map.of(), null); }

  public String code() { return code; }

  /** What to do. */
  public String hint() { return hint; }

  /** Of HTTP; 0: there was no answer. */
  public int status() { return status; }

  /** The whole answer. */
  public Map<String, Object> body() { return body; }
}
