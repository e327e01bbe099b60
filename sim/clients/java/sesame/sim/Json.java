package sesame.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON (RFC 8259) as Map, List, String, Long, Double, Boolean and null. */
final class Json {
  private static final int DEEPEST = 64;  // more than any answer of a server of ours

  private final String text;
  private int at = 0;

  private Json(String text) { this.text = text; }

  /** @throws IllegalArgumentException it is none, or too deep */
  static Object parse(String text) {
    Json json = new Json(text);
    Object value = json.value(0);
    json.blanks();
    if (json.at != text.length()) throw json.wrong("the end");
    return value;
  }

  static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(Object value) {
    if (value instanceof Map) return (Map<String, Object>) value;
    throw new IllegalArgumentException("no object");
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(Object value) {
    if (value instanceof List) return (List<Object>) value;
    throw new IllegalArgumentException("no list");
  }

  private static void write(Object value, StringBuilder out) {
    if (value instanceof Map<?, ?> map) {
      String between = "{";
      for (Map.Entry<?, ?> member : map.entrySet()) {
        out.append(between);
        write(member.getKey().toString(), out);
        out.append(':');
        write(member.getValue(), out);
        between = ",";
      }
      out.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof Iterable<?> items) {
      out.append('[');
      String between = "";
      for (Object item : items) {
        out.append(between);
        write(item, out);
        between = ",";
      }
      out.append(']');
    } else if (value instanceof String string) {
      quote(string, out);
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      throw new IllegalArgumentException("no JSON: " + value.getClass());
    }
  }

  private static void quote(String string, StringBuilder out) {
    out.append('"');
    for (char c : string.toCharArray()) {
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private Object value(int depth) {
    if (depth > DEEPEST) throw new IllegalArgumentException("too deep");
    blanks();
    switch (next()) {
      case '{': return object(depth);
      case '[': return list(depth);
      case '"': return string();
      case 't': return word("true", Boolean.TRUE);
      case 'f': return word("false", Boolean.FALSE);
      case 'n': return word("null", null);
      default: return number();
    }
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> members = new LinkedHashMap<>();
    ++at;
    blanks();
    if (take('}')) return members;
    do {
      blanks();
      if (next() != '"') throw wrong("a name");
      String name = string();
      blanks();
      if (!take(':')) throw wrong("':'");
      members.put(name, value(depth + 1));
      blanks();
    } while (take(','));
    if (!take('}')) throw wrong("'}'");
    return members;
  }

  private List<Object> list(int depth) {
    List<Object> items = new ArrayList<>();
    ++at;
    blanks();
    if (take(']')) return items;
    do {
      items.add(value(depth + 1));
      blanks();
    } while (take(','));
    if (!take(']')) throw wrong("']'");
    return items;
  }

  private String string() {
    StringBuilder out = new StringBuilder();
    for (++at; next() != '"'; ++at) {
      char c = next();
      if (c < ' ') throw wrong("a character");
      if (c != '\\') {
        out.append(c);
        continue;
      }
      ++at;
      int known = "\"\\/bfnrt".indexOf(next());
      if (known >= 0) {
        out.append("\"\\/\b\f\n\r\t".charAt(known));
      } else if (next() == 'u' && at + 5 <= text.length() && text.substring(at + 1, at + 5).matches("[0-9A-Fa-f]{4}")) {
        out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
        at += 4;
      } else {
        throw wrong("an escape");
      }
    }
    ++at;
    return out.toString();
  }

  private Object number() {
    int begin = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) ++at;
    String number = text.substring(begin, at);
    if (!number.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) throw wrong("a value");
    try {
      return Long.valueOf(number);
    } catch (NumberFormatException large) {
      return Double.valueOf(number);
    }
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) throw wrong(word);
    at += word.length();
    return value;
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) ++at;
  }

  private char next() {
    if (at >= text.length()) throw wrong("more");
    return text.charAt(at);
  }

  private boolean take(char c) {
    if (at >= text.length() || text.charAt(at) != c) return false;
    ++at;
    return true;
  }

  private IllegalArgumentException wrong(String wanted) {
    return new IllegalArgumentException("at " + at + " there should be " + wanted);
  }
}
