package sesame.sim.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import sesame.sim.Reader;
import sesame.sim.SesameException;
import sesame.sim.Simulator;

/**
 * Parameters of tests: a {@link Simulator} for all of them, and a {@link Reader} of each test's own, a card in it, which ends
 * with the test. A test that fails has the reader's screen and its dialogue with the card among its report entries.
 *
 * <pre>{@code
 * @ExtendWith(SesameExtension.class)
 * class LoginTest {
 *   @Test
 *   void aCodeLetsMeIn(@SesameReader(profile = "vasco-810", card = "bank-card") Reader reader) { … }
 * }
 * }</pre>
 *
 * The environment variables SESAME_URL and SESAME_TOKEN name a simulator that runs already; else one is started.
 */
public final class SesameExtension implements ParameterResolver, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(SesameExtension.class);

  /** Closed by JUnit at the end of all tests. */
  private record Shared(Simulator simulator) implements Store.CloseableResource {
    @Override
    public void close() { simulator.close(); }
  }

  private static final class Lent {
    final List<Reader> readers = new ArrayList<>();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Simulator.class || type == Reader.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Simulator simulator = context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Shared.class, key -> start(), Shared.class)
                              .simulator();
    if (parameter.getParameter().getType() == Simulator.class) return simulator;
    SesameReader wanted = parameter.findAnnotation(SesameReader.class).orElse(null);
    String card = wanted == null ? "sesame-card" : wanted.card();
    Reader reader = simulator.createReader(wanted == null ? null : wanted.profile(), card.isEmpty() ? null : card);
    context.getStore(NAMESPACE).getOrComputeIfAbsent(Lent.class, key -> new Lent(), Lent.class).readers.add(reader);
    return reader;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Lent lent = context.getStore(NAMESPACE).get(Lent.class, Lent.class);
    if (lent == null) return;
    for (Reader reader : lent.readers) {
      if (context.getExecutionException().isPresent()) report(reader, context);
      reader.close();
    }
  }

  private static void report(Reader reader, ExtensionContext context) {
    try {
      context.publishReportEntry(Map.of("reader screen", reader.screen().text(), "card dialogue", reader.trace()));
    } catch (SesameException error) {
      context.publishReportEntry("sesame", String.valueOf(error.getMessage()));  // the test may have deleted it itself
    }
  }

  private static Shared start() {
    String url = System.getenv("SESAME_URL");
    return new Shared(url == null ? Simulator.launch() : new Simulator(url));
  }
}
